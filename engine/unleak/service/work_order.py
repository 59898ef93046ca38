"""What a job means for the ledger: before it begins, while it runs, and when it is over."""

import logging
from pathlib import Path
from typing import Any, Final

from unleak.core.errors import LedgerError
from unleak.core.states import LeakState, Origin, Verdict
from unleak.ledger.ledger import Ledger
from unleak.probe.suite import Case, read, read_secrets
from unleak.service.contract import JobKind, JobState
from unleak.service.erased import Erased
from unleak.service.jobs import Entry, Jobs
from unleak.service.lineage import Base, Lineage
from unleak.service.messages import Task
from unleak.service.registry import read_certificate, sweep
from unleak.service.settings import EngineSettings

BUSY: Final = {LeakState.QUEUED, LeakState.ERASING, LeakState.VERIFYING}
_log = logging.getLogger("unleak.engine")


class WorkOrders:
    """Makes tasks of jobs, and keeps the ledger true to what becomes of them."""

    def __init__(
        self,
        ledger: Ledger,
        jobs: Jobs,
        lineage: Lineage,
        erased: Erased,
        settings: EngineSettings,
        memory: int,
    ) -> None:
        self._ledger = ledger
        self._jobs = jobs
        self._lineage = lineage
        self._erased = erased
        self._settings = settings
        self._memory = memory

    def begin(self, entry: Entry) -> Task:
        """What the worker needs; the leaks of an erasure are being erased from here on.

        Raises:
            UnleakError: the job cannot begin.
        """
        job, options = entry.job, entry.options
        spec = self._lineage.spec(Base(options["name"], options["spec"]))
        key = self._ledger.key
        if job.kind == JobKind.GATE:
            cases = read(options["suite"], key)
        else:
            cases = [Case(id, *self._ledger.reveal(id)) for id in job.leaks]
        others = read_secrets(options["keep"], key) if options.get("keep") else []
        mine = {case.secret.fingerprint for case in cases}
        if job.kind == JobKind.ERASE:
            sweep(Path(job.out))
            self._move(entry, LeakState.ERASING)
        return Task(
            id=job.id,
            kind=job.kind,
            model=spec,
            fingerprinter=self._ledger.fingerprinter,
            cases=cases,
            # Greedy decoding gives a completion's own text by construction.
            own=frozenset(
                id for id in job.leaks if self._ledger.get(id).origin == Origin.COMPLETION
            ),
            others=[case for case in others if case.secret.fingerprint not in mine],
            out=job.out,
            options={
                **options,
                "memory": self._memory,
                "warm_memory": self._settings.warm_memory,
            },
        )

    def stage(self, entry: Entry, stage: str) -> None:
        """A job got to a stage."""
        if entry.job.kind == JobKind.ERASE and stage == "verify":
            self._move(entry, LeakState.VERIFYING)

    def done(self, entry: Entry, result: dict[str, Any]) -> None:
        """The worker finished a job."""
        job = entry.job
        state, message, error = JobState.SUCCEEDED, "", ""
        if job.kind == JobKind.ERASE:
            result, message = self._erased.keep(entry, result)
            if result["verdict"] != "erased":
                state, error = JobState.FAILED, message
        elif job.kind == JobKind.CONFIRM:
            self._confirmed(entry, result)
        with self._ledger.writing() as transaction:
            self._jobs.end(
                transaction,
                job.id,
                state,
                result=result,
                message=message,
                error=error,
                error_type="EvaluationError" if error else "",
            )
        _log.info("job %s: %s", job.id, state)

    def failed(self, entry: Entry, error: str, error_type: str = "EvaluationError") -> None:
        """A job came to nothing."""
        self._end(entry, JobState.FAILED, error, error_type)

    def cancelled(self, entry: Entry) -> None:
        """A job was stopped by somebody's wish."""
        self._end(entry, JobState.CANCELLED, "")

    def requeued(self, entry: Entry) -> None:
        """A job that was running begins anew."""
        if entry.job.kind == JobKind.ERASE:
            sweep(Path(entry.job.out))
            for id in entry.job.leaks:
                if self._ledger.get(id).state in BUSY - {LeakState.QUEUED}:
                    self._ledger.move(id, LeakState.FAILED, LeakState.QUEUED, actor="engine")

    def finish_left_behind(self, entry: Entry) -> bool:
        """Whether a job whose engine is gone was in truth done: its model stands there, whole."""
        job = entry.job
        if job.kind != JobKind.ERASE:
            return False
        certificate = read_certificate(Path(job.out))
        if certificate is None:
            return False
        secrets = certificate.get("secrets")
        named = {entry["id"] for entry in secrets} if isinstance(secrets, list) else set()
        if named != set(job.leaks):
            return False
        _log.info("job %s: its model was already written", job.id)
        self.done(entry, self._erased.from_certificate(entry, certificate))
        return True

    def abandon(self) -> None:
        """Leaks that wait for a job that does not exist are failed: a crash came in between."""
        waiting = {id for entry in self._jobs.active() for id in entry.job.leaks}
        for leak in self._ledger.leaks():
            if leak.state in BUSY and leak.id not in waiting:
                self._ledger.move(leak.id, LeakState.FAILED, actor="engine")

    def _end(self, entry: Entry, state: JobState, error: str, error_type: str = "") -> None:
        job = entry.job
        if job.kind == JobKind.ERASE:
            sweep(Path(job.out))
            after = LeakState.CANCELLED if state == JobState.CANCELLED else LeakState.FAILED
            for id in job.leaks:
                if self._ledger.get(id).state in BUSY:
                    self._ledger.move(id, after, actor="engine")
        with self._ledger.writing() as transaction:
            self._jobs.end(transaction, job.id, state, error=error, error_type=error_type)
        _log.info("job %s: %s", job.id, state)

    def _move(self, entry: Entry, state: LeakState) -> None:
        for id in entry.job.leaks:
            if self._ledger.get(id).state != state:
                self._ledger.move(id, state, actor="engine")

    def _confirmed(self, entry: Entry, result: dict[str, Any]) -> None:
        digest = str(result["model"]["digest"])
        self._ledger.add_model(digest, entry.options["name"], path=_path(result["model"]["name"]))
        for case in result["cases"]:
            figures = {
                name: value
                for name, value in case.items()
                if name not in ("id", "kind", "fingerprint")
            }
            record_evidence(self._ledger, case["id"], digest, figures)


def record_evidence(ledger: Ledger, id: str, model: str, figures: dict[str, Any]) -> None:
    """Keep what confirm measured of a leak, and move the leak to where its verdict puts it."""
    verdict = Verdict(figures["verdict"])
    ledger.add_evidence(id, model, figures)
    state = ledger.get(id).state
    try:
        if verdict == Verdict.MEMORISED:
            if state in {LeakState.FLAGGED, LeakState.DISMISSED, LeakState.RESURFACED}:
                ledger.move(id, LeakState.CONFIRMED)
            elif state == LeakState.ERASED:
                ledger.move(id, LeakState.RESURFACED, LeakState.CONFIRMED)
        elif verdict != Verdict.UNKNOWN and state == LeakState.FLAGGED:
            ledger.move(id, LeakState.DISMISSED)
    except LedgerError:
        if ledger.get(id).state == state:  # else somebody else decided meanwhile
            raise


def _path(spec: str) -> str | None:
    return spec if Path(spec).is_absolute() else None
