"""A stream is cut into the same messages wherever the network cuts it."""

from hypothesis import given
from hypothesis import strategies as st

from unleak.guard.frames import LONGEST_FRAME, Events, Lines

ENDS = st.sampled_from([b"\n", b"\r\n", b"\r"])
FIELDS = st.sampled_from(
    [b"data: {}", b"data:x", b"data", b": ping", b"event: a", b"id: 7", b"data: \xc3\xa9"]
)


@st.composite
def streams(draw):
    parts = []
    for _ in range(draw(st.integers(0, 5))):
        end = draw(ENDS)
        parts += [line + end for line in draw(st.lists(FIELDS, min_size=1, max_size=3))] + [end]
    return b"".join(parts)


def fed(frames, body, cuts):
    at = sorted({cut % (len(body) + 1) for cut in cuts} | {0, len(body)})
    found = []
    for a, b in zip(at, at[1:], strict=False):  # noqa: RUF007
        found += frames.feed(body[a:b])
    return found + frames.close()


@given(streams(), st.lists(st.integers(0, 500), max_size=8))
def test_events(body, cuts):
    whole, chunked = fed(Events(), body, []), fed(Events(), body, cuts)
    assert b"".join(frame.raw for frame in chunked) == body
    said = [frame.data for frame in chunked if frame.data is not None]
    assert said == [frame.data for frame in whole if frame.data is not None]


@given(st.binary(max_size=80), st.lists(st.integers(0, 500), max_size=8))
def test_any_bytes_come_out_again(body, cuts):
    assert b"".join(f.raw for f in fed(Lines(), body, cuts)) == body
    chunked = b"".join(f.raw for f in fed(Events(), body, cuts))
    assert chunked in (body, body + b"\n\n")  # the end of an event is mended


def test_other_lines_of_an_event_stay():
    (frame,) = Events().feed(b"event: m\r\ndata: 1\r\ndata: 2\r\nid: 3\r\n\r\n")
    assert frame.data == b"1\n2"
    assert frame.saying(b"{}") == b"event: m\r\ndata: {}\r\nid: 3\r\n\r\n"


def test_a_line_keeps_its_end():
    (frame,) = Lines().feed(b'{"a": 1}\r\n')
    assert frame.saying(b"{}") == b"{}\r\n"


def test_what_never_ends_is_not_kept():
    events = Events()
    passed = 0
    for _ in range(3 * LONGEST_FRAME // 65536 + 1):
        passed += sum(len(frame.raw) for frame in events.feed(b"x" * 65536))
        assert len(events._open) <= LONGEST_FRAME
    assert passed >= 2 * LONGEST_FRAME
