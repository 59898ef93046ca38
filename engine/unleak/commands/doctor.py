"""unleak doctor: is everything in place?"""

import importlib.util
import os
import platform
from importlib.metadata import version

import typer
from rich.markup import escape

from unleak.commands.screen import out
from unleak.core.errors import ExitCode, UnleakError
from unleak.core.keys import key_source, load_key
from unleak.ledger.ledger import Ledger

_ENGINE = ("torch", "transformers", "safetensors")


def doctor() -> None:
    """Check the installation; exit 3 if something is missing."""
    problems: list[str] = []
    out.print(f"unleak      {version('unleak')}, Python {platform.python_version()}")
    missing = [name for name in _ENGINE if importlib.util.find_spec(name) is None]
    if missing:
        problems.append(f"{', '.join(missing)} not installed: pip install 'unleak[engine]'")
    else:
        shown = ", ".join(f"{name} {version(name)}" for name in _ENGINE)
        out.print(f"engine      {shown}")
        from unleak.models.load import embedded_folder

        weights = embedded_folder() / "model.safetensors"
        out.print(f"demo model  {'present' if weights.exists() else 'missing'}")
        if not weights.exists():
            problems.append("the embedded model is missing: reinstall unleak")
    try:
        key = load_key()
        source = escape(key_source())
        out.print(f"key         {source}, id {key.id}", soft_wrap=True)
        ledger = Ledger.default(key)
        ledger.check()
        count = len(ledger.leaks())
        out.print(f"ledger      {escape(ledger.name)}, {count} leaks", soft_wrap=True)
        ledger.close()
    except UnleakError as error:
        problems.append(str(error))
    out.print(f"processors  {os.cpu_count()}")
    for problem in problems:
        out.print(f"[red]problem[/]     {escape(problem)}", soft_wrap=True)
    if problems:
        raise typer.Exit(ExitCode.NOT_EVALUATED)
    out.print("[green]all in place[/]")
