"""unleak models: the registry, and where the models lie that servers name."""

import json
import os
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from unleak.commands.export_onnx import export_onnx
from unleak.commands.options import FormatOption, check_format
from unleak.commands.screen import out

app = typer.Typer(help="List models, link names to folders, choose versions.", no_args_is_help=True)
app.command("export-onnx")(export_onnx)


@app.command("list")
def list_(format: FormatOption = "text") -> None:
    """List the models that the ledger knows."""
    check_format(format, "text", "json")
    from unleak.service.client import connect

    with closing(connect()) as engine:
        models = engine.models()
    if format == "json":
        print(json.dumps(models, indent=2))
        return
    if not models:
        out.print("no models yet; `unleak models link NAME PATH` adds one")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("model", "name", "made of", "in use", "where"):
        table.add_column(name, overflow="fold")
    for model in models:
        served = model["digest"].startswith("served:")
        linked = f"-> {model['linked'][:12]}" if model["linked"] else "not linked"
        row = (
            "served" if served else model["digest"][:12],
            model["name"],
            (model["parent"] or "")[:12],
            "yes" if model["current"] else "",
            linked if served else model["path"] or "",
        )
        table.add_row(*map(escape, row))
    out.print(table)


@app.command()
def link(
    name: Annotated[str, typer.Argument(help="What the server calls the model.")],
    path: Annotated[Path, typer.Argument(help="Its folder, or GGUF file.")],
) -> None:
    """Say where the model lies that a server calls by a name."""
    from unleak.service.client import connect

    with closing(connect()) as engine:
        model = engine.link(name, os.path.abspath(path.expanduser()))
    out.print(f"{name} is {model['digest'][:12]}", markup=False)


@app.command()
def use(
    name: Annotated[str, typer.Argument(help="A model of the registry.")],
    version: Annotated[str, typer.Argument(help="v0001, say.")],
) -> None:
    """Put another version in use; nothing is copied."""
    from unleak.service.client import connect

    with closing(connect()) as engine:
        chosen = engine.use(name, version)
    out.print(f"{name} {version} is in use: {chosen['path']}", markup=False, soft_wrap=True)
