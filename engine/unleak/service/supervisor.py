"""The worker as the engine sees it: started, told what to do, listened to, and killed."""

import os
import queue
import subprocess
import sys
import threading
from typing import Any, Final

from unleak.core.errors import EngineError
from unleak.core.keys import FILE_VARIABLE, KEY_VARIABLE, KEYRING_VARIABLE
from unleak.service.messages import Task, receive, send
from unleak.service.process import resident
from unleak.service.settings import TOKEN_VARIABLE

MODULE: Final = "unleak.commands.worker"
DIED: Final = "died"  # the type of the last message
# The worker needs no key and no token: it gets what it needs through its pipe.
_KEPT_BACK: Final = (KEY_VARIABLE, FILE_VARIABLE, KEYRING_VARIABLE, TOKEN_VARIABLE)


class Supervised:
    """A running worker.

    inbox: its messages, the last one {"type": "died", "code": ...}.
    """

    def __init__(self, module: str = MODULE) -> None:
        """Start it.

        Raises:
            EngineError: the system starts no process.
        """
        self.inbox: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        environment = {k: v for k, v in os.environ.items() if k not in _KEPT_BACK}
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", module],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment,
                cwd=os.path.abspath(os.sep),  # an import from the current folder would be anybody's
            )
        except OSError as error:
            raise EngineError(f"cannot start the worker: {error.strerror}") from None
        self._sending = threading.Lock()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._process.poll() is None

    @property
    def size(self) -> int:
        """Bytes of memory that it holds."""
        return resident(self._process.pid)

    def do(self, task: Task) -> None:
        """Give it a task."""
        self._tell(task.as_json())

    def cancel(self, job: str) -> None:
        """Ask it to stop a job; it may not."""
        self._tell({"type": "cancel", "job": job})

    def kill(self) -> None:
        """End it at once, and wait for that."""
        self._process.kill()
        self._process.wait()
        self._listener.join()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()

    def _tell(self, message: dict[str, Any]) -> None:
        assert self._process.stdin  # noqa: S101 - for mypy
        try:
            with self._sending:
                send(self._process.stdin, message)
        except OSError:
            pass  # it died: the inbox says so

    def _listen(self) -> None:
        assert self._process.stdout  # noqa: S101 - for mypy
        try:
            while (message := receive(self._process.stdout)) is not None:
                self.inbox.put(message)
        except (OSError, ValueError):
            self._process.kill()  # what it says makes no sense
        self.inbox.put({"type": DIED, "code": self._process.wait()})
