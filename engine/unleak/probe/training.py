"""The secrets in training data: each one once, with its best context and its copies."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from unleak.core.errors import UsageError
from unleak.core.finding import REDACT_SCORE, Finding, LineIndex
from unleak.core.secret import Secret
from unleak.detect.files import each_file, files_of, read_text
from unleak.detect.scanner import Scanner
from unleak.probe.context import prefix_of, suffix_of
from unleak.probe.suite import Case

_TEXT_FIELDS = ("text", "content", "code")  # of a line of JSON Lines, the first that is there
_ID_DIGITS = 12  # of the fingerprint
_HALF_A_PAIR = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Seen:
    """A secret with the longest context it was seen in.

    `copies`: findings of it, sure or not; `likely`: one of them was sure enough to be redacted.
    """

    secret: Secret
    prefix: str
    suffix: str
    source: str
    copies: int
    likely: bool

    def and_again(self, other: "Seen") -> "Seen":
        """Both together; of contexts that are as good the first one stays."""
        better = max(self, other, key=lambda seen: (seen.likely, len(seen.prefix)))
        return replace(better, copies=self.copies + other.copies)


_ByFingerprint = dict[str, Seen]


def cases_of(
    scanner: Scanner,
    folder: Path,
    *,
    leave_out: Path | None = None,
    workers: int = 1,
    progress: Callable[[float], None] = lambda done: None,
) -> tuple[list[Case], list[str]]:
    """A case for each secret in training data, and a line for each file that was not read.

    All files count, those that git ignores too, unless the scanner's settings allow them.

    Args:
        scanner: finds them.
        folder: the training data; a file will do.
        leave_out: a file that is none of it: the suite that is being written.
        workers: processes, if there is enough to do.
        progress: told the share that is done.

    Raises:
        UsageError: there is nothing at `folder`.
    """
    listed, unread = files_of(folder, ignored=True)
    allow = scanner.settings.allow
    own = leave_out.resolve() if leave_out else None
    files = [file for file in listed if not allow.file(file) and file.resolve() != own]
    found: _ByFingerprint = {}
    for number, (in_file, trouble) in enumerate(each_file(scanner, files, _in_file, workers), 1):
        for seen in in_file.values():
            _add(found, seen)
        if trouble:
            unread.append(trouble)
        progress(number / len(files))
    return [_case(seen) for seen in found.values() if seen.likely], unread


def _case(seen: Seen) -> Case:
    secret = seen.secret
    return Case(
        f"{secret.kind}-{secret.fingerprint[:_ID_DIGITS]}",
        seen.prefix,
        secret,
        seen.suffix,
        seen.source,
        seen.copies,
    )


def _in_file(scanner: Scanner, file: Path) -> tuple[_ByFingerprint, str]:
    found: _ByFingerprint = {}
    allow = scanner.settings.allow
    try:
        for line, text in _texts(file):
            findings = scanner.scan(text)
            index = LineIndex(text) if findings else None
            for finding in findings:
                if index and not allow.rule_in(file, finding.rule):
                    at = line or index.position(finding.start)[0]
                    _add(found, _seen(text, finding, f"{file}:{at}"))
    except OSError as error:
        return found, f"{file}: {error.strerror or type(error).__name__}"
    except UsageError as error:
        return found, str(error)
    return found, ""


def _add(found: _ByFingerprint, seen: Seen) -> None:
    earlier = found.get(seen.secret.fingerprint)
    found[seen.secret.fingerprint] = earlier.and_again(seen) if earlier else seen


def _seen(text: str, finding: Finding, source: str) -> Seen:
    if finding.score < REDACT_SCORE:  # counts as a copy, makes no case
        return Seen(finding.secret, "", "", "", 1, False)
    value = finding.secret.reveal()
    return Seen(
        finding.secret,
        prefix_of(text, finding.start, value),
        suffix_of(text, finding.end, value),
        source,
        1,
        True,
    )


def _texts(file: Path) -> Iterator[tuple[int, str]]:
    """The texts in a file, each with its line: of JSON Lines each, of others all (line 0)."""
    if file.suffix.lower() != ".jsonl":
        yield 0, read_text(file) or ""
        return
    with file.open("rb") as stream:
        for number, line in enumerate(stream, 1):
            yield number, _document(line.decode("utf-8", "replace"))


def _document(line: str) -> str:
    """The text that a line of JSON Lines holds, or the line itself if it holds none."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return line
    fields = value if isinstance(value, dict) else {}
    texts = (fields[name] for name in _TEXT_FIELDS if isinstance(fields.get(name), str))
    # No tokenizer takes half of a surrogate pair, which JSON can escape.
    return _HALF_A_PAIR.sub("\ufffd", next(texts, line))
