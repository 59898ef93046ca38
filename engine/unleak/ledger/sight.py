"""Sightings on their way into the ledger: many at once, from many at once."""

import json
import secrets
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import and_, case, func, insert, select

from unleak.core.formats import preview
from unleak.core.states import LeakState, Verdict
from unleak.ledger.book import chunks, storable, upsert
from unleak.ledger.cipher import Cipher
from unleak.ledger.model_book import resolve
from unleak.ledger.records import Sighted
from unleak.ledger.tables import leaks, sightings, transitions
from unleak.ledger.transaction import Transaction, now

Identity = tuple[str, str]  # fingerprint and model: the same of both is the same leak


def new_id() -> str:
    """An id for a leak."""
    return "L" + secrets.token_hex(5)


def sealed(cipher: Cipher, id: str, prefix: str, value: str) -> bytes:
    """What the ledger keeps of a secret: with the text before it, encrypted, bound to its row."""
    return cipher.encrypt(json.dumps([prefix, value]), id)


def record(
    transaction: Transaction, seen: Sequence[Sighted], cipher: Cipher, key_id: str, actor: str
) -> list[str]:
    """Write sightings; the leaks' ids in their order.

    Writers that meet take the leaks in the same order, so that none waits for the other in a
    circle; the database adds up the counters, so that none is lost.
    """
    digests = resolve(transaction, {one.model for one in seen})
    identities = [(one.secret.fingerprint, digests[one.model]) for one in seen]
    rows: dict[Identity, dict[str, Any]] = {}
    at = now()
    for one, identity in zip(seen, identities, strict=True):
        if identity not in rows:
            rows[identity] = _leak(one, identity, cipher, key_id, at)
        rows[identity]["sightings"] += 1
        if one.verdict:
            rows[identity]["verdict"] = str(one.verdict)
    transaction.execute(_counting(transaction), [rows[identity] for identity in sorted(rows)])
    ids = dict(_ids(transaction, rows))
    transaction.execute(
        insert(sightings),
        [
            {
                "leak": ids[identity],
                "at": at,
                "origin": str(one.origin),
                "actor": storable(actor),
                "client": storable(one.client),
                "served": storable(one.model),
                "verdict": str(one.verdict) if one.verdict else None,
                "hint": one.hint,
            }
            for one, identity in zip(seen, identities, strict=True)
        ],
    )
    first = [row["id"] for identity, row in rows.items() if ids[identity] == row["id"]]
    if first:
        flagged = {"before": None, "after": str(LeakState.FLAGGED), "actor": storable(actor)}
        transaction.execute(
            insert(transitions), [{"leak": id, "at": at, **flagged} for id in first]
        )
    for id in ids.values():
        transaction.changed("leak", id)
    return [ids[identity] for identity in identities]


def _leak(one: Sighted, identity: Identity, cipher: Cipher, key_id: str, at: str) -> dict[str, Any]:
    id, value = new_id(), one.secret.reveal()
    return {
        "id": id,
        "fingerprint": identity[0],
        "kind": storable(one.secret.kind),
        "rule": storable(one.rule),
        "preview": storable(preview(value)),
        "model": identity[1],
        "origin": str(one.origin),
        "state": str(LeakState.FLAGGED),
        "sealed": sealed(cipher, id, one.prefix, value),
        "sightings": 0,
        "added": at,
        "last_seen": at,
        "key": key_id,
        "length": len(value),
        "verdict": str(Verdict.UNKNOWN),
        "reason": None,
    }


def _counting(transaction: Transaction) -> Any:
    """Insert a leak; of one that is there, add to its counter and keep all else but its hint."""
    last = select(func.coalesce(func.max(leaks.c.number), 0) + 1).scalar_subquery()
    statement = upsert(transaction.connection, leaks).values(number=last)
    new = statement.excluded
    told = and_(leaks.c.reason.is_(None), new.verdict != str(Verdict.UNKNOWN))
    return statement.on_conflict_do_update(
        index_elements=["fingerprint", "model"],
        set_={
            "sightings": leaks.c.sightings + new.sightings,
            "last_seen": new.last_seen,
            "verdict": case((told, new.verdict), else_=leaks.c.verdict),
        },
    )


def _ids(
    transaction: Transaction, rows: dict[Identity, dict[str, Any]]
) -> Iterator[tuple[Identity, str]]:
    for portion in chunks(sorted({fingerprint for fingerprint, _ in rows})):
        found = transaction.execute(
            select(leaks.c.fingerprint, leaks.c.model, leaks.c.id).where(
                leaks.c.fingerprint.in_(portion)
            )
        )
        for fingerprint, model, id in found:
            if (fingerprint, model) in rows:
                yield (fingerprint, model), id
