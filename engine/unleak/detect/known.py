"""Find secrets that are known, whatever their format, without holding one of them.

A known secret is kept as its fingerprint, its length, and the fingerprint and place of its anchor:
the longest run of ASCII letters and digits in it. A run in a text that is an anchor says where the
secret would stand; the fingerprint of what stands there decides. So an occurrence is found if no
letter or digit touches the anchor, be the secret full of blanks and signs or not.

The CRC-32 of each run of a text is looked up in a table of at least 16 bytes for each anchor: at
most one distinct run in 16 costs an HMAC although it is no anchor. A false finding needs two values
with the same 96-bit fingerprint: with n known secrets, each place that is looked at is one with
probability n * 2^-96 (for a million: 2^-76).
"""

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import compress
from typing import Final
from zlib import crc32

from unleak.core.secret import Fingerprinter
from unleak.detect.prefilter import LONGEST_LINE, pieces

KNOWN: Final = "known-secret"  # the rule's id, and the kind of what no other rule finds
KNOWN_SCORE: Final = 1.0
SHORTEST: Final = 8  # characters; what is shorter occurs by chance
_BYTES_AN_ANCHOR: Final = 16
_LEAST_BYTES: Final = 1 << 16

_RUN: Final = re.compile(rb"[A-Za-z0-9]{2,}")
# Behind an escaped control character or a percent-encoded sign a run starts again.
_ESCAPED_RUN: Final = re.compile(rb"(?:\\[nrt]|%[0-9A-Fa-f]{2})([A-Za-z0-9]{2,})")


@dataclass(frozen=True, slots=True, repr=False)
class Entries:
    """What is kept of known secrets: sorted columns, 28 bytes a secret, and no value.

    anchors, offsets, lengths, crcs: distinct (64 bits of the anchor's fingerprint, the anchor's
        place in the secret, the secret's length, the anchor's CRC-32), sorted.
    heads, tails: the first 64 and the last 32 bits of the secrets' fingerprints, sorted.
    """

    anchors: "array[int]"
    offsets: "array[int]"
    lengths: "array[int]"
    crcs: "array[int]"
    heads: "array[int]"
    tails: "array[int]"

    @property
    def columns(self) -> "tuple[array[int], ...]":
        """The columns in the order of the constructor."""
        return self.anchors, self.offsets, self.lengths, self.crcs, self.heads, self.tails

    def __len__(self) -> int:
        return len(self.heads)


COLUMN_TYPES: Final = "QHHIQI"


class Known:
    """An index of known secrets; holds no state between texts."""

    def __init__(self, entries: Entries, fingerprinter: Fingerprinter) -> None:
        self.entries = entries
        self.fingerprinter = fingerprinter
        size = _LEAST_BYTES
        while size < _BYTES_AN_ANCHOR * len(entries.crcs):
            size *= 2
        self._mask = size - 1
        self._table = bytearray(size)
        for crc in entries.crcs:
            self._table[crc & self._mask] = 1

    def __repr__(self) -> str:
        return f"<Known {len(self.entries)}>"

    def holds(self, fingerprint: str) -> bool:
        """Whether a secret of this fingerprint is known."""
        head, tail = int(fingerprint[:16], 16), int(fingerprint[16:], 16)
        heads, tails = self.entries.heads, self.entries.tails
        at = bisect_left(heads, head)
        while at < len(heads) and heads[at] == head:
            if tails[at] == tail:
                return True
            at += 1
        return False

    def marks(self, text: str) -> list[tuple[int, int]]:
        """Where in a text anchors stand, in any order.

        None crosses the end of a line, or of a piece of a long one.
        """
        data = _bytes(text)
        whole = max(map(len, text.split("\n"))) < LONGEST_LINE
        marks: list[tuple[int, int]] = []
        for start, end in [(0, len(text))] if whole else pieces(text):
            piece = data if whole else data[start:end]
            if anchors := self._anchors(piece):
                spans = (run.span() for run in _runs(piece) if run[run.re.groups] in anchors)
                marks += ((start + at, start + to) for at, to in spans)
        return marks

    def spans(self, line: str) -> Iterator[tuple[int, int]]:
        """Where known secrets stand in a line."""
        data = _bytes(line)
        anchors = self._anchors(data)
        seen = set()
        for run in _runs(data) if anchors else ():
            for offset, length in anchors.get(run[run.re.groups], ()):
                start = run.start(run.re.groups) - offset
                span = start, start + length
                if start < 0 or span[1] > len(line) or span in seen:
                    continue
                seen.add(span)
                if self.holds(self.fingerprinter.fingerprint(line[start : span[1]])):
                    yield span

    def _anchors(self, data: bytes) -> dict[bytes, list[tuple[int, int]]]:
        """The anchors among the runs of some text, with the shapes of secrets around them."""
        runs = set(_RUN.findall(data))
        if b"\\" in data or b"%" in data:
            runs.update(_ESCAPED_RUN.findall(data))
        # One pass through C code: most runs end here.
        listed = map(self._table.__getitem__, map(self._mask.__and__, map(crc32, runs)))
        shapes = {run: self._shapes(run) for run in compress(runs, listed)}
        return {run: around for run, around in shapes.items() if around}

    def _shapes(self, run: bytes) -> list[tuple[int, int]]:
        entries = self.entries
        anchor = _anchor_print(run, self.fingerprinter)
        first = bisect_left(entries.anchors, anchor)
        behind = bisect_right(entries.anchors, anchor, lo=first)
        return list(zip(entries.offsets[first:behind], entries.lengths[first:behind], strict=True))


class Learner:
    """Takes secrets and keeps what `Entries` says.

    too_short, without_anchor: how many were refused.
    """

    def __init__(self, fingerprinter: Fingerprinter) -> None:
        self._fingerprinter = fingerprinter
        self._shapes: set[tuple[int, int, int, int]] = set()
        self._prints: set[int] = set()
        self.too_short = 0
        self.without_anchor = 0

    def add(self, value: str) -> None:
        """Learn one secret.

        One of several lines, or longer than any line, has no anchor: it is known where a rule
        finds it (a private key), as one is of which only the fingerprint is left.
        """
        if len(value) < SHORTEST:
            self.too_short += 1
            return
        fingerprint = self._fingerprinter.fingerprint(value)
        if "\n" in value or "\r" in value or len(value) >= LONGEST_LINE:
            self.add_fingerprint(fingerprint)
            return
        runs = list(_RUN.finditer(_bytes(value)))
        if not runs:
            self.without_anchor += 1
            return
        anchor = max(runs, key=lambda run: len(run[0]))
        self.add_fingerprint(fingerprint)
        self._shapes.add(
            (
                _anchor_print(anchor[0], self._fingerprinter),
                anchor.start(),
                len(value),
                crc32(anchor[0]),
            )
        )

    def add_fingerprint(self, fingerprint: str) -> None:
        """Learn a secret of which only the fingerprint is left."""
        self._prints.add(int(fingerprint, 16))

    def add_all(self, known: Known) -> None:
        """Learn what another index of the same key holds."""
        *shapes, heads, tails = known.entries.columns
        self._shapes.update(zip(*shapes, strict=True))
        self._prints.update(head << 32 | tail for head, tail in zip(heads, tails, strict=True))

    def known(self) -> Known:
        """The index of what was learned."""
        prints = sorted(self._prints)
        columns: Iterable[tuple[int, ...]] = zip(*sorted(self._shapes), strict=True)
        shapes = list(columns) or [()] * 4
        whole = [*shapes, [p >> 32 for p in prints], [p & 0xFFFFFFFF for p in prints]]
        arrays = (array(kind, column) for kind, column in zip(COLUMN_TYPES, whole, strict=True))
        return Known(Entries(*arrays), self._fingerprinter)


def _bytes(text: str) -> bytes:
    """One byte a code point, so that places agree."""
    return text.encode("latin-1", "replace")


def _runs(data: bytes) -> Iterator[re.Match[bytes]]:
    """Every run; a match's last group is the run."""
    yield from _RUN.finditer(data)
    yield from _ESCAPED_RUN.finditer(data)


def _anchor_print(run: bytes, fingerprinter: Fingerprinter) -> int:
    return int(fingerprinter.fingerprint(run.decode("ascii"))[:16], 16)
