"""unleak leaks rotate-key: a new key for the ledger and the suites that came of it."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from unleak.commands.screen import out
from unleak.core.errors import SuiteError, UsageError
from unleak.core.key_change import can_change, stage
from unleak.core.keys import MasterKey, key_source, new_key, read_key, write_key
from unleak.ledger.ledger import Ledger


def rotate_key(
    suite: Annotated[
        list[Path] | None,
        typer.Option(help="An encrypted suite to rewrite along; may be repeated."),
    ] = None,
    new: Annotated[
        Path | None,
        typer.Option(
            "--new-key", help="Use the key in this file, made if there is none; put it in yourself."
        ),
    ] = None,
    old: Annotated[
        Path | None, typer.Option("--old-key", help="Keep the old key in this file.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Give the ledger a new key: encrypt and fingerprint everything anew.

    Suites that unleak wrote from the ledger, and those given by --suite, are rewritten along.
    """
    from unleak.ledger.rotation import rotate
    from unleak.service.stopping import stop_running

    if new is None and not can_change():
        raise UsageError(
            f"the key is in {key_source()}, which unleak cannot change: give --new-key FILE, and "
            "put the key in that file there after"
        )
    with Ledger.default() as ledger:
        suites = _suites(ledger, suite or [])
        if not yes:
            typer.confirm(_consequences(ledger, suites, old), abort=True)
        if old:
            if old.exists():
                raise UsageError(f"{old} already exists: choose another place for the old key")
            write_key(old, ledger.key)
        key = read_key(new) if new and new.exists() else new_key()
        if key.id == ledger.key.id:
            raise UsageError(f"{new} holds the key that is in use")

        def lay_ready(made: MasterKey) -> Iterable[Path]:
            if new is None:
                stage(made)
            elif not new.exists():
                write_key(new, made)
            return _rewritten(suites, ledger.key, made)

        stopped = stop_running()  # it has the old key; the next client starts it with the new one
        done = rotate(ledger, key, lay_ready)
    out.print(f"{done.leaks} leaks are under the new key, id {key.id}")
    for path in suites:
        out.print(f"rewritten: {path}", soft_wrap=True, markup=False)
    if done.lost:
        out.print(f"{done.lost} shredded leaks keep an old fingerprint, which matches nothing now")
    if new:
        out.print(f"put the key in {new} into {key_source()} now", soft_wrap=True, markup=False)
    if stopped:
        out.print("the engine was stopped; it starts again when it is needed")
    out.print("start anew: editors, guards, engines on other machines")


def _suites(ledger: Ledger, given: Sequence[Path]) -> list[Path]:
    """The encrypted suites to rewrite: those given, and those the ledger knows and can read.

    Raises:
        SuiteError: one that was given is no encrypted suite of this key.
    """
    from unleak.probe.suite import is_encrypted, read

    chosen: list[Path] = []
    for path in given:
        if not is_encrypted(path):
            raise SuiteError(f"{path}: not encrypted; it needs no new key")
        read(str(path), ledger.key)
        chosen.append(path.absolute())
    for path in map(Path, sorted(ledger.suite_paths())):
        try:
            if path not in chosen and path.is_file() and is_encrypted(path):
                read(str(path), ledger.key)
                chosen.append(path)
        except SuiteError:
            continue  # of another key, or damaged: not ours to change
    return chosen


def _rewritten(suites: Sequence[Path], old: MasterKey, new: MasterKey) -> Iterable[Path]:
    from unleak.ledger.rotation import staged
    from unleak.probe.suite import read, write

    for path in suites:
        # Written under the new key with new fingerprints: `read` made those with the old one.
        write(staged(path), read(str(path), old), new, encrypted=True)
        yield path


def _consequences(ledger: Ledger, suites: Sequence[Path], old: Path | None) -> str:
    lost = sum(leak.shredded for leak in ledger.leaks())
    lines = [f"The key {ledger.key.id} is replaced. After that:"]
    lines += [f"- {path} is rewritten" for path in suites]
    where = f"the old one, which is kept in {old}" if old else "the old one, which is not kept"
    lines.append(f"- other encrypted suites, indexes and backups need {where} (--old-key)")
    lines.append("- fingerprints in unleak.toml, baselines and certificates match nothing any more")
    if lost:
        lines.append(f"- {lost} shredded leaks can no longer be recognised")
    return "\n".join([*lines, "Go on?"])
