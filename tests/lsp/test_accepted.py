"""Where a secret came from: an honest label, or none."""

import pytest
from servers import CANARY
from test_lsp_jobs import run

from editing.client import replaced


def origin(client, uri):
    where = {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 8}}
    return client.request("textDocument/hover", where)["contents"]["value"]


def leaks(client):
    return {view["fingerprint"]: view["origin"] for view in run(client, "leaks")}


def test_what_is_typed_is_typed(client, uri):
    client.open(uri, f't = "{CANARY[:-1]}"\n')
    client.diagnostics(uri, 1)
    client.change(uri, 2, replaced(0, 44, 44, CANARY[-1]))
    [found] = client.diagnostics(uri, 2)
    assert "typed here" in origin(client, uri)
    assert found["data"]["fingerprint"] not in leaks(client)


def test_what_is_pasted_is_not_guessed_at(client, uri):
    client.open(uri, 't = ""\n')
    client.change(uri, 2, replaced(0, 5, 5, CANARY.replace("q8", "q7")))
    client.diagnostics(uri, 2)
    assert "First seen" not in origin(client, uri)


@pytest.mark.parametrize("early", [False, True])
def test_an_accepted_completion_is_a_sighting(client, uri, early):
    value = CANARY.replace("q8", "x" + str(int(early)))
    client.open(uri, "t = \n")
    client.diagnostics(uri, 1)
    if early:
        run(client, "accepted", uri=uri, version=2, text=f'"{value}"')
    client.change(uri, 2, replaced(0, 4, 4, f'"{value}"'))
    [found] = client.diagnostics(uri, 2)
    if not early:
        run(client, "accepted", uri=uri, version=2, text=f'"{value}"')
    assert "a completion you accepted" in origin(client, uri)
    while found["data"]["fingerprint"] not in leaks(client):
        client.notified("unleak/leaksChanged")
    assert leaks(client)[found["data"]["fingerprint"]] == "accepted"
