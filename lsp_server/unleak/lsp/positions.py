r"""Between the protocol's positions and lines and columns in code points.

The protocol's lines end at \n, \r\n and \r, its characters are UTF-16 units or what was agreed;
ours end at \n and count code points. Python's `splitlines` ends lines at form feeds and U+2028
too, so it is of no use here.
"""

from bisect import bisect_right
from collections.abc import Sequence

from unleak.lsp.wire import types

UTF8 = types.PositionEncodingKind.Utf8
UTF16 = types.PositionEncodingKind.Utf16
UTF32 = types.PositionEncodingKind.Utf32

Place = tuple[int, int]  # line and column from 0, in code points, lines end at \n


def units(text: str, encoding: types.PositionEncodingKind) -> int:
    """The length of a text in an encoding's units."""
    if text.isascii() or encoding == UTF32:
        return len(text)
    if encoding == UTF8:
        return len(text.encode("utf-8", "surrogatepass"))
    return len(text) + sum(c > "\uffff" for c in text)


def column(text: str, character: int, encoding: types.PositionEncodingKind) -> int:
    """The column of a unit; one inside of a character is its start, one behind the text its end."""
    if text.isascii() or encoding == UTF32:
        return min(character, len(text))
    at = 0
    for index, c in enumerate(text):
        at += units(c, encoding)
        if at > character:
            return index
    return len(text)


class LineIndex:
    r"""Positions in the lines of an edited text.

    A \r without a \n is rare: only texts that have one pay for it, with a table of all lines.

    Args:
        lines: with their ends, at \n; the list of an `EditedText`, which changes it.
    """

    def __init__(self, lines: Sequence[str], encoding: types.PositionEncodingKind) -> None:
        self._lines = lines
        self.encoding = encoding
        self._starts: list[Place] | None = None
        self._bare = any(map(_has_bare_return, lines))

    def changed(self, lines: range) -> None:
        """To be called after each edit, with the lines that are new."""
        self._starts = None
        if self._bare:
            self._bare = any(map(_has_bare_return, self._lines))
        else:
            self._bare = any(_has_bare_return(self._lines[line]) for line in lines)

    @property
    def count(self) -> int:
        """How many lines the protocol sees."""
        return len(self._table()) if self._bare else len(self._lines)

    def text(self, line: int) -> str:
        """A line as the protocol sees it, without its end."""
        return self._line(line)[1]

    def place(self, position: types.Position) -> Place:
        """Where a position is; one behind the end of its line or of the text is that end."""
        if position.line >= self.count:
            return len(self._lines) - 1, len(self._lines[-1])
        (line, before), text = self._line(position.line)
        return line, before + column(text, position.character, self.encoding)

    def position(self, place: Place) -> types.Position:
        """The position of a place in the text."""
        line, at = place
        number, before = line, 0
        if self._bare:
            number = bisect_right(self._table(), place) - 1
            before = self._table()[number][1]
        return types.Position(number, units(self._lines[line][before:at], self.encoding))

    def _line(self, number: int) -> tuple[Place, str]:
        if not self._bare:
            return (number, 0), self._lines[number].removesuffix("\n").removesuffix("\r")
        line, start = self._table()[number]
        rest = self._lines[line][start:]
        end = rest.find("\r")
        return (line, start), (rest[:end] if end >= 0 else rest.removesuffix("\n"))

    def _table(self) -> list[Place]:
        """The place where each of the protocol's lines starts."""
        if self._starts is None:
            self._starts = []
            for number, line in enumerate(self._lines):
                self._starts.append((number, 0))
                at = line.find("\r")
                while at >= 0 and line[at:] != "\r\n":
                    self._starts.append((number, at + 1))
                    at = line.find("\r", at + 1)
        return self._starts


def _has_bare_return(line: str) -> bool:
    at = line.find("\r")
    return at >= 0 and line[at:] != "\r\n"
