"""A new key: everything is encrypted and fingerprinted anew, in one transaction.

At any moment the ledger belongs to one key, the old or the new one, and that one is on the disk:
the new key, and files that are encrypted with it, are laid beside the old ones ("staged") before
the transaction is committed, and take their places after. All of it happens while the ledger is
locked, so that two changes at once cannot lose a key. Where the last step was cut off, whoever
opens the ledger next finishes it.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import delete, func, select, update

from unleak.core.files import explained
from unleak.core.key_change import finish_change, pending_key
from unleak.core.keys import MasterKey
from unleak.ledger.book import Book, upsert
from unleak.ledger.cipher import Cipher
from unleak.ledger.database import Database
from unleak.ledger.freed import forget_freed
from unleak.ledger.sight import sealed
from unleak.ledger.tables import about, leaks

_STAGED: Final = "staged:"  # in the table `about`, before the path of a file that is staged


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a rotation did: leaks under the new key; shredded ones that keep an old fingerprint."""

    leaks: int
    lost: int


def staged(file: Path) -> Path:
    """Where a file lies before it takes its place."""
    return file.with_name(file.name + ".new")


def rotate(ledger: Book, key: MasterKey, stage: Callable[[MasterKey], Iterable[Path]]) -> Rotated:
    """Make a ledger one of another key; it must be opened anew after.

    The fingerprint of a shredded leak cannot be made again: it stays, but nothing will match it.

    Args:
        ledger: with the old key.
        key: the new one.
        stage: puts the new key where it outlasts a crash, and beside each file to change, at
            `staged`, what it is under the new key; gives these files. Called before anything is
            committed.

    Raises:
        LedgerError: it belongs to another key by now, or a row cannot be decrypted. Nothing was
            changed.
    """
    cipher = Cipher(key.encryption)
    with ledger.database.writing() as transaction:
        # Not shared, unlike everyone else's: all others are done, or have to wait.
        ledger.expect_key(transaction, shared=False)
        rows = transaction.execute(
            select(leaks.c.id, leaks.c.sealed).where(leaks.c.sealed.is_not(None))
        ).all()
        for id, old in rows:
            prefix, value = json.loads(ledger.cipher.decrypt(old, id))
            transaction.execute(
                update(leaks)
                .where(leaks.c.id == id)
                .values(
                    sealed=sealed(cipher, id, prefix, value),
                    fingerprint=key.fingerprinter.fingerprint(value),
                    key=key.id,
                )
            )
            transaction.changed("leak", id)
        lost = transaction.execute(
            select(func.count()).select_from(leaks).where(leaks.c.key != key.id)
        ).scalar_one()
        transaction.execute(update(about).where(about.c.name == "key").values(value=key.id))
        transaction.changed("block-list", "key")
        for file in _staged_files(stage, key):
            row = {"name": f"{_STAGED}{file.absolute()}", "value": key.id}
            transaction.execute(
                upsert(transaction.connection, about)
                .values(row)
                .on_conflict_do_update(index_elements=["name"], set_={"value": key.id})
            )
    finish(ledger.database, key)
    forget_freed(ledger.database)
    return Rotated(len(rows), lost)


def is_unfinished(names: Iterable[str]) -> bool:
    """Whether a rotation was cut off, by the names in the table `about`."""
    return any(name.startswith(_STAGED) for name in names)


def finish(database: Database, key: MasterKey) -> None:
    """Put what is staged into its place, if the ledger belongs to the key."""
    with database.writing() as transaction:
        found = transaction.execute(
            select(about.c.value).where(about.c.name == "key").with_for_update()
        ).scalar()
        if found != key.id:
            return
        rows = transaction.execute(select(about.c.name).where(about.c.name.startswith(_STAGED)))
        for name in rows.scalars().all():
            file = Path(name.removeprefix(_STAGED))
            with explained(file):
                if staged(file).exists():
                    staged(file).replace(file)
            transaction.execute(delete(about).where(about.c.name == name))
        pending = pending_key()
        if pending is not None and pending.id == key.id:
            finish_change(key)


def _staged_files(stage: Callable[[MasterKey], Iterable[Path]], key: MasterKey) -> list[Path]:
    """The files that are staged; of those before one that fails nothing is left."""
    files: list[Path] = []
    try:
        for file in stage(key):
            files.append(file)
    except BaseException:
        for file in files:
            staged(file).unlink(missing_ok=True)
        raise
    return files
