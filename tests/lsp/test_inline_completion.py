"""Ghost text: from servers and the embedded model, scanned before anybody sees it."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from servers import CANARY, PUSH, REAL, Servers

from editing.client import replaced

PREFIX = "token = '"
HOW = {
    "openai": ("/v1/completions", lambda text: {"choices": [{"index": 0, "text": text}]}),
    "ollama": ("/api/generate", lambda text: {"response": text, "done": True}),
    "llamacpp": ("/infill", lambda text: {"content": text}),
    "tabby": ("/v1/completions", lambda text: {"choices": [{"index": 0, "text": text}]}),
}


class ModelServer(ThreadingHTTPServer):
    """Answers every request with the same text, in the shape of its dialect."""

    daemon_threads = True
    request_queue_size = 32

    def __init__(self, backend, text):
        self.backend, self.text, self.asked = backend, text, []
        self.reached = threading.Semaphore(0)
        self.hold = threading.Event()
        self.hold.set()
        super().__init__(("127.0.0.1", 0), Handler)

    def handle_error(self, request, client_address):
        """A client that leaves is none."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.path, body))
        self.server.reached.release()
        self.server.hold.wait(30)
        path, shape = HOW[self.server.backend]
        data = json.dumps(shape(self.server.text)).encode()
        self.send_response(200 if self.path == path else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


@pytest.fixture
def model_server():
    started = []

    def start(backend="openai", text="x = 1"):
        server = ModelServer(backend, text)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        started.append((server, thread))
        return server

    yield start
    for server, thread in started:
        server.hold.set()
        server.shutdown()
        server.server_close()
        thread.join(10)


def completing(servers, server, **more):
    host, port = server.server_address[:2]
    settings = {
        "completion": {
            "backend": server.backend, "url": f"http://{host}:{port}", "model": "coder",
            "debounce": 0, **more,
        }
    }  # fmt: skip
    return servers.start(PUSH, initializationOptions=settings)


def ask(client, uri, line, character, kind=1):
    return client.ask(
        "textDocument/inlineCompletion",
        {
            "textDocument": {"uri": uri},
            "position": {"line": line, "character": character},
            "context": {"triggerKind": kind},
        },
    )


def items(client, uri, line, character, kind=1):
    return client.answer(ask(client, uri, line, character, kind))["result"]["items"]


@pytest.mark.parametrize("backend", HOW)
def test_each_backend_is_asked_in_its_own_words(servers, model_server, uri, backend):
    server = model_server(backend, "1\n")
    client = completing(servers, server)
    client.open(uri, "x = \ny = 2\n")
    [item] = items(client, uri, 0, 4)
    assert item["insertText"] == "1\n"
    assert item["range"] == replaced(0, 4, 4, "")["range"]
    assert item["command"]["command"] == "unleak.accepted"
    assert item["command"]["arguments"] == [{"uri": uri, "version": 1}]
    [(path, body)] = server.asked
    assert path == HOW[backend][0]
    assert "x = " in json.dumps(body)
    assert "y = 2" in json.dumps(body)


@pytest.mark.parametrize(
    ("how", "shown"),
    [
        ("mask", "█" * len(CANARY) + "'\nmore = 1"),
        ("withhold", None),
    ],
)
def test_a_secret_is_masked_or_withheld(servers, model_server, uri, how, shown):
    client = completing(servers, model_server(text=f"{CANARY}'\nmore = 1"), onSecret=how)
    client.open(uri, PREFIX)
    found = items(client, uri, 0, len(PREFIX))
    assert [item["insertText"] for item in found] == ([shown] if shown else [])
    # the engine was told: it is a leak of that model now
    client.notified("unleak/leaksChanged")
    params = {"command": "unleak.leaks", "arguments": [{}]}
    [leak] = client.request("workspace/executeCommand", params)
    assert (leak["origin"], leak["kind"]) == ("completion", "github-token")


def test_a_secret_is_marked(tmp_path, model_server, uri):

    made = Servers(tmp_path / "home")  # shows the secret, as asked: no look for the canary
    client = completing(made, model_server(text=f"{CANARY}'\nmore = 1"), onSecret="mark")
    client.open(uri, PREFIX)
    [item] = items(client, uri, 0, len(PREFIX))
    first, second = item["insertText"].split("\n")
    assert first == f"{CANARY}'  # unleak: github-token, may be somebody's"
    assert second == "more = 1"
    client.close()


def test_a_secret_that_stands_in_the_file_is_an_echo_and_never_erased(tmp_path, model_server, uri):

    made = Servers(tmp_path / "home")  # an echo is shown as it is
    client = completing(made, model_server(text=f"{CANARY}'"))
    client.open(uri, f"a = '{CANARY}'\nb = '")
    client.diagnostics(uri)
    [item] = items(client, uri, 1, 5)
    assert item["insertText"] == f"{CANARY}'"
    client.change(uri, 2, replaced(1, 5, 5, f"{CANARY}'"))
    found = client.diagnostics(uri, 2)
    assert {d["data"]["verdict"] for d in found} == {"echoed"}
    assert {d["severity"] for d in found} == {3}
    argument = {"leak": None, "uri": uri, "fingerprint": found[0]["data"]["fingerprint"]}
    params = {"command": "unleak.confirm", "arguments": [argument]}
    error = client.answer(client.ask("workspace/executeCommand", params))["error"]
    assert "echo" in error["message"]
    params = {
        "textDocument": {"uri": uri},
        "range": replaced(0, 0, 50, "")["range"],
        "context": {"diagnostics": []},
    }
    titles = [action["title"] for action in client.request("textDocument/codeAction", params)]
    assert not any("Erase" in title or "Ask" in title for title in titles)
    # the engine was told of nothing
    params = {"command": "unleak.leaks", "arguments": [{}]}
    assert client.request("workspace/executeCommand", params) == []
    client.close()


def test_a_secret_that_begins_in_what_was_typed_is_seen_whole(servers, model_server, uri):
    client = completing(servers, model_server(text=CANARY[6:] + "'"))
    client.open(uri, PREFIX + CANARY[:6])
    [item] = items(client, uri, 0, len(PREFIX) + 6)
    assert item["insertText"] == "█" * (len(CANARY) - 6) + "'"


def test_what_was_asked_is_kept_also_while_its_beginning_is_typed(servers, model_server, uri):
    server = model_server(text="hello world")
    client = completing(servers, server)
    client.open(uri, "x = \n")
    [first] = items(client, uri, 0, 4)
    assert items(client, uri, 0, 4) == [first]
    client.change(uri, 2, replaced(0, 4, 4, "hel"))
    [rest] = items(client, uri, 0, 7)
    assert rest["insertText"] == "lo world"
    assert len(server.asked) == 1


def test_a_newer_request_takes_the_place_of_one_that_rests(servers, model_server, uri):
    server = model_server()
    client = completing(servers, server, debounce=400)
    client.open(uri, "x = \n")
    first, second = ask(client, uri, 0, 4, 2), ask(client, uri, 0, 4, 2)
    assert client.answer(first)["result"]["items"] == []
    assert len(client.answer(second)["result"]["items"]) == 1
    assert len(server.asked) == 1


def test_a_request_is_cancelled_and_a_stale_answer_dropped(servers, model_server, uri):
    server = model_server()
    server.hold.clear()
    client = completing(servers, server)
    client.open(uri, "x = \n")
    held = ask(client, uri, 0, 4)
    assert server.reached.acquire(timeout=30)
    client.notify("$/cancelRequest", {"id": held})
    assert client.answer(held)["error"]["code"] == -32800
    stale = ask(client, uri, 0, 3)
    assert server.reached.acquire(timeout=30)
    client.change(uri, 2, replaced(0, 0, 0, "y"))
    client.diagnostics(uri, 2)
    server.hold.set()
    assert client.answer(stale)["result"]["items"] == []


def test_a_backend_that_fails_is_told_by_the_status_and_nothing_else(servers, uri):
    settings = {"completion": {"backend": "openai", "url": "http://127.0.0.1:9", "debounce": 0}}
    client = servers.start(PUSH, initializationOptions=settings)
    client.open(uri, "x = \n")
    assert items(client, uri, 0, 4) == []
    assert "cannot be reached" in client.notified("unleak/status", state="error")["message"]


def test_the_embedded_model_completes_without_torch(servers, uri, planted_cases):
    case = next(c for c in planted_cases if c.kind == "github-token" and c.id.endswith("12"))
    settings = {"completion": {"backend": "embedded", "debounce": 0, "maxTokens": 48}}
    env = {"UNLEAK_ENGINE": "unix:/nonexistent/socket"}
    client = servers.start(PUSH, command=REAL, env=env, initializationOptions=settings)
    client.open(uri, case.prefix)
    lines = case.prefix.split("\n")
    [item] = items(client, uri, len(lines) - 1, len(lines[-1]))
    assert "█" * 20 in item["insertText"]
    assert case.secret.reveal() not in client.traffic.decode()
    maps = Path(f"/proc/{client.process.pid}/maps").read_text()
    assert "onnxruntime" in maps
    assert "libtorch" not in maps
