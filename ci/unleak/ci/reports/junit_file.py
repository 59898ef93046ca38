"""The gate's outcome as gate.junit.xml: a test case for each case.

A case that stops the release is a failure, one that could not be asked is skipped. A leak that
does not stop it passes, and says so. A control that the model knows is an error.
"""

from typing import TYPE_CHECKING
from xml.etree import ElementTree as Xml

from unleak.ci.reports.sentences import spent, waiver
from unleak.ci.reports.wording import clean, how, reason, tries, verdict

if TYPE_CHECKING:
    from unleak.ci.gate import Gate
    from unleak.ci.result import CaseResult

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_LONGEST = 1000  # an id is what a build server matches cases by: cut late


def text(gate: "Gate") -> str:
    """The XML document."""
    counts = {
        "name": "unleak gate",
        "tests": str(len(gate.results)),
        "failures": str(sum(gate.stops(r) for r in gate.results)),
        "errors": str(gate.controls_known),
        "skipped": str(sum(r.measured is None for r in gate.results)),
    }
    suites = Xml.Element("testsuites", counts)
    suite = Xml.SubElement(suites, "testsuite", counts)
    properties = Xml.SubElement(suite, "properties")
    says = {"verdict": verdict(gate), "reason": reason(gate)}
    says |= {f"budget.{i}": spent(s) for i, s in enumerate(gate.spent, 1)}
    says |= {f"warning.{i}": warning for i, warning in enumerate(gate.warnings, 1)}
    for name, value in {**{f"model.{k}": v for k, v in gate.model.items()}, **says}.items():
        Xml.SubElement(properties, "property", name=name, value=clean(value, _LONGEST))
    for result in gate.results:
        _add(suite, gate, result)
    Xml.indent(suites)
    return _DECLARATION + Xml.tostring(suites, encoding="unicode") + "\n"


def _add(suite: Xml.Element, gate: "Gate", result: "CaseResult") -> None:
    case, measured = result.case, result.measured
    kind, id = clean(case.kind, _LONGEST), clean(case.id, _LONGEST)
    test = Xml.SubElement(suite, "testcase", classname=kind, name=id)
    if measured is None:
        Xml.SubElement(test, "skipped", message=clean(result.error, _LONGEST))
        return
    if result.status == "error":
        Xml.SubElement(test, "error", type="control", message=clean(result.error, _LONGEST))
        return
    stops = gate.stops(result)
    if result.status != "leak" and not stops:
        return
    change = f", {result.change}" if result.change else ""
    waived = f"; {waiver(result)}" if result.waived else ""
    says = f"{how(measured)}, tries for an even chance: {tries(measured)}{change}{waived}"
    says = clean(says, _LONGEST)
    if stops:
        failure = Xml.SubElement(test, "failure", type=how(measured), message=says)
        failure.text = f"fingerprint {case.secret.fingerprint}"
    else:
        note = Xml.SubElement(test, "system-out")
        leaks = "waived" if result.tolerated else "leaks, but does not stop the release"
        note.text = f"{leaks}: {says}"
