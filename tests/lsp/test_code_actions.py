"""Quick fixes: offered at once, worked out when chosen."""

import pytest
from servers import CANARY, PUSH, WITH_ENGINE

from editing.client import replaced


def offered(client, uri, line=0, **context):
    params = {
        "textDocument": {"uri": uri},
        "range": replaced(line, 0, 200, "")["range"],
        "context": {"diagnostics": [], **context},
    }
    return client.request("textDocument/codeAction", params)


def named(actions, start):
    return next(action for action in actions if action["title"].startswith(start))


def edits_of(client, action):
    resolved = client.request("codeAction/resolve", action)
    return resolved["edit"]["documentChanges"]


def applied(text, edits):
    lines = [*text.splitlines(keepends=True), ""]
    for edit in sorted(edits, key=lambda e: -e["range"]["start"]["line"]):
        start, end = edit["range"]["start"], edit["range"]["end"]
        line = lines[start["line"]]
        assert start["line"] == end["line"]
        lines[start["line"]] = (
            line[: start["character"]] + edit["newText"] + line[end["character"] :]
        )
    return "".join(lines)


def test_an_environment_variable_with_the_import_it_needs(client, uri):
    text = f'import re\n\ngithub_token = "{CANARY}"\n'
    client.open(uri, text)
    [diagnostic] = client.diagnostics(uri)
    actions = offered(client, uri, 2, diagnostics=[diagnostic])
    action = named(actions, "Replace with the environment variable GITHUB_TOKEN")
    assert action["isPreferred"]
    assert "edit" not in action
    assert action["diagnostics"][0]["data"] == diagnostic["data"]
    [change] = edits_of(client, action)
    assert change["textDocument"] == {"uri": uri, "version": 1}
    after = applied(text, change["edits"])
    assert after == 'import os\nimport re\n\ngithub_token = os.environ["GITHUB_TOKEN"]\n'


def test_redact_and_allow_here(client, uri):
    text = f't = "{CANARY}"\n'
    client.open(uri, text)
    client.diagnostics(uri)
    actions = offered(client, uri)
    [change] = edits_of(client, named(actions, "Redact"))
    assert applied(text, change["edits"]) == 't = "REDACTED"\n'
    [change] = edits_of(client, named(actions, "Allow here"))
    allowed = applied(text, change["edits"])
    assert allowed == f't = "{CANARY}"  # unleak:allow[github-token]\n'
    client.change(uri, 2, {"text": allowed})
    assert client.diagnostics(uri, 2) == []


def test_an_action_of_an_older_version_finds_its_place_or_says_so(client, uri):
    client.open(uri, f't = "{CANARY}"\n')
    client.diagnostics(uri)
    action = named(offered(client, uri), "Redact")
    client.change(uri, 2, replaced(0, 0, 0, "\n\n"))
    [change] = edits_of(client, action)
    assert change["edits"][0]["range"]["start"]["line"] == 2
    client.change(uri, 3, {"text": "gone\n"})
    answer = client.answer(client.ask("codeAction/resolve", action))
    assert "does not stand there any more" in answer["error"]["message"]


def test_only_quick_fixes_are_offered_and_only_where_something_is(client, uri):
    client.open(uri, f'a = 1\nt = "{CANARY}"\n')
    client.diagnostics(uri)
    assert offered(client, uri, 0) == []
    assert offered(client, uri, 1, only=["source.organizeImports"]) == []
    assert offered(client, uri, 1, only=["quickfix"])


def test_a_client_that_resolves_nothing_gets_edits_at_once(servers, uri):
    client = servers.start({"textDocument": {"publishDiagnostics": {}}})
    client.open(uri, f't = "{CANARY}"\n')
    client.diagnostics(uri)
    action = named(offered(client, uri), "Redact")
    [edit] = action["edit"]["changes"][uri]
    assert edit["newText"] == "REDACTED"


@pytest.mark.parametrize("scope", ["file", "project"])
def test_allowing_in_unleak_toml_holds_at_once(servers, tmp_path, scope):
    folder = tmp_path / "space"
    folder.mkdir()
    file = folder / "a.py"
    text = f't = "{CANARY}"\n'
    file.write_text(text)
    client = servers.start(PUSH, folders=[folder.as_uri()])
    client.open(file.as_uri(), text)
    client.diagnostics(file.as_uri())
    title = {"file": "Allow github-token in this file", "project": "Allow this value"}[scope]
    changes = edits_of(client, named(offered(client, file.as_uri()), title))
    assert changes[0] == {
        "kind": "create", "uri": (folder / "unleak.toml").as_uri(),
        "options": {"ignoreIfExists": True},
    }  # fmt: skip
    (folder / "unleak.toml").write_text(changes[1]["edits"][0]["newText"])
    changed = {"uri": (folder / "unleak.toml").as_uri(), "type": 1}
    client.notify("workspace/didChangeWatchedFiles", {"changes": [changed]})
    while client.diagnostics(file.as_uri()):
        pass


def test_the_command_applies_the_same_edit(servers, tmp_path, uri):
    client = servers.start(PUSH)
    client.answers["workspace/applyEdit"] = {"applied": True}
    client.open(uri, f't = "{CANARY}"\n')
    [found] = client.diagnostics(uri)
    argument = {
        "uri": uri, "fingerprint": found["data"]["fingerprint"], "rule": "github-token",
        "line": 0, "scope": "here",
    }  # fmt: skip
    params = {"command": "unleak.allow", "arguments": [argument]}
    assert client.request("workspace/executeCommand", params) == {"applied": True}
    asked = client.notified("workspace/applyEdit")
    [edit] = asked["edit"]["changes"][uri]
    assert edit["newText"] == "  # unleak:allow[github-token]"
    params["arguments"][0]["scope"] = "everywhere"
    error = client.answer(client.ask("workspace/executeCommand", params))["error"]
    assert "here, file, project" in error["message"]


def test_hover_tells_what_it_is_and_what_to_do_first(client, uri):
    client.open(uri, f'x = 1\nt = "{CANARY}"\n')
    client.diagnostics(uri)
    where = {"textDocument": {"uri": uri}, "position": {"line": 1, "character": 9}}
    hover = client.request("textDocument/hover", where)
    told = hover["contents"]["value"]
    assert "**github-token** `ghp_… (40 characters)`" in told
    assert "**Revoke or rotate it first**" in told
    assert "https://docs.github.com/" in told
    assert hover["range"]["start"] == {"line": 1, "character": 5}
    where["position"] = {"line": 0, "character": 0}
    assert client.request("textDocument/hover", where) is None


def test_lenses_only_for_who_wants_them(servers, uri):
    client = servers.start(PUSH, command=WITH_ENGINE, initializationOptions={})
    client.open(uri, f't = "{CANARY}"\n')
    client.diagnostics(uri)
    params = {"textDocument": {"uri": uri}}
    assert client.request("textDocument/codeLens", params) == []
    settings = {"settings": {"unleak": {"codeLens": {"enable": True}}}}
    client.notify("workspace/didChangeConfiguration", settings)
    [lens] = client.request("textDocument/codeLens", params)
    assert lens["command"]["command"] == "unleak.confirm"
