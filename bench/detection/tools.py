"""The scanners that are compared, behind one face: a folder in, flagged lines out.

No tool's answer holds a secret: the peers are told to mask or hash, and only places, rules and
previews are kept of what unleak finds.
"""

import os
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from unleak.core.finding import REDACT_SCORE
from unleak.core.formats import preview
from unleak.core.secret import Fingerprinter
from unleak.detect.files import Located, scan_path
from unleak.detect.rules import national_ids, personal
from unleak.detect.scanner import Scanner

PERSONAL = frozenset(rule.kind for rule in (*personal.RULES, *national_ids.RULES))


@dataclass(frozen=True, slots=True)
class Flag:
    """Lines `first` to `last` (from 1) that a tool flagged; `preview` shows no secret."""

    first: int
    last: int
    rule: str
    alert: bool = True
    preview: str = ""


Flags = dict[str, list[Flag]]  # by the path below the scanned folder


class Tool(Protocol):
    """A scanner under test."""

    name: str
    version: str
    call: str  # how it is called, for the report

    def flags(self, folder: Path) -> Flags:
        """What it flags below a folder, personal data left out."""
        ...


def by_path(folder: Path, found: Iterable[tuple[str, Flag]]) -> Flags:
    """Flags under their paths below `folder`."""
    flags: Flags = defaultdict(list)
    for path, flag in found:
        flags[os.path.relpath(path, folder)].append(flag)
    return flags


class Unleak:
    """This checkout's scanner; everything from the redact threshold up is flagged."""

    version = "this checkout"

    def __init__(self, name: str = "unleak", **options: Any) -> None:
        self.name = name
        self.call = "unleak.detect.files.scan_path" + "".join(
            f", {key}={value}" for key, value in options.items()
        )
        self.scanner = Scanner(Fingerprinter(b"bench" * 8), **options)

    def flags(self, folder: Path) -> Flags:
        located, _ = scan_path(self.scanner, folder)
        return by_path(
            folder,
            (
                (found.path, _flag(found))
                for found in located
                if found.finding.kind not in PERSONAL and found.finding.score >= REDACT_SCORE
            ),
        )


def _flag(found: Located) -> Flag:
    masked = preview(found.finding.secret.reveal())
    return Flag(found.line, found.end_line, found.finding.rule, found.finding.alert, masked)


def own_tools() -> list[Unleak]:
    """unleak with and without its classifier."""
    return [Unleak(), Unleak("unleak without classifier", classifier=False)]
