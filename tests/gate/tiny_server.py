"""A small OpenAI-compatible server that can be told to misbehave."""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import torch

from unleak.models.load import Model

# Of a request's number (from 0) and body: the name of a fault, or None to answer well.
Fault = Callable[[int, dict[str, Any]], str | None]


class TinyServer(ThreadingHTTPServer):
    """Serves one model under `name`.

    fault: what it does instead of answering. spoil: changes an answer before it is sent.
    lacks: `prompt_logprobs`, `echo`, `n`: fields of a request that it ignores.
    key: what it demands. requests: (method, path, headers, body) of all it was sent.
    """

    daemon_threads = True

    def __init__(self, model: Model, name: str = "tiny") -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.served, self.name = model, name
        self.fault: Fault = lambda number, body: None
        self.spoil: Callable[[dict[str, Any]], Any] = lambda answer: answer
        self.lacks: set[str] = set()
        self.key = ""
        self.headers_with_fault: dict[str, str] = {}
        self.requests: list[tuple[str, str, dict[str, str], dict[str, Any]]] = []
        self.completions = 0
        self.released = threading.Event()  # ends what stalls
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """What was sent to /v1/completions."""
        return [body for method, _, _, body in self.requests if method == "POST"]

    def number(self) -> int:
        with self._lock:
            self.completions += 1
            return self.completions - 1

    def stop(self) -> None:
        self.released.set()
        self.shutdown()
        self._thread.join()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news."""

    @torch.inference_mode()
    def complete(self, body: dict[str, Any]) -> dict[str, Any]:
        body = {k: v for k, v in body.items() if k not in self.lacks}
        with self._lock:
            prompt = body["prompt"]
            encoded = self.served.tokenizer(prompt, return_offsets_mapping=True)
            ids, offsets = encoded["input_ids"], [a for a, _ in encoded["offset_mapping"]]
            written = [
                self._write(ids, body, body.get("seed", 0) + i) for i in range(body.get("n", 1))
            ]
            choices: list[dict[str, Any]] = [
                {
                    "index": i,
                    "text": (prompt if body.get("echo") else "") + self._text(new),
                    "finish_reason": "length" if len(new) == body["max_tokens"] else "stop",
                    "logprobs": None,
                }
                for i, new in enumerate(written)
            ]
            if body.get("prompt_logprobs") is not None:
                choices[0]["prompt_logprobs"] = self._prompt_logprobs(ids)
            if body.get("return_token_ids"):
                choices[0]["prompt_token_ids"] = ids
            if body.get("logprobs") is not None:
                told = [*ids, *written[0]]
                skip = 0 if body.get("echo") else len(ids)
                columns = self._columns(told, [*offsets, *[len(prompt)] * len(written[0])])
                choices[0]["logprobs"] = {name: c[skip:] for name, c in columns.items()}
        usage = {"prompt_tokens": len(ids), "completion_tokens": sum(map(len, written))}
        return {"object": "text_completion", "choices": choices, "usage": usage}

    def _write(self, ids: list[int], body: dict[str, Any], seed: int) -> list[int]:
        torch.manual_seed(seed)
        warm = body.get("temperature", 1) > 0
        asked = torch.tensor([ids or [self.served.tokenizer.eos_token_id]])
        answer = self.served.net.generate(
            asked,
            attention_mask=torch.ones_like(asked),
            max_new_tokens=body["max_tokens"],
            pad_token_id=0,
            **(
                {"do_sample": True, "temperature": body["temperature"], "top_k": 0}
                | {"top_p": body.get("top_p", 1.0)}
                if warm
                else {"do_sample": False}
            ),
        )
        return [int(i) for i in answer[0, asked.shape[1] :]]

    def _text(self, ids: list[int]) -> str:
        return str(self.served.tokenizer.decode(ids, skip_special_tokens=True))

    def _logs(self, ids: list[int]) -> torch.Tensor:
        """Natural log-probabilities (tokens - 1, vocabulary) of each next token."""
        logits = self.served.net(input_ids=torch.tensor([ids])).logits[0, :-1]
        return torch.log_softmax(logits.double(), -1)

    def _prompt_logprobs(self, ids: list[int]) -> list[dict[str, Any] | None]:
        told: list[dict[str, Any] | None] = [None]
        for own, row in zip(ids[1:], self._logs(ids), strict=True):
            top = int(row.argmax())
            ranks = {own: int((row >= row[own]).sum()), top: 1}  # the prompt's token first
            told.append(
                {
                    str(id): {
                        "logprob": row[id].item(),
                        "rank": rank,
                        "decoded_token": self.served.tokenizer.decode([id]),
                    }
                    for id, rank in ranks.items()
                }
            )
        return told

    def _columns(self, ids: list[int], offsets: list[int]) -> dict[str, list[Any]]:
        pieces = [self.served.tokenizer.decode([id]) for id in ids]
        values: list[Any] = [None]
        tops: list[Any] = [None]
        for own, row in zip(ids[1:], self._logs(ids), strict=True):
            values.append(row[own].item())
            top = int(row.argmax())
            likely = {top, own}
            tops.append({self.served.tokenizer.decode([id]): row[id].item() for id in likely})
        return {
            "tokens": pieces,
            "token_logprobs": values,
            "top_logprobs": tops,
            "text_offset": offsets,
        }


class _Handler(BaseHTTPRequestHandler):
    server: TinyServer
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments: Any) -> None:
        """Nothing: tests look at what the client logs."""

    def do_GET(self) -> None:
        self.server.requests.append(("GET", self.path, dict(self.headers), {}))
        if self.path != "/v1/models":
            return self._send(404, b"{}")
        names = [{"id": self.server.name, "object": "model"}]
        return self._send(200, json.dumps({"object": "list", "data": names}).encode())

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append(("POST", self.path, dict(self.headers), body))
        fault = self.server.fault(self.server.number(), body)
        if self.server.key and self.headers["Authorization"] != f"Bearer {self.server.key}":
            return self._send(401, b'{"error": {"message": "wrong key"}}')
        if self.path != "/v1/completions":
            return self._send(404, b"{}")
        if fault is None:
            answer = self.server.spoil(self.server.complete(body))
            return self._send(200, json.dumps(answer).encode())
        if fault == "stall":
            self.server.released.wait(60)
        elif fault == "html":
            self._send(200, b"<html><body>Welcome</body></html>", "text/html")
        elif fault == "truncated":
            whole = json.dumps(self.server.complete(body)).encode()
            self._send(200, whole[: len(whole) // 2])
        elif fault == "redirect":
            self._send(307, b"", location="http://127.0.0.2:9/v1/completions")
        elif fault.isdecimal():  # with a body that repeats what was sent
            self._send(int(fault), json.dumps({"error": {"message": json.dumps(body)}}).encode())
        # "drop" is nothing but that. One that answered stays open: closed unannounced, it could
        # meet the next request half-way.
        self.close_connection = fault in ("drop", "stall")
        return None

    def _send(
        self, status: int, content: bytes, kind: str = "application/json", location: str = ""
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        if location:
            self.send_header("Location", location)
        if status >= 400:
            for name, value in self.server.headers_with_fault.items():
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
