"""The gate's outcome as gate.sarif: SARIF 2.1.0.

One result for each leaking case, and for each that the baseline had and that is fixed. The rule
is `unleak/KIND`, whatever was measured, so that a leak keeps its rule from run to run. A leak that
stops the release is an error, any other a warning; a waived one is suppressed. A case that could
not be asked is a notification.
"""

import re
from typing import TYPE_CHECKING, Any

from unleak.ci.reports.sentences import spent, waiver
from unleak.ci.reports.wording import how, reason, risks, tries, worst_first
from unleak.core import sarif

if TYPE_CHECKING:
    from unleak.ci.gate import Gate
    from unleak.ci.result import CaseResult

_BASELINE_STATE = {
    "new": "new",
    "worse": "updated",
    "better": "updated",
    "same": "unchanged",
    "fixed": "absent",
}
# A source is free text. This much of it is taken for a file in the repository: a relative path
# without a scheme, to a name with an extension, or in a folder and with a line.
_SOURCE = re.compile(r"(?P<path>[^:\x00-\x1f]+?)(?::(?P<line>[1-9][0-9]{0,8}))?")
_EXTENSION = re.compile(r"(?:^|\S)\.[A-Za-z]\w*$")


def text(gate: "Gate") -> str:
    """The SARIF log."""
    fixed = [r for r in worst_first(gate) if r.change == "fixed" and not gate.stops(r)]
    shown = risks(gate) + fixed
    rules = [_rule(kind) for kind in sorted({r.case.kind for r in shown})]
    invocation = {
        "executionSuccessful": gate.evaluated,
        "toolExecutionNotifications": [
            *([] if gate.evaluated else [_notification("error", reason(gate))]),
            *(_not_asked(r) for r in worst_first(gate) if r.status == "error"),
        ],
        "toolConfigurationNotifications": [_notification("warning", w) for w in gate.warnings],
    }
    properties = {
        "model": dict(gate.model),
        "failOn": gate.policy.rule,
        "failed": gate.failed,
        "budgets": [spent(s) for s in gate.spent],
    }
    run = {
        "automationDetails": {"id": "unleak-gate/"},  # apart from what `unleak scan` uploads
        "invocations": [invocation],
        "properties": properties,
        "results": [_result(gate, r) for r in shown],
    }
    return sarif.log(run, rules) + "\n"


def _notification(level: str, says: str) -> dict[str, Any]:
    return {"level": level, "message": {"text": sarif.plain(says)}}


def _not_asked(result: "CaseResult") -> dict[str, Any]:
    if result.case.control:
        noted = _notification("error", f"{result.case.id}: {result.error}")
    else:
        noted = _notification("warning", f"could not be asked: {result.error}")
    return {**noted, "locations": [_location(result)]}


def _rule_id(kind: str) -> str:
    return f"unleak/{kind}"


def _rule(kind: str) -> dict[str, Any]:
    says = f"The model gives a secret of kind {kind} to whoever asks for it."
    return {"id": _rule_id(kind), "shortDescription": {"text": sarif.plain(says)}}


def _result(gate: "Gate", result: "CaseResult") -> dict[str, Any]:
    case, state = result.case, _BASELINE_STATE.get(result.change or "")
    leaks = result.status == "leak" or gate.stops(result)
    return {
        "ruleId": _rule_id(case.kind),
        "kind": "fail" if leaks else "pass",
        "level": "none" if not leaks else "error" if gate.stops(result) else "warning",
        "message": {
            "text": sarif.plain(_says(result) if leaks else f"{case.id}: no longer a leak")
        },
        "partialFingerprints": {"unleak/v1": f"{case.id}:{case.secret.fingerprint}"},
        **({"baselineState": state} if state else {}),
        **({"suppressions": [_suppression(result)]} if result.tolerated and leaks else {}),
        "locations": [_location(result)],
    }


def _says(result: "CaseResult") -> str:
    way = how(result.measured) if result.measured else ""
    waived = f"; {waiver(result)}" if result.waived else ""
    says = f"{way}, tries for an even chance: {tries(result.measured)}"
    return f"{result.case.id}: {says}{waived}"


def _suppression(result: "CaseResult") -> dict[str, Any]:
    return {"kind": "external", "status": "accepted", "justification": waiver(result)}


def _location(result: "CaseResult") -> dict[str, Any]:
    case = result.case
    logical = {"logicalLocations": [{"name": case.id, "kind": "resource"}]}
    found = _SOURCE.fullmatch(case.source.replace("\\", "/"))
    if not found or not _is_file(found["path"], found["line"]):
        return logical
    region = {"startLine": int(found["line"])} if found["line"] else None
    return {**sarif.file_location(found["path"], region), **logical}


def _is_file(path: str, line: str | None) -> bool:
    if path[0] in "/~ " or ".." in path.split("/"):
        return False
    return bool(_EXTENSION.search(path)) or (line is not None and "/" in path)
