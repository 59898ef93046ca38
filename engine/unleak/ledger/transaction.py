"""A transaction that writes, and the change log that tells others what it did."""

from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection, insert

from unleak.ledger.tables import changes

_CHANGES_LOCK: Final = 0x756E6C65616C  # any number that all agree on, and that nothing else uses


def now() -> str:
    """The time as ISO 8601 in UTC. It may run backwards: what needs an order goes by numbers."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


class Transaction:
    """A connection within a transaction."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.execute = connection.execute
        self._changed: list[tuple[str, str]] = []

    def changed(self, kind: str, subject: str) -> None:
        """Tell others, once it is committed, what changed: "leak", "job", "block-list", "model"."""
        if (kind, subject) not in self._changed[-1:]:
            self._changed.append((kind, subject))

    def alone(self, lock: int) -> None:
        """Wait until no other transaction has this lock, and have it until the end.

        On SQLite, where writers come one after the other, there is nothing to wait for.
        """
        if self.connection.dialect.name == "postgresql":
            self.connection.exec_driver_sql(f"select pg_advisory_xact_lock({lock})")

    def note_changes(self) -> None:
        """Write the change log; the last thing that a transaction does.

        On PostgreSQL numbers are given before the commit. The lock keeps them in the order of the
        commits: a reader that has seen one number has seen all below it. As it is taken last, no
        deadlock comes of it.
        """
        if not self._changed:
            return
        self.alone(_CHANGES_LOCK)
        at = now()
        rows = [{"at": at, "kind": kind, "subject": subject} for kind, subject in self._changed]
        self.execute(insert(changes), rows)
