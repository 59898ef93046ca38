"""Nothing of the user's text in logs, errors or traffic, whatever goes wrong."""

import io
import logging

from hypothesis import given
from hypothesis import strategies as st
from servers import CANARY, PUSH

from unleak.core.errors import EngineError
from unleak.lsp.protocol import RefusedError, refusal
from unleak.lsp.quiet import Redacting, cap_loggers
from unleak.lsp.transport import Frames
from unleak.lsp.wire import types


def test_a_log_record_keeps_its_place_and_loses_its_text():
    stream = io.StringIO()
    logger = logging.Logger("pygls.test")
    handler = logging.StreamHandler(stream)
    handler.addFilter(Redacting())
    logger.addHandler(handler)
    try:
        raise ValueError(CANARY)
    except ValueError:
        logger.exception("handler %s failed", CANARY, stack_info=True)
    assert CANARY not in stream.getvalue()
    assert "ValueError" in stream.getvalue()


def test_pygls_logs_nothing_below_an_error(monkeypatch, capsys):
    before = {
        name: (logger.level, logger.handlers, logger.propagate)
        for name in ("pygls", "asyncio", "httpx", "httpcore", "lsprotocol", "cattrs", "unleak")
        for logger in [logging.getLogger(name)]
    }
    try:
        cap_loggers()
        assert not logging.getLogger("pygls.protocol.json_rpc").isEnabledFor(logging.WARNING)
        logging.getLogger("httpx").warning("HTTP Request: POST %s", CANARY)
        said = capsys.readouterr()
        assert CANARY not in said.out + said.err
    finally:
        for name, (level, handlers, propagate) in before.items():
            logger = logging.getLogger(name)
            logger.level, logger.handlers, logger.propagate = level, handlers, propagate


def test_errors_of_others_are_told_by_class_and_ours_by_message():
    assert CANARY not in refusal(ValueError(CANARY)).message
    assert refusal(EngineError("start it")).message == "start it"
    assert refusal(RefusedError("no")).message == "no"


def test_a_message_does_not_show_itself_in_the_server(servers, uri):
    client = servers.start(PUSH)
    # a trace, the loudest level there is
    client.notify("$/setTrace", {"value": "verbose"})
    client.open(uri, f't = "{CANARY}"\n')
    client.diagnostics(uri)
    position = {"line": 0, "character": 8}
    client.request("textDocument/hover", {"textDocument": {"uri": uri}, "position": position})
    client.request("textDocument/codeLens", {"textDocument": {"uri": uri}})
    client.ask("textDocument/hover", {"textDocument": CANARY, "position": CANARY})
    client.ask("workspace/executeCommand", {"command": CANARY, "arguments": [{"a": CANARY}]})
    client.ask("codeAction/resolve", {"title": CANARY, "data": {"do": CANARY}})
    client.notify("window/workDoneProgress/cancel", {"token": CANARY})
    client.notify(CANARY, {"x": CANARY})
    client.open(uri, "x = 1\n")
    assert client.diagnostics(uri) == []


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=5), st.integers(1, 9))
def test_frames_are_cut_the_same_at_any_chunking(bodies, size):
    data = b"".join(b"Content-Length: %d\r\n\r\n%s" % (len(b), b) for b in bodies)
    frames, found = Frames(), []
    for at in range(0, len(data), size):
        found += frames.feed(data[at : at + size])
    assert found == bodies


def test_the_protocol_s_types_are_those_of_lsprotocol():
    from lsprotocol import types as theirs

    assert types is theirs
