"""What a database's errors mean, and what to do about them."""

from typing import Final

from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError

from unleak.core.errors import LedgerError

# The texts of SQLite (sqlite3ErrStr) are a part of its interface; of each, what to do.
_SQLITE: Final = {
    "database is locked": "another program keeps it locked; stop that one, or try again",
    "database or disk is full": "the disk is full; free some space. Nothing was changed",
    "attempt to write a readonly database": "it may not be written; check its permissions "
    "and whether the file system is read-only. Nothing was changed",
    "unable to open database file": "it cannot be opened; check that its folder exists and may "
    "be written",
    "disk I/O error": "the disk gives an error; check it, and its free space",
}
_DAMAGED: Final = ("malformed", "not a database", "disk image")
# Class 40, transaction rollback: a deadlock, or a failure to serialise.
_AGAIN: Final = ("40001", "40P01")


class ContentionError(LedgerError):
    """Another writer came between; the same transaction may go through if it is tried again."""


def is_locked(error: DBAPIError) -> bool:
    """Whether SQLite waited long enough for another writer, in vain."""
    return "database is locked" in str(error.orig)


def damaged(name: str, sign: str) -> str:
    """The message about a damaged file: the sign of it, and the ways to recover."""
    return (
        f"ledger {name} is damaged ({sign}); put a backup in its place: `unleak leaks restore "
        "BACKUP`, or save what can be read: `sqlite3 OLD .recover | sqlite3 NEW`"
    )


def ledger_error(error: DBAPIError, name: str, *, is_sqlite: bool) -> LedgerError:
    """The error for the user. A server's message is cut to its first line, without details.

    Details of PostgreSQL quote values of rows.
    """
    text = str(error.orig).split("\n", 1)[0]
    if isinstance(error, IntegrityError) or getattr(error.orig, "sqlstate", None) in _AGAIN:
        return ContentionError(f"ledger {name}: another writer came between; try again")
    if not is_sqlite:
        if isinstance(error, OperationalError | InterfaceError):
            return LedgerError(f"ledger {name}: cannot be reached: {text}")
        return LedgerError(f"ledger {name}: {text}")
    if any(sign in text for sign in _DAMAGED):
        return LedgerError(damaged(name, text))
    for sign, advice in _SQLITE.items():
        if sign in text:
            return LedgerError(f"ledger {name}: {advice}")
    return LedgerError(f"ledger {name}: {text}")
