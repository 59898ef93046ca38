"""The worker: a process that does one job after another; the only one with torch in it.

It opens no ledger and has no key: what a job needs comes over its standard input, what came of it
goes over its standard output, see `unleak.service.messages`. It ends when its input ends, so it
never outlives whoever started it.
"""

import ctypes
import os
import queue
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from typing import IO, Any, Final, Protocol

from unleak.core.errors import UnleakError
from unleak.service.contract import JobKind
from unleak.service.messages import Task, receive, send
from unleak.service.process import no_core_dumps

_SELDOM: Final = 0.1  # seconds between two messages about the same stage
_NO_MEMORY: Final = ("allocate memory", "out of memory", "std::bad_alloc")


class Cancelled(BaseException):
    """Raised in a handler when its job was cancelled; no library catches it by accident."""


class Report(Protocol):
    """What a handler calls; raises Cancelled where the job was cancelled."""

    def __call__(self, stage: str, done: float) -> None:
        """The share of a stage that is done."""

    def line(self, text: str) -> None:
        """A line for people; no secret."""


Handler = Callable[[Task, Report], dict[str, Any]]


class Worker:
    """Reads tasks and does them.

    handlers: what does a job of each kind and returns its result.
    between: called after a task, while none waits.
    """

    def __init__(
        self,
        handlers: Mapping[JobKind, Handler],
        between: Callable[[], None],
        source: IO[bytes],
        sink: IO[bytes],
    ) -> None:
        self._handlers = handlers
        self._between = between
        self._source = source
        self._sink = sink
        self._tasks: queue.SimpleQueue[Task] = queue.SimpleQueue()
        self._cancelled: set[str] = set()
        self._writing = threading.Lock()

    def run(self) -> None:
        """Work until the input ends."""
        threading.Thread(target=self._listen, daemon=True).start()
        self.tell({"type": "ready"})
        while True:
            task = self._tasks.get()
            self.tell({"job": task.id, **self._do(task)})
            del task  # its secrets need not wait for the next one
            if self._tasks.empty():
                self._between()

    def tell(self, message: Mapping[str, Any]) -> None:
        """Send a message."""
        with self._writing:
            send(self._sink, message)

    def is_cancelled(self, job: str) -> bool:
        """Whether somebody cancelled a job."""
        return job in self._cancelled

    def _listen(self) -> None:
        while (message := receive(self._source)) is not None:
            if message["type"] == "task":
                self._tasks.put(Task.from_json(message))
            elif message["type"] == "cancel":
                self._cancelled.add(message["job"])
        # Whoever started this process is gone, or wants it gone: nothing is left to finish.
        os._exit(0)

    def _do(self, task: Task) -> dict[str, Any]:
        try:
            result = self._handlers[task.kind](task, _Steps(self, task.id))
        except Cancelled:
            return {"type": "cancelled"}
        except UnleakError as error:
            return {"type": "failed", "error": str(error), "error_type": type(error).__name__}
        except Exception as error:
            return {"type": "failed", **_explained(error)}
        return {"type": "done", "result": result}


class _Steps:
    def __init__(self, worker: Worker, job: str) -> None:
        self._worker = worker
        self._job = job
        self._told: tuple[str, float] = ("", 0.0)

    def __call__(self, stage: str, done: float) -> None:
        if self._worker.is_cancelled(self._job):
            raise Cancelled
        now = time.monotonic()
        if stage != self._told[0] or now - self._told[1] >= _SELDOM:
            self._told = (stage, now)
            self._worker.tell({"type": "progress", "job": self._job, "stage": stage, "done": done})

    def line(self, text: str) -> None:
        self._worker.tell({"type": "line", "job": self._job, "text": text})


def _explained(error: Exception) -> dict[str, Any]:
    """A defect, or no memory. Only the place is told: message and frames may hold a secret."""
    if isinstance(error, MemoryError) or any(sign in str(error) for sign in _NO_MEMORY):
        return {"error": "", "memory": True}
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "an unknown place"
    return {"error": f"internal error ({type(error).__name__} at {place}); please report it"}


def pipes() -> tuple[IO[bytes], IO[bytes]]:
    """Input and output for messages; libraries that print, print nowhere."""
    source, sink = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    return source, sink


def settle() -> None:
    """Make this process a worker: Ctrl-C is the client's business, and it dies with its parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    no_core_dumps()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
