"""The runner: a thread that takes one job after another from the queue and has the worker do it."""

import logging
import queue
import threading
import time
from collections.abc import Callable
from typing import Any, Final

from unleak.core.errors import UnleakError
from unleak.service.jobs import ATTEMPTS, Entry, Jobs, Owner
from unleak.service.settings import EngineSettings
from unleak.service.supervisor import DIED, Supervised
from unleak.service.work_order import WorkOrders

_TICK: Final = 0.1  # seconds between two looks at a running job
_ROUND: Final = 2.0  # seconds between two looks for jobs that others left behind
_GRACE: Final = 3.0  # seconds that a cancelled job has to stop by itself
_SELDOM: Final = 0.2  # seconds between two notes of progress within a stage
_log = logging.getLogger("unleak.engine")


class _Stopping(Exception):  # noqa: N818 - it is no error
    """The engine stops while a job runs."""


class Runner:
    """Runs this process's jobs, until it is closed.

    A running job ends in one of these ways: the worker says so; it was cancelled, took too long or
    too much memory, and the worker was killed; the worker died, and the job begins anew, or is
    given up after some times. If the engine stops, its job goes back into the queue.
    """

    def __init__(
        self,
        jobs: Jobs,
        orders: WorkOrders,
        settings: EngineSettings,
        memory: int,
        start: Callable[[], Supervised] = Supervised,
    ) -> None:
        self._jobs = jobs
        self._orders = orders
        self._settings = settings
        self._start = start
        self._memory = memory  # bytes
        self._worker: Supervised | None = None
        self._used = 0.0  # when the worker last had something to do
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="unleak-jobs", daemon=True)
        self.owner = Owner()
        self.busy = False

    def start(self) -> None:
        """Begin; jobs that a dead engine left behind come first."""
        self._thread.start()

    def wake(self) -> None:
        """There is something to do."""
        self._wake.set()

    def close(self) -> None:
        """Stop; a running job goes back into the queue, and another engine goes on with it."""
        self._closing.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()
        self._drop_worker()
        self.owner.close()

    @property
    def worker_memory(self) -> int:
        """Bytes that the worker holds."""
        worker = self._worker
        return worker.size if worker and worker.alive else 0

    def _run(self) -> None:
        looked = float("-inf")
        while not self._closing.is_set():
            try:
                now = time.monotonic()
                if now - looked >= _ROUND:
                    looked = now
                    self._adopt()
                    self._rest()
                entry = self._jobs.take(self.owner.id)
                if entry is not None:
                    self._perform(entry)
                    continue
            except _Stopping:
                return
            except UnleakError as error:  # the disk is full, say: jobs wait, and nothing is lost
                _log.error("the queue stands still: %s", error)
            self._wake.wait(_ROUND)
            self._wake.clear()

    def _adopt(self) -> None:
        for entry in self._jobs.adopt(self.owner):
            _log.info("job %s was left behind by an engine that is gone", entry.job.id)
            if not self._orders.finish_left_behind(entry):
                self._again(entry, "the engine was stopped")

    def _again(self, entry: Entry, why: str) -> None:
        if entry.cancel:
            self._orders.cancelled(entry)
        elif entry.attempts >= ATTEMPTS:
            self._orders.failed(entry, f"{why}, {ATTEMPTS} times in a row")
        else:
            self._orders.requeued(entry)
            self._jobs.requeue(entry.job.id, self.owner.id)

    def _perform(self, entry: Entry) -> None:
        self.busy = True
        try:
            task = self._orders.begin(entry)
            worker = self._ready()
            _log.info("job %s: %s begins", entry.job.id, entry.job.kind)
            worker.do(task)
            del task
            self._follow(entry, worker)
        except UnleakError as error:
            self._orders.failed(entry, str(error), type(error).__name__)
        finally:
            self.busy = False
            self._used = time.monotonic()

    def _follow(self, entry: Entry, worker: Supervised) -> None:
        watch = _Watch(self._settings.job_hours * 3600, self._memory)
        told = ("", 0.0)
        message = ""
        while True:
            heard = self._hear(entry, worker, watch)
            if heard is None:
                return
            kind = heard["type"]
            if kind not in ("died", "ready") and heard["job"] != entry.job.id:
                continue
            if kind in ("progress", "line"):
                stage, done = told[0], 0.0
                if kind == "line":
                    message = heard["text"]
                else:
                    stage, done = heard["stage"], min(max(float(heard["done"]), 0.0), 1.0)
                now = time.monotonic()
                if kind == "line" or stage != told[0] or now - told[1] >= _SELDOM:
                    if stage != told[0]:
                        self._orders.stage(entry, stage)
                    told = (stage, now)
                    self._jobs.progress(entry.job.id, stage, done, message)
            elif kind == "done":
                self._orders.done(entry, heard["result"])
                return
            elif kind == "cancelled":
                self._orders.cancelled(entry)
                return
            elif kind == "failed":
                why = heard["error"] or self._no_memory()
                self._orders.failed(entry, why, heard.get("error_type", "EvaluationError"))
                if heard.get("memory"):
                    self._drop_worker()
                return
            elif kind == DIED:
                _log.error("job %s: the worker ended with %s", entry.job.id, heard["code"])
                self._drop_worker()
                self._again(self._jobs.get(entry.job.id), "the worker died")
                return

    def _hear(self, entry: Entry, worker: Supervised, watch: "_Watch") -> dict[str, Any] | None:
        """The worker's next message; None if the job was ended meanwhile."""
        while True:
            if watch.is_time() and self._ended(entry, worker, watch):
                return None
            try:
                return worker.inbox.get(timeout=_TICK)
            except queue.Empty:
                continue

    def _ended(self, entry: Entry, worker: Supervised, watch: "_Watch") -> bool:
        """Whether something else than the worker ends the job, which it then has."""
        if self._closing.is_set():
            self._drop_worker()
            self._orders.requeued(entry)
            self._jobs.requeue(entry.job.id, self.owner.id, blameless=True)
            raise _Stopping
        if watch.cancelled_at is None and self._jobs.get(entry.job.id).cancel:
            watch.cancelled_at = time.monotonic()
            worker.cancel(entry.job.id)
        reason = watch.reason(worker.size)
        if reason is None:
            return False
        self._drop_worker()
        if reason == "cancel":
            self._orders.cancelled(entry)
        else:
            self._orders.failed(entry, self._no_memory() if reason == "memory" else self._late())
        return True

    def _no_memory(self) -> str:
        return (
            f"the job needs more memory than the {self._memory / 2**30:.1f} GiB it may take; close "
            "other programs, or set [engine] memory"
        )

    def _late(self) -> str:
        return (
            f"the job took longer than {self._settings.job_hours:g} hours and was stopped; set "
            "[engine] job_hours"
        )

    def _ready(self) -> Supervised:
        if self._worker is None or not self._worker.alive:
            self._drop_worker()
            self._worker = self._start()
        while not self._worker.inbox.empty():
            self._worker.inbox.get()  # what is left of an earlier job
        return self._worker

    def _rest(self) -> None:
        """Give memory back after a while without a job."""
        if time.monotonic() - self._used > self._settings.warm_minutes * 60:
            self._drop_worker()

    def _drop_worker(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.kill()


class _Watch:
    """What ends a running job from outside."""

    def __init__(self, seconds: float, memory: int) -> None:
        self._deadline = time.monotonic() + seconds
        self._memory = memory
        self._next = 0.0
        self.cancelled_at: float | None = None

    def is_time(self) -> bool:
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + _TICK
        return True

    def reason(self, size: int) -> str | None:
        now = time.monotonic()
        if self.cancelled_at is not None and now - self.cancelled_at > _GRACE:
            return "cancel"
        if size > self._memory:
            return "memory"
        return "time" if now > self._deadline else None
