"""Cut the bytes of a stream into its messages: server-sent events, or JSON a line.

The raw bytes of all messages together are those of the stream, so that what is not changed is
passed on as it came. A message may be cut anywhere by the network, inside of a character too.

Reference: https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass

from unleak.guard.dialects.dialect import Framing

LONGEST_FRAME = 1 << 20  # bytes; what goes on without an end for longer is passed on unread
_LINE_END = re.compile(rb"\r\n|\n|\r")
# A blank line ends an event. `\r(?!\n)`: else \r\n would count as two line ends.
_EVENT_END = re.compile(rb"(?:\r\n|\n|\r(?!\n)){2}")
_DATA = re.compile(rb"data(?::(?P<blank> ?)(?P<value>.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True, repr=False)
class Frame:
    """One message.

    raw: all of its bytes, the end of the message included.
    data: what it says; None if it says nothing (a comment), or was too long to be read.
    """

    raw: bytes
    data: bytes | None

    def saying(self, data: bytes) -> bytes:
        """The same message with other data, of one line."""
        return data


class Frames(ABC):
    """A stream that is cut into messages."""

    def __init__(self) -> None:
        self._open = b""

    def feed(self, chunk: bytes) -> list[Frame]:
        """The messages that end with a chunk."""
        self._open += chunk
        found = self._cut()
        if len(self._open) > LONGEST_FRAME:
            found.append(Frame(self._open, None))
            self._open = b""
        return found

    def close(self) -> list[Frame]:
        """What is left at the end of the stream."""
        rest, self._open = self._open, b""
        return [self._frame(rest)] if rest else []

    @abstractmethod
    def _cut(self) -> list[Frame]: ...

    @abstractmethod
    def _frame(self, raw: bytes) -> Frame: ...


class _Event(Frame):
    def saying(self, data: bytes) -> bytes:
        """Its other lines (event, id) stay as they are."""
        lines, at, said = [], 0, False
        for end in _LINE_END.finditer(self.raw):
            line, stop = self.raw[at : end.start()], end[0]
            at = end.end()
            if (match := _DATA.fullmatch(line)) is None:
                lines.append(line + stop)
            elif not said:
                lines.append(b"data:" + (match["blank"] or b"") + data + stop)
                said = True
        return b"".join(lines)


class Events(Frames):
    """Server-sent events."""

    def _cut(self) -> list[Frame]:
        found, at = [], 0
        for end in _EVENT_END.finditer(self._open):
            found.append(self._frame(self._open[at : end.end()]))
            at = end.end()
        self._open = self._open[at:]
        return found

    def _frame(self, raw: bytes) -> Frame:
        values = [m["value"] or b"" for m in map(_DATA.fullmatch, _LINE_END.split(raw)) if m]
        if values and not _LINE_END.search(raw[-1:]):
            raw += b"\n\n"  # the stream broke off: without an end the event could not be rewritten
        return _Event(raw, b"\n".join(values) if values else None)


class Lines(Frames):
    """One JSON value a line."""

    def _cut(self) -> list[Frame]:
        *whole, self._open = self._open.split(b"\n")
        return [self._frame(line + b"\n") for line in whole]

    def _frame(self, raw: bytes) -> Frame:
        return _Line(raw, raw.strip() or None)


class _Line(Frame):
    def saying(self, data: bytes) -> bytes:
        """With the end that the line had."""
        return data + self.raw[len(self.raw.rstrip(b"\r\n")) :]


def frames_of(framing: Framing) -> Frames:
    """For the streams of a dialect."""
    return Events() if framing == "sse" else Lines()
