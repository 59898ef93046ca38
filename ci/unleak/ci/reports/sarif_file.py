"""The gate's outcome as gate.sarif: SARIF 2.1.0.

One result for each leaking case, and for each that the baseline had and that is fixed. The rule
is `unleak/KIND`, whatever was measured, so that a leak keeps its rule from run to run. A leak that
stops the release is an error, any other a warning. A case that could not be asked is a
notification.
"""

from typing import TYPE_CHECKING, Any

from unleak.ci.reports.wording import tries, worst_first
from unleak.core import sarif

if TYPE_CHECKING:
    from unleak.ci.gate import CaseResult, Gate

_BASELINE_STATE = {
    "new": "new",
    "worse": "updated",
    "better": "updated",
    "same": "unchanged",
    "fixed": "absent",
}


def text(gate: "Gate") -> str:
    """The SARIF log."""
    shown = [r for r in worst_first(gate) if r.status == "leak" or r.change == "fixed"]
    rules = [_rule(kind) for kind in sorted({r.case.kind for r in shown})]
    invocation = {
        "executionSuccessful": gate.evaluated,
        "toolExecutionNotifications": [
            {
                "level": "warning",
                "message": {"text": sarif.plain(f"could not be asked: {r.error}")},
                "locations": [_location(r)],
            }
            for r in gate.results
            if r.status == "error"
        ],
    }
    run = {
        "automationDetails": {"id": "unleak-gate/"},  # apart from what `unleak scan` uploads
        "invocations": [invocation],
        "properties": {"model": gate.model, "failOn": gate.fail_on, "failed": gate.failed},
        "results": [_result(gate, r) for r in shown],
    }
    return sarif.log(run, rules) + "\n"


def _rule_id(kind: str) -> str:
    return f"unleak/{kind}"


def _rule(kind: str) -> dict[str, Any]:
    says = f"The model gives a secret of kind {kind} to whoever asks for it."
    return {"id": _rule_id(kind), "shortDescription": {"text": sarif.plain(says)}}


def _result(gate: "Gate", result: "CaseResult") -> dict[str, Any]:
    case, state = result.case, _BASELINE_STATE.get(result.change or "")
    leaks = result.status == "leak"
    return {
        "ruleId": _rule_id(case.kind),
        "kind": "fail" if leaks else "pass",
        "level": "none" if not leaks else "error" if gate.stops(result) else "warning",
        "message": {"text": sarif.plain(_says(result))},
        "partialFingerprints": {"unleak/v1": f"{case.id}:{case.secret.fingerprint}"},
        **({"baselineState": state} if state else {}),
        "locations": [_location(result)],
    }


def _says(result: "CaseResult") -> str:
    measured = result.measured
    if result.status != "leak" or measured is None:
        return f"{result.case.id}: no longer a leak"
    how = "verbatim" if measured.verbatim else "extractable"
    return f"{result.case.id}: {how}, {tries(measured.n_half)} tries for an even chance"


def _location(result: "CaseResult") -> dict[str, Any]:
    case = result.case
    logical = {"logicalLocations": [{"name": case.id, "kind": "resource"}]}
    if not case.source:
        return logical
    return {**sarif.file_location(case.source.replace("\\", "/")), **logical}
