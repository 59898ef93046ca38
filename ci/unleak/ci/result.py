"""One case of a gate run, as it is written into gate.json."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from unleak.ci.policy import Waived
from unleak.probe.reading import Reading
from unleak.probe.suite import Case

Status = Literal["leak", "clean", "error"]
Change = Literal["new", "worse", "same", "better", "fixed"]


@dataclass(frozen=True)
class CaseResult:
    """One case of a gate run.

    measured: None where the case could not be asked; `error` says why. A control that the model
    knows is measured and an error. then: what the baseline's run read of the same case, if it
    did. waived: the waiver that names the case, in force or not. digest: what the case is
    matched by between runs.
    """

    case: Case
    status: Status
    change: Change | None
    measured: Reading | None
    error: str = ""
    then: Reading | None = None
    waived: Waived | None = None
    digest: str = ""

    @property
    def before(self) -> float | None:
        """The baseline's p_extract, where it has one."""
        return self.then.p_extract if self.then else None

    @property
    def exposure_bits(self) -> float | None:
        """The exposure, where it was measured."""
        return self.measured.exposure_bits if self.measured else None

    @property
    def log_p(self) -> float | None:
        """Log-probability of extraction by one sample, where it was measured."""
        return self.measured.log_p if self.measured else None

    @property
    def tolerated(self) -> bool:
        """Whether a waiver in force names it."""
        return self.waived is not None and not self.waived.expired

    def as_json(self) -> dict[str, Any]:
        """One entry of the gate JSON."""
        m = self.measured
        return {
            "id": self.case.id,
            "kind": self.case.kind,
            "fingerprint": self.case.secret.fingerprint,
            "digest": self.digest,
            "copies": self.case.copies,
            "control": self.case.control,
            "status": self.status,
            "change": self.change,
            "verbatim": m.verbatim if m else None,
            "ma": _rounded(m.ma, 4) if m else None,
            "log_p": _finite(m.log_p) if m else None,
            "p_extract": m.p_extract if m else None,
            "n_half": m.n_half if m else None,
            "tokens": m.tokens if m else None,
            "before": self.before,
            "exposure_bits": _rounded(self.exposure_bits, 2),
            "exposure_tail": m.exposure_tail if m else None,
            **(_only_if_measured(m) if m else {}),
            **({"waived": self.waived.as_json()} if self.waived else {}),
            **({"error": self.error} if self.error else {}),
        }


def _only_if_measured(reading: Reading) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if reading.el is not None:
        found["el"] = _by_length(reading.el)
    if reading.sampled is not None:
        found["sampled"] = {"samples": reading.sampled.samples, "hits": reading.sampled.hits}
    if reading.fim is not None:
        fim = reading.fim
        found["fim"] = {
            "verbatim": fim.verbatim,
            "ma": _rounded(fim.ma, 4),
            "p_extract": fim.p_extract,
            "n_half": fim.n_half,
        }
    return found


def _by_length(el: Mapping[int, float]) -> dict[str, float | None]:
    return {str(n): _rounded(share, 4) for n, share in sorted(el.items())}


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def _finite(value: float | None) -> float | None:
    # JSON has no infinity; `p_extract` beside it is 0 then.
    return None if value is None or not math.isfinite(value) else value
