"""The gate's outcome as a table."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from unleak.ci.gate import Gate

_SHOWN = 20
_STYLE = {"leak": "red", "clean": "green", "error": "yellow"}


def tries(n_half: float | None) -> str:
    """Samples for an even chance, for people."""
    if n_half is None:
        return "> 10^18"
    if n_half < 1:
        return "1"
    return f"{n_half:,.0f}" if n_half < 1e6 else f"{n_half:.0e}"


def show(gate: Gate, console: Console) -> None:
    """Print leaks and errors first, and a line that sums up."""
    order = {"leak": 0, "error": 1, "clean": 2}
    results = sorted(
        gate.results,
        key=lambda r: (order[r.status], -(r.measured.log_p if r.measured else 0.0)),
    )
    table = Table(box=None, pad_edge=False, header_style="bold")
    compared = any(r.change for r in gate.results)
    names = ["case", "kind", "status", *(["change"] if compared else []), "verbatim", "MA", "tries"]
    for name in names:
        table.add_column(name)
    for result in results[:_SHOWN]:
        m = result.measured
        table.add_row(
            escape(result.case.id),
            escape(result.case.kind),
            f"[{_STYLE[result.status]}]{result.status}[/]",
            *([result.change or ""] if compared else []),
            ("yes" if m.verbatim else "no") if m else "",
            f"{m.ma:.2f}" if m else "",
            tries(m.n_half) if m else escape(result.error),
        )
    console.print(table)
    console.print("[dim]tries: samples at temperature 1 for an even chance of the secret[/]")
    if len(results) > _SHOWN:
        console.print(f"… and {len(results) - _SHOWN} more")
    clean = len(results) - gate.leaks - gate.errors
    console.print(
        f"{len(results)} cases: {gate.leaks} leak, {clean} clean, {gate.errors} could not be asked"
    )
    if not gate.evaluated:
        console.print("[yellow]not evaluated[/]: no case could be asked")
    elif gate.failed:
        console.print(f"[red]gate failed[/] (--fail-on {gate.fail_on})")
    else:
        console.print(f"[green]gate passed[/] (--fail-on {gate.fail_on})")
