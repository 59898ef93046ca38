"""The ledger's database: SQLite in a file, or PostgreSQL; transactions and their errors."""

import os
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, OperationalError

from unleak.core.errors import LedgerError
from unleak.ledger import migrate
from unleak.ledger.faults import is_locked, ledger_error
from unleak.ledger.place import file_of, shown
from unleak.ledger.transaction import Transaction

_PATIENCE: Final = 10_000  # milliseconds that SQLite waits for another writer
_TRIES: Final = 3  # so often is a transaction begun while others keep the database locked
_MIGRATION_LOCK: Final = 0x756E6C65616B  # "unleak"; any number that all agree on


class Database:
    """An open database, its tables as this program expects them.

    Threads may share it, and so may programs. Writers come one after the other: on SQLite for the
    whole transaction, on PostgreSQL where they touch the same rows.
    """

    def __init__(self, place: URL) -> None:
        """Open or make it, and bring its tables up to date.

        Raises:
            LedgerError: it cannot be opened, is damaged, or is newer than this program.
        """
        self.place = place
        self.name = shown(place)
        self.file = file_of(place)
        # SQLite lets writers of one program wait by polling; a lock is fair, and wakes at once.
        self._turn = threading.Lock()
        if self.file:
            _make_private(self.file)
        options: dict[str, Any] = (
            {"max_overflow": -1}
            if self.file
            else {"pool_pre_ping": True, "connect_args": {"connect_timeout": 10}}
        )
        try:
            # Errors quote parameters by default; here they could be a prefix or a name.
            self._engine = create_engine(place, hide_parameters=True, **options)
        except ImportError:
            raise LedgerError(
                f"ledger {self.name}: psycopg is not installed: pip install 'unleak[postgresql]'"
            ) from None
        if self.file:
            event.listen(self._engine, "connect", _configure)
        event.listen(self._engine, "begin", _begin)
        try:
            self._migrate()
        except BaseException:
            self.close()
            raise

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file of SQLite."""
        return self.file is not None

    def close(self) -> None:
        """Let go of it."""
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads: one consistent view."""
        with self._explained(), self._begun(write=False) as connection:
            yield connection

    @contextmanager
    def writing(self, *, durable: bool = True) -> Iterator[Transaction]:
        """A transaction that writes; what it changed is noted in the change log at its end.

        durable: it also outlasts a power failure right after. Every one outlasts a crash of the
        program.
        """
        with ExitStack() as stack:
            stack.enter_context(self._explained())
            if self.is_sqlite:
                stack.enter_context(self._turn)
            connection = stack.enter_context(self._begun(write=True, durable=durable))
            transaction = Transaction(connection)
            yield transaction
            transaction.note_changes()

    @contextmanager
    def outside(self) -> Iterator[Connection]:
        """A connection without a transaction: for what a database does only so."""
        # SQLite's driver is in this mode already, see _configure, and must stay in it.
        option = {"unleak_outside": True} if self.is_sqlite else {"isolation_level": "AUTOCOMMIT"}
        with self._explained(), self._engine.connect() as connection:
            yield connection.execution_options(**option)

    @contextmanager
    def _begun(self, *, write: bool, durable: bool = True) -> Iterator[Connection]:
        with self._engine.connect() as plain:
            connection = plain.execution_options(unleak_write=write, unleak_durable=durable)
            for attempt in range(1, _TRIES + 1):
                try:
                    transaction = connection.begin()
                    break
                except OperationalError as error:
                    if attempt == _TRIES or not is_locked(error):
                        raise
            with transaction:
                yield connection

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise ledger_error(error, self.name, is_sqlite=self.is_sqlite) from None

    def _migrate(self) -> None:
        with self.reading() as connection:
            revision = migrate.revision_of(connection)
        migrate.refuse_newer(revision, self.name)
        if revision == migrate.head() and revision != migrate.FIRST:
            return
        with self._explained(), self._begun(write=True) as connection:
            if not self.is_sqlite:
                connection.exec_driver_sql(f"select pg_advisory_xact_lock({_MIGRATION_LOCK})")
            # Again, as another program may have been quicker.
            revision = migrate.revision_of(connection)
            migrate.refuse_newer(revision, self.name)
            if revision != migrate.head():
                migrate.upgrade(connection)


def _make_private(file: Path) -> None:
    """Make the file if there is none; nobody else may read it (nor its -wal and -shm, then)."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            os.close(os.open(file, os.O_CREAT | os.O_WRONLY, 0o600))
        elif os.name == "posix" and file.stat().st_mode & 0o077:
            file.chmod(0o600)
    except OSError as error:
        raise LedgerError(f"cannot make the ledger {file}: {error.strerror}") from None


def _configure(connection: Any, _: Any) -> None:
    # Python's driver would begin transactions by itself, and never around the making of tables.
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout={_PATIENCE}",
        "journal_mode=wal",
        "foreign_keys=on",
        "secure_delete=on",  # what is deleted is overwritten
    ):
        connection.execute(f"pragma {pragma}")


def _begin(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    options = connection.get_execution_options()
    if options.get("unleak_outside"):
        return
    if options.get("unleak_write"):
        durable = options.get("unleak_durable")
        connection.exec_driver_sql(f"pragma synchronous={'full' if durable else 'normal'}")
        connection.exec_driver_sql("begin immediate")
    else:
        connection.exec_driver_sql("begin")
