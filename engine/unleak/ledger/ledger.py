"""The ledger: every leak, where it stands, and what was done about it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Self

from sqlalchemy import select, update
from sqlalchemy.engine import URL

from unleak.core.errors import LedgerError
from unleak.core.key_change import pending_key
from unleak.core.keys import MasterKey, load_key
from unleak.ledger.book import OtherKeyError, upsert
from unleak.ledger.database import Database
from unleak.ledger.erasure_book import ErasureBook
from unleak.ledger.faults import damaged
from unleak.ledger.leak_book import LeakBook
from unleak.ledger.leak_reader import LeakReader
from unleak.ledger.model_book import ModelBook
from unleak.ledger.place import default_place, place_of
from unleak.ledger.rotation import finish, is_unfinished
from unleak.ledger.tables import about, leaks


class Ledger(LeakBook, LeakReader, ModelBook, ErasureBook):
    """An open ledger; every method is one transaction. Threads may share it."""

    def __init__(self, place: Path | URL, key: MasterKey) -> None:
        """Open or make the ledger at `place`.

        Raises:
            LedgerError: it cannot be opened, is damaged, is newer than this program, or belongs to
                another key.
        """
        super().__init__(
            Database(place if isinstance(place, URL) else place_of(str(place), "ledger")), key
        )
        try:
            self._check_key()
        except BaseException:
            self.close()
            raise

    @classmethod
    def default(cls, key: MasterKey | None = None) -> Self:
        """The user's ledger with the user's key (which may be given, where it is loaded already).

        Where a change of the key was cut off after the ledger was written, it is finished first.
        """
        place, key = default_place(), key or load_key()
        try:
            return cls(place, key)
        except OtherKeyError as error:
            pending = pending_key()
            if pending is None or pending.id != error.needed:
                raise
        database = Database(place)
        try:
            finish(database, pending)
        finally:
            database.close()
        return cls(place, pending)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def name(self) -> str:
        """What the ledger is called in messages; without a password."""
        return self.database.name

    def close(self) -> None:
        """Let go of it."""
        self.database.close()

    def check(self) -> None:
        """Read all of it, to find damage that would show only later.

        Raises:
            LedgerError: it is damaged.
        """
        if not self.database.is_sqlite:
            return  # a server checks what it reads itself
        with self.database.reading() as connection:
            found = connection.exec_driver_sql("pragma integrity_check(1)").scalar()
        if found != "ok":
            raise LedgerError(damaged(self.name, "its pages do not fit together"))

    def _check_key(self) -> None:
        with self.database.reading() as connection:
            notes = {row.name: row.value for row in connection.execute(select(about))}
        found = notes.get("key") or self._adopt_key()
        if found != self.key.id:
            raise OtherKeyError(self.name, found, self.key.id)
        if is_unfinished(notes):
            finish(self.database, self.key)

    def _adopt_key(self) -> str:
        """Note whose the ledger is: a new one, or one of unleak 0.1 that this key can read."""
        with self.database.writing() as transaction:
            sealed = transaction.execute(
                select(leaks.c.id, leaks.c.sealed).where(leaks.c.sealed.is_not(None)).limit(1)
            ).first()
            if sealed:
                self.cipher.decrypt(sealed.sealed, sealed.id)
            transaction.execute(
                upsert(transaction.connection, about)
                .values(name="key", value=self.key.id)
                .on_conflict_do_nothing()
            )
            transaction.execute(update(leaks).where(leaks.c.key == "").values(key=self.key.id))
            return str(
                transaction.execute(select(about.c.value).where(about.c.name == "key")).scalar_one()
            )


def many(ledger: Ledger, starts: Sequence[str]) -> list[str]:
    """Full ids of several leaks, each given by its beginning, without repeats."""
    return list(dict.fromkeys(ledger.matching(start) for start in starts))
