"""Nothing grows without end, and little is held back."""

import gzip
import json

import pytest
from harness import SHIELD, Script, ask, cut
from hypothesis import given, settings
from hypothesis import strategies as st
from test_modes import CANARY, KEY, SLOW, TOKEN
from wire import WIRES, sse

from unleak.detect.prefilter import LONGEST_LINE
from unleak.detect.rule import LONGEST_BLOCK
from unleak.guard.dialects import named
from unleak.guard.dialects.dialect import Asked
from unleak.guard.frames import Frame
from unleak.guard.relay import LONGEST_QUEUE, Mode, Relay
from unleak.guard.track import Track
from unleak.service.contract import PREFIX_LIMIT

ASK = WIRES[0].ask("x", True)


def event(text, index=0):
    return sse([{"choices": [{"index": index, "text": text}]}])


def most_kept(text, times):
    """The most bytes and characters that are kept of a stream with one text over and over."""
    relay = Relay(named("openai-completions"), Asked("m"), SHIELD, Mode.REDACT, lambda found: None)
    frame = Frame(event(text), event(text)[6:].strip())
    queued = characters = 0
    for _ in range(times):
        relay.frame(frame)
        queued = max(queued, relay.queued)
        characters = max(characters, len(relay._tracks[0, "text"]._text))
    return queued, characters


@pytest.mark.parametrize("text", ["x = 1\n", "word ", ""])
def test_an_endless_stream_keeps_little(text):
    queued, characters = most_kept(text, 3000)
    assert queued <= 2 * len(event(text))
    assert characters <= 2 * LONGEST_BLOCK + LONGEST_LINE + PREFIX_LIMIT


@pytest.mark.slow
@pytest.mark.parametrize("text", ["a", "-----BEGIN PRIVATE KEY-----\n", "a" * 300, TOKEN])
def test_an_endless_word_or_block_is_kept_up_to_a_limit(text):
    queued, characters = most_kept(text, 40_000 // len(text))
    assert queued <= LONGEST_QUEUE + len(event(text))
    assert characters <= 4 * LONGEST_BLOCK + PREFIX_LIMIT


def test_messages_without_text_do_not_pile_up_behind_a_word():
    padded = sse([{"choices": [{"index": 0, "text": ""}], "padding": "x" * 9000}])
    body = event("word") + padded * (2 * LONGEST_QUEUE // len(padded))
    answer = ask(Script(cut(body, range(0, len(body), 60_000)), "text/event-stream"),
                 "/v1/completions", ASK)  # fmt: skip
    assert answer.body == body
    assert len(answer.chunks) > 2


@settings(max_examples=40, deadline=None, suppress_health_check=SLOW)
@given(
    st.lists(st.sampled_from([KEY, TOKEN, "the key of a ", "\n", " ", "=", '"', "aaaa"])),
    st.lists(st.integers(1, 9), min_size=1, max_size=5),
)
def test_held_back_is_only_the_tail_that_could_still_be_a_secret(parts, sizes):
    track, text = Track(SHIELD, Asked("m")), "".join(parts)
    at = turn = 0
    while at < len(text):
        track.feed(text[at : at + sizes[turn % len(sizes)]])
        at += sizes[turn % len(sizes)]
        turn += 1
        assert track.held <= LONGEST_BLOCK
    track.close()
    assert track.held == 0


def test_prose_is_held_by_the_word():
    track = Track(SHIELD, Asked("m"))
    for word in ("Use", " your", " private", " key", " to", " sign", " the", " token"):
        track.feed(word)
        assert track.held <= len(word)


def test_one_choice_does_not_wait_for_another():
    first, second = event('key = "ghp_q8Zt3LmW5vXc7R', 0), event("x = 1\n", 1)
    rest = event('bN2kYd9JfH4sGpA6eTu1Qi"\n', 0)
    answer = ask(Script([first, second, rest], "text/event-stream"), "/v1/completions", ASK)
    assert answer.chunks[0] == second
    assert TOKEN not in answer.body.decode()


def test_a_gzip_bomb_is_passed_on_unread():
    bomb = gzip.compress(b" " * (40 << 20))
    script = Script([bomb], headers={"content-encoding": "gzip"})
    answer = ask(script, "/v1/completions", {"prompt": "x"}, mode=Mode.OBSERVE)
    assert answer.body == bomb
    assert answer.stats.as_json()["unreadable_answers"] == {"total": 1}


@pytest.mark.parametrize("stream", [False, True])
def test_an_unknown_encoding_is_passed_on_unread(stream):
    kind = "text/event-stream" if stream else "application/json"
    script = Script([b"\x0b\x01"], kind, headers={"content-encoding": "br"})
    answer = ask(script, "/v1/completions", {"prompt": "x", "stream": stream})
    assert answer.body == b"\x0b\x01"
    assert answer.headers[b"content-encoding"] == b"br"
    assert script.requests[0].headers["accept-encoding"] == "identity"


def test_a_stream_that_breaks_off_breaks_off_for_the_client():
    script = Script([event(f"key = '{CANARY}")], "text/event-stream", fail=True)
    with pytest.raises(ConnectionError):
        ask(script, "/v1/completions", ASK)


def test_gzip_is_unpacked_where_it_has_to_be():
    body = gzip.compress(json.dumps({"choices": [{"text": f"k = '{TOKEN}'"}]}).encode())
    script = Script([body[:20], body[20:]], headers={"content-encoding": "gzip"})
    answer = ask(script, "/v1/completions", {"prompt": "x"})
    assert b"content-encoding" not in answer.headers
    assert json.loads(answer.body)["choices"][0]["text"] == f"k = '{'█' * len(TOKEN)}'"
    assert int(answer.headers[b"content-length"]) == len(answer.body)
