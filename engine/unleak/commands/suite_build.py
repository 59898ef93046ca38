"""unleak suite build: cases from training data, or from the ledger."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from unleak.commands.screen import err, out, progress
from unleak.core.errors import LedgerError, SuiteError, UsageError
from unleak.core.keys import MasterKey, load_key
from unleak.core.states import LeakState
from unleak.detect.config import settings_for
from unleak.detect.files import processors
from unleak.detect.scanner import Scanner
from unleak.ledger.ledger import Ledger
from unleak.probe.controls import controls
from unleak.probe.suite import Case, write
from unleak.probe.training import cases_of

_UNTESTED = {LeakState.FLAGGED, LeakState.DISMISSED}  # all others were confirmed once


def build(
    path: Annotated[
        Path | None,
        typer.Option(
            "--out", help="The suite to write (0600): encrypted if it ends in .unleak, else plain."
        ),
    ] = None,
    from_text: Annotated[
        Path | None, typer.Option(help="Training data to scan: a folder or a file.")
    ] = None,
    from_ledger: Annotated[
        bool, typer.Option("--from-ledger", help="Every leak that was ever confirmed.")
    ] = False,
    with_controls: Annotated[
        int,
        typer.Option("--controls", min=0, help="Decoys that no model can know; one a case."),
    ] = 16,
    most: Annotated[
        int | None, typer.Option(min=1, help="Keep this many cases, the most copied.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Count what is found; write nothing.")
    ] = False,
) -> None:
    """Write a suite from training data or from the ledger."""
    if (from_text is not None) == from_ledger:
        raise UsageError("give one of --from-text and --from-ledger")
    if path is None and not dry_run:
        raise UsageError("give --out, or --dry-run")
    key = load_key()
    cases = _from_text(key, from_text, path) if from_text else _from_ledger(key)
    if not cases:
        raise SuiteError("nothing found to test; no suite was written")
    cases = _most_copied(cases, most)
    cases += controls(cases, with_controls, key.fingerprinter)
    _show(cases)
    if path is None or dry_run:
        out.print("nothing was written")
        return
    write(path, cases, key)
    out.print(f"{path}: {len(cases)} cases", soft_wrap=True, markup=False)


def _from_ledger(key: MasterKey) -> list[Case]:
    ledger = Ledger.default(key)
    cases = []
    try:
        for leak in ledger.leaks():
            if leak.state in _UNTESTED:
                continue
            try:
                cases.append(Case(leak.id, *ledger.reveal(leak.id), source="ledger"))
            except LedgerError as error:
                err.print(f"left out: {error}", markup=False, soft_wrap=True)
    finally:
        ledger.close()
    return cases


def _from_text(key: MasterKey, folder: Path, path: Path | None) -> list[Case]:
    settings = settings_for(folder)
    _tell("warning", settings.warnings)
    scanner = Scanner(key.fingerprinter, settings=settings)
    with progress() as show:
        show("scan", 0.0)
        cases, unread = cases_of(
            scanner,
            folder,
            leave_out=path,
            workers=processors(),
            progress=lambda done: show("scan", done),
        )
    _tell("not scanned", unread)
    return cases


def _tell(what: str, lines: Iterable[str]) -> None:
    for line in lines:
        err.print(f"{what}: {line}", markup=False, soft_wrap=True)


def _most_copied(cases: list[Case], most: int | None) -> list[Case]:
    """The most copied cases, in the order they had; of equals the first."""
    if most is None:
        return cases
    kept = {case.id for case in sorted(cases, key=lambda case: -case.copies)[:most]}
    return [case for case in cases if case.id in kept]


def _show(cases: Sequence[Case]) -> None:
    found, copies, decoys = Counter[str](), Counter[str](), Counter[str]()
    for case in cases:
        if case.control:
            decoys[case.kind] += 1
        else:
            found[case.kind] += 1
            copies[case.kind] += case.copies
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("kind")
    for name in ("cases", "copies", "controls"):
        table.add_column(name, justify="right")
    for kind, number in sorted(found.items(), key=lambda item: (-item[1], item[0])):
        table.add_row(escape(kind), str(number), str(copies[kind]), str(decoys[kind]))
    if len(found) > 1:
        table.add_row("all", *(str(c.total()) for c in (found, copies, decoys)), style="bold")
    out.print(table)
