"""Copies of a SQLite ledger: made while it is in use, checked before they are put back."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from uuid import uuid4

from sqlalchemy.engine import URL

from unleak.core.errors import LedgerError
from unleak.core.files import explained
from unleak.core.keys import MasterKey
from unleak.ledger.ledger import Ledger
from unleak.ledger.place import file_of, shown


def back_up(place: URL, to: Path) -> None:
    """Copy the ledger to a file (0600), whole or not at all; others may go on writing.

    The copy is encrypted as the ledger is, and needs the same key.

    Raises:
        LedgerError: a server keeps the ledger, or there is none.
        OutputError: the copy cannot be written.
    """
    source = _file(place, "pg_dump --format=custom --file=BACKUP")
    if not source.exists():
        raise LedgerError(f"there is no ledger at {source}")
    with _written(to) as copy:
        _copy(source, copy)


def restore(place: URL, backup: Path, key: MasterKey) -> Path | None:
    """Put a backup in the ledger's place.

    Programs that have the ledger open see the backup from then on. What the ledger was before is
    lost, unless it is damaged: then it is moved aside.

    Returns:
        Where a damaged ledger was moved.

    Raises:
        LedgerError: a server keeps the ledger; or the backup is damaged, newer than this program,
            or of another key. The ledger is left as it was.
    """
    target = _file(place, "pg_restore --clean")
    if not backup.is_file():
        raise LedgerError(f"there is no backup at {backup}")
    with _written(target.with_name(f"{target.name}.restored"), keep=False) as copy:
        _copy(backup, copy)
        try:
            with Ledger(copy, key) as checked:  # brings it up to date, too
                checked.check()
        except LedgerError as error:
            raise LedgerError(str(error).replace(str(copy), str(backup))) from None
        with explained(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            aside = _move_aside(target) if _is_damaged(target) else None
            if target.exists():
                _copy(copy, target)
            else:
                copy.replace(target)
            return aside


def _is_damaged(file: Path) -> bool:
    if not file.exists():
        return False
    try:
        with closing(sqlite3.connect(file)) as ledger:
            return bool(ledger.execute("pragma quick_check(1)").fetchone() != ("ok",))
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        return True


def _move_aside(file: Path) -> Path:
    aside = file.with_name(f"{file.name}.damaged-{uuid4().hex[:8]}")
    for end in ("-wal", "-shm"):
        part = file.with_name(file.name + end)
        if part.exists():
            part.replace(aside.with_name(aside.name + end))
    return file.replace(aside)


def _file(place: URL, command: str) -> Path:
    file = file_of(place)
    if file is None:
        raise LedgerError(
            f"ledger {shown(place)}: PostgreSQL has its own tools for that; run: {command} "
            f"--dbname={shown(place)}"
        )
    return file


def _copy(source: Path, target: Path) -> None:
    """SQLite's online backup: one consistent state, whoever writes meanwhile."""
    try:
        with (
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=rw", uri=True)) as old,
            closing(sqlite3.connect(target, timeout=30)) as new,
        ):
            old.backup(new)
    except sqlite3.Error as error:
        raise LedgerError(f"{source} cannot be copied to {target}: {error}") from None


@contextmanager
def _written(path: Path, *, keep: bool = True) -> Iterator[Path]:
    """A new file (0600) beside a path, which becomes the path in the end, or vanishes."""
    temporary = path.with_name(f".{path.name}.{uuid4().hex[:8]}.tmp")
    with explained(path):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            yield temporary
            if keep:
                temporary.replace(path)
        finally:
            for end in ("", "-wal", "-shm", "-journal"):
                temporary.with_name(temporary.name + end).unlink(missing_ok=True)
