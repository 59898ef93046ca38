"""The gate's outcome as gate.md, for the summary of a build job."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from unleak.ci.reports import cells
from unleak.ci.reports.sentences import compared, cost, spent, waiver
from unleak.ci.reports.wording import (
    ADVICE,
    changes,
    clean,
    counts,
    definition,
    erase_command,
    reason,
    risks,
    verdict,
    worst_first,
)

if TYPE_CHECKING:
    from unleak.ci.gate import Gate
    from unleak.ci.result import CaseResult

_SHOWN = 20
_LONGEST = 2000  # a sentence that names cases
_PUNCTUATION = re.compile(r"[!-,./:-@\[-`{-~]")  # ASCII, but the hyphen
# In a sentence, which stays readable as it is: marks, and what is made a link without any.
_MARKS = re.compile(r"[\\`*_\[\]<>#!|&@~$]|:(?=//)|(?<=www)\.", re.IGNORECASE)
_NAMES = ["case", "kind", "change", "verbatim", "tries", "sampled", "fim"]
_ALWAYS = _NAMES[:5]
_AS_CODE = ("case", "kind")


def text(gate: "Gate") -> str:
    """The Markdown document; the verdict is its first line."""
    facts = {
        "model": code(gate.model["name"]),
        "digest": code(gate.model["digest"]) if gate.model.get("digest") else "not told",
        "policy": code(gate.policy.file) if gate.policy.file else "",
        "change": changes(gate),
        "cost": _shown(cost(gate)),
    }
    lines = [f"## unleak: {verdict(gate)} ({reason(gate)})", "", f"{counts(gate)}.", ""]
    lines += [f"- {name}: {value}" for name, value in facts.items() if value]
    lines += [f"- comparison: {_shown(said)}" for said in compared(gate)]
    lines += [f"- budget: {_shown(spent(s))}" for s in gate.spent]
    lines += [f"- warning: {_shown(warning)}" for warning in gate.warnings]
    lines += _risks(gate, risks(gate))
    lines += _waived([*gate.expired, *gate.waived])
    lines += _errors([r for r in worst_first(gate) if r.status == "error"])
    if gate.leaks and gate.evaluated:
        lines += ["", "What to do next:", "", f"    {erase_command(gate)}", "", ADVICE]
    return "\n".join([*lines, "", definition(gate), ""])


def code(text: str) -> str:
    """Text that Markdown shows as it is, in a table too."""
    # A code span would keep a pipe's backslash in some readers; references work in all.
    return f"<code>{_PUNCTUATION.sub(_reference, clean(text))}</code>"


def _shown(sentence: str) -> str:
    return _MARKS.sub(_reference, clean(sentence, _LONGEST))


def _reference(match: re.Match[str]) -> str:
    return f"&#{ord(match[0])};"


def _risks(gate: "Gate", listed: "Sequence[CaseResult]") -> list[str]:
    if not listed:
        return []
    names, rows = cells.table(gate, listed[:_SHOWN], _NAMES, _ALWAYS)
    lines = ["", _row(names), _row(["---:" if name == "tries" else "---" for name in names])]
    for row in rows:
        pairs = zip(names, row, strict=True)
        lines.append(_row([code(cell) if cell and n in _AS_CODE else cell for n, cell in pairs]))
    return lines + _more(len(listed), "leaks")


def _waived(results: "Sequence[CaseResult]") -> list[str]:
    if not results:
        return []
    lines = ["", "| waiver | |", "|---|---|"]
    lines += [f"| {code(r.case.id)} | {code(waiver(r))} |" for r in results[:_SHOWN]]
    return lines + _more(len(results), "waivers")


def _errors(errors: "Sequence[CaseResult]") -> list[str]:
    if not errors:
        return []
    lines = ["", "| could not be asked | why |", "|---|---|"]
    lines += [f"| {code(r.case.id)} | {code(r.error)} |" for r in errors[:_SHOWN]]
    return lines + _more(len(errors), "cases that could not be asked")


def _row(row: Sequence[str]) -> str:
    return f"| {' | '.join(row)} |"


def _more(count: int, what: str) -> list[str]:
    if count <= _SHOWN:
        return []
    return ["", f"… and {count - _SHOWN:,} more {what}; gate.json lists all."]
