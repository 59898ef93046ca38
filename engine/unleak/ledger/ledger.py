"""The ledger: every leak, where it stands, and what was done about it."""

import getpass
import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event, select
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.orm import Session

from unleak.core.errors import LedgerError
from unleak.core.formats import preview
from unleak.core.keys import MasterKey, home, load_key
from unleak.core.secret import Fingerprinter, Secret
from unleak.core.states import TRANSITIONS, LeakState, Origin
from unleak.ledger.cipher import Cipher
from unleak.ledger.tables import (
    Base,
    ErasureRow,
    EvidenceRow,
    LeakRow,
    ModelRow,
    TransitionRow,
)

SCHEMA = 1  # SQLite's user_version


@dataclass(frozen=True, slots=True)
class Leak:
    """A row of the ledger, without the secret."""

    id: str
    kind: str
    rule: str
    fingerprint: str
    preview: str
    model: str
    origin: Origin
    state: LeakState
    sightings: int
    shredded: bool


def leak_id(fingerprint: str, model_digest: str) -> str:
    """The id of a leak: the same secret in the same model is the same leak."""
    digest = hashlib.sha256(f"{fingerprint}\0{model_digest}".encode()).hexdigest()
    return f"L{digest[:10]}"


def actor() -> str:
    """Who does it: the user's login name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return "unknown"


class Ledger:
    """An open ledger; every method is one transaction."""

    def __init__(self, path: Path, key: MasterKey) -> None:
        """Open or make the ledger at `path`.

        Raises:
            LedgerError: it cannot be opened, is damaged, or is newer than this program.
        """
        self.path = path
        self.key = key
        self._cipher = Cipher(key.encryption)
        self.fingerprinter: Fingerprinter = key.fingerprinter
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        except OSError as error:
            raise LedgerError(f"cannot make the ledger {path}: {error.strerror}") from None
        # SQLAlchemy's errors quote parameters by default; here they could be a prefix or a name.
        self._engine = create_engine(f"sqlite:///{path}", hide_parameters=True)

        @event.listens_for(self._engine, "connect")
        def _configure(connection: Any, _: Any) -> None:
            connection.execute("pragma journal_mode=wal")
            connection.execute("pragma foreign_keys=on")
            connection.execute("pragma busy_timeout=10000")

        with self._transaction() as session:
            connection = session.connection()
            version = connection.exec_driver_sql("pragma user_version").scalar()
            if version and version > SCHEMA:
                raise LedgerError(f"{path}: made by a newer unleak; upgrade this one")
            Base.metadata.create_all(connection)
            connection.exec_driver_sql(f"pragma user_version={SCHEMA}")

    @classmethod
    def default(cls) -> "Ledger":
        """The user's ledger with the user's key."""
        return cls(home() / "ledger.db", load_key())

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    @contextmanager
    def _transaction(self) -> Iterator[Session]:
        try:
            with Session(self._engine) as session, session.begin():
                yield session
        except OperationalError as error:
            raise LedgerError(f"ledger {self.path}: {error.orig}") from None
        except DatabaseError as error:
            raise LedgerError(
                f"ledger {self.path} is damaged ({error.orig}); restore a backup or move it away"
            ) from None

    def add_model(self, digest: str, name: str, parent: str | None = None) -> None:
        """Remember a model."""
        with self._transaction() as session:
            if session.get(ModelRow, digest) is None:
                session.add(ModelRow(digest=digest, name=name, parent=parent))

    def sight(self, secret: Secret, prefix: str, *, rule: str, model: str, origin: Origin) -> Leak:
        """Record that a secret was seen; the same one again adds a sighting."""
        row_id = leak_id(secret.fingerprint, model)
        with self._transaction() as session:
            row = session.get(LeakRow, row_id)
            if row is not None:
                row.sightings += 1
            else:
                sealed = self._seal(row_id, prefix, secret)
                row = LeakRow(
                    id=row_id,
                    fingerprint=secret.fingerprint,
                    kind=secret.kind,
                    rule=rule,
                    preview=preview(secret.reveal()),
                    model=model,
                    origin=str(origin),
                    state=str(LeakState.FLAGGED),
                    sealed=sealed,
                )
                session.add(row)
                session.flush()
                self._record(session, row_id, None, LeakState.FLAGGED)
            session.flush()
            return _leak(row)

    def move(self, id: str, *states: LeakState) -> Leak:
        """Take a leak through states, all in one transaction.

        Raises:
            LedgerError: no such leak, or a step is not allowed.
        """
        with self._transaction() as session:
            row = self._row(session, id)
            for state in states:
                before = LeakState(row.state)
                if state not in TRANSITIONS[before]:
                    raise LedgerError(f"leak {id} is {before}; it cannot become {state}")
                row.state = str(state)
                self._record(session, id, before, state)
            session.flush()
            return _leak(row)

    def add_evidence(self, id: str, model: str, figures: Mapping[str, object]) -> None:
        """Keep what confirm measured."""
        with self._transaction() as session:
            self._row(session, id)
            session.add(EvidenceRow(leak=id, model=model, figures=dict(figures)))

    def add_erasure(
        self, model: str, new_model: str | None, verdict: str, certificate: Mapping[str, object]
    ) -> None:
        """Keep the outcome of an erasure."""
        with self._transaction() as session:
            session.add(
                ErasureRow(
                    model=model, new_model=new_model, verdict=verdict, certificate=dict(certificate)
                )
            )

    def get(self, id: str) -> Leak:
        """One leak.

        Raises:
            LedgerError: there is none of this id.
        """
        with self._transaction() as session:
            return _leak(self._row(session, id))

    def leaks(self) -> list[Leak]:
        """All leaks, oldest first."""
        with self._transaction() as session:
            rows = session.scalars(select(LeakRow).order_by(LeakRow.added, LeakRow.id))
            return [_leak(row) for row in rows]

    def history(self, id: str) -> list[tuple[str, str, str]]:
        """(time, state, actor) of each transition of a leak."""
        with self._transaction() as session:
            rows = session.scalars(
                select(TransitionRow).where(TransitionRow.leak == id).order_by(TransitionRow.id)
            )
            return [(row.at, row.after, row.actor) for row in rows]

    def evidence(self, id: str) -> list[dict[str, object]]:
        """What was measured of a leak, oldest first."""
        with self._transaction() as session:
            rows = session.scalars(
                select(EvidenceRow).where(EvidenceRow.leak == id).order_by(EvidenceRow.id)
            )
            return [row.figures for row in rows]

    def reveal(self, id: str) -> tuple[str, Secret]:
        """Prefix and secret of a leak, decrypted.

        Raises:
            LedgerError: no such leak, shredded, or another key.
        """
        with self._transaction() as session:
            row = self._row(session, id)
            if row.sealed is None:
                raise LedgerError(f"leak {id}: its secret was shredded")
            prefix, value = json.loads(self._cipher.decrypt(row.sealed, id))
            return prefix, Secret(value, row.kind, row.fingerprint)

    def shred(self, id: str) -> None:
        """Destroy a leak's secret; its fingerprint and history stay."""
        with self._transaction() as session:
            self._row(session, id).sealed = None
        with self._engine.connect() as connection:
            # Freed pages and the write-ahead log still hold the ciphertext until now.
            connection.exec_driver_sql("pragma wal_checkpoint(truncate)")
            connection.exec_driver_sql("vacuum")

    def matching(self, start: str) -> str:
        """The id that begins with `start`.

        Raises:
            LedgerError: none, or several, do.
        """
        found = [leak.id for leak in self.leaks() if leak.id.startswith(start)]
        if len(found) != 1:
            count = "no leak" if not found else f"{len(found)} leaks"
            raise LedgerError(f"{start}: {count} of this id; see `unleak leaks list`")
        return found[0]

    def _seal(self, id: str, prefix: str, secret: Secret) -> bytes:
        return self._cipher.encrypt(json.dumps([prefix, secret.reveal()]), id)

    def _row(self, session: Session, id: str) -> LeakRow:
        row = session.get(LeakRow, id)
        if row is None:
            raise LedgerError(f"{id}: no such leak; see `unleak leaks list`")
        return row

    def _record(
        self, session: Session, id: str, before: LeakState | None, after: LeakState
    ) -> None:
        session.add(
            TransitionRow(
                leak=id, before=str(before) if before else None, after=str(after), actor=actor()
            )
        )


def _leak(row: LeakRow) -> Leak:
    return Leak(
        id=row.id,
        kind=row.kind,
        rule=row.rule,
        fingerprint=row.fingerprint,
        preview=row.preview,
        model=row.model,
        origin=Origin(row.origin),
        state=LeakState(row.state),
        sightings=row.sightings,
        shredded=row.sealed is None,
    )


def many(ledger: Ledger, starts: Sequence[str]) -> list[str]:
    """Full ids of several leaks, each given by its beginning, without repeats."""
    return list(dict.fromkeys(ledger.matching(start) for start in starts))
