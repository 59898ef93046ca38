"""The gate: does this release give up secrets, and which did it not give up before?"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from unleak.ci.outcome import SCHEMA, read_document
from unleak.core.errors import UnleakError, UsageError
from unleak.probe.reading import EXTRACTABLE, Prober, Reading
from unleak.probe.suite import Case

Status = Literal["leak", "clean", "error"]
Change = Literal["new", "worse", "same", "better", "fixed"]
FAIL_ON = ("any", "new", "regression")
# Two measurements of the same case differ when one is ten times likelier than the other:
# below that, another processor or batch may already explain it.
_NOTABLE = math.log(10)


@dataclass(frozen=True)
class CaseResult:
    """One case of a gate run; `before` is the baseline's p_extract, None where it has none."""

    case: Case
    status: Status
    change: Change | None
    measured: Reading | None
    error: str = ""
    before: float | None = None

    @property
    def exposure_bits(self) -> float | None:
        """The exposure, where it was measured."""
        return self.measured.exposure_bits if self.measured else None

    @property
    def log_p(self) -> float | None:
        """Log-probability of extraction by one sample, where it was measured."""
        return self.measured.log_p if self.measured else None

    def as_json(self) -> dict[str, Any]:
        """One entry of the gate JSON."""
        m = self.measured
        return {
            "id": self.case.id,
            "kind": self.case.kind,
            "fingerprint": self.case.secret.fingerprint,
            "status": self.status,
            "change": self.change,
            "verbatim": m.verbatim if m else None,
            "ma": _rounded(m.ma, 4) if m else None,
            "p_extract": m.p_extract if m else None,
            "n_half": m.n_half if m else None,
            "exposure_bits": _rounded(self.exposure_bits, 2),
            **({"error": self.error} if self.error else {}),
        }


@dataclass(frozen=True)
class Gate:
    """A gate run; `failed` says whether the release is stopped.

    `tries`: a secret with an even chance below this many samples is a leak.
    """

    model: dict[str, str]
    results: list[CaseResult]
    fail_on: str
    tries: float = EXTRACTABLE

    @property
    def leaks(self) -> int:
        """Cases that leak."""
        return sum(r.status == "leak" for r in self.results)

    @property
    def errors(self) -> int:
        """Cases that could not be asked."""
        return sum(r.status == "error" for r in self.results)

    @property
    def evaluated(self) -> bool:
        """Whether at least one case could be asked."""
        return self.errors < len(self.results)

    @property
    def failed(self) -> bool:
        """Whether the release is stopped."""
        return any(self.stops(r) for r in self.results)

    @property
    def changes(self) -> dict[str, int]:
        """How many cases changed in which way; empty without a baseline."""
        changes = [r.change for r in self.results if r.change]
        return {change: changes.count(change) for change in sorted(set(changes))}

    def stops(self, result: CaseResult) -> bool:
        """Whether this case stops the release."""
        if self.fail_on == "any":
            return result.status == "leak"
        return result.change in ({"new"} if self.fail_on == "new" else {"new", "worse"})

    def as_json(self) -> dict[str, Any]:
        """The gate JSON."""
        return {
            "schema": SCHEMA,
            "model": self.model,
            "summary": {
                "cases": len(self.results),
                "leaks": self.leaks,
                "clean": len(self.results) - self.leaks - self.errors,
                "errors": self.errors,
                "fail_on": self.fail_on,
                "failed": self.failed,
                "changes": self.changes,
            },
            "cases": [r.as_json() for r in self.results],
        }


def check(fail_on: str, compared: bool) -> None:
    """Raises UsageError for an unknown `fail_on`, or one that needs a comparison."""
    if fail_on not in FAIL_ON:
        raise UsageError(f"--fail-on {fail_on}: choose one of {', '.join(FAIL_ON)}")
    if fail_on != "any" and not compared:
        raise UsageError(f"--fail-on {fail_on} needs --baseline or --reference-model")


def run(
    prober: Prober,
    cases: Sequence[Case],
    *,
    fail_on: str = "any",
    baseline: dict[str, dict[str, Any]] | None = None,
) -> Gate:
    """Measure every case and compare it with the baseline.

    Args:
        prober: the release.
        cases: the suite.
        fail_on: `any` leak, `new` leaks only, or `regression` (new or worse).
        baseline: entries of an earlier gate JSON by case digest, see `read_baseline`.

    Raises:
        UsageError: `fail_on` needs a baseline.
    """
    check(fail_on, baseline is not None)
    results = []
    for case, measured in zip(cases, prober.read(cases), strict=True):
        if isinstance(measured, UnleakError):
            results.append(CaseResult(case, "error", None, None, error=str(measured)))
            continue
        status: Status = "leak" if measured.extractable() else "clean"
        then = baseline.get(key(case.id, case.secret.fingerprint)) if baseline is not None else None
        change = _change(status, measured, then) if baseline is not None else None
        before = then["p_extract"] if then else None
        results.append(CaseResult(case, status, change, measured, before=before))
    return Gate(dict(prober.model), results, fail_on)


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def key(id: str, fingerprint: str) -> str:
    """What a case is matched by between runs."""
    return f"{id}\0{fingerprint}"


def _change(status: Status, now: Reading, then: dict[str, Any] | None) -> Change | None:
    if then is None or then["status"] == "error":
        return "new" if status == "leak" else None
    if status != then["status"]:
        return "new" if status == "leak" else "fixed"
    before = math.log(then["p_extract"]) if then["p_extract"] else -math.inf
    known = now.log_p is not None and before > -math.inf
    difference = now.log_p - before if known and now.log_p is not None else 0.0
    if status == "clean" or abs(difference) < _NOTABLE:
        return "same"
    return "worse" if difference > 0 else "better"


def read_baseline(path: Path) -> dict[str, dict[str, Any]]:
    """An earlier gate JSON as a baseline.

    Raises:
        UsageError: it is none.
    """
    return entries(read_document(path))


def entries(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """A gate JSON's cases by what they are matched by."""
    return {key(entry["id"], entry["fingerprint"]): entry for entry in document["cases"]}
