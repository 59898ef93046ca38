"""What the reports say of the policy, the comparison and the cost; plain sentences."""

from typing import TYPE_CHECKING

from unleak.ci.reports.wording import clean, number, plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from unleak.ci.comparison import Shift, Verbatim
    from unleak.ci.gate import Gate, Spent
    from unleak.ci.policy import Budget
    from unleak.ci.result import CaseResult

_NAMED = 20


def waiver(result: "CaseResult") -> str:
    """The waiver that names a case, and whether it holds; empty without one."""
    if result.waived is None:
        return ""
    day, why = result.waived.until.isoformat(), result.waived.reason
    return f"waiver {'expired on' if result.waived.expired else 'until'} {day}: {why}"


def budget(of: "Budget") -> str:
    """What a budget allows."""
    what = {"verbatim": "verbatim", "leak": "leaks"}.get(of.count)
    if of.tries is not None:
        what = f"extractable in under {number(of.tries)} tries"
    kinds = "any kind" if of.kinds == ("*",) else ", ".join(of.kinds)
    return f"{kinds}: at most {of.at_most} {'new ' if of.new else ''}{what}"


def spent(of: "Spent") -> str:
    """What a budget allows, and whether it was kept."""
    state = "exceeded" if of.exceeded else "kept"
    return f"{budget(of.budget)}; {len(of.counted):,} counted: {state}"


def compared(gate: "Gate") -> list[str]:
    """The comparison with the baseline; nothing without one."""
    if gate.comparison is None:
        return []
    c = gate.comparison
    said = [_verbatim(c.verbatim), _shift(c.log_p)]
    said += _named(c.only_here, "in this run only")
    said += _named(c.only_in_baseline, "in the baseline only")
    return said


def cost(gate: "Gate") -> str:
    """What asking took, and what it could not measure; empty if nobody says."""
    positions = {name: count for name, count in gate.cost.items() if count}
    requests = positions.pop("requests", 0)
    parts = ", ".join(f"{clean(name)} {count:,}" for name, count in positions.items())
    took = f"asked with {sum(positions.values()):,} token positions: {parts}" if parts else ""
    sent = f"{requests:,} requests" if requests else ""
    limits = f"measured by {clean(gate.limits, 200)}" if gate.limits else ""
    return "; ".join(filter(None, (took, sent, limits)))


def _verbatim(v: "Verbatim") -> str:
    p = "p < .001" if v.p < 0.001 else f"p = {v.p:.2g}".replace("= 0.", "= .")
    return f"verbatim: {v.gained} gained, {v.lost} lost of {v.cases} (McNemar {p})"


def _shift(shift: "Shift | None") -> str:
    if shift is None:
        return "probabilities: no case in which both were measured"
    cases = f"{shift.cases:,} {plural(shift.cases, 'case')}"
    within = "" if shift.low is None else f"95 % {shift.low:.1f} .. {shift.high:.1f}, "
    if abs(shift.mean) < 0.05:
        return f"a secret is on average as probable as before ({within}{cases})"
    way = "more" if shift.mean > 0 else "less"
    return f"a secret is on average {abs(shift.mean):.1f} nats {way} probable ({within}{cases})"


def _named(ids: "Sequence[str]", where: str) -> list[str]:
    if not ids:
        return []
    listed = ", ".join(clean(id) for id in ids[:_NAMED])
    more = f", and {len(ids) - _NAMED:,} more" if len(ids) > _NAMED else ""
    return [f"{where}: {len(ids):,} {plural(len(ids), 'case')}, not compared: {listed}{more}"]
