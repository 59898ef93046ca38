"""unleak suite: files of extraction tests."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from unleak.commands.options import FormatOption, check_format, text_of
from unleak.commands.screen import err, out
from unleak.core.errors import LedgerError, SuiteError, UsageError
from unleak.core.finding import REDACT_SCORE
from unleak.core.formats import preview
from unleak.core.states import LeakState
from unleak.detect.files import files_of, read_text
from unleak.detect.scanner import Scanner
from unleak.ledger.ledger import Ledger
from unleak.probe.suite import Case, read, write

app = typer.Typer(help="Build, extend and list suites.", no_args_is_help=True)
_PREFIX = 2000  # characters of context a built case keeps
_TESTED = {
    LeakState.CONFIRMED, LeakState.ERASED, LeakState.RESURFACED, LeakState.FAILED,
    LeakState.CANCELLED, LeakState.QUEUED, LeakState.ERASING, LeakState.VERIFYING,
}  # fmt: skip


@app.command("list")
def list_(suite: str, format: FormatOption = "text") -> None:
    """List a suite's cases; never their secrets."""
    check_format(format, "text", "json")
    cases = read(suite, Ledger.default().fingerprinter)
    if format == "json":
        rows = [{"id": c.id, "kind": c.kind, "fingerprint": c.secret.fingerprint} for c in cases]
        print(json.dumps(rows, indent=2))
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("case", "kind", "secret", "source"):
        table.add_column(name)
    for case in cases:
        row = (case.id, case.kind, preview(case.secret.reveal()), case.source)
        table.add_row(*map(escape, row))
    out.print(table)
    out.print(f"{len(cases)} cases")


@app.command()
def add(
    suite: Annotated[Path, typer.Argument(help="The suite; made if it does not exist.")],
    id: Annotated[str, typer.Option(help="The new case's id.")],
    kind: Annotated[str, typer.Option(help="What the secret is.")],
    prefix_file: Annotated[Path, typer.Option(help="Text before the secret.")],
) -> None:
    """Add a case; its secret is read from standard input."""
    fingerprinter = Ledger.default().fingerprinter
    cases = read(str(suite), fingerprinter) if suite.exists() else []
    if any(case.id == id for case in cases):
        raise SuiteError(f"{suite}: the id {id!r} is already used")
    value = sys.stdin.read().rstrip("\r\n")
    if not value:
        raise UsageError("standard input holds no secret")
    cases.append(Case(id, text_of(prefix_file), fingerprinter.secret(value, kind)))
    write(suite, cases)
    out.print(f"{suite}: {len(cases)} cases", soft_wrap=True)


@app.command()
def build(
    path: Annotated[Path, typer.Option("--out", help="The suite to write (plain text, 0600).")],
    from_text: Annotated[Path | None, typer.Option(help="Training data to scan.")] = None,
    from_ledger: Annotated[
        bool, typer.Option("--from-ledger", help="Every leak that was ever confirmed.")
    ] = False,
) -> None:
    """Write a suite from training data or from the ledger."""
    if (from_text is not None) == from_ledger:
        raise UsageError("give one of --from-text and --from-ledger")
    ledger = Ledger.default()
    cases = _from_text(ledger, from_text) if from_text else _from_ledger(ledger)
    if not cases:
        raise SuiteError("nothing found to test; no suite was written")
    write(path, cases)
    out.print(f"{path}: {len(cases)} cases", soft_wrap=True)


def _from_ledger(ledger: Ledger) -> list[Case]:
    cases = []
    for leak in ledger.leaks():
        if leak.state in _TESTED:
            try:
                cases.append(Case(leak.id, *ledger.reveal(leak.id), source="ledger"))
            except LedgerError as error:
                err.print(f"left out: {error}", markup=False)
    return cases


def _from_text(ledger: Ledger, folder: Path) -> list[Case]:
    scanner = Scanner(ledger.fingerprinter)
    cases: dict[str, Case] = {}
    for file in files_of(folder)[0]:
        try:
            text = read_text(file)
        except (OSError, UsageError) as error:
            err.print(f"not scanned: {file}: {error}", markup=False)
            continue
        for finding in scanner.scan(text or ""):
            likely = finding.score >= REDACT_SCORE and finding.start > 0
            if likely and finding.fingerprint not in cases:
                prefix = text[max(0, finding.start - _PREFIX) : finding.start] if text else ""
                id = f"{finding.kind}-{finding.fingerprint[:10]}"
                cases[finding.fingerprint] = Case(id, prefix, finding.secret, source=str(file))
    return list(cases.values())
