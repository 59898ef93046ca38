"""unleak engine: the daemon that all front ends share."""

import json
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from unleak.commands.options import FormatOption, check_format
from unleak.commands.screen import out
from unleak.core.errors import EngineError, UsageError

app = typer.Typer(help="Serve the shared engine, look at it, stop it.", no_args_is_help=True)
token = typer.Typer(help="Who may use the engine, and for what.", no_args_is_help=True)
app.add_typer(token, name="token")


@app.command()
def serve(
    socket: Annotated[
        Path | None, typer.Option(help="A Unix socket; this is the default, at a usual place.")
    ] = None,
    host: Annotated[str, typer.Option(help="Serve TCP here; beyond this machine only TLS.")] = "",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any free one.")] = 0,
    certificate: Annotated[Path | None, typer.Option(help="PEM file; serve TLS.")] = None,
    key: Annotated[Path | None, typer.Option(help="The certificate's private key.")] = None,
    idle_minutes: Annotated[
        float, typer.Option(min=0, help="Stop after so long without work; 0: never.")
    ] = 0.0,
) -> None:
    """Serve in the foreground. Clients start a daemon by themselves; a team's server needs this."""
    from unleak.service.daemon import Serving
    from unleak.service.daemon import serve as run

    serving = Serving(socket, host, port, certificate, key, idle_minutes)
    if not run(serving):
        raise EngineError("an engine is running already; `unleak engine stop` ends it")


@app.command()
def status(format: FormatOption = "text") -> None:
    """Is an engine running, and what is it doing? Starts none."""
    check_format(format, "text", "json")
    from unleak.service.client import connect
    from unleak.service.settings import engine_url, read_settings
    from unleak.service.starting import running

    url = engine_url(read_settings())
    if not url and running() is None:
        print(json.dumps({"running": False}) if format == "json" else "no engine is running")
        return
    with closing(connect()) as engine:
        told, jobs = engine.health(), engine.jobs()
    if format == "json":
        document = {"running": True, **told, "all_jobs": [job.as_json() for job in jobs]}
        print(json.dumps(document, indent=2))
        return
    out.print(f"unleak {told['version']}, pid {told['pid']}, key {told['key']}")
    out.print(f"ledger {told['ledger']}", soft_wrap=True, markup=False)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("job", "kind", "state", "stage", "leaks", "since"):
        table.add_column(name)
    for job in jobs[-20:]:
        row = (job.id, job.kind, job.state, job.stage, str(len(job.leaks)), job.created)
        table.add_row(*map(escape, row))
    if jobs:
        out.print(table)


@app.command()
def stop() -> None:
    """Stop the local engine; a running job goes on when it is next started."""
    from unleak.service.stopping import stop_running

    out.print("stopped" if stop_running() else "no engine is running")


@token.command("add")
def add_token(
    name: Annotated[str, typer.Argument(help="Whom it is for.")],
    role: Annotated[str, typer.Option(help="report, erase or admin")] = "report",
) -> None:
    """Make a token, and print it: it is shown this once."""
    from unleak.service.tokens import Tokens, role_of

    if not name.strip() or len(name) > 100 or not name.isprintable():
        raise UsageError("a token's name is 1 to 100 printable characters")
    print(Tokens().add(name, role_of(role)))


@token.command("list")
def list_tokens() -> None:
    """Names and roles; of tokens, only hashes are kept."""
    from unleak.service.tokens import Tokens

    for entry in Tokens().all():
        out.print(f"{entry.role:7} {entry.created}  {entry.name}", markup=False, soft_wrap=True)


@token.command("revoke")
def revoke_token(name: Annotated[str, typer.Argument(help="As `list` shows it.")]) -> None:
    """Take a token back, at once."""
    from unleak.service.tokens import Tokens

    Tokens().revoke(name)
    out.print("revoked")
