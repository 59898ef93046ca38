"""Leaks as they are looked up: one, all, by fingerprint; what is known of each; what changed."""

from collections.abc import Iterable

from sqlalchemy import func, or_, select

from unleak.core.errors import LedgerError
from unleak.core.states import BLOCKED, LeakState, Origin, Verdict
from unleak.ledger.book import Book, chunks, storable
from unleak.ledger.leak_query import by_ids, leak_of, query, true_id
from unleak.ledger.records import SERVED, BlockList, Change, Leak, Sighting
from unleak.ledger.tables import (
    aliases,
    changes,
    evidence,
    leaks,
    models,
    sightings,
    transitions,
)

_BLOCK_LIST = "block-list"


class LeakReader(Book):
    """The ledger's leaks, read only."""

    def get(self, id: str) -> Leak:
        """One leak.

        Raises:
            LedgerError: there is none of this id.
        """
        with self.database.reading() as connection:
            full = true_id(connection, id)
            return by_ids(connection, [full])[full]

    def leaks(self, *, model: str | None = None, state: LeakState | None = None) -> list[Leak]:
        """All leaks in the order they came, or those of a model (digest or name) or in a state."""
        asked = query().order_by(leaks.c.number, leaks.c.id)
        if model is not None:
            name = storable(model)
            asked = asked.where(
                or_(leaks.c.model.in_((name, SERVED + name)), models.c.name == name)
            )
        if state is not None:
            asked = asked.where(leaks.c.state == str(state))
        with self.database.reading() as connection:
            return [leak_of(row) for row in connection.execute(asked)]

    def find(self, fingerprints: Iterable[str]) -> list[Leak]:
        """Leaks of some secrets, in whatever model, in the order they came."""
        found = []
        with self.database.reading() as connection:
            for portion in chunks(sorted(set(fingerprints))):
                rows = connection.execute(
                    query().add_columns(leaks.c.number).where(leaks.c.fingerprint.in_(portion))
                )
                found += [(row.number, row.id) for row in rows]
            ids = [id for _, id in sorted(found)]
            known = by_ids(connection, ids)
        return [known[id] for id in ids]

    def matching(self, start: str) -> str:
        """The id that begins with `start`.

        Raises:
            LedgerError: none, or several, do.
        """
        with self.database.reading() as connection:
            found = {
                str(id)
                for column, leak in ((leaks.c.id, leaks.c.id), (aliases.c.id, aliases.c.leak))
                for (id,) in connection.execute(
                    select(leak).where(column.startswith(storable(start), autoescape=True))
                )
            }
        if start in found:
            return start
        if len(found) != 1:
            count = "no leak" if not found else f"{len(found)} leaks"
            raise LedgerError(f"{start}: {count} of this id; see `unleak leaks list`")
        return found.pop()

    def history(self, id: str) -> list[tuple[str, str, str]]:
        """(time, state, actor) of each transition of a leak."""
        with self.database.reading() as connection:
            rows = connection.execute(
                select(transitions.c.at, transitions.c.after, transitions.c.actor)
                .where(transitions.c.leak == true_id(connection, id))
                .order_by(transitions.c.id)
            )
            return [(at, after, actor) for at, after, actor in rows]

    def evidence(self, id: str) -> list[dict[str, object]]:
        """What was measured of a leak, oldest first."""
        with self.database.reading() as connection:
            rows = connection.execute(
                select(evidence.c.figures)
                .where(evidence.c.leak == true_id(connection, id))
                .order_by(evidence.c.id)
            )
            return [figures for (figures,) in rows]

    def sightings(self, id: str) -> list[Sighting]:
        """Each time that a leak was seen, oldest first; a ledger of unleak 0.1 only counted."""
        with self.database.reading() as connection:
            rows = connection.execute(
                select(sightings)
                .where(sightings.c.leak == true_id(connection, id))
                .order_by(sightings.c.id)
            ).all()
        return [
            Sighting(
                row.at,
                Origin(row.origin),
                row.actor,
                row.client,
                row.served,
                Verdict(row.verdict) if row.verdict else None,
                row.hint,
            )
            for row in rows
        ]

    def block_list(self) -> BlockList:
        """What no front end lets through."""
        with self.database.reading() as connection:
            revision = connection.execute(
                select(func.max(changes.c.id)).where(changes.c.kind == _BLOCK_LIST)
            ).scalar()
            # A fingerprint of an older key can no longer be met.
            rows = connection.execute(
                select(leaks.c.fingerprint, leaks.c.length).where(
                    leaks.c.state.in_(sorted(BLOCKED)), leaks.c.key == self.key.id
                )
            ).all()
        return BlockList(
            revision or 0, frozenset(row[0] for row in rows), frozenset(row[1] for row in rows)
        )

    def revision(self) -> int:
        """The number of the last change; 0 for none."""
        with self.database.reading() as connection:
            return connection.execute(select(func.max(changes.c.id))).scalar() or 0

    def changes(self, since: int = 0, limit: int = 1000) -> list[Change]:
        """What changed after a revision, in the order of the commits."""
        with self.database.reading() as connection:
            rows = connection.execute(
                select(changes.c.id, changes.c.at, changes.c.kind, changes.c.subject)
                .where(changes.c.id > since)
                .order_by(changes.c.id)
                .limit(limit)
            )
            return [Change(*row) for row in rows]
