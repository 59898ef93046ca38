"""unleak scan: find secrets in files."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from unleak.commands.options import FormatOption, check_format
from unleak.commands.screen import err, out
from unleak.core.errors import EvaluationError, ExitCode
from unleak.core.formats import preview
from unleak.core.keys import load_key
from unleak.detect.files import Located, as_json, as_sarif, locate, scan_path
from unleak.detect.rules import all_rules
from unleak.detect.scanner import Scanner


def scan(
    paths: Annotated[
        list[str] | None, typer.Argument(help="Files and folders; - for stdin.")
    ] = None,
    filename: Annotated[str, typer.Option(help="What to call standard input.")] = "<stdin>",
    format: FormatOption = "text",
    list_rules: Annotated[bool, typer.Option("--list-rules", help="List the rules.")] = False,
) -> None:
    """Find secrets and personal data in files, folders or standard input."""
    check_format(format, "text", "json", "sarif")
    if list_rules:
        for rule in sorted(all_rules(), key=lambda rule: rule.id):
            out.print(f"{rule.id:28} {rule.kind:22} {rule.reference}", soft_wrap=True, markup=False)
        return
    scanner = Scanner(load_key().fingerprinter)
    found: list[Located] = []
    unread: list[str] = []
    for path in paths or ["."]:
        if path == "-":
            text = sys.stdin.buffer.read().decode("utf-8", "replace")
            found += locate(filename, text, scanner.scan(text))
        else:
            more, skipped = scan_path(scanner, Path(path))
            found += more
            unread += skipped
    if format == "json":
        print(as_json(found))
    elif format == "sarif":
        print(as_sarif(found))
    else:
        _show(found)
    for line in unread:
        err.print(f"not scanned: {line}", markup=False)
    if any(f.finding.alert for f in found):
        raise typer.Exit(ExitCode.LEAK)
    if unread and not found:
        raise EvaluationError(f"{len(unread)} files could not be scanned")


def _show(found: list[Located]) -> None:
    for f in found:
        level = "[red]alert[/] " if f.finding.alert else "[yellow]redact[/]"
        shown = preview(f.finding.secret.reveal())
        out.print(f"{f.path}:{f.line}:{f.column}: {level} {f.finding.kind} {shown}", soft_wrap=True)
    alerts = sum(f.finding.alert for f in found)
    out.print(f"{len(found)} findings, {alerts} at alert")
