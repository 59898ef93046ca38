"""A new key: everything is encrypted and fingerprinted anew, in one transaction.

At any moment the ledger belongs to one key, the old or the new one, and that one is on the disk:
the new key is staged before the transaction is committed and takes the old one's place after. Both
happen while the ledger is locked, so that two changes at once cannot lose a key.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.engine import URL

from unleak.core.key_change import finish_change, pending_key
from unleak.core.keys import MasterKey
from unleak.ledger.book import Book
from unleak.ledger.cipher import Cipher
from unleak.ledger.database import Database
from unleak.ledger.freed import forget_freed
from unleak.ledger.sight import sealed
from unleak.ledger.tables import about, leaks


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a rotation did: leaks under the new key; shredded ones that keep an old fingerprint."""

    leaks: int
    lost: int


def rotate(ledger: Book, key: MasterKey, stage: Callable[[MasterKey], None]) -> Rotated:
    """Make a ledger one of another key; the ledger must be opened anew after.

    The fingerprint of a shredded leak cannot be made again: it stays, but nothing will match it.

    Args:
        ledger: with the old key.
        key: the new one.
        stage: puts the new key where it outlasts a crash; called before anything is committed.

    Raises:
        LedgerError: it belongs to another key by now, or a row cannot be decrypted. Nothing was
            changed.
    """
    cipher = Cipher(key.encryption)
    with ledger.database.writing() as transaction:
        # Not shared, unlike everyone else's: all others are done, or have to wait.
        ledger.expect_key(transaction, shared=False)
        stage(key)
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
        lost = len(transaction.execute(select(leaks.c.id).where(leaks.c.key != key.id)).all())
        transaction.execute(update(about).where(about.c.name == "key").values(value=key.id))
        transaction.changed("block-list", "key")
    forget_freed(ledger.database)
    return Rotated(len(rows), lost)


def finish(place: URL, key: MasterKey) -> None:
    """Put a staged key into the old one's place, if the ledger belongs to it."""
    database = Database(place)
    try:
        with database.writing() as transaction:
            found = transaction.execute(
                select(about.c.value).where(about.c.name == "key").with_for_update()
            ).scalar()
            staged = pending_key()
            if found == key.id and staged is not None and staged.id == key.id:
                finish_change(key)
    finally:
        database.close()
