"""One answer on its way from the upstream to the client."""

import zlib
from time import perf_counter
from typing import Final

import httpx

from unleak.guard.decoding import Decoder, TooLongError
from unleak.guard.dialects.dialect import Asked, Dialect
from unleak.guard.frames import Frame, Frames, frames_of
from unleak.guard.relay import Relay, encoded
from unleak.guard.stats import Stats

_STREAMS: Final = ("text/event-stream", "application/x-ndjson", "application/ndjson")


class Unreadable(Exception):  # noqa: N818 - it is no error: the answer is passed on
    """What comes cannot be scanned."""


class StreamAnswer:
    """Bytes of a stream in, bytes for the client out.

    Where they cannot be read they are passed on as they come; in `observe` always.
    """

    def __init__(self, relay: Relay, dialect: Dialect, encoding: str, stats: Stats) -> None:
        self._relay, self._dialect, self._stats = relay, dialect, stats
        self._frames: Frames | None = frames_of(dialect.framing)
        self._decoder = Decoder(encoding)

    @property
    def blocked(self) -> bool:
        """Whether nothing more comes."""
        return self._relay.blocked

    def feed(self, chunk: bytes) -> bytes:
        """What to send for a chunk."""
        if self._frames is None:
            return chunk
        start = perf_counter()
        try:
            frames = self._frames.feed(self._decoder.feed(chunk))
        except (zlib.error, TooLongError):
            self._frames = None
            self._stats.count("unreadable_answers")
            raise Unreadable from None
        sent = b"".join(self._passed(frames))
        self._stats.chunk(perf_counter() - start, self._relay.held)
        return sent

    def end(self) -> bytes:
        """What to send at the end."""
        if self._frames is None:
            return b""
        sent = self._passed(self._frames.close())
        if not self.blocked:
            sent += self._relay.end()
            if self.blocked:
                sent.append(self._goodbye())
        if self._relay.unknown:
            self._stats.count("unknown_messages", self._relay.unknown)
        return b"".join(sent)

    def _passed(self, frames: list[Frame]) -> list[bytes]:
        sent: list[bytes] = []
        for frame in frames:
            sent += self._relay.frame(frame)
            if self.blocked:
                sent.append(self._goodbye())
                break
        return sent

    def _goodbye(self) -> bytes:
        said = encoded(self._dialect.blocked(), None)
        if self._dialect.framing == "ndjson":
            return said + b"\n"
        return b"data: " + said + b"\n\n" + self._dialect.last_words


def whole_answer(relay: Relay, body: bytes, stats: Stats) -> bytes:
    """The body to send for one that came at once; with `relay.blocked`, an error's."""
    sent = relay.frame(Frame(body, body)) + relay.end()
    if relay.unknown:
        stats.count("unknown_messages", relay.unknown)
    return b"".join(sent)


def is_stream(response: httpx.Response, dialect: Dialect, asked: Asked) -> bool:
    """Whether an answer comes in pieces."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in _STREAMS:
        return True
    return kind == "application/json" and dialect.framing == "ndjson" and asked.stream
