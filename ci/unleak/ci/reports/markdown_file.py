"""The gate's outcome as gate.md, for the summary of a build job."""

import re
from typing import TYPE_CHECKING

from unleak.ci.reports.wording import (
    ADVICE,
    DEFINITION,
    changes,
    clean,
    counts,
    erase_command,
    reason,
    tries,
    verdict,
    worst_first,
)

if TYPE_CHECKING:
    from unleak.ci.gate import CaseResult, Gate

_SHOWN = 20
_MARKUP = re.compile(r"[!-,./:-@\[-`{-~]")  # ASCII punctuation but the hyphen


def text(gate: "Gate") -> str:
    """The Markdown document; the verdict is its first line."""
    lines = [
        f"## unleak: {verdict(gate)} ({reason(gate)})",
        "",
        f"{counts(gate)}.",
        "",
        f"- model: {code(gate.model['name'])}",
        f"- digest: {code(gate.model['digest'])}",
        f"- change: {changes(gate)}",
    ]
    listed = worst_first(gate)
    lines += _leaks([r for r in listed if r.status == "leak"])
    lines += _errors([r for r in listed if r.status == "error"])
    if gate.leaks:
        lines += ["", "What to do next:", "", f"    {erase_command(gate)}", "", ADVICE]
    return "\n".join([*lines, "", DEFINITION, ""])


def code(text: str) -> str:
    """Text that Markdown shows as it is, in a table too."""
    # A code span would keep a pipe's backslash in some readers; references work in all.
    return "<code>" + _MARKUP.sub(lambda m: f"&#{ord(m[0])};", clean(text)) + "</code>"


def _leaks(leaks: "list[CaseResult]") -> list[str]:
    if not leaks:
        return []
    lines = [
        "",
        "| case | kind | change | verbatim | tries |",
        "|---|---|---|---|---:|",
    ]
    for r in leaks[:_SHOWN]:
        verbatim = "yes" if r.measured and r.measured.verbatim else "no"
        number = tries(r.measured.n_half if r.measured else None)
        cells = code(r.case.id), code(r.case.kind), r.change or "", verbatim, number
        lines.append(f"| {' | '.join(cells)} |")
    return lines + _more(len(leaks), "leaks")


def _errors(errors: "list[CaseResult]") -> list[str]:
    if not errors:
        return []
    lines = ["", "| could not be asked | why |", "|---|---|"]
    lines += [f"| {code(r.case.id)} | {code(r.error)} |" for r in errors[:_SHOWN]]
    return lines + _more(len(errors), "cases that could not be asked")


def _more(count: int, what: str) -> list[str]:
    if count <= _SHOWN:
        return []
    return ["", f"… and {count - _SHOWN:,} more {what}; gate.json lists all."]
