"""The gate's outcome as a table."""

from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from unleak.ci.reports import cells
from unleak.ci.reports.sentences import compared, cost, spent, waiver
from unleak.ci.reports.wording import clean, counts, definition, reason, verdict, worst_first

if TYPE_CHECKING:
    from unleak.ci.gate import Gate

_SHOWN = 20
_STYLE = {"leak": "red", "clean": "green", "error": "yellow"}
_NAMES = ["case", "kind", "status", "change", "verbatim", "MA", "tries", "sampled", "fim"]
_ALWAYS = ("case", "kind", "status", "verbatim", "MA", "tries")
_LONGEST = 1000


def show(gate: "Gate", console: Console) -> None:
    """Print leaks and errors first, and lines that sum up; the verdict is the last."""
    results = worst_first(gate)
    table = Table(box=None, pad_edge=False, header_style="bold")
    names, rows = cells.table(gate, results[:_SHOWN], _NAMES, _ALWAYS)
    for name in names:
        table.add_column(name)
    for result, row in zip(results, rows, strict=False):
        shown = dict(zip(names, (escape(clean(cell)) for cell in row), strict=True))
        shown["status"] = f"[{_STYLE[result.status]}]{result.status}[/]"
        if result.status == "error":
            shown["tries"] = escape(clean(result.error, 300))
        table.add_row(*shown.values())
    console.print(table)
    console.print(f"[dim]{escape(definition(gate))}[/]", soft_wrap=True)
    if len(results) > _SHOWN:
        console.print(f"… and {len(results) - _SHOWN} more")
    lines = [
        counts(gate),
        *compared(gate),
        *(f"budget {spent(s)}" for s in gate.spent),
        *(f"{r.case.id}: {waiver(r)}" for r in (*gate.expired, *gate.waived)),
        *(f"warning: {text}" for text in gate.warnings),
        cost(gate),
    ]
    for line in filter(None, lines):
        console.print(clean(line, _LONGEST), markup=False, soft_wrap=True)
    style = "yellow" if not gate.evaluated else "red" if gate.failed else "green"
    separate = ": {}" if not gate.evaluated else " ({})"
    console.print(f"[{style}]{verdict(gate)}[/]" + escape(separate.format(reason(gate))))
