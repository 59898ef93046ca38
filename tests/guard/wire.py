"""Requests and answers in every dialect, written down by hand, and a client that reads them."""

import json
from collections.abc import Callable
from dataclasses import dataclass

Pieces = list[tuple[int, str]]  # (choice, text)


def sse(messages, done=False):
    events = b"".join(b"data: " + json.dumps(m).encode() + b"\n\n" for m in messages)
    return events + (b"data: [DONE]\n\n" if done else b"")


def ndjson(messages):
    return b"".join(json.dumps(m).encode() + b"\n" for m in messages)


def said(body: bytes) -> list[dict]:
    """The messages of a stream, or the one of a body, as a tolerant client reads them."""
    text = body.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    if any(line.startswith("data:") for line in lines):
        lines = [line[5:].strip() for line in lines if line.startswith("data:")]
    return [json.loads(line) for line in lines if line and line != "[DONE]"]


def read(message, path):
    for step in path:
        try:
            message = message[step]
        except (KeyError, IndexError, TypeError):
            return ""
    return message if isinstance(message, str) else ""


@dataclass(frozen=True)
class Wire:
    name: str
    path: str
    ask: Callable[[str, bool], dict]  # (prompt, stream)
    stream: Callable[[Pieces], bytes] | None
    whole: Callable[[str], bytes]
    event_paths: tuple[tuple, ...]  # of the text in an event, by place of the choice
    whole_path: tuple
    kind: str = "text/event-stream"
    chat: bool = False
    choices: int = 2  # how many a stream may interleave

    def texts(self, body: bytes, stream: bool) -> dict[int, str]:
        """What a client shows, by choice."""
        found: dict[int, str] = {}
        for message in said(body):
            if not stream:
                found[0] = read(message, self.whole_path)
                continue
            choice = 0
            if isinstance(message.get("choices"), list) and message["choices"]:
                choice = message["choices"][0].get("index", 0)
            elif isinstance(message.get("index"), int) and "token" not in message:
                choice = message["index"]
            if isinstance(message.get("token"), dict) and message["token"].get("special"):
                continue
            text = "".join(read(message, path) for path in self.event_paths)
            found[choice] = found.get(choice, "") + text
        return found


def _openai(pieces):
    ended = {choice for choice, _ in pieces}
    events = [
        {"id": "c1", "object": "text_completion", "model": "m",
         "choices": [{"index": c, "text": t, "logprobs": None, "finish_reason": None}]}
        for c, t in pieces
    ]  # fmt: skip
    events += [
        {"id": "c1", "choices": [{"index": c, "text": "", "finish_reason": "stop"}]} for c in ended
    ]
    events.append({"id": "c1", "choices": [], "usage": {"total_tokens": 7}})
    return sse(events, done=True)


def _chat(pieces):
    events = [
        {"id": "c1", "choices": [{"index": 0, "delta": {"role": "assistant"}}]},
        *({"id": "c1", "choices": [{"index": c, "delta": {"content": t}}]} for c, t in pieces),
        *(
            {"id": "c1", "choices": [{"index": c, "delta": {}, "finish_reason": "stop"}]}
            for c in {choice for choice, _ in pieces}
        ),
    ]
    return sse(events, done=True)


def _generate(pieces):
    events = [{"model": "m", "response": t, "done": False} for _, t in pieces]
    return ndjson([*events, {"model": "m", "response": "", "done": True, "eval_count": 5}])


def _ollama_chat(pieces):
    events = [{"message": {"role": "assistant", "content": t}, "done": False} for _, t in pieces]
    return ndjson([*events, {"message": {"role": "assistant", "content": ""}, "done": True}])


def _llamacpp(pieces):
    events = [{"index": c, "content": t, "stop": False} for c, t in pieces]
    ends = [
        {"index": c, "content": "", "stop": True, "timings": {"predicted_ms": 1.5}}
        for c in {choice for choice, _ in pieces}
    ]
    return sse([*events, *ends])


def _tgi(pieces):
    texts = [t for _, t in pieces]
    events = [
        {"index": i, "token": {"id": i, "text": t, "logprob": -0.1, "special": False},
         "generated_text": None, "details": None}
        for i, t in enumerate(texts)
    ]  # fmt: skip
    end = {"index": len(texts), "token": {"id": 2, "text": "</s>", "logprob": 0, "special": True},
           "generated_text": "".join(texts), "details": None}  # fmt: skip
    return sse([*events, end])


def body(message):
    return lambda text: json.dumps(message(text)).encode()


WIRES = (
    Wire(
        "openai-completions", "/v1/completions",
        lambda prompt, stream: {"model": "m", "prompt": prompt, "stream": stream},
        _openai, body(lambda t: {"id": "c", "choices": [{"index": 0, "text": t,
                                                         "finish_reason": "stop"}]}),
        (("choices", 0, "text"),), ("choices", 0, "text"),
    ),
    Wire(
        "openai-chat", "/v1/chat/completions",
        lambda prompt, stream: {"model": "m", "stream": stream,
                                "messages": [{"role": "user", "content": prompt}]},
        _chat, body(lambda t: {"id": "c", "choices": [{"index": 0, "finish_reason": "stop",
                               "message": {"role": "assistant", "content": t}}]}),
        (("choices", 0, "delta", "content"),), ("choices", 0, "message", "content"), chat=True,
    ),
    Wire(
        "mistral-fim", "/v1/fim/completions",
        lambda prompt, stream: {"model": "m", "prompt": prompt, "suffix": "", "stream": stream},
        _chat, body(lambda t: {"id": "c", "choices": [{"index": 0, "finish_reason": "stop",
                               "message": {"role": "assistant", "content": t}}]}),
        (("choices", 0, "delta", "content"),), ("choices", 0, "message", "content"),
    ),
    Wire(
        "ollama-generate", "/api/generate",
        lambda prompt, stream: {"model": "m", "prompt": prompt, "stream": stream},
        _generate, body(lambda t: {"model": "m", "response": t, "done": True}),
        (("response",),), ("response",), "application/x-ndjson", choices=1,
    ),
    Wire(
        "ollama-chat", "/api/chat",
        lambda prompt, stream: {"model": "m", "messages": [{"role": "user", "content": prompt}],
                                **({} if stream else {"stream": False})},
        _ollama_chat, body(lambda t: {"message": {"content": t}, "done": True}),
        (("message", "content"),), ("message", "content"), "application/x-ndjson", True, 1,
    ),
    Wire(
        "llamacpp", "/completion",
        lambda prompt, stream: {"prompt": prompt, "stream": stream},
        _llamacpp, body(lambda t: {"content": t, "stop": True}), (("content",),), ("content",),
    ),
    Wire(
        "llamacpp", "/infill",
        lambda prompt, stream: {"input_prefix": prompt, "input_suffix": "\n", "stream": stream},
        _llamacpp, body(lambda t: {"content": t, "stop": True}), (("content",),), ("content",),
    ),
    Wire(
        "tabby", "/v1/completions",
        lambda prompt, stream: {"language": "python", "segments": {"prefix": prompt}},
        None, body(lambda t: {"id": "x", "choices": [{"index": 0, "text": t}]}),
        (), ("choices", 0, "text"),
    ),
    Wire(
        "tgi", "/generate_stream",
        lambda prompt, stream: {"inputs": prompt, "parameters": {}, "stream": stream},
        _tgi, body(lambda t: {"generated_text": t}), (("token", "text"),), ("generated_text",),
        choices=1,
    ),
)  # fmt: skip
STREAMED = [wire for wire in WIRES if wire.stream]
