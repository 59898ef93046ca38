"""A language client in raw JSON-RPC: sends what it is told, keeps all that comes."""

import json
import queue
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Json = dict[str, Any]
PATIENCE = 60.0  # seconds for one answer


class Client:
    """One server process and the conversation with it."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str] | None = None) -> None:
        self.started = time.perf_counter()
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(env) if env else None,
        )
        self.process = process
        if process.stdin is None or process.stdout is None or process.stderr is None:
            raise RuntimeError("no pipes")
        self._in, self._out, self._err = process.stdin, process.stdout, process.stderr
        self.traffic = bytearray()  # all that the server said
        self.errors = bytearray()
        self.answers: Json = {}  # to the server's own requests, by method
        self.waiting: list[Json] = []  # taken from the queue, wanted by nobody so far
        self._messages: queue.Queue[Json | None] = queue.Queue()
        self._ids = 0
        self._lock = threading.Lock()
        self._threads = [
            threading.Thread(target=self._read, daemon=True),
            threading.Thread(target=self._read_errors, daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def _read(self) -> None:
        stream = self._out
        while True:
            length = 0
            while (line := stream.readline()) not in (b"\r\n", b""):
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            if not line:
                self._messages.put(None)
                return
            body = stream.read(length)
            message = json.loads(body)
            message["at"] = time.perf_counter()
            self.traffic += body
            if "method" in message and "id" in message:
                answer = self.answers.get(message["method"])
                result = answer(message.get("params")) if callable(answer) else answer
                self._write({"jsonrpc": "2.0", "id": message["id"], "result": result})
            self._messages.put(message)

    def _read_errors(self) -> None:
        for line in self._err:
            self.errors += line

    def _write(self, message: Json) -> None:
        data = json.dumps(message).encode()
        self.send_raw(b"Content-Length: %d\r\n\r\n%s" % (len(data), data))

    def send_raw(self, data: bytes) -> None:
        """Bytes as they are."""
        with self._lock:
            self._in.write(data)
            self._in.flush()

    def notify(self, method: str, params: Any) -> None:
        """Send a notification."""
        self._write({"jsonrpc": "2.0", "method": method, "params": params})

    def ask(self, method: str, params: Any) -> int:
        """Send a request; its id."""
        self._ids += 1
        self._write({"jsonrpc": "2.0", "id": self._ids, "method": method, "params": params})
        return self._ids

    def request(self, method: str, params: Any) -> Any:
        """Send a request and wait for its result; an error raises."""
        answer = self.answer(self.ask(method, params))
        if "error" in answer:
            raise RuntimeError(answer["error"]["message"])
        return answer["result"]

    def answer(self, id: int) -> Json:
        """The answer to a request."""
        return self.wait(lambda m: m.get("id") == id and "method" not in m)

    def wait(self, wanted: Callable[[Json], bool], patience: float = PATIENCE) -> Json:
        """The first message that is wanted; others stay for later."""
        for index, message in enumerate(self.waiting):
            if wanted(message):
                return self.waiting.pop(index)
        until = time.monotonic() + patience
        while True:
            try:
                found = self._messages.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                raise TimeoutError("the server did not say what was waited for") from None
            if found is None:
                self._messages.put(None)
                raise EOFError("the server has gone")
            if wanted(found):
                return found
            self.waiting.append(found)

    def notified(self, method: str, **fields: Any) -> Json:
        """The parameters of the next notification, or server's request, of a method."""

        def wanted(message: Json) -> bool:
            params = message.get("params")
            return message.get("method") == method and all(
                isinstance(params, dict) and params.get(name) == value
                for name, value in fields.items()
            )

        message = self.wait(wanted)
        params: Json = message.get("params") or {}
        return {**params, "at": message["at"]}

    def initialize(
        self, capabilities: Json | None = None, *, folders: Sequence[str] = (), **more: Any
    ) -> Json:
        """Begin the conversation; the server's answer."""
        params = {
            "processId": None,
            "rootUri": folders[0] if folders else None,
            "capabilities": capabilities or {},
            "workspaceFolders": [{"uri": uri, "name": uri} for uri in folders] or None,
            **more,
        }
        answer: Json = self.request("initialize", params)
        self.notify("initialized", {})
        return answer

    def open(self, uri: str, text: str, language: str = "python") -> None:
        """Open a document in version 1."""
        item = {"uri": uri, "languageId": language, "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})

    def change(self, uri: str, version: int, *changes: Json) -> None:
        """Change a document."""
        self.notify(
            "textDocument/didChange",
            {"textDocument": {"uri": uri, "version": version}, "contentChanges": list(changes)},
        )

    def diagnostics(self, uri: str, version: int | None = None) -> list[Json]:
        """The next pushed diagnostics of a document, of a version if one is given."""
        fields = {"uri": uri} if version is None else {"uri": uri, "version": version}
        found: list[Json] = self.notified("textDocument/publishDiagnostics", **fields)[
            "diagnostics"
        ]
        return found

    def close(self) -> int:
        """End the conversation; the server's exit code."""
        if self.process.poll() is None:
            self.answer(self.ask("shutdown", None))
            self.notify("exit", None)
        code = self.process.wait(PATIENCE)
        for thread in self._threads:
            thread.join(PATIENCE)
        for stream in (self._in, self._out, self._err):
            stream.close()
        return code


def replaced(line: int, start: int, end: int, text: str, *, until: int | None = None) -> Json:
    """A change of characters `start` to `end` of a line (or of the line `until`)."""
    last = line if until is None else until
    return {
        "range": {
            "start": {"line": line, "character": start},
            "end": {"line": last, "character": end},
        },
        "text": text,
    }
