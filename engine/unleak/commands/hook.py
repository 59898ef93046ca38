"""unleak hook: decide for an editor's agent, by its hooks."""

import json
import sys
from pathlib import Path

import typer

from unleak.core.errors import EvaluationError
from unleak.core.keys import load_key
from unleak.detect.config import settings_for
from unleak.detect.scanner import Scanner


def hook() -> None:
    """Read a hook's message (JSON) from standard input, write the decision to standard output.

    Formats: Claude Code, Cursor, and {"text": ...} of unleak's own. What cannot be read ends with
    exit code 3, which denies nothing.
    """
    from unleak.guard.hook import decide

    try:
        message = json.loads(sys.stdin.buffer.read())
    except (ValueError, RecursionError):
        raise EvaluationError("hook: standard input is no JSON") from None
    scanner = Scanner(load_key().fingerprinter, settings=settings_for(Path.cwd()))
    decision = decide(scanner, message)
    print(json.dumps(decision.answer))
    raise typer.Exit(decision.exit_code)
