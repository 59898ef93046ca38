"""unleak leaks: the ledger."""

import json
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from unleak.commands import leaks_key, leaks_transfer
from unleak.commands.options import FormatOption, check_format
from unleak.commands.screen import out
from unleak.core.errors import UsageError
from unleak.core.states import LeakState
from unleak.ledger.ledger import Ledger
from unleak.ledger.records import Leak

app = typer.Typer(
    help="The ledger: list, show, dismiss, shred, purge, export, import, back up.",
    no_args_is_help=True,
)
IdArgument = Annotated[str, typer.Argument(help="A leak's id, or its beginning.")]
_SHOWN_SIGHTINGS = 10


@app.command("list")
def list_(
    model: Annotated[
        str | None, typer.Option(help="Of this model: its name, digest, or folder.")
    ] = None,
    state: Annotated[
        str | None, typer.Option(help="In this state: flagged, confirmed, ...")
    ] = None,
    format: FormatOption = "text",
) -> None:
    """List leaks, oldest first."""
    check_format(format, "text", "json")
    if state is not None and state not in set(LeakState):
        raise UsageError(f"--state {state}: choose one of {', '.join(LeakState)}")
    with Ledger.default() as ledger:
        leaks = ledger.leaks(model=model, state=LeakState(state) if state else None)
    if format == "json":
        print(json.dumps([asdict(leak) for leak in leaks], indent=2))
        return
    if not leaks:
        some = " of this kind" if model or state else ""
        out.print(f"no leaks{some} yet; `unleak complete` and `unleak confirm` find them")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("leak", "state", "verdict", "kind", "secret", "model", "seen"):
        table.add_column(name)
    for leak in leaks:
        row = (
            leak.id,
            str(leak.state),
            str(leak.verdict),
            leak.kind,
            leak.preview,
            leak.model_name,
            str(leak.sightings),
        )
        table.add_row(*map(escape, row))
    out.print(table)


@app.command()
def show(id: IdArgument, format: FormatOption = "text") -> None:
    """Show one leak with all that is known of it; never the secret."""
    check_format(format, "text", "json")
    with Ledger.default() as ledger:
        leak = ledger.get(ledger.matching(id))
        known: dict[str, Any] = {
            "history": ledger.history(leak.id),
            "evidence": ledger.evidence(leak.id),
            "seen": [asdict(one) for one in ledger.sightings(leak.id)],
            "lineage": [asdict(model) for model in ledger.lineage(leak.model)],
            "erasures": [asdict(one) for one in ledger.erasures(leak.id)],
            "suites": [asdict(one) for one in ledger.suites(leak.id)],
        }
    if format == "json":
        print(json.dumps({**asdict(leak), **known}, indent=2))
        return
    for line in _lines(leak, known):
        out.print(line, soft_wrap=True, markup=False)


@app.command()
def dismiss(id: IdArgument) -> None:
    """Mark a leak as no leak."""
    with Ledger.default() as ledger:
        leak = ledger.move(ledger.matching(id), LeakState.DISMISSED)
    out.print(f"{leak.id} dismissed")


@app.command()
def shred(
    id: IdArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Destroy a leak's secret for good; its fingerprint and history stay."""
    with Ledger.default() as ledger:
        full = ledger.matching(id)
        if not yes:
            typer.confirm(
                f"Destroy the secret of {full}? It cannot be tested or erased after", abort=True
            )
        ledger.shred(full)
    out.print(f"{full} shredded")


@app.command()
def purge(
    older_than: Annotated[str, typer.Option(help="An age: 90d, 12w, 6m, 2y.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done; do nothing.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Forget old leaks: flagged and dismissed ones wholly, the secrets of erased ones.

    Fingerprints of erased leaks stay for the block list. Other leaks are left alone.
    """
    from unleak.ledger.purge import age
    from unleak.ledger.purge import purge as forget

    limit = age(older_than)
    with Ledger.default() as ledger:
        would = forget(ledger, limit, dry_run=True)
        told = (
            f"{would.removed} flagged or dismissed leaks, and the secrets of {would.emptied} "
            "erased ones"
        )
        if dry_run:
            out.print(f"would remove {told}; nothing was done")
            return
        if not yes:
            typer.confirm(f"Remove {told}?", abort=True)
        done = forget(ledger, limit)
    out.print(
        f"removed {done.removed} flagged or dismissed leaks, and the secrets of {done.emptied} "
        "erased ones"
    )


app.command()(leaks_transfer.export)
app.command("import")(leaks_transfer.import_)
app.command()(leaks_transfer.recipient)
app.command()(leaks_transfer.backup)
app.command()(leaks_transfer.restore)
app.command("rotate-key")(leaks_key.rotate_key)


def _lines(leak: Leak, known: dict[str, Any]) -> list[str]:
    """A leak for people."""
    shredded = "  (shredded)" if leak.shredded else ""
    lines = [
        f"{leak.id}  {leak.kind}  {leak.preview}",
        f"state {leak.state}, verdict {leak.verdict}, {leak.sightings} sightings, first in a "
        f"{leak.origin}",
        f"model {leak.model_name}  {leak.model}",
        f"fingerprint {leak.fingerprint}{shredded}",
    ]
    parents = [model["name"] for model in known["lineage"][:-1]]
    if parents:
        lines.append(f"  made of {' -> '.join(parents)}")
    lines += [f"  {at}  {state}  by {who}" for at, state, who in known["history"]]
    seen = known["seen"]
    if len(seen) > _SHOWN_SIGHTINGS:
        lines.append(f"  ({len(seen) - _SHOWN_SIGHTINGS} earlier sightings: --format json)")
    for one in seen[-_SHOWN_SIGHTINGS:]:
        client = f" through {one['client']}" if one["client"] else ""
        lines.append(f"  {one['at']}  seen in a {one['origin']}{client} by {one['actor']}")
    lines += [f"  evidence: {e['verdict']}, {e['reason']}" for e in known["evidence"]]
    for erasure in known["erasures"]:
        made = f", new model {erasure['new_model'][:12]}" if erasure["new_model"] else ""
        lines.append(f"  {erasure['at']}  erasure: {erasure['leaks'][leak.id]}{made}")
    lines += [f"  case {case['case']} of {case['path']}" for case in known["suites"]]
    return lines
