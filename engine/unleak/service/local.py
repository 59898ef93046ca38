"""The engine in this process; what the daemon serves, and what embedded clients use directly."""

import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from typing import Any, Final

from unleak.core.errors import LedgerError
from unleak.core.secret import Fingerprinter
from unleak.core.states import LeakState
from unleak.ledger.ledger import many
from unleak.ledger.migrate import head
from unleak.ledger.records import Leak
from unleak.service.contract import (
    BlockList,
    Event,
    Job,
    LeakView,
    Sighting,
)
from unleak.service.core import Core
from unleak.service.erased import suite_file
from unleak.service.feed import events_after
from unleak.service.places import Places
from unleak.service.submit import Submitter

API: Final = 1  # changes where an older client would misread an answer
PULSE: Final = 0.1  # seconds between two looks for something new
JOB_PULSE: Final = 0.02  # the same while somebody waits for a job


class LocalEngine:
    """`Engine` on a core, for somebody who may reach some places."""

    def __init__(self, core: Core, actor: str, places: Places, *, owned: bool = False) -> None:
        """owned: closing the engine closes the core."""
        self._core = core
        self._ledger = core.ledger
        self._actor = actor
        self._places = places
        self._owned = owned
        self._submitter = Submitter(core, actor, places)
        self._closed = threading.Event()

    def health(self) -> dict[str, Any]:
        """Versions, revision, pid, key id, worker."""
        return {
            "version": version("unleak"),
            "api": API,
            "schema": head(),
            "revision": self._ledger.revision(),
            "pid": os.getpid(),
            "key": self._ledger.key.id,
            "ledger": self._ledger.name,
            "jobs": len(self._core.jobs.active()),
            "worker_memory": self._core.worker_memory,
        }

    def fingerprinter(self) -> Fingerprinter:
        """The ledger's."""
        return self._ledger.fingerprinter

    def sight(self, sightings: Sequence[Sighting]) -> list[LeakView]:
        """Record what was seen."""
        return [view(leak) for leak in self._ledger.sight_many(sightings, actor=self._actor)]

    def leaks(self, *, model: str | None = None, state: LeakState | None = None) -> list[LeakView]:
        """Leaks, oldest first."""
        return [view(leak) for leak in self._ledger.leaks(model=model, state=state)]

    def leak(self, id: str) -> dict[str, Any]:
        """All that is known of a leak."""
        leak = self._ledger.get(self._ledger.matching(id))
        try:
            certificate: dict[str, Any] | None = self._ledger.certificate(leak.id)
        except LedgerError:
            certificate = None
        return {
            **view(leak).as_json(),
            "history": [list(step) for step in self._ledger.history(leak.id)],
            "evidence": self._ledger.evidence(leak.id),
            "certificate": certificate,
            "suites": [asdict(case) for case in self._ledger.suites(leak.id)],
        }

    def find(self, fingerprints: Sequence[str]) -> list[LeakView]:
        """Leaks by fingerprint."""
        return [view(leak) for leak in self._ledger.find(fingerprints)]

    def dismiss(self, id: str) -> LeakView:
        """Mark a leak as no leak."""
        full = self._ledger.matching(id)
        return view(self._ledger.move(full, LeakState.DISMISSED, actor=self._actor))

    def shred(self, id: str) -> LeakView:
        """Destroy a secret."""
        full = self._ledger.matching(id)
        self._ledger.shred(full)
        return view(self._ledger.get(full))

    def block_list(self) -> BlockList:
        """What must not be shown."""
        found = self._ledger.block_list()
        return BlockList(found.revision, found.fingerprints, found.lengths)

    def confirm(
        self, leaks: Sequence[str], *, model: str | None = None, trust_remote_code: bool = False
    ) -> Job:
        """Ask a model."""
        options = {"trust_remote_code": trust_remote_code}
        return self._submitter.confirm(many(self._ledger, leaks), model, options)

    def erase(
        self,
        leaks: Sequence[str],
        *,
        model: str | None = None,
        out: str | None = None,
        method: str = "auto",
        verify: str = "standard",
        keep: str | None = None,
        settings: Mapping[str, str] | None = None,
        budget: str = "",
        trust_remote_code: bool = False,
    ) -> Job:
        """Erase leaks; a job that does so already is given again."""
        options = {
            "method": method,
            "verify": verify,
            "keep": keep,
            "settings": dict(settings or {}),
            "budget": budget,
            "trust_remote_code": trust_remote_code,
        }
        return self._submitter.erase(many(self._ledger, leaks), model, out, options)

    def verify(
        self,
        leaks: Sequence[str],
        *,
        model: str,
        reference: str | None = None,
        verify: str = "standard",
    ) -> Job:
        """Attack a model."""
        return self._submitter.verify(many(self._ledger, leaks), model, reference, verify)

    def gate(self, *, model: str, suite: str, **options: Any) -> Job:
        """Run a suite."""
        return self._submitter.gate(model, suite, options)

    def jobs(self) -> list[Job]:
        """All jobs."""
        return [entry.job for entry in self._core.jobs.all()]

    def job(self, id: str) -> Job:
        """One job."""
        return self._core.jobs.get(id).job

    def versioned_job(self, id: str) -> tuple[Job, int]:
        """One job, and a number that grows with every change of it."""
        entry = self._core.jobs.get(id)
        return entry.job, entry.version

    def cancel(self, id: str) -> Job:
        """Stop a job."""
        return self._submitter.cancel(id)

    def wait(self, id: str, progress: Callable[[Job], None] | None = None) -> Job:
        """Return the job once it is over."""
        seen = 0
        if not self._core.jobs.get(id).job.state.over:
            self._core.runner()  # it takes over a job whose engine is gone
        while True:
            entry = self._core.jobs.get(id)
            if entry.version != seen:
                seen = entry.version
                if progress:
                    progress(entry.job)
            if entry.job.state.over or self._closed.wait(JOB_PULSE):
                return entry.job

    def events(self, *, since: int | None = None) -> Iterator[Event]:
        """What changes; ends when the engine is closed."""
        seen = self._ledger.revision() if since is None else since
        while True:
            for event in events_after(self._core, seen):
                seen = event.id
                yield event
            if self._closed.wait(PULSE):
                return

    def revision(self) -> int:
        """The id of the last event."""
        return self._ledger.revision()

    def events_after(self, seen: int) -> list[Event]:
        """The events after one, as far as there are any by now."""
        return events_after(self._core, seen)

    def models(self) -> list[dict[str, Any]]:
        """All models."""
        return self._core.model_entries()

    def link(self, name: str, path: str) -> dict[str, Any]:
        """Say where the model lies that a server calls by a name."""
        digest = self._core.lineage.link(name, self._places.check(path, "path"))
        return next(m for m in self.models() if m["digest"] == digest)

    def use(self, name: str, version: str) -> dict[str, Any]:
        """Put a version of the registry in use."""
        path = self._core.registry.use(name, version)
        for model in self._ledger.models():
            if model.path == str(path):
                self._ledger.set_current(model.digest)
        return {"name": name, "version": version, "path": str(path)}

    def suites(self) -> list[dict[str, Any]]:
        """The suite that grows with every erasure."""
        file = suite_file()
        if not file.exists():
            return []
        from unleak.probe.suite import read, suite_digest

        cases = read(str(file), self._ledger.key)
        digest = suite_digest(cases, self._ledger.fingerprinter)
        return [{"name": "erased", "path": str(file), "cases": len(cases), "digest": digest}]

    def certificate(self, leak_or_digest: str) -> dict[str, Any]:
        """A certificate."""
        if leak_or_digest.startswith("L"):
            leak_or_digest = self._ledger.matching(leak_or_digest)
        return self._ledger.certificate(leak_or_digest)

    def close(self) -> None:
        """Let go of it."""
        self._closed.set()
        if self._owned:
            self._core.close()


def view(leak: Leak) -> LeakView:
    """A leak of the ledger as everybody may see it."""
    return LeakView(**{name: getattr(leak, name) for name in LeakView.__slots__})
