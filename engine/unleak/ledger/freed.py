"""What a database keeps of rows that are gone, and how it is made to forget."""

from typing import Final

from unleak.core.errors import LedgerError
from unleak.ledger.database import Database

_TRIES: Final = 3  # each waits as long as the database waits for a writer


def forget_freed(database: Database) -> None:
    """Have the database drop what was overwritten or deleted.

    SQLite overwrites it in the file itself ("secure_delete"); older pages that hold it are left in
    the write-ahead log, which is emptied here. PostgreSQL keeps old rows in the table, which is
    written anew here, and in its own write-ahead log and archives, out of reach.

    Raises:
        LedgerError: others read the ledger all the time, so that the log cannot be emptied.
    """
    if not database.is_sqlite:
        with database.outside() as connection:
            connection.exec_driver_sql("vacuum full leaks")
        return
    for _ in range(_TRIES):
        with database.outside() as connection:
            busy = connection.exec_driver_sql("pragma wal_checkpoint(truncate)").one()[0]
        if not busy:
            return
    raise LedgerError(
        f"ledger {database.name}: it was destroyed, but a copy is left in {database.name}-wal, as "
        "another program is reading; stop that one and do it again"
    )
