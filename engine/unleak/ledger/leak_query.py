"""How leaks are read from their tables."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from unleak.core.errors import LedgerError
from unleak.core.states import LeakState, Origin, Verdict
from unleak.ledger.book import chunks
from unleak.ledger.records import Leak
from unleak.ledger.tables import aliases, leaks, models

_Rows = Select[*tuple[Any, ...]]


def query() -> _Rows:
    """Leaks with the names of their models."""
    return select(
        leaks.c.id,
        leaks.c.kind,
        leaks.c.rule,
        leaks.c.fingerprint,
        leaks.c.preview,
        leaks.c.model,
        models.c.name.label("model_name"),
        leaks.c.origin,
        leaks.c.state,
        leaks.c.verdict,
        leaks.c.sightings,
        leaks.c.sealed.is_(None).label("shredded"),
        leaks.c.added.label("first_seen"),
        leaks.c.last_seen,
        leaks.c.reason,
    ).join_from(leaks, models, leaks.c.model == models.c.digest)


def leak_of(row: Row[*tuple[Any, ...]]) -> Leak:
    """The leak in a row of `query`."""
    fields = row._asdict()
    fields["origin"] = Origin(row.origin)
    fields["state"] = LeakState(row.state)
    fields["verdict"] = Verdict(row.verdict)
    fields["shredded"] = bool(row.shredded)
    fields["reason"] = row.reason or ""
    return Leak(**fields)


def by_ids(connection: Connection, ids: Iterable[str]) -> dict[str, Leak]:
    """Those leaks of some ids that there are."""
    return {
        row.id: leak_of(row)
        for portion in chunks(sorted(set(ids)))
        for row in connection.execute(query().where(leaks.c.id.in_(portion)))
    }


def true_id(connection: Connection, id: str) -> str:
    """The id itself, or the one of the leak that it was merged into.

    Raises:
        LedgerError: there is no such leak.
    """
    if connection.execute(select(leaks.c.id).where(leaks.c.id == id)).first():
        return id
    merged = connection.execute(select(aliases.c.leak).where(aliases.c.id == id)).scalar()
    if merged is None:
        raise LedgerError(f"{id}: no such leak; see `unleak leaks list`")
    return str(merged)
