"""Secrets of which only the fingerprint is known do not get through, whatever their format."""

import pytest
from harness import KEY, Script, ask, cut
from hypothesis import given, settings
from hypothesis import strategies as st
from test_modes import SLOW, pieces_of
from wire import STREAMED, WIRES

from unleak.detect.settings import NO_SETTINGS
from unleak.guard.blocklist import Blocked
from unleak.guard.relay import Mode
from unleak.guard.server import shield_of
from unleak.service.contract import BlockList

SECRETS = ("blue moon over kyoto", "k7-fox", "zebra_crossing_11", "ein Wort für alle", "=+=+/9")
BLOCKED = BlockList(
    3, frozenset(map(KEY.fingerprint, SECRETS)), frozenset(map(len, SECRETS)) | {9, 33}
)
SHIELD = shield_of(KEY, NO_SETTINGS, Blocked(KEY, BLOCKED))
parts = st.lists(
    st.one_of(st.sampled_from(SECRETS), st.sampled_from([" ", "\n", '"', "x = ", "é "])),
    max_size=8,
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
@given(st.sampled_from(STREAMED), parts, st.lists(st.integers(0, 9999), max_size=9))
def test_a_blocked_secret_is_masked_at_any_chunking(wire, between, cuts):
    text = " ".join(between)
    body = wire.stream(pieces_of(text, cuts))
    answer = ask(Script(cut(body, cuts), wire.kind), wire.path, wire.ask("x", True), shield=SHIELD)
    shown = wire.texts(answer.body, True).get(0, "")
    assert len(shown) == len(text)
    for secret in SECRETS:
        assert secret not in shown
    assert [a for a, b in zip(text, shown, strict=True) if b != "█" and a != b] == []


@pytest.mark.parametrize("secret", SECRETS)
def test_block_mode_stops_it(secret):
    wire = WIRES[0]
    body = wire.stream(pieces_of(f"say {secret} now\n", range(40)))
    answer = ask(
        Script([body], wire.kind), wire.path, wire.ask("x", True), mode=Mode.BLOCK, shield=SHIELD
    )
    assert secret not in wire.texts(answer.body, True)[0]
    assert b"unleak blocked" in answer.body


def test_what_stands_in_the_request_is_an_echo():
    wire = WIRES[0]
    body = wire.whole(f"say {SECRETS[0]} now\n")
    answer = ask(Script([body]), wire.path, wire.ask(f"# {SECRETS[0]}\n", False), shield=SHIELD)
    assert answer.body == body
    assert answer.sightings == []
    assert answer.stats.as_json()["findings"] == {"echoed known-secret": 1}


def test_what_may_become_a_blocked_secret_is_all_that_is_held():
    blocked = Blocked(KEY, BLOCKED)
    assert blocked.clear("a long text without an end " * 9 + "\nx") == 9 * 27 + 1
    text = "word " * 40
    assert len(text) - blocked.clear(text) <= 33
    assert Blocked(KEY).clear(text) == len(text)
