"""The language server over its real pipe, in raw JSON-RPC."""

import json
import subprocess
import sys

import pytest

CANARY = "ghp_q8Zt3LmW5vXc7RbN2kYd9JfH4sGpA6eTu1Qi"


class Client:
    def __init__(self, process):
        self.process = process
        self.seen = b""

    def send(self, method, params, id=None):
        body = {"jsonrpc": "2.0", "method": method, "params": params}
        if id is not None:
            body["id"] = id
        data = json.dumps(body).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(data), data))
        self.process.stdin.flush()

    def receive(self):
        length = 0
        while (line := self.process.stdout.readline()) not in (b"\r\n", b""):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        data = self.process.stdout.read(length)
        self.seen += data
        return json.loads(data)

    def diagnostics(self):
        while True:
            message = self.receive()
            if message.get("method") == "textDocument/publishDiagnostics":
                return message["params"]


@pytest.fixture
def client(home):
    process = subprocess.Popen(
        [sys.executable, "-m", "unleak.cli", "lsp"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    client = Client(process)
    client.send("initialize", {"processId": None, "rootUri": None, "capabilities": {}}, id=1)
    assert client.receive()["id"] == 1
    client.send("initialized", {})
    yield client
    client.send("shutdown", None, id=2)
    client.send("exit", None)
    _, errors = process.communicate(timeout=20)
    assert CANARY.encode() not in client.seen
    assert CANARY.encode() not in errors


def open_document(client, text):
    document = {"uri": "file:///a.py", "languageId": "python", "version": 1, "text": text}
    client.send("textDocument/didOpen", {"textDocument": document})


def test_an_open_document_gets_its_findings(client):
    open_document(client, f'# 🎉\nt = "🎉"; key = "{CANARY}"\n')
    answer = client.diagnostics()
    [found] = answer["diagnostics"]
    assert answer["version"] == 1
    assert found["code"] == "github-token"
    # the emoji counts two UTF-16 units
    assert found["range"]["start"] == {"line": 1, "character": 17}
    assert found["range"]["end"] == {"line": 1, "character": 17 + len(CANARY)}
    assert len(found["data"]["fingerprint"]) == 24


def test_a_change_is_answered_with_its_version(client):
    open_document(client, "x = 1\n")
    assert client.diagnostics()["diagnostics"] == []
    edit = {"range": {"start": {"line": 0, "character": 4}, "end": {"line": 0, "character": 5}}}
    client.send(
        "textDocument/didChange",
        {
            "textDocument": {"uri": "file:///a.py", "version": 2},
            "contentChanges": [{**edit, "text": f'"{CANARY}"'}],
        },
    )
    answer = client.diagnostics()
    assert answer["version"] == 2
    assert [d["code"] for d in answer["diagnostics"]] == ["github-token"]
    client.send("textDocument/didClose", {"textDocument": {"uri": "file:///a.py"}})
    assert client.diagnostics()["diagnostics"] == []


def test_a_broken_change_kills_nothing_and_shows_nothing(client):
    open_document(client, f'a = "{CANARY}"\n')
    client.diagnostics()
    client.send("textDocument/didChange", {"textDocument": {"uri": CANARY}, "contentChanges": 7})
    open_document(client, "clean = 1\n")
    assert client.diagnostics()["diagnostics"] == []
