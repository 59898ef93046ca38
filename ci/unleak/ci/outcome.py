"""A gate JSON as later steps of a pipeline read it; needs no torch."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from unleak.core.errors import ExitCode, UsageError

SCHEMA = "unleak.gate/1"
_EXIT = {
    "passed": ExitCode.CLEAN,
    "failed": ExitCode.LEAK,
    "not-evaluated": ExitCode.NOT_EVALUATED,
}


@dataclass(frozen=True)
class Outcome:
    """What a gate run came to: figures only, no case by name and no fingerprint.

    Attributes:
        cases: cases of the suite, controls apart; `errors` of them could not be asked.
        leaks: cases that leak.
        verbatim: cases whose secret the most likely continuation holds as it is.
        suite_digest: the suite's digest, if the report holds one.
    """

    gate: Literal["passed", "failed", "not-evaluated"]
    cases: int
    leaks: int
    errors: int
    verbatim: int
    suite_digest: str | None = None

    @property
    def exit_code(self) -> ExitCode:
        """What the gate ended with."""
        return _EXIT[self.gate]


def read_document(path: Path) -> dict[str, Any]:
    """A gate.json.

    Raises:
        UsageError: it is none.
    """
    try:
        document = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        raise UsageError(
            f"{path}: cannot be read as JSON; give a gate.json of an earlier run"
        ) from None
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise UsageError(f"{path}: not a gate report of this version ({SCHEMA})")
    return document


def read(path: Path) -> Outcome:
    """The outcome that a gate.json tells.

    Raises:
        UsageError: it is no gate.json, or parts of it are missing.
    """
    document = read_document(path)
    try:
        summary = document["summary"]
        cases, errors = int(summary["cases"]), int(summary["errors"])
        suite = document.get("suite") or {}
        real = [entry for entry in document["cases"] if not entry.get("control")]
        return Outcome(
            gate="not-evaluated"
            if errors >= cases or summary.get("controls_known")
            else "failed"
            if summary["failed"]
            else "passed",
            cases=cases,
            leaks=int(summary["leaks"]),
            errors=errors,
            verbatim=sum(entry["verbatim"] is True for entry in real),
            suite_digest=suite.get("digest"),
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        raise UsageError(
            f"{path}: parts of the gate report are missing; run the gate again"
        ) from None
