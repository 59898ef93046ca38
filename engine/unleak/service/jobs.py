"""The jobs, in the ledger's database: what was asked for, by whom it is done, how far it is."""

import hashlib
import secrets
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Row, Select, delete, insert, select, update

from unleak.core.errors import EngineError
from unleak.core.keys import home
from unleak.ledger.database import Database
from unleak.ledger.tables import changes, jobs
from unleak.ledger.transaction import Transaction, now
from unleak.service.contract import Job, JobKind, JobState
from unleak.service.runtime import held, is_held

ATTEMPTS: Final = 3  # so often is a job begun whose process was killed
_ACTIVE: Final = (str(JobState.QUEUED), str(JobState.RUNNING))


@dataclass(frozen=True, slots=True)
class Entry:
    """A job with what only the engine needs.

    attempts: how often it was begun. cancel: somebody wants it stopped. version: grows with
    every change.
    """

    job: Job
    options: Mapping[str, Any]
    line: str
    attempts: int
    cancel: bool
    version: int


class Owner:
    """This process as one that runs jobs: others see by a lock file whether it lives."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._folder = home() / "engines"
        place = hashlib.sha256(str(home().absolute()).encode()).hexdigest()[:8]
        self._site = f"{socket.gethostname()}/{place}/"
        self.id = self._site + secrets.token_hex(8)
        self._stack.enter_context(held(self._file(self.id)))

    def is_gone(self, owner: str) -> bool:
        """Whether a process of this machine and data folder, or no process, has this id."""
        return owner.startswith(self._site) and not is_held(self._file(owner))

    def close(self) -> None:
        """Own nothing any more."""
        self._stack.close()
        self._file(self.id).unlink(missing_ok=True)

    def _file(self, owner: str) -> Path:
        return self._folder / f"{owner.rpartition('/')[2]}.lock"


class Jobs:
    """The table of jobs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        transaction: Transaction,
        kind: JobKind,
        *,
        owner: str,
        leaks: Sequence[str] = (),
        model: str = "",
        out: str = "",
        line: str = "",
        options: Mapping[str, Any] | None = None,
    ) -> str:
        """A new job in the queue; its id. Part of the caller's transaction."""
        id = f"J{secrets.token_hex(5)}"
        transaction.execute(
            insert(jobs).values(
                id=id, kind=str(kind), state=str(JobState.QUEUED), stage="", done=0.0, message="",
                leaks=list(leaks), model=model, out=out, line=line or id,
                options=dict(options or {}), error="", error_type="", owner=owner, attempts=0, cancel=False,
                version=1, created=now(),
            )
        )  # fmt: skip
        transaction.changed("job", id)
        return id

    def get(self, id: str) -> Entry:
        """One job.

        Raises:
            EngineError: there is none of this id.
        """
        with self._database.reading() as connection:
            row = connection.execute(select(jobs).where(jobs.c.id == id)).one_or_none()
        if row is None:
            raise EngineError(f"{id}: no such job; `unleak engine status` lists them")
        return _entry(row)

    def all(self) -> list[Entry]:
        """All jobs, oldest first."""
        with self._database.reading() as connection:
            return [_entry(row) for row in connection.execute(_ordered())]

    def active(self, transaction: Transaction | None = None) -> list[Entry]:
        """What is queued or running, oldest first."""
        query = _ordered().where(jobs.c.state.in_(_ACTIVE))
        if transaction is not None:
            return [_entry(row) for row in transaction.execute(query)]
        with self._database.reading() as connection:
            return [_entry(row) for row in connection.execute(query)]

    def take(self, owner: str) -> Entry | None:
        """Begin the owner's oldest job whose line is free; None if there is none."""
        with self._database.writing() as transaction:
            active = transaction.execute(_ordered().where(jobs.c.state.in_(_ACTIVE))).all()
            busy = {row.line for row in active if row.state == JobState.RUNNING}
            for row in active:
                if row.state == JobState.QUEUED and row.line not in busy and row.owner == owner:
                    self._set(transaction, row.id, state=JobState.RUNNING, started=now(),
                              attempts=row.attempts + 1, stage="", done=0.0)  # fmt: skip
                    break
                busy.add(row.line)  # in a line, nobody overtakes
            else:
                return None
        return self.get(row.id)

    def requeue(self, id: str, owner: str, *, blameless: bool = False) -> None:
        """Put a job that was running back into the queue; blameless: this was no attempt."""
        with self._database.writing() as transaction:
            back: dict[str, Any] = {"attempts": jobs.c.attempts - 1} if blameless else {}
            self._set(
                transaction, id, state=JobState.QUEUED, owner=owner, stage="", done=0.0, **back
            )

    def adopt(self, owner: Owner) -> list[Entry]:
        """Take over the jobs of processes that are gone; those that were running.

        They stay marked as running until the caller says what becomes of them.
        """
        gone: dict[str, bool] = {}
        running = []
        if all(entry_owner == owner.id for entry_owner in self._owners()):
            return []
        with self._database.writing() as transaction:
            query = _ordered().where(jobs.c.state.in_(_ACTIVE), jobs.c.owner != owner.id)
            for row in transaction.execute(query).all():
                if row.owner not in gone:
                    gone[row.owner] = owner.is_gone(row.owner)
                if gone[row.owner]:
                    self._set(transaction, row.id, owner=owner.id)
                    if row.state == JobState.RUNNING:
                        running.append(_entry(row))
        return running

    def progress(self, id: str, stage: str, done: float, message: str) -> None:
        """Note how far a job is."""
        with self._database.writing(durable=False) as transaction:
            self._set(transaction, id, stage=stage, done=done, message=message)

    def cancel(self, transaction: Transaction, id: str) -> Job | None:
        """Say that a job shall stop; one that only waits is over by it, and is returned."""
        row = transaction.execute(select(jobs).where(jobs.c.id == id).with_for_update()).one()
        if row.state == JobState.QUEUED:
            self.end(transaction, id, JobState.CANCELLED)
            return _entry(row).job
        if row.state == JobState.RUNNING:
            self._set(transaction, id, cancel=True)
        return None

    def end(
        self,
        transaction: Transaction,
        id: str,
        state: JobState,
        *,
        result: Mapping[str, Any] | None = None,
        error: str = "",
        error_type: str = "",
        message: str | None = None,
    ) -> None:
        """The last change of a job. Part of the caller's transaction."""
        values: dict[str, Any] = {
            "result": result, "error": error, "error_type": error_type, "ended": now()
        }  # fmt: skip
        if message is not None:
            values["message"] = message
        if state == JobState.SUCCEEDED:
            values["done"] = 1.0
        self._set(transaction, id, state=state, **values)

    def forget(self, before: str) -> int:
        """Remove the jobs that ended before a time; how many."""
        with self._database.writing() as transaction:
            query = delete(jobs).where(jobs.c.ended.is_not(None), jobs.c.ended < before)
            return transaction.execute(query).rowcount

    def _set(self, transaction: Transaction, id: str, **values: Any) -> None:
        if "state" in values:
            values["state"] = str(values["state"])
        values["version"] = jobs.c.version + 1
        transaction.execute(update(jobs).where(jobs.c.id == id).values(values))
        # Of a job's changes, only the last one tells anything: the log must not grow with progress.
        transaction.execute(delete(changes).where(changes.c.kind == "job", changes.c.subject == id))
        transaction.changed("job", id)

    def _owners(self) -> Iterator[str]:
        with self._database.reading() as connection:
            query = select(jobs.c.owner).where(jobs.c.state.in_(_ACTIVE)).distinct()
            yield from connection.execute(query).scalars().all()


def _ordered() -> Select[Any]:
    return select(jobs).order_by(jobs.c.number)


def _entry(row: Row[Any]) -> Entry:
    job = Job(
        id=row.id,
        kind=JobKind(row.kind),
        state=JobState(row.state),
        stage=row.stage,
        done=row.done,
        message=row.message,
        leaks=tuple(row.leaks),
        model=row.model,
        out=row.out,
        result=row.result,
        error=row.error,
        created=row.created,
        started=row.started,
        ended=row.ended,
        error_type=row.error_type,
    )
    return Entry(job, row.options, row.line, row.attempts, row.cancel, row.version)
