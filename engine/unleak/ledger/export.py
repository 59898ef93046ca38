"""A ledger as one JSON document, with or without the secrets."""

import json
from collections import defaultdict
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Table, select

from unleak.ledger.book import Book
from unleak.ledger.leak_query import leak_of, query
from unleak.ledger.portable import ERASURE, EVIDENCE, HISTORY, MODEL, SCHEMA, SEEN, SUITE
from unleak.ledger.tables import (
    certificates,
    erased_leaks,
    erasures,
    evidence,
    leaks,
    models,
    sightings,
    suite_cases,
    transitions,
)


def document(ledger: Book, *, secrets: bool) -> dict[str, Any]:
    """All of a ledger.

    Without the secrets, and the texts before them, it can be given to anybody: what is told of a
    secret is its kind, its fixed start, its length and its keyed fingerprint. Where models lie on
    this machine and how they are served is left out.
    """
    with ledger.database.reading() as connection:
        history = _grouped(connection, transitions, HISTORY)
        seen = _grouped(connection, sightings, SEEN)
        measured = _grouped(connection, evidence, EVIDENCE)
        suites = _grouped(connection, suite_cases, SUITE)
        rows = connection.execute(
            query()
            .add_columns(leaks.c.key, leaks.c.length, leaks.c.sealed)
            .order_by(leaks.c.number, leaks.c.id)
        ).all()
        entries = []
        for row in rows:
            entry = asdict(leak_of(row)) | {
                "key": row.key,
                "length": row.length,
                "history": history[row.id],
                "seen": seen[row.id],
                "evidence": measured[row.id],
                "suites": suites[row.id],
            }
            if secrets and row.sealed is not None:
                prefix, value = json.loads(ledger.cipher.decrypt(row.sealed, row.id))
                entry |= {"prefix": prefix, "secret": value}
            entries.append(entry)
        made = connection.execute(
            select(*(models.c[name] for name in MODEL)).order_by(models.c.added, models.c.digest)
        )
        return {
            "schema": SCHEMA,
            "key": ledger.key.id,
            "models": [row._asdict() for row in made],
            "leaks": entries,
            "erasures": _erasures(connection),
        }


def _grouped(
    connection: Connection, table: Table, columns: tuple[str, ...]
) -> defaultdict[str, list[dict[str, Any]]]:
    """The rows of a table by the leak that they are of."""
    groups: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    order = table.c.id if "id" in table.c else table.c.at
    asked = select(table.c.leak, *(table.c[name] for name in columns)).order_by(order)
    for leak, *values in connection.execute(asked):
        groups[leak].append(dict(zip(columns, values, strict=True)))
    return groups


def _erasures(connection: Connection) -> list[dict[str, Any]]:
    outcomes: defaultdict[int, dict[str, str]] = defaultdict(dict)
    for row in connection.execute(select(erased_leaks)):
        outcomes[row.erasure][row.leak] = row.verdict
    certified = {id for (id,) in connection.execute(select(certificates.c.erasure))}
    columns = (erasures.c[name] for name in ERASURE)
    return [
        {
            **dict(zip(ERASURE, values, strict=True)),
            "leaks": outcomes[id],
            "certified": id in certified,
        }
        for id, *values in connection.execute(
            select(erasures.c.id, *columns).order_by(erasures.c.id)
        )
    ]
