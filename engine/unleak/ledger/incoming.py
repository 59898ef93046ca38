"""Another ledger's export on its way into this one. Importing the same again changes nothing."""

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Table, func, insert, select, update

from unleak.core.errors import LedgerError
from unleak.core.formats import preview
from unleak.core.states import BLOCKED, LeakState, Origin, Verdict
from unleak.ledger.book import Book, storable, upsert
from unleak.ledger.merge import note_transition
from unleak.ledger.model_book import add_model, resolve
from unleak.ledger.portable import (
    ERASURE,
    EVIDENCE,
    HISTORY,
    SCHEMA,
    SEEN,
    SUITE,
    checked_evidence,
    checked_sighting,
    checked_step,
    text,
)
from unleak.ledger.sight import new_id, sealed
from unleak.ledger.tables import (
    aliases,
    certificates,
    erased_leaks,
    erasures,
    evidence,
    leaks,
    sightings,
    suite_cases,
    transitions,
)
from unleak.ledger.transaction import Transaction

_ID: Final = re.compile(r"L[0-9a-f]{10}")
# A job of another ledger does not run here: what it was about can be queued again.
_BUSY: Final = {LeakState.QUEUED, LeakState.ERASING, LeakState.VERIFYING}
_ACTOR: Final = "import"

Entry = Mapping[str, Any]


@dataclass(slots=True)
class Imported:
    """What an import did.

    left_out: leaks without their secret whose fingerprint is of another key: nothing could ever
    match it here.
    """

    new: int = 0
    known: int = 0
    left_out: int = 0
    ids: dict[str, str] = field(default_factory=dict)


def merge(ledger: Book, document: Any) -> Imported:
    """Put an export into a ledger, all of it or nothing.

    A leak that is here already gets what is not known of it yet. Its state moves on where the
    other's history goes on from this one's, else it stays. A secret that was shredded here does
    not come back.

    Raises:
        LedgerError: it is no export.
    """
    try:
        if document["schema"] != SCHEMA:
            raise LedgerError("not an export of a ledger, or one made by a newer unleak")
        with ledger.writing() as transaction:
            return _Import(ledger, transaction, document).run()
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        # The message could quote what is in it.
        raise LedgerError(
            f"not a whole export of a ledger ({type(error).__name__}); nothing was imported"
        ) from None


class _Import:
    def __init__(self, ledger: Book, transaction: Transaction, document: Entry) -> None:
        self._ledger = ledger
        self._transaction = transaction
        self._execute = transaction.execute
        self._document = document
        self._done = Imported()

    def run(self) -> Imported:
        for model in self._document["models"]:
            parent = model["parent"]
            add_model(
                self._transaction,
                str(model["digest"]),
                str(model["name"]),
                None if parent is None else str(parent),
            )
        entries = self._document["leaks"]
        digests = resolve(self._transaction, {str(entry["model"]) for entry in entries})
        for entry in entries:
            self._leak(entry, digests[str(entry["model"])])
        for erasure in self._document["erasures"]:
            self._erasure(erasure)
        return self._done

    def _leak(self, entry: Entry, model: str) -> None:
        key, value = self._ledger.key, entry.get("secret")
        if value is None and entry["key"] != key.id:
            self._done.left_out += 1
            return
        fingerprint = (
            str(entry["fingerprint"])
            if value is None
            else key.fingerprinter.fingerprint(text(value))
        )
        found = self._execute(
            select(leaks).where(leaks.c.fingerprint == fingerprint, leaks.c.model == model)
        ).first()
        if found is None:
            id = self._insert(entry, fingerprint, model)
            self._done.new += 1
        else:
            id = found.id
            self._done.known += 1
        self._done.ids[str(entry["id"])] = id
        self._add_seen(id, entry)
        self._add_evidence(id, entry)
        self._add_history(id, entry)
        if entry["key"] == key.id:
            self._add_suites(id, entry)

    def _insert(self, entry: Entry, fingerprint: str, model: str) -> str:
        id, value = str(entry["id"]), entry.get("secret")
        taken = [
            self._execute(select(table.c.id).where(table.c.id == id)).first()
            for table in (leaks, aliases)
        ]
        if any(taken) or not _ID.fullmatch(id):
            id = new_id()
        last = self._execute(select(func.coalesce(func.max(leaks.c.number), 0))).scalar_one()
        self._execute(
            insert(leaks).values(
                id=id,
                fingerprint=storable(fingerprint),
                kind=storable(text(entry["kind"])),
                rule=storable(text(entry["rule"])),
                preview=storable(text(entry["preview"]) if value is None else preview(value)),
                model=model,
                origin=str(Origin(entry["origin"])),
                state=str(LeakState.FLAGGED),
                sealed=None
                if value is None
                else sealed(self._ledger.cipher, id, text(entry["prefix"]), value),
                sightings=0,
                added=text(entry["first_seen"]),
                number=last + 1,
                key=self._ledger.key.id,
                length=int(entry["length"]) if value is None else len(value),
                verdict=str(Verdict(entry["verdict"])),
                reason=None,
                last_seen=text(entry["last_seen"]),
            )
        )
        return id

    def _add_seen(self, id: str, entry: Entry) -> None:
        """The union of both lists; of times that were only counted, the larger number."""
        ours = self._execute(
            select(leaks.c.sightings, leaks.c.added, leaks.c.last_seen).where(leaks.c.id == id)
        ).one()
        new, listed = self._missing(sightings, SEEN, id, entry["seen"], checked_sighting)
        counted = max(ours.sightings - listed, int(entry["sightings"]) - len(entry["seen"]), 0)
        values = {
            "sightings": listed + len(new) + counted,
            "added": min(ours.added, text(entry["first_seen"])),
            "last_seen": max(ours.last_seen, text(entry["last_seen"])),
        }
        if new:
            self._execute(insert(sightings), new)
        if new or any(getattr(ours, name) != value for name, value in values.items()):
            self._execute(update(leaks).where(leaks.c.id == id).values(values))
            self._transaction.changed("leak", id)

    def _add_evidence(self, id: str, entry: Entry) -> None:
        new, _ = self._missing(evidence, EVIDENCE, id, entry["evidence"], checked_evidence)
        if not new:
            return
        self._execute(insert(evidence), new)
        latest = self._execute(
            select(evidence.c.figures)
            .where(evidence.c.leak == id)
            .order_by(evidence.c.at.desc(), evidence.c.id.desc())
            .limit(1)
        ).scalar_one()
        self._execute(
            update(leaks)
            .where(leaks.c.id == id)
            .values(
                verdict=str(Verdict(latest.get("verdict", "unknown"))),
                reason=storable(str(latest.get("reason", ""))),
            )
        )
        self._transaction.changed("leak", id)

    def _add_history(self, id: str, entry: Entry) -> None:
        columns = [transitions.c[name] for name in HISTORY]
        ours = [
            tuple(row)
            for row in self._execute(
                select(*columns).where(transitions.c.leak == id).order_by(transitions.c.id)
            )
        ]
        theirs = [checked_step(step) for step in entry["history"]]
        # Both begin with being flagged, each at its own time; what was decided after counts.
        known = len(ours) or 0
        if not theirs or theirs[1:known] != ours[1:]:
            return
        new = theirs[known:]
        for at, before, after, actor in new:
            self._execute(
                insert(transitions).values(leak=id, at=at, before=before, after=after, actor=actor)
            )
        if not new:
            return
        state, before = LeakState(theirs[-1][2]), LeakState(ours[-1][2]) if ours else None
        if (state in BLOCKED) != (before in BLOCKED):
            self._transaction.changed("block-list", id)
        if state in _BUSY:
            note_transition(self._transaction, id, state, LeakState.FAILED, _ACTOR)
            state = LeakState.FAILED
        self._execute(update(leaks).where(leaks.c.id == id).values(state=str(state)))
        self._transaction.changed("leak", id)

    def _add_suites(self, id: str, entry: Entry) -> None:
        for case in entry["suites"]:
            row = {name: storable(text(case[name])) for name in SUITE}
            self._execute(
                upsert(self._transaction.connection, suite_cases)
                .values(leak=id, **row)
                .on_conflict_do_nothing()
            )

    def _erasure(self, entry: Entry) -> None:
        row: dict[str, Any] = {
            name: None if entry[name] is None else storable(text(entry[name]))
            for name in ERASURE
            if name != "report"
        }
        same = [erasures.c[name].is_not_distinct_from(value) for name, value in row.items()]
        if self._execute(select(erasures.c.id).where(*same)).first():
            return
        added = self._execute(
            insert(erasures).values(**row, report=dict(entry["report"]))
        ).inserted_primary_key
        number = added[0] if added else None
        outcomes = {
            self._done.ids[id]: str(verdict)
            for id, verdict in entry["leaks"].items()
            if id in self._done.ids
        }
        for id, verdict in sorted(outcomes.items()):
            self._execute(insert(erased_leaks).values(erasure=number, leak=id, verdict=verdict))
        if entry["certified"] and row["new_model"] is not None:
            self._execute(
                insert(certificates).values(
                    erasure=number,
                    model=row["new_model"],
                    document=dict(entry["report"]),
                    at=row["at"],
                )
            )

    def _missing(
        self,
        table: Table,
        columns: Sequence[str],
        id: str,
        entries: Sequence[Entry],
        checked: Callable[[Entry], dict[str, Any]],
    ) -> tuple[list[dict[str, Any]], int]:
        """The entries that the leak does not have yet, as rows; and how many it has."""
        rows = self._execute(select(*(table.c[name] for name in columns)).where(table.c.leak == id))
        have = [dict(row._mapping) for row in rows]
        left = Counter(_identity(row) for row in have)
        new = []
        for entry in entries:
            row = checked(entry)
            if left[_identity(row)] > 0:
                left[_identity(row)] -= 1
            else:
                new.append({"leak": id, **row})
        return new, len(have)


def _identity(row: Entry) -> str:
    return json.dumps(row, sort_keys=True)
