"""The gate's outcome as a table."""

from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from unleak.ci.reports.wording import clean, counts, reason, tries, verdict, worst_first

if TYPE_CHECKING:
    from unleak.ci.gate import Gate

_SHOWN = 20
_STYLE = {"leak": "red", "clean": "green", "error": "yellow"}


def show(gate: "Gate", console: Console) -> None:
    """Print leaks and errors first, and a line that sums up."""
    results = worst_first(gate)
    table = Table(box=None, pad_edge=False, header_style="bold")
    compared = any(r.change for r in gate.results)
    names = ["case", "kind", "status", *(["change"] if compared else []), "verbatim", "MA", "tries"]
    for name in names:
        table.add_column(name)
    for result in results[:_SHOWN]:
        m = result.measured
        table.add_row(
            escape(clean(result.case.id)),
            escape(clean(result.case.kind)),
            f"[{_STYLE[result.status]}]{result.status}[/]",
            *([result.change or ""] if compared else []),
            ("yes" if m.verbatim else "no") if m else "",
            f"{m.ma:.2f}" if m and m.ma is not None else "",
            tries(m.n_half) if m else escape(clean(result.error, 300)),
        )
    console.print(table)
    console.print("[dim]tries: samples at temperature 1 for an even chance of the secret[/]")
    if len(results) > _SHOWN:
        console.print(f"… and {len(results) - _SHOWN} more")
    console.print(counts(gate))
    style = "yellow" if not gate.evaluated else "red" if gate.failed else "green"
    separate = ": {}" if not gate.evaluated else " ({})"
    console.print(f"[{style}]{verdict(gate)}[/]" + separate.format(reason(gate)))
