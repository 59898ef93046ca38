"""Diagnostics, pushed and pulled."""

import pytest
from servers import CANARY, PULL, PUSH

from editing.client import replaced

OTHER = "ghp_Zk2Lw8Qm4Xc6Vb1Nt9Yr3Ed5Hs7GpA0fUjIo"


def test_what_a_diagnostic_says(client, uri):
    client.open(uri, f'\n\ntoken = "{CANARY}"\n')
    [found] = client.diagnostics(uri)
    assert found["source"] == "unleak"
    assert found["code"] == "github-token"
    assert found["severity"] == 2
    assert found["codeDescription"]["href"].startswith("https://docs.github.com/")
    assert set(found["data"]) == {"leak", "fingerprint", "kind", "verdict"}
    assert len(found["data"]["fingerprint"]) == 24
    assert found["data"]["verdict"] == "unknown"
    assert found["range"]["start"] == {"line": 2, "character": 9}
    assert found["range"]["end"] == {"line": 2, "character": 49}


@pytest.mark.parametrize(("encoding", "wide"), [("utf-8", 4), ("utf-16", 2), ("utf-32", 1)])
def test_positions_are_in_the_units_agreed_on(servers, uri, encoding, wide):
    general = {"general": {"positionEncodings": ["strange", encoding, "utf-16"]}}
    client = servers.start({**PUSH, **general})
    assert client.server["capabilities"]["positionEncoding"] == encoding
    client.open(uri, f'a = "🎉"; key = "{CANARY}"\n')
    [found] = client.diagnostics(uri)
    start = len('a = "') + wide + len('"; key = "')
    assert found["range"]["start"] == {"line": 0, "character": start}
    # a change behind the wide character lands where it should
    client.change(uri, 2, replaced(0, start, start + len(CANARY), "none"))
    assert client.diagnostics(uri, 2) == []


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_the_protocol_says(client, uri, end):
    client.open(uri, end.join(["a = 1", "b = '\u2028\f'", f'c = "{CANARY}"', ""]))
    [found] = client.diagnostics(uri)
    assert found["range"]["start"] == {"line": 2, "character": 5}
    client.change(uri, 2, replaced(0, 0, 0, "# more" + end))
    [found] = client.diagnostics(uri, 2)
    assert found["range"]["start"] == {"line": 3, "character": 5}


def test_the_same_secret_elsewhere_is_related(client, uri):
    client.open(uri, f'a = "{OTHER}"\nb = "{OTHER}"\n')
    first, second = client.diagnostics(uri)
    [place] = first["relatedInformation"]
    assert place["location"] == {"uri": uri, "range": second["range"]}
    client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})


def test_a_change_out_of_order_is_left_out(client, uri):
    client.open(uri, "a = 1\n")
    client.diagnostics(uri, 1)
    client.change(uri, 5, replaced(0, 4, 5, "2"))
    client.diagnostics(uri, 5)
    client.change(uri, 3, replaced(0, 0, 5, f'"{CANARY}"'))
    client.change(uri, 6, replaced(0, 5, 5, "0"))
    assert client.diagnostics(uri, 6) == []


@pytest.mark.parametrize(
    "change",
    [
        replaced(0, 5, 6, "x"),  # inside of a surrogate pair
        replaced(0, 9_999, 9_999, "x"),
        replaced(9_999, 0, 0, "x", until=99_999),
        replaced(1, 3, 1, "x", until=0),  # the end before the start
        replaced(2**31 - 1, 2**31 - 1, 2**31 - 1, "x"),
    ],
)
def test_places_that_do_not_exist_are_near_ones(client, uri, change):
    client.open(uri, '"🎉🎉"\nb\n')
    client.diagnostics(uri, 1)
    client.change(uri, 2, change)
    assert client.diagnostics(uri, 2) == []
    client.change(uri, 3, {"text": f'"{CANARY}"\n'})
    assert len(client.diagnostics(uri, 3)) == 1


def test_of_ten_thousand_findings_a_thousand_are_shown_and_the_rest_counted(client, uri):
    line = f'key = "{CANARY[:-5]}%05d"\n'
    client.open(uri, "".join(line % number for number in range(10_000)))
    found = client.diagnostics(uri)
    assert len(found) == 1_001
    assert found[-1]["message"].startswith("9000 more")
    client.change(uri, 2, {"text": "\n"})
    assert client.diagnostics(uri, 2) == []


def test_a_buffer_that_regexes_fear_is_answered(client, uri):
    hostile = "\n".join(["password = " + "'\\" * 5_000, "a" * 50_000, "=" * 50_000, '"' * 20_000])
    client.open(uri, hostile)
    client.diagnostics(uri, 1)
    client.change(uri, 2, replaced(1, 100, 100, "secret: "))
    client.diagnostics(uri, 2)


def test_an_untitled_buffer_is_judged_too(client):
    client.open("untitled:Untitled-1", f'x = "{CANARY}"\n', "plaintext")
    assert len(client.diagnostics("untitled:Untitled-1")) == 1


def pulled(client, uri, previous=None):
    params = {"textDocument": {"uri": uri}, "previousResultId": previous}
    return client.request("textDocument/diagnostic", params)


def test_a_client_that_pulls_and_refreshes_is_pushed_nothing(servers, uri):
    client = servers.start(PULL)
    provider = client.server["capabilities"]["diagnosticProvider"]
    assert provider["workspaceDiagnostics"] is True
    client.open(uri, f'a = "{CANARY}"\n')
    first = pulled(client, uri)
    assert first["kind"] == "full"
    [_found] = first["items"]
    assert pulled(client, uri, first["resultId"]) == {
        "kind": "unchanged", "resultId": first["resultId"],
    }  # fmt: skip
    client.change(uri, 2, replaced(0, 0, 1, "b"))
    second = pulled(client, uri, first["resultId"])
    assert second["kind"] == "full"
    # what the ledger learns makes an old result old, though the text is the same
    argument = {"leak": None, "uri": uri, "fingerprint": second["items"][0]["data"]["fingerprint"]}
    client.request(
        "workspace/executeCommand", {"command": "unleak.confirm", "arguments": [argument]}
    )
    client.notified("workspace/diagnostic/refresh")
    third = pulled(client, uri, second["resultId"])
    assert third["kind"] == "full"
    assert third["items"][0]["severity"] == 1
    assert "memorised by coder, not yours" in third["items"][0]["message"]
    assert b"publishDiagnostics" not in client.traffic


def test_files_that_are_not_open_are_pulled_with_the_workspace(servers, tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        folder.mkdir()
    (one / "a.py").write_text(f'a = "{CANARY}"\n')
    (one / "clean.py").write_text("a = 1\n")
    (two / "b.py").write_text(f'\nb = "{CANARY}"\n')
    client = servers.start(PULL, folders=[one.as_uri(), two.as_uri()])
    first = client.request("workspace/diagnostic", {"previousResultIds": []})
    reports = {report["uri"]: report for report in first["items"]}
    assert set(reports) == {(one / "a.py").as_uri(), (two / "b.py").as_uri()}
    assert reports[(two / "b.py").as_uri()]["items"][0]["range"]["start"]["line"] == 1
    known = [{"uri": r["uri"], "value": r["resultId"]} for r in first["items"]]
    held = client.ask("workspace/diagnostic", {"previousResultIds": known})
    (one / "a.py").write_text("a = 1\n")
    # whoever saves something else wakes it
    client.open((two / "c.py").as_uri(), "c = 1\n")
    client.notify("textDocument/didSave", {"textDocument": {"uri": (two / "c.py").as_uri()}})
    [report] = client.answer(held)["result"]["items"]
    assert report["uri"] == (one / "a.py").as_uri()
    assert report["items"] == []


def test_a_held_workspace_request_can_be_cancelled(servers, tmp_path):
    folder = tmp_path / "one"
    folder.mkdir()
    (folder / "a.py").write_text(f'a = "{CANARY}"\n')
    client = servers.start(PULL, folders=[folder.as_uri()])
    first = client.request("workspace/diagnostic", {"previousResultIds": []})
    known = [{"uri": r["uri"], "value": r["resultId"]} for r in first["items"]]
    held = client.ask("workspace/diagnostic", {"previousResultIds": known})
    client.notify("$/cancelRequest", {"id": held})
    assert client.answer(held)["error"]["code"] == -32800
