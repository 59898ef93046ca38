"""Documents over the limit: scanned lazily, never in the way."""

from servers import CANARY, PUSH

from editing.client import replaced


def test_a_line_of_twenty_megabytes(servers):
    client = servers.start(PUSH, env={"UNLEAK_TEST_ENGINE": "down"})
    big, small = "file:///work/big.js", "file:///work/small.py"
    middle = f'; const t = "{CANARY}"; '
    half = 'x("abc"); ' * 1_000_000
    client.open(big, half + middle + half, "javascript")
    assert client.diagnostics(big, 1) == []
    # other documents go on at once
    client.open(small, "a = 1\n")
    assert client.diagnostics(small, 1) == []
    # all of it has been scanned
    [found] = client.diagnostics(big, 1)
    at = found["range"]["start"]["character"]
    assert at == len(half) + middle.index(CANARY)
    # what stands around a change is scanned with it, and what stands behind it moves along
    other = "ghp_Zk2Lw8Qm4Xc6Vb1Nt9Yr3Ed5Hs7GpA0fUjIo"
    client.change(big, 2, replaced(0, 0, 0, f'y("{other}"); '))
    first, second = client.diagnostics(big, 2)
    assert first["range"]["start"]["character"] == 3
    assert second["range"]["start"]["character"] == at + len(other) + 7
    client.change(big, 3, replaced(0, 3, 3 + len(other), ""))
    assert len(client.diagnostics(big, 3)) == 1
    client.notify("textDocument/didSave", {"textDocument": {"uri": big}})
    assert len(client.diagnostics(big, 3)) == 1


def test_the_limit_is_a_setting(servers, uri):
    client = servers.start(PUSH, initializationOptions={"scan": {"maxFileSize": 1_000}})
    client.open(uri, "a = 1\n" * 400 + f't = "{CANARY}"\n')
    assert client.diagnostics(uri, 1) == []
    assert len(client.diagnostics(uri, 1)) == 1
    client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
