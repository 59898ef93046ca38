"""The worker process of the engine: which kind of job is done by what.

Started by the engine, never by people: `python -m unleak.commands.worker`.
"""

import os
from collections.abc import Callable
from typing import Any

from unleak.service.contract import JobKind
from unleak.service.messages import Task
from unleak.service.process import limit_memory
from unleak.service.worker import Report, Worker, pipes, settle


def main() -> None:
    """Work until the input ends."""
    settle()
    source, sink = pipes()
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    jobs = _Jobs()
    handlers = {
        JobKind.CONFIRM: jobs.confirm,
        JobKind.ERASE: jobs.erase,
        JobKind.VERIFY: jobs.verify,
        JobKind.GATE: jobs.gate,
    }
    Worker(handlers, jobs.prepare, source, sink).run()


class _Jobs:
    """The kinds of jobs; torch is imported at the first one."""

    def __init__(self) -> None:
        self._warm: Any = None
        self._next = ""

    def confirm(self, task: Task, report: Report) -> dict[str, Any]:
        from unleak.service.work.confirm import confirm

        return self._with_models(task, report, confirm)

    def erase(self, task: Task, report: Report) -> dict[str, Any]:
        from unleak.service.work.erase import erase

        result = self._with_models(task, report, erase)
        self._next = task.out if result["digest"] else ""
        return result

    def verify(self, task: Task, report: Report) -> dict[str, Any]:
        from unleak.service.work.verify import verify

        return self._with_models(task, report, verify)

    def gate(self, task: Task, report: Report) -> dict[str, Any]:
        from unleak.commands.gate_job import gate

        return self._with_models(task, report, gate)

    def prepare(self) -> None:
        """Load what the next erasure most likely starts from: what the last one made."""
        made, self._next = self._next, ""
        if made and self._warm is not None:
            self._warm.prepare(made)

    def _with_models(
        self, task: Task, report: Report, handler: Callable[..., dict[str, Any]]
    ) -> dict[str, Any]:
        from unleak.service.work.warm import Warm

        if self._warm is None:
            limit_memory(task.options["memory"])
            self._warm = Warm(task.options["warm_memory"])
        return handler(task, report, self._warm)


if __name__ == "__main__":
    main()
