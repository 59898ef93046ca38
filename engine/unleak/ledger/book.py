"""What all parts of the ledger stand on: a database, and the key that belongs to it."""

import getpass
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection, Table, select
from sqlalchemy.dialects import postgresql, sqlite

from unleak.core.errors import LedgerError
from unleak.core.keys import MasterKey
from unleak.ledger.cipher import Cipher
from unleak.ledger.database import Database
from unleak.ledger.tables import about
from unleak.ledger.transaction import Transaction

_UNSTORABLE: Final = re.compile("[\0\ud800-\udfff]")  # what PostgreSQL or UTF-8 cannot hold
_CHUNK: Final = 500  # parameters in one query


class OtherKeyError(LedgerError):
    """A ledger that belongs to another key; `needed` is that one's id."""

    def __init__(self, name: str, needed: str, given: str) -> None:
        self.needed = needed
        super().__init__(
            f"ledger {name} is made with the key {needed}, yours is {given}; give that one "
            "($UNLEAK_KEY, $UNLEAK_KEY_FILE or $UNLEAK_KEYRING), or name another ledger "
            "($UNLEAK_LEDGER)"
        )


class Book:
    """A part of the ledger."""

    def __init__(self, database: Database, key: MasterKey) -> None:
        self.database = database
        self.key = key
        self.fingerprinter = key.fingerprinter
        self.cipher = Cipher(key.encryption)

    @contextmanager
    def writing(self, *, durable: bool = True) -> Iterator[Transaction]:
        """A transaction that writes, see `Database.writing`.

        Raises:
            OtherKeyError: the key was rotated since the ledger was opened.
        """
        with self.database.writing(durable=durable) as transaction:
            self.expect_key(transaction, shared=True)
            yield transaction

    def expect_key(self, transaction: Transaction, *, shared: bool) -> None:
        """Check that the ledger still belongs to this key, and keep it so for the transaction.

        Raises:
            OtherKeyError: it belongs to another one.
        """
        # SQLite has one writer anyway, and ignores the lock.
        found = transaction.execute(
            select(about.c.value).where(about.c.name == "key").with_for_update(read=shared)
        ).scalar()
        if found != self.key.id:
            raise OtherKeyError(self.database.name, str(found), self.key.id)


def upsert(connection: Connection, table: Table) -> Any:
    """An insert that may go on with `on_conflict_do_...`, as the database spells it."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def chunks(values: Sequence[str]) -> Iterator[Sequence[str]]:
    """The values in portions that fit into one query."""
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]


def storable(text: str) -> str:
    """Text that any database takes: what cannot be stored becomes a replacement character."""
    return _UNSTORABLE.sub("\ufffd", text)


def login_name() -> str:
    """Who does it, where nobody says."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return "unknown"
