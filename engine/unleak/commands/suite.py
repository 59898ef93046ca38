"""unleak suite: files of extraction tests."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from unleak.commands.options import FormatOption, check_format, text_of
from unleak.commands.screen import out
from unleak.commands.suite_build import build
from unleak.core.errors import SuiteError, UsageError
from unleak.core.formats import preview
from unleak.core.keys import load_key
from unleak.probe.suite import ENCRYPTED, Case, case_digest, is_encrypted, read, write

app = typer.Typer(help="Build, extend, list, encrypt and decrypt suites.", no_args_is_help=True)
app.command()(build)


@app.command("list")
def list_(suite: str, format: FormatOption = "text") -> None:
    """List a suite's cases; never their secrets."""
    check_format(format, "text", "json")
    cases = read(suite, load_key())
    if format == "json":
        rows = [
            {
                "id": case.id,
                "kind": case.kind,
                "fingerprint": case.secret.fingerprint,
                "copies": case.copies,
                "control": case.control,
            }
            for case in cases
        ]
        print(json.dumps(rows, indent=2))
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("case", "kind", "secret", "copies", "source"):
        table.add_column(name, overflow="fold")
    for case in cases:
        copies = "decoy" if case.control else str(case.copies)
        row = (case.id, case.kind, preview(case.secret.reveal()), copies, case.source)
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
    key = load_key()
    exists = suite.exists()
    cases = read(str(suite), key) if exists else []
    if any(case.id == id for case in cases):
        raise SuiteError(f"{suite}: the id {id!r} is already used")
    value = sys.stdin.read().rstrip("\r\n")
    if not value:
        raise UsageError("standard input holds no secret")
    cases.append(Case(id, text_of(prefix_file), key.fingerprinter.secret(value, kind)))
    # What is encrypted stays so, whatever its name.
    write(suite, cases, key, encrypted=(exists and is_encrypted(suite)) or None)
    out.print(f"{suite}: {len(cases)} cases", soft_wrap=True, markup=False)


@app.command()
def encrypt(
    suite: Annotated[str, typer.Argument(help="A suite, or 'demo'.")],
    path: Annotated[Path, typer.Argument(metavar="OUT", help="The suite to write: NAME.unleak.")],
) -> None:
    """Write a suite encrypted with your key, so that it can be committed."""
    if path.suffix != ENCRYPTED:
        raise UsageError(f"{path}: name it *{ENCRYPTED}, so that all see that it is encrypted")
    _copy(suite, path)


@app.command()
def decrypt(
    suite: Annotated[str, typer.Argument(help="A suite.")],
    path: Annotated[Path, typer.Argument(metavar="OUT", help="The suite to write (0600).")],
) -> None:
    """Write a suite in plain text: do not commit it."""
    if path.suffix == ENCRYPTED:
        raise UsageError(f"{path}: a plain suite; give it a name that does not end in {ENCRYPTED}")
    _copy(suite, path)


@app.command()
def merge(
    suites: Annotated[list[str], typer.Argument(help="Suites; a case of several is kept once.")],
    path: Annotated[Path, typer.Option("--out", help="The suite to write: .unleak is encrypted.")],
) -> None:
    """Write all cases of several suites into one."""
    key = load_key()
    cases: dict[str, Case] = {}
    for suite in suites:
        for case in read(suite, key):
            digest = case_digest(case, key.fingerprinter)
            same = cases.setdefault(case.id, case)
            if case_digest(same, key.fingerprinter) != digest:
                raise SuiteError(f"{suite}: another case has the id {case.id!r}; rename one")
    write(path, cases.values(), key)
    out.print(f"{path}: {len(cases)} cases", soft_wrap=True, markup=False)


def _copy(suite: str, path: Path) -> None:
    key = load_key()
    cases = read(suite, key)
    write(path, cases, key)
    out.print(f"{path}: {len(cases)} cases", soft_wrap=True, markup=False)
