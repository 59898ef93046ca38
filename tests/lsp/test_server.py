"""The server over its real pipe: what it announces, and what it survives."""

import json

import pytest
from servers import CANARY, PUSH, REAL, WITH_ENGINE

from editing.client import replaced


def test_the_real_command_answers_and_starts_no_torch(servers, uri):
    client = servers.start(
        command=[*REAL, "--stdio"], env={"UNLEAK_ENGINE": "unix:/nonexistent/socket"}
    )
    told = client.server["capabilities"]
    assert told["textDocumentSync"]["change"] == 2
    assert told["inlineCompletionProvider"] is not None
    assert "diagnosticProvider" not in told
    assert {"unleak.confirm", "unleak.erase", "unleak.report", "unleak.accepted"} <= set(
        told["executeCommandProvider"]["commands"]
    )
    client.open(uri, f'token = "{CANARY}"\n')
    [found] = client.diagnostics(uri)
    assert found["code"] == "github-token"


def test_a_change_is_answered_with_its_version_changed_or_not(client, uri):
    client.open(uri, "x = 1\n")
    assert client.diagnostics(uri, 1) == []
    client.change(uri, 2, replaced(0, 4, 5, f'"{CANARY}"'))
    assert [d["code"] for d in client.diagnostics(uri, 2)] == ["github-token"]
    client.change(uri, 3, replaced(0, 0, 1, "y"))
    assert len(client.diagnostics(uri, 3)) == 1
    client.change(uri, 4, {"text": "all = new\n"})
    assert client.diagnostics(uri, 4) == []
    client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    assert client.diagnostics(uri) == []


@pytest.mark.parametrize(
    "broken",
    [
        {"textDocument": {"uri": CANARY}, "contentChanges": 7},
        {"textDocument": {"uri": CANARY, "version": 2}, "contentChanges": [{"text": "a"}]},
        {"textDocument": None},
        [CANARY],
        {
            "textDocument": {"uri": "file:///work/space/x.py", "version": 2},
            "contentChanges": [
                {"range": {"start": {"line": -1, "character": 0}, "end": {}}, "text": CANARY}
            ],
        },
    ],
)
def test_a_broken_change_kills_nothing_and_shows_nothing(client, uri, broken):
    client.notify("textDocument/didChange", broken)
    client.open(uri, "clean = 1\n")
    assert client.diagnostics(uri) == []


def test_what_is_no_message_is_stepped_over(client, uri):
    client.send_raw(b"Content-Length: 5\r\n\r\nnojsn")
    client.send_raw(b"content-length: 2\r\nContent-Type: x\r\n\r\n[]")
    client.send_raw(b"Strange: header\r\n\r\n")
    client.open(uri, "clean = 1\n")
    assert client.diagnostics(uri) == []


def test_unknown_requests_and_commands_are_refused(client):
    asked = client.answer(client.ask("textDocument/rename", {"x": CANARY}))
    assert asked["error"]["code"] == -32602
    where = {"textDocument": {"uri": "a"}, "position": {"line": 0, "character": 0}}
    asked = client.answer(client.ask("textDocument/definition", where))
    assert asked["error"]["code"] == -32601
    asked = client.answer(client.ask("unleak/nothing", {"x": CANARY}))
    assert asked["error"]["code"] == -32601
    for arguments in (None, [], [1], [{}, {}], [{"leak": 7}], [{"leak": "L1", "more": 1}]):
        params = {"command": "unleak.dismiss", "arguments": arguments}
        asked = client.answer(client.ask("workspace/executeCommand", params))
        assert "unleak.dismiss" in asked["error"]["message"]
        assert set(asked["error"]) == {"code", "message"}


def test_one_bad_feature_leaves_the_others_alone(servers, uri):
    env = {"UNLEAK_TEST_BREAK": "hover", "UNLEAK_TEST_CANARY": CANARY}
    client = servers.start(command=WITH_ENGINE, env=env)
    client.open(uri, f'a = "{CANARY}"\n')
    assert len(client.diagnostics(uri)) == 1
    client.change(uri, 2, replaced(0, 0, 0, "b"))
    assert len(client.diagnostics(uri, 2)) == 1
    where = {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 10}}
    error = client.answer(client.ask("textDocument/hover", where))["error"]
    assert "ValueError" in error["message"]
    assert client.request(
        "textDocument/codeAction",
        {
            "textDocument": {"uri": uri},
            "range": replaced(0, 8, 8, "")["range"],
            "context": {"diagnostics": []},
        },
    )


def test_the_client_that_goes_without_a_word_ends_it(servers):
    client = servers.start(PUSH)
    servers.clients.remove(client)
    client._in.close()
    assert client.process.wait(20) == 0
    client._in = open("/dev/null", "wb")  # noqa: SIM115 - closed with the others
    client.close()


def test_every_message_is_json_of_the_announced_length(client, uri):
    client.open(uri, 'naïve = "🎉"\n')
    client.diagnostics(uri)
    assert json.dumps(client.server)
