"""What an erasure says of each secret: known before or not, erased or not, and the figures."""

from collections.abc import Sequence
from typing import Any

from unleak.core.errors import SuiteError
from unleak.erase.attacks.attack import Outcome
from unleak.erase.verify import recovered
from unleak.models.load import Model
from unleak.probe.confirm import confirm
from unleak.probe.measure import Measurement, encode_case, measure, measure_encoded
from unleak.probe.suite import Case


def figures(measured: Measurement) -> dict[str, Any]:
    """A measurement as the reports show it."""
    return {
        "verbatim": measured.verbatim,
        "ma": round(measured.ma, 4),
        "random_ma": round(measured.random_ma, 4),
        "p_extract": measured.p_extract,
        "n_half": measured.n_half,
        "log_p": round(measured.log_p, 3),
        "tokens": measured.tokens,
    }


def known(model: Model, cases: Sequence[Case]) -> list[tuple[Measurement | SuiteError, bool]]:
    """For each case what is measured, and whether the model knows its secret.

    Raises:
        SuiteError: not one of them can be asked of this model.
    """
    measured = measure(model, cases)
    errors = [m for m in measured if isinstance(m, SuiteError)]
    if len(errors) == len(cases):
        raise errors[0]

    # Exposure costs hundreds of decoys: it is asked only where cheaper evidence is silent.
    def knows(case: Case, m: Measurement | SuiteError) -> bool:
        return isinstance(m, Measurement) and (
            m.extractable or confirm(model, case, cases=len(cases)).verdict == "memorised"
        )

    return [(m, knows(case, m)) for case, m in zip(cases, measured, strict=True)]


def entry_of(case: Case, measured: Measurement | SuiteError, knows: bool) -> dict[str, Any]:
    """A case in a report before anything was tried."""
    if isinstance(measured, SuiteError):
        return {"id": case.id, "verdict": "unknown", "reason": str(measured)}
    verdict = "failed" if knows else "not-memorised"  # until it is erased
    return {"id": case.id, "before": figures(measured), "verdict": verdict}


def judge(
    report: dict[str, Any],
    model: Model,
    chosen: Sequence[Case],
    results: Sequence[dict[str, Outcome]],
) -> None:
    """Put what became of each secret into a report, and the verdict on all."""
    measured = measure_encoded(model, [encode_case(model, case) for case in chosen])
    found = {
        case.id: {
            "after": figures(after),
            "attacks": {
                name: {"recovered": outcome.recovered, **outcome.figures}
                for name, outcome in result.items()
            },
            "verdict": "failed" if recovered(result) else "erased",
        }
        for case, after, result in zip(chosen, measured, results, strict=True)
    }
    report["secrets"] = [{**entry, **found.get(entry["id"], {})} for entry in report["secrets"]]
    verdicts = {entry["verdict"] for entry in report["secrets"]}
    report["verdict"] = "erased" if verdicts <= {"erased", "not-memorised"} else "failed"


def mean_ma(model: Model, cases: Sequence[Case]) -> float | None:
    """Over the cases that can be asked of the model; None without any."""
    found = [m.ma for m in measure(model, cases) if isinstance(m, Measurement)]
    return sum(found) / len(found) if found else None


def others_of(cases: Sequence[Case], before: float | None, after: float | None) -> dict[str, Any]:
    """What became of secrets that were not to be erased, for the report."""
    if before is None or after is None:
        return {}
    return {
        "other_secrets": len(cases),
        "other_secrets_ma_before": round(before, 4),
        "other_secrets_ma_after": round(after, 4),
    }
