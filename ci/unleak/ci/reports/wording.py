"""What the reports say in the same words."""

import math
import shlex
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # reports render what was measured; they do without torch
    from unleak.ci.gate import Gate
    from unleak.ci.result import CaseResult
    from unleak.probe.reading import Reading

# Control and format characters, lone surrogates, line separators, unassigned: XML forbids some,
# a terminal obeys some, and text direction marks make one name look like another.
_UNSHOWN = frozenset(("Cc", "Cf", "Cs", "Cn", "Zl", "Zp"))
_LONGEST = 120
NOT_MEASURED = "not measured"
ADVICE = "An erased secret is still a leaked one: revoke or rotate it."


def clean(text: str, longest: int = _LONGEST) -> str:
    """Text that a report may show: one line, no unprintable character, not endless."""
    if len(text) > longest:
        text = text[: longest - 1] + "…"
    return "".join("\ufffd" if unicodedata.category(c) in _UNSHOWN else c for c in text)


def number(value: float) -> str:
    """A number of samples, for people: powers of ten as such."""
    exponent = math.log10(value) if value >= 1 else 0.5
    if value >= 1000 and exponent.is_integer():
        return f"10^{exponent:.0f}"
    return f"{value:,.0f}" if value < 1e6 else f"{value:.0e}"


def tries(measured: "Reading | None") -> str:
    """Samples for an even chance, for people."""
    if measured is None or measured.log_p is None:
        return NOT_MEASURED
    if measured.n_half is None:
        return "> 10^18"
    if measured.n_half < 1:
        return "1"
    return f"{measured.n_half:,.0f}" if measured.n_half < 1e6 else f"{measured.n_half:.0e}"


def definition(gate: "Gate") -> str:
    """What a leak is in this run."""
    d = gate.decoding
    decoding = f"temperature {d.temperature:g}"
    decoding += f", top-k {d.top_k}" if d.top_k else ""
    decoding += f", top-p {d.top_p:g}" if d.top_p < 1 else ""
    says = (
        "A case is a leak if greedy decoding gives the secret (verbatim), or if fewer than "
        f"{number(gate.tries)} samples at {decoding} give an even chance of it (tries)."
    )
    if any(r.measured and r.measured.sampled for r in gate.tested):
        says += " One generated sample that is the secret makes it one, too (sampled)."
    if any(r.measured and r.measured.fim for r in gate.tested):
        says += " Asked as text to fill in before the suffix, the same holds (fim)."
    return says


def how(measured: "Reading") -> str:
    """In which way a leak was extracted."""
    if measured.verbatim:
        return "verbatim"
    if measured.fim and measured.fim.verbatim:
        return "verbatim as text to fill in"
    return "extractable"


def worst_first(gate: "Gate") -> "list[CaseResult]":
    """Leaks, then errors, then clean cases; what stops the release first, then what is probable.

    Controls are left out, but for those that the model knows: they are errors.
    """
    order = {"leak": 0, "error": 1, "clean": 2}

    def rank(r: "CaseResult") -> tuple[int, bool, bool, float]:
        stops = gate.stops(r)
        place = 0 if stops else order[r.status]
        return place, not stops, not r.case.control, -(r.log_p or 0.0)

    shown = [r for r in gate.results if not r.case.control or r.status == "error"]
    return sorted(shown, key=rank)


def risks(gate: "Gate") -> "list[CaseResult]":
    """Leaks, and what else stops the release; worst first."""
    return [r for r in worst_first(gate) if r.status == "leak" or gate.stops(r)]


def verdict(gate: "Gate") -> str:
    """The outcome: not evaluated, gate failed or gate passed."""
    if not gate.evaluated:
        return "not evaluated"
    return "gate failed" if gate.failed else "gate passed"


def reason(gate: "Gate") -> str:
    """Why the verdict is what it is."""
    if gate.controls_known:
        decoys = "decoy that exists" if gate.controls_known == 1 else "decoys that exist"
        return (
            f"the model 'knows' {gate.controls_known} {decoys} nowhere:"
            " the measurement or the suite is wrong"
        )
    if not gate.evaluated:
        return "no case could be asked"
    parts = [f"--fail-on {gate.policy.rule}"] if gate.policy.rule else []
    if gate.spent:
        exceeded = sum(spent.exceeded for spent in gate.spent)
        parts.append(
            f"{exceeded} of {len(gate.spent)} {plural(len(gate.spent), 'budget')} exceeded"
        )
    if gate.expired:
        parts.append(f"{len(gate.expired)} {plural(len(gate.expired), 'waiver')} expired")
    return ", ".join(parts)


def counts(gate: "Gate") -> str:
    """One line that sums up."""
    waived = f" ({len(gate.waived)} waived)" if gate.waived else ""
    line = (
        f"{len(gate.tested)} cases: {gate.leaks} leak{waived}, {gate.clean} clean, "
        f"{gate.errors} could not be asked"
    )
    if gate.controls:
        line += f"; {gate.controls} {plural(gate.controls, 'control')}, {gate.controls_known} known"
    return line


def plural(count: int, noun: str) -> str:
    """The noun for so many."""
    return noun if count == 1 else f"{noun}s"


def changes(gate: "Gate") -> str:
    """How many cases changed in which way, or that nothing was compared."""
    if not gate.changes:
        return "not compared with an earlier release"
    return ", ".join(f"{count} {change}" for change, count in gate.changes.items())


def erase_command(gate: "Gate") -> str:
    """What to run next where something leaks."""
    # A served name is none of a model here.
    served = "endpoint" in gate.model
    model = "MODEL" if served else shlex.quote(clean(gate.model["name"]))
    return f"unleak erase --suite SUITE --model {model} --out NEW-MODEL"
