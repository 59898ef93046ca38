"""Leaks: seen, moved from state to state, measured; and the secret of each."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from sqlalchemy import insert, select, update

from unleak.core.errors import LedgerError
from unleak.core.secret import Secret
from unleak.core.states import TRANSITIONS, LeakState, Origin, Verdict
from unleak.ledger.book import Book, login_name, storable
from unleak.ledger.faults import ContentionError
from unleak.ledger.freed import forget_freed
from unleak.ledger.leak_query import by_ids, true_id
from unleak.ledger.merge import note_transition
from unleak.ledger.records import Leak, Seen, Sighted
from unleak.ledger.sight import record
from unleak.ledger.tables import evidence, leaks
from unleak.ledger.transaction import Transaction, now

_TRIES: Final = 5


class LeakBook(Book):
    """The ledger's leaks."""

    def sight(
        self,
        secret: Secret,
        prefix: str,
        *,
        rule: str,
        model: str,
        origin: Origin,
        actor: str | None = None,
    ) -> Leak:
        """Record that a secret was seen; the same one again adds a sighting."""
        return self.sight_many([Seen(secret, prefix, rule, model, origin)], actor=actor)[0]

    def sight_many(self, seen: Sequence[Sighted], *, actor: str | None = None) -> list[Leak]:
        """Record sightings, all or none of them; the leaks they are of, in the same order.

        Fingerprints must be of this ledger's key.
        """
        if not seen:
            return []
        who = actor or login_name()
        for attempt in range(1, _TRIES + 1):
            try:
                with self.writing(durable=False) as transaction:
                    ids = record(transaction, seen, self.cipher, self.key.id, who)
                    found = by_ids(transaction.connection, ids)
                return [found[id] for id in ids]
            except ContentionError:
                if attempt == _TRIES:
                    raise
        raise AssertionError("the loop returns or raises")

    def move(self, id: str, *states: LeakState, actor: str | None = None) -> Leak:
        """Take a leak through states, all in one transaction.

        Raises:
            LedgerError: no such leak, or a step is not allowed.
        """
        return self.move_all([id], *states, actor=actor)[0]

    def move_all(
        self, ids: Iterable[str], *states: LeakState, actor: str | None = None
    ) -> list[Leak]:
        """Take several leaks through the same states, all of them or none.

        Of several that try to move a leak from the same state at once, one succeeds.

        Raises:
            LedgerError: no such leak, or a step is not allowed.
        """
        with self.writing() as transaction:
            moved = move_within(transaction, ids, states, actor or login_name())
            found = by_ids(transaction.connection, moved)
            return [found[id] for id in moved]

    def add_evidence(self, id: str, model: str, figures: Mapping[str, object]) -> None:
        """Keep what confirm measured; its verdict is the leak's from now on."""
        with self.writing() as transaction:
            id = true_id(transaction.connection, id)
            transaction.execute(
                insert(evidence).values(leak=id, model=model, figures=dict(figures), at=now())
            )
            transaction.execute(
                update(leaks)
                .where(leaks.c.id == id)
                .values(
                    verdict=str(figures.get("verdict", Verdict.UNKNOWN)),
                    reason=storable(str(figures.get("reason", ""))),
                )
            )
            transaction.changed("leak", id)

    def reveal(self, id: str) -> tuple[str, Secret]:
        """Prefix and secret of a leak, decrypted.

        Raises:
            LedgerError: no such leak, shredded, or another key.
        """
        with self.database.reading() as connection:
            id = true_id(connection, id)
            row = connection.execute(
                select(leaks.c.sealed, leaks.c.kind, leaks.c.fingerprint).where(leaks.c.id == id)
            ).one()
        if row.sealed is None:
            raise LedgerError(f"leak {id}: its secret was shredded")
        prefix, value = json.loads(self.cipher.decrypt(row.sealed, id))
        return prefix, Secret(value, row.kind, row.fingerprint)

    def shred(self, id: str) -> Leak:
        """Destroy a leak's secret; its fingerprint and history stay.

        Raises:
            LedgerError: no such leak; or others use the ledger, and what was destroyed still
                stands in the file's write-ahead log.
        """
        with self.writing() as transaction:
            id = true_id(transaction.connection, id)
            transaction.execute(update(leaks).where(leaks.c.id == id).values(sealed=None))
            transaction.changed("leak", id)
            found = by_ids(transaction.connection, [id])[id]
        forget_freed(self.database)
        return found


def move_within(
    transaction: Transaction, ids: Iterable[str], states: Sequence[LeakState], actor: str
) -> list[str]:
    """Take leaks through states as part of a transaction; their full ids.

    Raises:
        LedgerError: no such leak, or a step is not allowed.
    """
    moved = sorted({true_id(transaction.connection, id) for id in ids})
    for id in moved:
        state = LeakState(
            transaction.execute(
                select(leaks.c.state).where(leaks.c.id == id).with_for_update()
            ).scalar_one()
        )
        for after in states:
            if after not in TRANSITIONS[state]:
                raise LedgerError(f"leak {id} is {state}; it cannot become {after}")
            note_transition(transaction, id, state, after, storable(actor))
            state = after
        transaction.execute(update(leaks).where(leaks.c.id == id).values(state=str(state)))
    return moved
