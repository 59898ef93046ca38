"""Where the ledger is: a file in the user's data folder, a file elsewhere, or PostgreSQL."""

import os
import tomllib
from pathlib import Path
from typing import Final

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from unleak.core.errors import LedgerError
from unleak.core.keys import home

LEDGER_VARIABLE: Final = "UNLEAK_LEDGER"
_SETTINGS: Final = "unleak.toml"
_FORMS: Final = "expected a file's path, sqlite:///PATH, or postgresql://USER@HOST/NAME"
_POSTGRESQL: Final = ("postgresql", "postgres", "postgresql+psycopg")


def default_place() -> URL:
    """The place that $UNLEAK_LEDGER names, or the user's settings, or the user's data folder.

    The settings are unleak.toml in the data folder, never a repository's: whoever wrote that one
    must not choose where leaks go.

    Raises:
        LedgerError: what is named cannot be used.
    """
    if given := os.environ.get(LEDGER_VARIABLE):
        return place_of(given, f"${LEDGER_VARIABLE}")
    settings = home() / _SETTINGS
    if settings.is_file():
        given = _from_settings(settings)
        if given:
            return place_of(given, f"{settings}: engine.ledger")
    return place_of(str(home() / "ledger.db"), "")


def place_of(text: str, where: str) -> URL:
    """The place that a text names; `where` it stands is for the message.

    Raises:
        LedgerError: it names none. The text is not repeated: it may hold a password.
    """
    if "://" not in text:
        return URL.create("sqlite", database=str(Path(text).expanduser()))
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise LedgerError(f"{where}: {_FORMS}") from None
    if url.drivername in _POSTGRESQL:
        return url.set(drivername="postgresql+psycopg")
    if url.drivername != "sqlite" or not url.database:
        raise LedgerError(f"{where}: {_FORMS}")
    return URL.create("sqlite", database=url.database)


def shown(place: URL) -> str:
    """A place for messages: without a password, wherever in it that may stand."""
    if place.drivername == "sqlite":
        return place.database or ""
    bare = place.set(drivername="postgresql", password=None, query={})
    return bare.render_as_string()


def file_of(place: URL) -> Path | None:
    """The ledger's file; None where a server keeps it."""
    return Path(place.database) if place.drivername == "sqlite" and place.database else None


def _from_settings(file: Path) -> str:
    try:
        engine = tomllib.loads(file.read_text("utf-8")).get("engine", {})
    except (OSError, ValueError) as error:
        raise LedgerError(f"{file}: cannot be read ({type(error).__name__})") from None
    named = engine.get("ledger", "") if isinstance(engine, dict) else None
    if not isinstance(named, str):
        raise LedgerError(f"{file}: engine.ledger: {_FORMS}")
    return named
