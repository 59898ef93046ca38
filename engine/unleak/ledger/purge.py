"""Forgetting what is old and of no use any more."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, func, or_, select, update

from unleak.core.errors import UsageError
from unleak.core.states import LeakState
from unleak.ledger.book import Book, chunks
from unleak.ledger.freed import forget_freed
from unleak.ledger.tables import (
    aliases,
    changes,
    erased_leaks,
    evidence,
    leaks,
    sightings,
    suite_cases,
    transitions,
)
from unleak.ledger.transaction import Transaction

_AGE: Final = re.compile(r"(\d{1,5})([dwmy])")
_DAYS: Final = {"d": 1, "w": 7, "m": 30, "y": 365}


_NO_LEAKS: Final = (LeakState.FLAGGED, LeakState.DISMISSED)
_DONE: Final = (LeakState.ERASED,)


@dataclass(frozen=True, slots=True)
class Purged:
    """What a purge did, or would do.

    removed: leaks that nobody ever confirmed, or that were dismissed: gone with all about them.
    emptied: erased leaks: secret, sightings and evidence are gone; fingerprint, history and
    certificates stay, and with them the block list.
    """

    removed: int
    emptied: int


def age(text: str) -> timedelta:
    """An age such as 90d, 12w, 6m (of 30 days) or 2y.

    Raises:
        UsageError: it is none.
    """
    found = _AGE.fullmatch(text.strip().lower())
    if not found:
        raise UsageError(f"{text!r} is no age; expected a number and d, w, m or y: 90d, 12w")
    return timedelta(days=int(found[1]) * _DAYS[found[2]])


def purge(ledger: Book, older_than: timedelta, *, dry_run: bool = False) -> Purged:
    """Forget leaks that were last seen, and last moved, longer ago than that.

    Leaks that are confirmed and not erased stay, however old: there is something to do about them.
    The change log is cut to the same age.
    """
    before = (datetime.now(UTC) - older_than).isoformat(timespec="milliseconds")
    if dry_run:
        with ledger.database.reading() as connection:
            return Purged(*(len(_old(connection, before, states)) for states in (_NO_LEAKS, _DONE)))
    with ledger.writing() as transaction:
        gone = _old(transaction.connection, before, _NO_LEAKS)
        emptied = _old(transaction.connection, before, _DONE)
        for portion in chunks(gone):
            for table in (sightings, evidence, transitions, suite_cases, erased_leaks, aliases):
                transaction.execute(delete(table).where(table.c.leak.in_(portion)))
            transaction.execute(delete(leaks).where(leaks.c.id.in_(portion)))
        for portion in chunks(emptied):
            for table in (sightings, evidence):
                transaction.execute(delete(table).where(table.c.leak.in_(portion)))
            transaction.execute(update(leaks).where(leaks.c.id.in_(portion)).values(sealed=None))
        _cut_changes(transaction, before)
        for id in (*gone, *emptied):
            transaction.changed("leak", id)
    if gone or emptied:
        forget_freed(ledger.database)
    return Purged(len(gone), len(emptied))


def _old(connection: Connection, before: str, states: Sequence[LeakState]) -> list[str]:
    """Ids of leaks in some states that nothing happened to since; of erased ones, not emptied yet.

    They are locked: one that is seen again meanwhile waits, and is a new leak then.
    """
    moved = select(transitions.c.leak).where(transitions.c.at >= before)
    asked = select(leaks.c.id).where(
        leaks.c.state.in_([str(state) for state in states]),
        leaks.c.last_seen < before,
        leaks.c.id.not_in(moved),
    )
    if states is _DONE:
        asked = asked.where(
            or_(
                leaks.c.sealed.is_not(None),
                leaks.c.id.in_(select(sightings.c.leak)),
                leaks.c.id.in_(select(evidence.c.leak)),
            )
        )
    return sorted(connection.execute(asked.with_for_update()).scalars())


def _cut_changes(transaction: Transaction, before: str) -> None:
    """Cut the change log, but leave what the revisions are read from."""
    last, last_of_list = (
        transaction.execute(asked).scalar() or 0
        for asked in (
            select(func.max(changes.c.id)),
            select(func.max(changes.c.id)).where(changes.c.kind == "block-list"),
        )
    )
    transaction.execute(
        delete(changes).where(changes.c.at < before, changes.c.id.not_in((last, last_of_list)))
    )
