"""An open document: its text, what is found in it, and where each of it came from."""

from bisect import bisect_right
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from unleak.core.finding import REDACT_SCORE, Finding
from unleak.core.states import Origin
from unleak.detect.incremental import EditedText, IncrementalScanner
from unleak.detect.scanner import Scanner
from unleak.lsp.positions import LineIndex, Place
from unleak.lsp.wire import types

_TYPED: Final = 2  # so many characters at once a keyboard gives: with a closing quote, say
_REMEMBERED: Final = 50  # changes
_AROUND: Final = 2_000  # characters beside a change that are scanned in a document over the limit


@dataclass(frozen=True, slots=True, repr=False)
class Line:
    """A line without its end, and the offset where it starts."""

    start: int
    text: str


@dataclass(frozen=True, slots=True, repr=False)
class Change:
    """What one version brought: the text put in, and fingerprints that were not there before."""

    version: int
    inserted: str
    new: frozenset[str]


class Document:
    """A document that a client has open.

    One of more characters than `limit` is not scanned at every change: only what stands around
    the change is, until `take_findings` brings a scan of all of it.

    Args:
        path: where it lies; None for one that is nowhere yet.
    """

    def __init__(
        self,
        item: types.TextDocumentItem,
        scanner: Scanner,
        encoding: types.PositionEncodingKind,
        *,
        path: Path | None,
        limit: int,
    ) -> None:
        self.uri, self.language, self.version = item.uri, item.language_id, item.version
        self.path = path
        self.scanner = scanner
        self.origins: dict[str, Origin] = {}
        self.echoes: set[str] = set()  # fingerprints a completion repeated from here
        self.models: dict[str, str] = {}  # which model proposed a fingerprint
        self.changes: deque[Change] = deque(maxlen=_REMEMBERED)
        self._limit = limit
        self._encoding = encoding
        self._findings: list[Finding] | None = None
        self._set(item.text)
        for finding in self.findings:
            self.origins[finding.fingerprint] = Origin.UNKNOWN

    def _set(self, text: str) -> None:
        self.lazy = len(text) > self._limit
        self._text: EditedText = (
            EditedText(text) if self.lazy else IncrementalScanner(self.scanner, text)
        )
        self.index = LineIndex(self._text.lines, self._encoding)
        self._stale()
        self._seen: list[Finding] = []  # of a lazy document

    def rescan(self, scanner: Scanner, limit: int) -> None:
        """Scan it all again: settings or key have changed."""
        self.scanner, self._limit = scanner, limit
        self._set(self.text)

    @property
    def text(self) -> str:
        """The text as it is now."""
        return self._text.text

    @property
    def findings(self) -> list[Finding]:
        """What is to be shown, in the order of the text."""
        if self._findings is None:
            text = self._text
            found = text.findings() if isinstance(text, IncrementalScanner) else self._seen
            allow = self.scanner.settings.allow
            if self.path and allow.file(self.path):
                found = []
            self._findings = [
                finding
                for finding in found
                if finding.score >= REDACT_SCORE
                and not (self.path and allow.rule_in(self.path, finding.rule))
            ]
        return self._findings

    def _stale(self) -> None:
        self._findings = None

    def change(
        self, changes: Sequence[types.TextDocumentContentChangeEvent], version: int
    ) -> Change:
        """Apply the changes of one version and tell what they brought."""
        before = {finding.fingerprint for finding in self.findings}
        inserted = []
        for change in changes:
            if isinstance(change, types.TextDocumentContentChangeWholeDocument):
                self._set(change.text)
            else:
                self._edit(change)
            inserted.append(change.text)
        self._stale()
        self.version = version
        fingerprints = frozenset(finding.fingerprint for finding in self.findings)
        done = Change(version, "".join(inserted), fingerprints - before)
        typed = sum(map(len, inserted)) <= _TYPED
        for fingerprint in done.new:
            self.origins.setdefault(fingerprint, Origin.TYPED if typed else Origin.UNKNOWN)
        for fingerprint in before - fingerprints:
            if self.origins.get(fingerprint) == Origin.TYPED:
                del self.origins[fingerprint]  # a value that was not typed to its end
        self.changes.append(done)
        return done

    def _edit(self, change: types.TextDocumentContentChangePartial) -> None:
        start = self.index.place(change.range.start)
        end = self.index.place(change.range.end)
        if self.lazy:
            at = self._offset(start)
            shift = len(change.text) - max(0, self._offset(end) - at)
            self._seen = [f for f in self._seen if f.end <= at] + [
                _moved(f, shift) for f in self._seen if f.start >= at + len(change.text) - shift
            ]
        lines = self._text.edit(start, end, change.text)
        self.index.changed(lines)
        self._stale()
        if self.lazy:
            self._scan_around(start, len(change.text))

    def _scan_around(self, start: Place, length: int) -> None:
        at = self._offset(start)
        first = max(0, at - _AROUND)
        text = self.text[first : at + length + _AROUND]
        found = [_moved(finding, first) for finding in self.scanner.scan(text)]
        kept = [
            old
            for old in self._seen
            if all(old.end <= f.start or f.end <= old.start for f in found)
        ]
        self._seen = sorted([*kept, *found], key=lambda f: f.start)
        self._stale()

    def take_findings(self, found: list[Finding], version: int) -> bool:
        """The findings of a scan of all of it; False if the text has changed since."""
        if version != self.version or not self.lazy:
            return False
        self._seen = found
        self._stale()
        for finding in self.findings:
            self.origins.setdefault(finding.fingerprint, Origin.UNKNOWN)
        return True

    def _line_at(self, offset: int) -> int:
        return min(bisect_right(self._text.starts, offset), len(self._text.lines)) - 1

    def _offset(self, place: Place) -> int:
        return self._text.starts[place[0]] + place[1]

    def offset(self, position: types.Position) -> int:
        """The code-point offset of a position."""
        return self._offset(self.index.place(position))

    def position(self, offset: int) -> types.Position:
        """The position of a code-point offset."""
        line = self._line_at(offset)
        return self.index.position((line, offset - self._text.starts[line]))

    def range(self, start: int, end: int) -> types.Range:
        """The range between two offsets."""
        return types.Range(self.position(start), self.position(end))

    @property
    def lines(self) -> list[str]:
        r"""The lines with their ends, at \n; not to be changed."""
        return self._text.lines

    def line_of(self, offset: int) -> Line:
        """The line, as the protocol sees it, in which an offset stands."""
        number = self.position(offset).line
        return Line(self.offset(types.Position(number, 0)), self.index.text(number))

    def at(self, where: types.Range) -> list[Finding]:
        """The findings that a range touches."""
        start, end = self.offset(where.start), self.offset(where.end)
        return [f for f in self.findings if f.start <= end and start <= f.end]

    def find(self, fingerprint: str) -> Finding | None:
        """The first finding of a fingerprint."""
        return next((f for f in self.findings if f.fingerprint == fingerprint), None)

    def before(self, offset: int, most: int) -> str:
        """The text before an offset, at most so many characters of it."""
        starts = self._text.starts
        first = self._line_at(max(0, offset - most))
        last = self._line_at(offset)
        text = "".join(self._text.lines[first : last + 1])
        return text[: offset - starts[first]][-most:] if most else ""

    def behind(self, offset: int, most: int) -> str:
        """The text behind an offset, at most so many characters of it."""
        starts = self._text.starts
        first = self._line_at(offset)
        last = bisect_right(starts, offset + most)
        text = "".join(self._text.lines[first:last])
        return text[offset - starts[first] :][:most]


def _moved(finding: Finding, by: int) -> Finding:
    return Finding(
        finding.rule, finding.start + by, finding.end + by, finding.score, finding.alert,
        finding.secret,
    )  # fmt: skip
