"""unleak scan: find secrets in files."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from unleak.commands.options import FormatOption, check_format
from unleak.commands.screen import err, out
from unleak.core.errors import EvaluationError, ExitCode, UsageError
from unleak.core.finding import REDACT_SCORE
from unleak.core.formats import preview
from unleak.core.keys import load_key
from unleak.detect.files import Located, as_json, as_sarif, locate, scan_path
from unleak.detect.git import scan_history, scan_staged
from unleak.detect.rules import all_rules
from unleak.detect.scanner import Scanner


def scan(
    paths: Annotated[
        list[str] | None, typer.Argument(help="Files and folders; - for stdin.")
    ] = None,
    filename: Annotated[str, typer.Option(help="What to call standard input.")] = "<stdin>",
    format: FormatOption = "text",
    staged: Annotated[
        bool, typer.Option("--staged", help="Scan what is staged for the next commit.")
    ] = False,
    history: Annotated[
        bool, typer.Option("--history", help="Scan what any commit of the repository added.")
    ] = False,
    candidates: Annotated[
        bool, typer.Option("--candidates", help="Show also what is less than likely.")
    ] = False,
    list_rules: Annotated[bool, typer.Option("--list-rules", help="List the rules.")] = False,
) -> None:
    """Find secrets and personal data in files, folders or standard input."""
    check_format(format, "text", "json", "sarif")
    if list_rules:
        for rule in sorted(all_rules(), key=lambda rule: rule.id):
            row = f"{rule.id:36} {rule.kind:32} {rule.severity:8} {rule.reference}"
            out.print(row, soft_wrap=True, markup=False)
        return
    if staged and history:
        raise UsageError("give --staged or --history, not both")
    scanner = Scanner(load_key().fingerprinter)
    found: list[Located] = []
    unread: list[str] = []
    for path in paths or ["."]:
        if staged or history:
            found += (scan_staged if staged else scan_history)(scanner, Path(path))
        elif path == "-":
            text = sys.stdin.buffer.read().decode("utf-8", "replace")
            found += locate(filename, text, scanner.scan(text))
        else:
            more, skipped = scan_path(scanner, Path(path), os.cpu_count() or 1)
            found += more
            unread += skipped
    if format == "json":
        print(as_json(found))
    elif format == "sarif":
        print(as_sarif(found))
    else:
        _show(found, candidates)
    for line in unread:
        err.print(f"not scanned: {line}", markup=False)
    if any(f.finding.alert for f in found):
        raise typer.Exit(ExitCode.LEAK)
    if unread and not found:
        raise EvaluationError(f"{len(unread)} files could not be scanned")


def _show(found: list[Located], candidates: bool) -> None:
    shown = [f for f in found if candidates or f.finding.score >= REDACT_SCORE]
    for f in shown:
        level = "[red]alert[/] " if f.finding.alert else "[yellow]redact[/]"
        what = f"{f.finding.kind} {escape(preview(f.finding.secret.reveal()))}"
        out.print(f"{escape(f.path)}:{f.line}:{f.column}: {level} {what}", soft_wrap=True)
    alerts = sum(f.finding.alert for f in found)
    hidden = len(found) - len(shown)
    more = f"; {hidden} candidates not shown (--candidates)" if hidden else ""
    out.print(f"{len(shown)} findings, {alerts} at alert{more}")
