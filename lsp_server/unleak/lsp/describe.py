"""What is said of a finding: how grave it is, a sentence, and what to do. Never the secret."""

from functools import lru_cache
from typing import Final

from unleak.core.finding import Finding
from unleak.core.formats import preview
from unleak.core.states import LeakState, Origin, Verdict
from unleak.detect.rule import Rule
from unleak.detect.rules import all_rules
from unleak.lsp.document import Document
from unleak.lsp.wire import types
from unleak.service.contract import LeakView

_S = types.DiagnosticSeverity
_ORIGINS: Final = {
    Origin.COMPLETION: "in a completion",
    Origin.GUARD: "in a completion that went through the guard",
    Origin.ACCEPTED: "in a completion you accepted",
    Origin.TYPED: "typed here",
    Origin.GATE: "by the release gate",
    Origin.IMPORT: "in a suite",
    Origin.UNKNOWN: "",
}
_VERDICTS: Final = {
    Verdict.ECHOED: "an echo of what stood here already, nothing the model remembered",
    Verdict.INVENTED: "invented by the model, most likely nobody's",
    Verdict.UNKNOWN: "",
}
ERASABLE: Final = frozenset(
    (LeakState.FLAGGED, LeakState.CONFIRMED, LeakState.FAILED, LeakState.CANCELLED,
     LeakState.RESURFACED)
)  # fmt: skip


def verdict_of(document: Document, finding: Finding, view: LeakView | None) -> Verdict:
    """What is known: an echo is told by the text alone, unless a model proved to know it."""
    if view and view.verdict == Verdict.MEMORISED:
        return view.verdict
    if finding.fingerprint in document.echoes:
        return Verdict.ECHOED
    return view.verdict if view else Verdict.UNKNOWN


def severity(finding: Finding, verdict: Verdict, view: LeakView | None) -> int:
    """Memorised is an error, invented and echoed are for information."""
    if verdict == Verdict.MEMORISED and not (view and view.state == LeakState.ERASED):
        return int(_S.Error)
    if verdict in (Verdict.ECHOED, Verdict.INVENTED) or (view and view.state == LeakState.ERASED):
        return int(_S.Information)
    return int(_S.Warning if finding.alert else _S.Information)


def sentence(finding: Finding, verdict: Verdict, view: LeakView | None) -> str:
    """One line for the list of problems."""
    what = f"{finding.kind} {_preview(finding.fingerprint, finding)}"
    model = model_of(view)
    if view and view.state == LeakState.ERASED:
        return f"{what}: erased from {model}, but it stands here; revoke it if it is live"
    if verdict == Verdict.MEMORISED:
        return f"{what}: memorised by {model}, not yours"
    told = _VERDICTS[verdict]
    return f"{what}: {told}" if told else what


def origin_told(origin: Origin) -> str:
    """Where it came from, as the end of a sentence; "" if that is not known."""
    return _ORIGINS[origin]


def model_of(view: LeakView | None) -> str:
    """A model's name for people."""
    if view is None or not (view.model_name or view.model):
        return "a model"
    return view.model_name or view.model[:12]


def shown_preview(finding: Finding) -> str:
    """The fixed start and the length."""
    return _preview(finding.fingerprint, finding)


# By fingerprint, so that the cache compares no secrets; it holds what is shown, nothing more.
_PREVIEWS: dict[str, str] = {}
_MOST = 10_000


def _preview(fingerprint: str, finding: Finding) -> str:
    found = _PREVIEWS.get(fingerprint)
    if found is None:
        if len(_PREVIEWS) >= _MOST:
            _PREVIEWS.clear()
        found = _PREVIEWS[fingerprint] = preview(finding.secret.reveal())
    return found


def reference(document: Document, rule: str) -> str:
    """The page about what a rule finds; "" if there is none."""
    own = next((r for r in document.scanner.settings.rules if r.id == rule), None)
    found = own or _built_in().get(rule)
    address = found.reference if found else ""
    return address if address.startswith(("https://", "http://")) else ""


@lru_cache(1)
def _built_in() -> dict[str, Rule]:
    return {rule.id: rule for rule in all_rules()}
