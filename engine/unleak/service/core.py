"""The engine's parts, put together; one set in each process that has the ledger open."""

import threading
from typing import Any

from unleak.core.keys import MasterKey
from unleak.ledger.ledger import Ledger
from unleak.service.erased import Erased
from unleak.service.jobs import Jobs
from unleak.service.lineage import Lineage
from unleak.service.process import machine_memory
from unleak.service.registry import Registry
from unleak.service.runner import Runner
from unleak.service.settings import EngineSettings, read_settings
from unleak.service.work_order import WorkOrders


class Core:
    """Ledger, jobs, registry, and the runner, which starts with the first job."""

    def __init__(
        self, settings: EngineSettings | None = None, key: MasterKey | None = None
    ) -> None:
        """Open the user's ledger.

        Raises:
            UsageError: ledger, key or settings cannot be used.
        """
        self.settings = settings or read_settings()
        self.ledger = Ledger.default(key)
        self.jobs = Jobs(self.ledger.database)
        self.registry = Registry()
        self.lineage = Lineage(self.ledger, self.registry, self.settings)
        self._runner: Runner | None = None
        self._starting = threading.Lock()

    def runner(self) -> Runner:
        """The runner, running."""
        with self._starting:
            if self._runner is None:
                memory = self.settings.memory or machine_memory() * 9 // 10
                erased = Erased(self.ledger, self.registry, self.settings)
                orders = WorkOrders(
                    self.ledger, self.jobs, self.lineage, erased, self.settings, memory
                )
                self._runner = Runner(self.jobs, orders, self.settings, memory)
                self._runner.start()
            return self._runner

    @property
    def worker_memory(self) -> int:
        """Bytes that the worker holds; 0 without one."""
        return self._runner.worker_memory if self._runner else 0

    def model_entries(self) -> list[dict[str, Any]]:
        """The models as the API shows them."""
        return [
            {
                "digest": model.digest,
                "name": model.name,
                "path": model.path,
                "parent": model.parent,
                "current": model.current,
                "linked": model.linked,
            }
            for model in self.ledger.models()
        ]

    def close(self) -> None:
        """Stop the runner and let go of the ledger."""
        with self._starting:
            if self._runner is not None:
                self._runner.close()
                self._runner = None
        self.ledger.close()
