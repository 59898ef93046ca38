"""unleak scan: find secrets in files."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from unleak.commands.known import known_of, learn, lines_of
from unleak.commands.options import FormatOption, check_format
from unleak.commands.screen import err, out
from unleak.core.errors import EvaluationError, ExitCode, UsageError
from unleak.core.finding import REDACT_SCORE
from unleak.core.formats import preview
from unleak.core.keys import MasterKey, load_key
from unleak.detect.baseline import Baseline, read_baseline
from unleak.detect.config import find_config, read_settings
from unleak.detect.files import Located, as_json, as_sarif, locate, processors, scan_path
from unleak.detect.git import root_of, scan_history, scan_staged
from unleak.detect.known import Known
from unleak.detect.rules import all_rules
from unleak.detect.scanner import Scanner
from unleak.detect.settings import NO_SETTINGS, Settings


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
    config: Annotated[
        Path | None, typer.Option(help="Read this and not the nearest unleak.toml.")
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option(help="Leave out what a detect-secrets baseline lists.")
    ] = None,
    known: Annotated[
        list[str] | None,
        typer.Option(
            help="Find the exact secrets of an index that --learn made, or of the ledger "
            "(--known ledger). Of n known secrets, a place matches one by chance with "
            "probability n * 2^-96."
        ),
    ] = None,
    learn_paths: Annotated[
        bool, typer.Option("--learn", help="Learn the secrets at alert in PATHS.")
    ] = False,
    learn_lines: Annotated[
        str | None, typer.Option(help="Learn the secrets in a file, one a line; - for stdin.")
    ] = None,
    index: Annotated[
        Path | None, typer.Option(help="Where what is learned goes: fingerprints, no secret.")
    ] = None,
    list_rules: Annotated[bool, typer.Option("--list-rules", help="List the rules.")] = False,
) -> None:
    """Find secrets and personal data in files, folders or standard input."""
    check_format(format, "text", "json", "sarif")
    if staged and history:
        raise UsageError("give --staged or --history, not both")
    if (learn_paths or learn_lines is not None) != (index is not None):
        raise UsageError("--learn and --learn-lines go with --index FILE")
    if learn_lines is not None and paths and not learn_paths:
        raise UsageError("PATHS are learned with --learn only")
    if list_rules:
        _list_rules(_settings(config or find_config(Path((paths or ["."])[0]))))
        return
    key = load_key()
    scanners = _Scanners(key, known_of(known or [], key), config)
    listed = read_baseline(baseline) if baseline else None
    found: list[Located] = []
    unread: list[str] = []
    left_out = 0
    learns_lines_only = learn_lines is not None and not learn_paths
    for path in [] if learns_lines_only else paths or ["."]:
        more, skipped = _scan_one(scanners, path, filename, staged, history)
        new = _not_in(listed, more, Path(path), staged, history) if listed else more
        left_out += len(more) - len(new)
        found += new
        unread += skipped
    if index is not None:
        lines = [] if learn_lines is None else lines_of(learn_lines)
        learn([f for f in found if f.finding.alert or candidates], lines, index, key)
    elif format == "json":
        print(as_json(found))
    elif format == "sarif":
        print(as_sarif(found))
    else:
        _show(found, candidates)
    for line in unread:
        err.print(f"not scanned: {line}", markup=False, soft_wrap=True)
    if left_out:
        err.print(f"{left_out} findings left out: {baseline} lists them", soft_wrap=True)
    if index is None and any(f.finding.alert for f in found):
        raise typer.Exit(ExitCode.LEAK)
    if unread and not found:
        raise EvaluationError(f"{len(unread)} files could not be scanned")


class _Scanners:
    """The scanner for each path, with the configuration that holds there."""

    def __init__(self, key: MasterKey, known: Known | None, config: Path | None) -> None:
        self._key = key
        self._known = known
        self._config = config
        self._made: dict[str, Scanner] = {}

    def at(self, path: Path) -> Scanner:
        """Make it, or find one with the same configuration."""
        config = self._config or find_config(path)
        name = str(config or "")
        if name not in self._made:
            settings = _settings(config)
            self._made[name] = Scanner(
                self._key.fingerprinter, settings=settings, known=self._known
            )
        return self._made[name]


def _settings(config: Path | None) -> Settings:
    settings = read_settings(config) if config else NO_SETTINGS
    for warning in settings.warnings:
        err.print(f"warning: {warning}", markup=False, soft_wrap=True)
    return settings


def _scan_one(
    scanners: _Scanners, path: str, filename: str, staged: bool, history: bool
) -> tuple[list[Located], list[str]]:
    if staged or history:
        scan_git = scan_staged if staged else scan_history
        return scan_git(scanners.at(Path(path)), Path(path)), []
    if path != "-":
        return scan_path(scanners.at(Path(path)), Path(path), processors())
    scanner = scanners.at(Path.cwd())
    text = sys.stdin.buffer.read().decode("utf-8", "replace")
    allow = scanner.settings.allow
    if allow.file(Path(filename)):
        return [], []
    findings = [f for f in scanner.scan(text) if not allow.rule_in(Path(filename), f.rule)]
    return locate(filename, text, findings), []


def _not_in(
    baseline: Baseline, found: list[Located], path: Path, staged: bool, history: bool
) -> list[Located]:
    """What a baseline does not list."""
    root = root_of(path) if staged or history else Path()
    names = (f.path.partition(":")[2] if history else f.path for f in found)
    files = (os.path.abspath(root / name) for name in names)
    return [f for file, f in zip(files, found, strict=True) if not baseline.covers(file, f)]


def _list_rules(settings: Settings) -> None:
    for rule in sorted(settings.apply(all_rules()), key=lambda rule: rule.id):
        row = f"{rule.id:36} {rule.kind:32} {rule.severity:8} {rule.reference}"
        out.print(row, soft_wrap=True, markup=False)


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
