"""Options that several commands share, and how they are read."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from unleak.core.errors import UsageError

ModelOption = Annotated[
    str, typer.Option("--model", help="A folder, a .gguf file, a hub id, or 'demo'.")
]
SuiteOption = Annotated[
    str | None, typer.Option("--suite", help="A suite file (JSON Lines), or 'demo'.")
]
TrustOption = Annotated[
    bool, typer.Option("--trust-remote-code", help="Run Python code from the model's folder.")
]
FormatOption = Annotated[str, typer.Option("--format", help="text or json")]


def text_of(path: Path | None) -> str:
    """A file's text, or standard input without one.

    Raises:
        UsageError: it cannot be read.
    """
    if path is None:
        return sys.stdin.read()
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        raise UsageError(f"{path}: not UTF-8 text") from None
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or 'cannot be read'}") from None


def check_format(chosen: str, *known: str) -> None:
    """Raises UsageError for an unknown format."""
    if chosen not in known:
        raise UsageError(f"--format {chosen}: choose one of {', '.join(known)}")
