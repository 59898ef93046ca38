"""Scan files and folders; the report as data, text or SARIF."""

import json
import os
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from unleak.core import sarif
from unleak.core.errors import UsageError
from unleak.core.finding import Finding, LineIndex
from unleak.core.formats import preview
from unleak.core.secret import Fingerprinter
from unleak.detect.known import Known
from unleak.detect.scanner import Scanner
from unleak.detect.settings import Settings

SCHEMA = "unleak.scan/1"
_SKIPPED_FOLDERS = frozenset((".git", ".hg", ".svn", ".venv", "node_modules", "__pycache__"))
_BINARY_PROBE = 8192  # bytes
LARGEST_FILE = 100_000_000  # bytes
_MANY_FILES = 400  # a worker takes a third of a second to start
_CHUNK = 32
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Located:
    """A finding with the file it stands in."""

    path: str
    finding: Finding
    line: int
    column: int
    end_line: int
    end_column: int

    def as_json(self) -> dict[str, Any]:
        """One entry of the scan JSON."""
        return {
            "path": self.path,
            "line": self.line,
            "column": self.column,
            "end_line": self.end_line,
            "end_column": self.end_column,
            "kind": self.finding.kind,
            "rule": self.finding.rule,
            "score": self.finding.score,
            "alert": self.finding.alert,
            "fingerprint": self.finding.fingerprint,
            "preview": preview(self.finding.secret.reveal()),
        }


def locate(path: str, text: str, findings: list[Finding]) -> list[Located]:
    """Give findings their lines and columns."""
    if not findings:
        return []
    index = LineIndex(text)
    located = []
    for finding in findings:
        line, column = index.position(finding.start)
        end_line, last_column = index.position(finding.end - 1)
        located.append(Located(path, finding, line, column, end_line, last_column + 1))
    return located


def files_of(path: Path, ignored: bool = False) -> tuple[list[Path], list[str]]:
    """The files to scan, and a line for each folder that could not be read.

    They are git's tracked and unignored ones, or all below a plain folder.

    Args:
        path: a file or a folder.
        ignored: also those that git ignores.

    Raises:
        UsageError: there is nothing at `path`.
    """
    if path.is_file():
        return [path], []
    if not path.is_dir():
        raise UsageError(f"{path}: no such file or folder")
    return (None if ignored else _git_files(path)) or _walked(path)


def _walked(path: Path) -> tuple[list[Path], list[str]]:
    files: list[Path] = []
    unread: list[str] = []

    def note(error: OSError) -> None:
        unread.append(f"{error.filename}: {error.strerror or type(error).__name__}")

    for folder, folders, names in os.walk(path, onerror=note):
        folders[:] = [name for name in folders if name not in _SKIPPED_FOLDERS]
        files += (Path(folder, name) for name in names)
    return sorted(file for file in files if file.is_file()), unread


def _git_files(path: Path) -> tuple[list[Path], list[str]] | None:
    command = [
        "git",
        "-C",
        str(path),
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]
    try:
        answer = subprocess.run(command, capture_output=True, check=False)
    except OSError:
        return None
    if answer.returncode:
        return None
    names = answer.stdout.decode("utf-8", "surrogateescape").split("\0")
    files = [path / name for name in names if name and (path / name).is_file()]
    messages = answer.stderr.decode("utf-8", "replace").splitlines()
    return files, [f"{path}: {m}" for m in messages if m.startswith("warning: could not open")]


def read_text(path: Path) -> str | None:
    """The text of a file, or None for a binary one.

    Raises:
        UsageError: it is too large.
    """
    if path.stat().st_size > LARGEST_FILE:
        raise UsageError(f"{path}: larger than {LARGEST_FILE // 1_000_000} MB")
    data = path.read_bytes()
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    if b"\0" in data[:_BINARY_PROBE]:
        return None
    return data.decode("utf-8", "replace")


def scan_path(scanner: Scanner, path: Path, workers: int = 1) -> tuple[list[Located], list[str]]:
    """Findings below a path, and a line for each file that could not be read.

    Args:
        workers: processes; more than one are started only where there is enough to do.
    """
    listed, unread = files_of(path)
    files = [file for file in listed if not scanner.settings.allow.file(file)]
    found, skipped = _joined(each_file(scanner, files, _scan_file, workers))
    return found, unread + skipped


def each_file(
    scanner: Scanner, files: Sequence[Path], task: Callable[[Scanner, Path], T], workers: int = 1
) -> Iterator[T]:
    """What a task gives for each file, in their order.

    Args:
        scanner: given to the task.
        files: each is one call of the task.
        task: a function of a module, so that a process can be told of it.
        workers: processes; more than one are started only where there is enough to do.
    """
    if workers == 1 or len(files) < _MANY_FILES:
        yield from map(partial(task, scanner), files)
        return
    parts = scanner.fingerprinter, scanner.settings, scanner.known
    with ProcessPoolExecutor(workers, initializer=_begin, initargs=parts) as pool:
        yield from pool.map(partial(_in_worker, task), files, chunksize=_CHUNK)


def processors() -> int:
    """How many this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


_Answer = tuple[list[Located], str]


def _scan_file(scanner: Scanner, file: Path) -> _Answer:
    try:
        text = read_text(file)
    except OSError as error:
        return [], f"{file}: {error.strerror or type(error).__name__}"
    except UsageError as error:
        return [], str(error)
    findings = scanner.scan(text) if text else []
    allow = scanner.settings.allow
    findings = [f for f in findings if not allow.rule_in(file, f.rule)]
    return locate(str(file), text or "", findings), ""


def _joined(answers: Iterable[_Answer]) -> tuple[list[Located], list[str]]:
    found: list[Located] = []
    skipped: list[str] = []
    for located, trouble in answers:
        found += located
        if trouble:
            skipped.append(trouble)
    return found, skipped


_of_worker: list[Scanner] = []


def _begin(fingerprinter: Fingerprinter, settings: Settings, known: Known | None) -> None:
    _of_worker.append(Scanner(fingerprinter, settings=settings, known=known))


def _in_worker(task: Callable[[Scanner, Path], T], file: Path) -> T:
    return task(_of_worker[0], file)


def as_json(found: list[Located]) -> str:
    """The scan JSON."""
    return json.dumps({"schema": SCHEMA, "findings": [f.as_json() for f in found]}, indent=2)


def as_sarif(found: list[Located]) -> str:
    """SARIF 2.1.0."""
    results = [
        {
            "ruleId": f.finding.rule,
            "level": "error" if f.finding.alert else "note",
            "message": {"text": f"{f.finding.kind}: {preview(f.finding.secret.reveal())}"},
            "partialFingerprints": {"unleak/v1": f.finding.fingerprint},
            "locations": [
                sarif.file_location(
                    Path(f.path).as_posix(),
                    {
                        "startLine": f.line,
                        "startColumn": f.column,
                        "endLine": f.end_line,
                        "endColumn": f.end_column,
                    },
                )
            ],
        }
        for f in found
    ]
    rules = [{"id": rule} for rule in sorted({f.finding.rule for f in found})]
    return sarif.log({"results": results}, rules)
