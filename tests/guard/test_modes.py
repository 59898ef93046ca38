"""What each mode does to answers, in every dialect, however the bytes are cut."""

import gzip
import itertools
import json

import pytest
from harness import SHIELD, Script, ask, cut
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wire import STREAMED, WIRES, said

from unleak.core.finding import REDACT_SCORE, redact
from unleak.guard.relay import Mode

TOKEN = "ghp_q8Zt3LmW5vXc7RbN2kYd9JfH4sGpA6eTu1Qi"
CANARY = "AKIAQ3K5X7MZT2WJ6PBR"
KEY = (
    "-----BEGIN RSA PRIVATE KEY-----\n"
    + "q8Zt3LmW5vXc7RbN2kYd9JfH4sGpA6eTu1Qi8ZtPq8Zt3LmW5vXc7RbN2kYd9Jfa\n" * 4
    + "-----END RSA PRIVATE KEY-----"
)
TEXTS = (
    f'key = "{TOKEN}"\nprint(key)\n',
    f"aws = '{CANARY}'  # mine\n",
    'password = "correct horse 7 battery"\nlogin(password)\n',
    f"before\n{KEY}\nafter\n",
    "card: 4111 1111 1111 1111 and iban GB82 WEST 1234 5698 7654 32\n",
    "def add(a, b):\n    return a + b  # é İ 𝄞\n",
    f"a {TOKEN}",
    "postgres://admin:q8Zt3LmW5v@db.internal.net/x ",
)
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
texts = st.lists(st.one_of(st.sampled_from(TEXTS), st.text(max_size=8)), min_size=1, max_size=4)
places = st.lists(st.integers(0, 100_000), max_size=12)


def pieces_of(text, places, choice=0):
    at = sorted({place % (len(text) + 1) for place in places} | {0, len(text)})
    return [(choice, text[a:b]) for a, b in itertools.pairwise(at)]


def interleaved(first, second):
    found = []
    for i in range(max(len(first), len(second))):
        found += first[i : i + 1] + second[i : i + 1]
    return found


def masked(text):
    found = [f for f in SHIELD.scanner.scan(text) if f.score >= REDACT_SCORE]
    return redact(text, found)


@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
@given(
    st.sampled_from(STREAMED), texts, places, places, st.sampled_from(["", "gzip"]), st.booleans()
)
def test_observe_changes_no_byte(wire, parts, cuts, chunks, encoding, broken):
    body = wire.stream(pieces_of("".join(parts), cuts))
    if broken:  # malformed: an event is cut off and noise follows
        body = body[: len(body) // 2] + b'\r\n: ping\r\ndata: {"choices": 7}\n\n\xff\xfe{'
    headers = {}
    if encoding:
        body, headers = gzip.compress(body), {"content-encoding": "gzip"}
    script = Script(cut(body, chunks), wire.kind, headers={**headers, "x-request-id": "7"})
    answer = ask(script, wire.path, wire.ask("x", True), mode=Mode.OBSERVE)
    assert answer.body == body
    assert answer.headers[b"x-request-id"] == b"7"


@settings(max_examples=80, deadline=None, suppress_health_check=SLOW)
@given(st.sampled_from(STREAMED), texts, texts, places, places, places)
def test_redact_gives_the_mask_of_one_scan(wire, parts, others, cuts, other_cuts, chunks):
    text, other = "".join(parts), "".join(others)
    pieces = pieces_of(text, cuts)
    if wire.choices > 1:
        pieces = interleaved(pieces, pieces_of(other, other_cuts, 1))
    body = wire.stream(pieces)
    answer = ask(Script(cut(body, chunks), wire.kind), wire.path, wire.ask("x", True))
    shown = wire.texts(answer.body, True)
    assert shown.get(0, "") == masked(text)
    if wire.choices > 1:
        assert shown.get(1, "") == masked(other)
    assert len(said(answer.body)) == len(said(body))


@settings(max_examples=40, deadline=None, suppress_health_check=SLOW)
@given(st.sampled_from(WIRES), texts, places)
def test_redact_of_an_answer_that_comes_at_once(wire, parts, chunks):
    text = "".join(parts)
    body = wire.whole(text)
    answer = ask(Script(cut(body, chunks)), wire.path, wire.ask("x", False))
    assert wire.texts(answer.body, False)[0] == masked(text)
    if masked(text) == text:
        assert answer.body == body


@pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.path)
def test_what_is_clean_is_passed_on_byte_for_byte(wire):
    text = "def add(a, b):\n    return a + b\n"
    body = wire.stream(pieces_of(text, range(0, 40, 3))) if wire.stream else wire.whole(text)
    script = Script(cut(body, range(0, 4000, 17)), wire.kind if wire.stream else "application/json")
    answer = ask(script, wire.path, wire.ask("x", wire.stream is not None))
    assert answer.body == body


@pytest.mark.parametrize("wire", STREAMED, ids=lambda wire: wire.path)
def test_block_ends_a_stream_with_an_error(wire):
    text = f'import os\nkey = "{TOKEN}"\nmore = 1\n' * 3
    body = wire.stream(pieces_of(text, range(0, 400, 3)))
    script = Script(cut(body, range(0, 100_000, 50)), wire.kind)
    answer = ask(script, wire.path, wire.ask("x", True), mode=Mode.BLOCK)
    assert TOKEN not in answer.body.decode()
    assert "unleak blocked" in json.dumps(said(answer.body)[-1])
    assert wire.texts(answer.body, True)[0].startswith("import os\n")
    assert script.closed
    assert [s.secret.reveal() for s in answer.sightings] == [TOKEN]


@pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.path)
def test_block_of_an_answer_that_comes_at_once(wire):
    body = wire.whole(f'key = "{TOKEN}"\n')
    answer = ask(Script([body]), wire.path, wire.ask("x", False), mode=Mode.BLOCK)
    assert answer.status == 403
    assert b"unleak blocked" in answer.body
    assert TOKEN.encode() not in answer.body
