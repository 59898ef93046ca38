"""Brings a ledger's tables to what this program expects, all in one transaction, or not at all.

A migration is a file in migrations/versions whose name begins with its number: 0001, 0002, ...
Alembic is imported only where one has to run.
"""

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect

from unleak.core.errors import LedgerError

_FOLDER: Final = Path(__file__).parent / "migrations"
FIRST: Final = "0001"


def head() -> str:
    """The number of the last migration."""
    return max(file.name[:4] for file in (_FOLDER / "versions").glob("[0-9]*.py"))


def revision_of(connection: Connection) -> str | None:
    """The last migration that a ledger went through; None for an empty one.

    A ledger of unleak 0.1 has no such note; on SQLite its user_version is 1.
    """
    if inspect(connection).has_table("alembic_version"):
        found: str | None = connection.exec_driver_sql(
            "select version_num from alembic_version"
        ).scalar()
        return found
    if connection.dialect.name == "sqlite":
        version = int(connection.exec_driver_sql("pragma user_version").scalar() or 0)
        return f"{version:04}" if version else None
    return None


def refuse_newer(revision: str | None, name: str) -> None:
    """Raise a LedgerError where a newer unleak made the ledger."""
    if revision is not None and revision > head():
        raise LedgerError(f"{name}: made by a newer unleak; upgrade this one")


def upgrade(connection: Connection) -> None:
    """Run what is missing, within the transaction that `connection` is in."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    if revision_of(connection) == FIRST and not inspect(connection).has_table("alembic_version"):
        command.stamp(config, FIRST)
    command.upgrade(config, "head")
    if connection.dialect.name == "sqlite":
        # For programs that look only there: unleak 0.1 refuses what is above its own number.
        connection.exec_driver_sql(f"pragma user_version={int(head())}")
