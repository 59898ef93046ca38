"""unleak leaks: the ledger."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from unleak.commands.options import FormatOption, check_format
from unleak.commands.screen import out
from unleak.core.files import write_file
from unleak.core.states import LeakState
from unleak.ledger.ledger import Ledger

app = typer.Typer(help="List, show, dismiss, shred and export leaks.", no_args_is_help=True)
IdArgument = Annotated[str, typer.Argument(help="A leak's id, or its beginning.")]


@app.command("list")
def list_(format: FormatOption = "text") -> None:
    """List all leaks, oldest first."""
    check_format(format, "text", "json")
    leaks = Ledger.default().leaks()
    if format == "json":
        print(json.dumps([asdict(leak) for leak in leaks], indent=2))
        return
    if not leaks:
        out.print("no leaks yet; `unleak complete` and `unleak confirm` find them")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("leak", "state", "kind", "secret", "model", "seen"):
        table.add_column(name)
    for leak in leaks:
        row = (
            leak.id,
            str(leak.state),
            leak.kind,
            leak.preview,
            leak.model[:12],
            str(leak.sightings),
        )
        table.add_row(*map(escape, row))
    out.print(table)


@app.command()
def show(id: IdArgument, format: FormatOption = "text") -> None:
    """Show one leak with its history and evidence; never the secret."""
    check_format(format, "text", "json")
    ledger = Ledger.default()
    leak = ledger.get(ledger.matching(id))
    history, evidence = ledger.history(leak.id), ledger.evidence(leak.id)
    if format == "json":
        print(json.dumps({**asdict(leak), "history": history, "evidence": evidence}, indent=2))
        return
    out.print(f"[bold]{leak.id}[/]  {escape(leak.kind)}  {escape(leak.preview)}")
    out.print(f"state {leak.state}, first seen in a {leak.origin}, {leak.sightings} sightings")
    out.print(f"model {leak.model}", soft_wrap=True)
    out.print(f"fingerprint {leak.fingerprint}" + ("  (shredded)" if leak.shredded else ""))
    for at, state, who in history:
        out.print(f"  {at}  {state}  by {escape(who)}")
    for figures in evidence:
        out.print(f"  evidence: {figures['verdict']}, {escape(str(figures['reason']))}")


@app.command()
def dismiss(id: IdArgument) -> None:
    """Mark a leak as no leak."""
    ledger = Ledger.default()
    leak = ledger.move(ledger.matching(id), LeakState.DISMISSED)
    out.print(f"{leak.id} dismissed")


@app.command()
def shred(
    id: IdArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Destroy a leak's secret for good; its fingerprint and history stay."""
    ledger = Ledger.default()
    full = ledger.matching(id)
    if not yes:
        typer.confirm(
            f"Destroy the secret of {full}? It cannot be tested or erased after", abort=True
        )
    ledger.shred(full)
    out.print(f"{full} shredded")


@app.command()
def export(path: Annotated[Path, typer.Argument(help="The file to write.")]) -> None:
    """Write all leaks as JSON, without their secrets."""
    leaks = [asdict(leak) for leak in Ledger.default().leaks()]
    write_file(path, json.dumps({"schema": "unleak.leaks/1", "leaks": leaks}, indent=2) + "\n")
    out.print(f"{len(leaks)} leaks written to {path}", soft_wrap=True)
