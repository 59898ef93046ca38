"""Two leaks that turn out to be one."""

from typing import Final

from sqlalchemy import delete, func, insert, select, update

from unleak.core.states import BLOCKED, LeakState
from unleak.ledger.tables import (
    aliases,
    erased_leaks,
    evidence,
    leaks,
    sightings,
    suite_cases,
    transitions,
)
from unleak.ledger.transaction import Transaction, now

_UNDECIDED: Final = {LeakState.FLAGGED, LeakState.DISMISSED}


def fold(transaction: Transaction, id: str, into: str) -> None:
    """Merge the leak `id` into another, with all that is known of it; its id leads to the other.

    The other's state stays, unless it was never confirmed and the merged one was: what is held
    back goes on being held back. Both rows must be locked.
    """
    one, other = (
        transaction.execute(select(leaks).where(leaks.c.id == each)).one() for each in (id, into)
    )
    for table in (sightings, evidence, transitions, suite_cases):
        transaction.execute(update(table).where(table.c.leak == id).values(leak=into))
    transaction.execute(update(aliases).where(aliases.c.leak == id).values(leak=into))
    _erasures(transaction, id, into)
    before, theirs = LeakState(other.state), LeakState(one.state)
    state = theirs if before in _UNDECIDED and theirs not in {before, LeakState.FLAGGED} else before
    if before == LeakState.DISMISSED and theirs not in BLOCKED:
        state = before
    values = {
        "sightings": one.sightings + other.sightings,
        "added": min(one.added, other.added),
        "number": min(one.number, other.number),
        "last_seen": max(one.last_seen, other.last_seen),
        "state": str(state),
    }
    if other.reason is None:
        values |= {"reason": one.reason, "verdict": one.verdict}
    transaction.execute(update(leaks).where(leaks.c.id == into).values(values))
    if state != before:
        note_transition(transaction, into, before, state, "merge")
    transaction.execute(delete(leaks).where(leaks.c.id == id))
    transaction.execute(insert(aliases).values(id=id, leak=into))
    transaction.changed("leak", into)


def note_transition(
    transaction: Transaction, id: str, before: LeakState | None, after: LeakState, actor: str
) -> None:
    """Write that a leak changed its state, and whether that changes the block list."""
    transaction.execute(
        insert(transitions).values(
            leak=id,
            before=str(before) if before else None,
            after=str(after),
            actor=actor,
            at=now(),
        )
    )
    transaction.changed("leak", id)
    if (before in BLOCKED) != (after in BLOCKED):
        transaction.changed("block-list", id)


def _erasures(transaction: Transaction, id: str, into: str) -> None:
    both = (
        select(erased_leaks.c.erasure)
        .where(erased_leaks.c.leak.in_((id, into)))
        .group_by(erased_leaks.c.erasure)
        .having(func.count() > 1)
    )
    transaction.execute(
        delete(erased_leaks).where(erased_leaks.c.leak == id, erased_leaks.c.erasure.in_(both))
    )
    transaction.execute(update(erased_leaks).where(erased_leaks.c.leak == id).values(leak=into))
