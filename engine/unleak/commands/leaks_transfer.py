"""unleak leaks export, import, recipient, backup, restore: leaks on their way elsewhere."""

import json
import os
import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from unleak.commands.screen import err, out
from unleak.core.errors import LedgerError, UsageError
from unleak.core.files import write_file
from unleak.core.keys import load_key
from unleak.ledger.ledger import Ledger
from unleak.ledger.place import default_place

PASSPHRASE_VARIABLE: Final = "UNLEAK_PASSPHRASE"  # noqa: S105 - the name of one
_MODE: Final = {False: 0o644, True: 0o600}

PassphraseOption = Annotated[
    Path | None,
    typer.Option(
        help=f"Its first line is the passphrase. Else ${PASSPHRASE_VARIABLE}, or you are asked."
    ),
]
FileArgument = Annotated[Path, typer.Argument(help="The file.")]


def export(
    path: Annotated[Path, typer.Argument(help="The file to write.")],
    secrets: Annotated[
        bool, typer.Option("--secrets", help="With the secrets; the file is encrypted.")
    ] = False,
    to: Annotated[
        str | None,
        typer.Option(help="For whom: what `unleak leaks recipient` shows there. No passphrase."),
    ] = None,
    passphrase_file: PassphraseOption = None,
) -> None:
    """Write all leaks to a file, for another ledger; without their secrets unless asked for."""
    from unleak.ledger.envelope import seal_to, seal_with_passphrase
    from unleak.ledger.export import document

    if to and passphrase_file:
        raise UsageError("give one of --to and --passphrase-file")
    encrypted = secrets or bool(to or passphrase_file)
    passphrase = _passphrase(passphrase_file, twice=True) if encrypted and not to else ""
    with Ledger.default() as ledger:
        made = document(ledger, secrets=secrets)
    content = (json.dumps(made, indent=None if encrypted else 2) + "\n").encode()
    if to:
        content = seal_to(content, to)
    elif encrypted:
        content = seal_with_passphrase(content, passphrase)
    write_file(path, content, mode=_MODE[encrypted])
    kind = "with their secrets, encrypted" if secrets else "without their secrets"
    out.print(f"{len(made['leaks'])} leaks written to {path}, {kind}", soft_wrap=True, markup=False)


def import_(path: FileArgument, passphrase_file: PassphraseOption = None) -> None:
    """Put the leaks of an export into this ledger; doing it again changes nothing."""
    from unleak.ledger.envelope import is_sealed, needs_passphrase, unsealed
    from unleak.ledger.incoming import merge

    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or 'cannot be read'}") from None
    try:
        if is_sealed(data):
            asked = needs_passphrase(data)
            passphrase = _passphrase(passphrase_file, twice=False) if asked else None
            data = unsealed(data, load_key(), passphrase)
        document = json.loads(data)
    except ValueError:
        raise LedgerError(f"{path}: not an export of a ledger") from None
    except LedgerError as error:
        raise LedgerError(f"{path}: {error}") from None
    with Ledger.default() as ledger:
        done = merge(ledger, document)
    out.print(f"{done.new} new leaks, {done.known} that were here already")
    if done.left_out:
        err.print(
            f"left out: {done.left_out} leaks without a secret, fingerprinted with another key; "
            "export them with --secrets",
            soft_wrap=True,
        )


def recipient() -> None:
    """Show what others give to `unleak leaks export --to`, to write exports for you alone."""
    from unleak.ledger.envelope import recipient as of

    print(of(load_key()))


def backup(path: FileArgument) -> None:
    """Copy the ledger, as encrypted as it is, while others go on using it."""
    from unleak.ledger.backup import back_up

    back_up(default_place(), path)
    out.print(
        f"backup written to {path}; it needs the same key, keep that elsewhere",
        soft_wrap=True,
        markup=False,
    )


def restore(
    path: FileArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Put a backup in the ledger's place. Secrets that were shredded since come back."""
    from unleak.ledger.backup import restore as put_back

    if not yes:
        typer.confirm("Replace the ledger? What it learned since the backup is lost", abort=True)
    aside = put_back(default_place(), path, load_key())
    out.print(f"ledger restored from {path}", soft_wrap=True, markup=False)
    if aside:
        out.print(f"the damaged one is kept as {aside}", soft_wrap=True, markup=False)


def _passphrase(file: Path | None, *, twice: bool) -> str:
    """From a file, the environment, or the terminal; never from the command line."""
    if file:
        try:
            found = file.read_text("utf-8").split("\n")[0].rstrip("\r")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "not UTF-8 text"
            raise UsageError(f"{file}: {reason}") from None
    elif given := os.environ.get(PASSPHRASE_VARIABLE):
        found = given
    elif sys.stdin.isatty():
        found = typer.prompt("passphrase", hide_input=True, confirmation_prompt=twice, err=True)
    else:
        raise UsageError(f"give --passphrase-file or ${PASSPHRASE_VARIABLE}")
    if not found:
        raise UsageError("an empty passphrase protects nothing")
    return found
