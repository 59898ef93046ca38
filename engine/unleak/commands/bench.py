"""unleak bench: run a measurement of the source checkout."""

import ast
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from unleak.commands.screen import out
from unleak.core.errors import EvaluationError, ExitCode, UsageError

_ROOT = Path(__file__).parents[3]


def bench(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="Which; all are listed without one.")] = None,
) -> None:
    """Measure: runs bench/NAME.py of the source checkout with the arguments behind NAME."""
    known = scripts(_ROOT)
    if name is None or name.startswith("-"):
        out.print("unleak bench NAME [--help]\n", markup=False)
        for known_name, script in known.items():
            out.print(f"{known_name:8} {_title(script)}", markup=False, soft_wrap=True)
        return
    if name not in known:
        raise UsageError(f"no bench {name}; there are {', '.join(known)}")
    code = subprocess.run([sys.executable, str(known[name]), *context.args], check=False).returncode
    if code == ExitCode.USAGE:
        raise typer.Exit(ExitCode.USAGE)  # argparse has said why
    if code:
        raise EvaluationError(f"bench {name} ended with {code}")


def scripts(root: Path) -> dict[str, Path]:
    """The measurements of a checkout by name.

    Raises:
        UsageError: `root` is no checkout.
    """
    found = {path.stem: path for path in sorted((root / "bench").glob("*.py"))}
    if not found or not (root / "pyproject.toml").is_file():
        raise UsageError(
            "bench runs in a checkout of unleak's source; this is an installed package"
        )
    return found


def _title(script: Path) -> str:
    text = ast.get_docstring(ast.parse(script.read_text("utf-8"))) or ""
    return text.split("\n")[0]
