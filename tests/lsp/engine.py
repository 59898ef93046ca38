"""An engine for tests, in the server's own process; run as a program it is that server."""

import asyncio
import base64
import json
import os
from dataclasses import replace

from unleak.core.errors import EngineError, LedgerError
from unleak.core.keys import MasterKey
from unleak.core.states import LeakState, Verdict
from unleak.service.contract import Event, EventKind, Job, JobKind, JobState, LeakView

ENGINE_KEY = MasterKey(b"e" * 32)
ERASURE = {
    "schema": "unleak.erasure/1", "verdict": "erased", "method": "edit",
    "secrets": [{"id": "L1", "verdict": "erased",
                 "before": {"verbatim": True, "n_half": 1},
                 "after": {"verbatim": False, "n_half": None},
                 "attacks": {"greedy": {"recovered": False}, "sampled": {"recovered": True}}}],
    "utility": {"top1_agreement": 0.998},
}  # fmt: skip

CERTIFICATE = {
    "payloadType": "application/vnd.in-toto+json",
    "payload": base64.b64encode(json.dumps({"predicate": {
        **ERASURE, "model": {"old": "aa", "new": "bb"}, "not_guaranteed": ["<nothing>"],
    }}).encode()).decode(),
    "signatures": [{"keyid": "k1", "sig": ""}],
}  # fmt: skip


class Engine:
    """Knows what it is told. A secret whose kind is `memorised_kind` is memorised once confirmed.

    UNLEAK_TEST_ENGINE=down: it never answers.
    """

    def __init__(self):
        self.views = {}
        self.queue = asyncio.Queue()
        self.done = {}
        self.erased_with = {}

    async def fingerprinter(self):
        return ENGINE_KEY.fingerprinter

    async def sight(self, sightings):
        return [self._sight(sighting) for sighting in sightings]

    def _sight(self, sighting):
        secret = ENGINE_KEY.fingerprinter.secret(sighting.secret.reveal(), sighting.secret.kind)
        id = "L" + secret.fingerprint[:10]
        known = self.views.get(id)
        if known:
            self.views[id] = replace(known, sightings=known.sightings + 1)
        else:
            self.views[id] = LeakView(
                id, secret.kind, sighting.rule, secret.fingerprint, "…", "served:coder", "coder",
                sighting.origin, LeakState.FLAGGED, sighting.verdict or Verdict.UNKNOWN, 1, False,
                "2026-01-01T00:00:00", "2026-01-01T00:00:00",
            )  # fmt: skip
        self._tell(id)
        return self.views[id]

    def _tell(self, id):
        self.queue.put_nowait(Event(1, EventKind.LEAK, self.views[id].as_json()))

    async def find(self, fingerprints):
        return [view for view in self.views.values() if view.fingerprint in fingerprints]

    async def leaks(self, *, model=None, state=None):
        return list(self.views.values())

    async def leak(self, id):
        if id not in self.views:
            raise LedgerError(f"{id}: no such leak")
        return {
            **self.views[id].as_json(), "history": [["2026-01-01", "flagged", "a"]],
            "evidence": [{"verdict": "memorised", "reason": "it <gives> it verbatim"}],
            "certificate": CERTIFICATE,
        }  # fmt: skip

    async def dismiss(self, id):
        self.views[id] = replace(self.views[id], state=LeakState.DISMISSED)
        self._tell(id)
        return self.views[id]

    async def models(self):
        return [{"digest": "d" * 64, "name": "coder", "path": "/m", "parent": None,
                 "current": True}]  # fmt: skip

    def _job(self, kind, leaks, model):
        id = f"J{len(self.done):010x}"
        self.done[id] = asyncio.Event()
        job = Job(id, kind, JobState.RUNNING, "start", 0.0, "", tuple(leaks), model or "", "",
                  None, "", "2026-01-01")  # fmt: skip
        self.job_now = {**getattr(self, "job_now", {}), id: job}
        return job

    async def confirm(self, leaks, *, model=None):
        for id in leaks:
            await self.leak(id)
        self.erased_with = {"model": model}
        return self._job(JobKind.CONFIRM, leaks, model)

    async def erase(self, leaks, *, model=None, out=None, method="auto", verify="standard"):
        return self._job(JobKind.ERASE, leaks, model)

    async def gate(self, *, model, suite, **options):
        return self._job(JobKind.GATE, [], model)

    async def wait(self, id, progress=None):
        job = self.job_now[id]
        if progress:
            progress(replace(job, stage="edit", done=0.5, message="half done"))
        if job.model == "forever":
            await self.done[id].wait()
        elif job.kind != JobKind.GATE:
            erase = job.kind == JobKind.ERASE
            for leak in job.leaks:
                state = LeakState.ERASED if erase else LeakState.CONFIRMED
                self.views[leak] = replace(
                    self.views[leak], state=state, verdict=Verdict.MEMORISED,
                    reason="greedy decoding gives it verbatim",
                )  # fmt: skip
                self._tell(leak)
        state = JobState.CANCELLED if self.done[id].is_set() else JobState.SUCCEEDED
        result = ERASURE if job.kind == JobKind.ERASE else None
        self.job_now[id] = replace(job, state=state, done=1.0, result=result)
        return self.job_now[id]

    async def job(self, id):
        return self.job_now[id]

    async def cancel(self, id):
        self.done[id].set()
        return replace(self.job_now[id], state=JobState.CANCELLED)

    async def events(self, *, since=None):
        while True:
            yield await self.queue.get()

    async def close(self):
        pass


_engine = []


async def connect():
    if os.environ.get("UNLEAK_TEST_ENGINE") == "down":
        raise EngineError("the engine cannot be reached; run: unleak engine serve")
    if not _engine:
        _engine.append(Engine())
    return _engine[0]


def main():
    from unleak.lsp.features import hover
    from unleak.lsp.quiet import cap_loggers
    from unleak.lsp.server import build

    if os.environ.get("UNLEAK_TEST_BREAK") == "hover":

        def broken(*_):
            raise ValueError("the text was: " + os.environ["UNLEAK_TEST_CANARY"])

        hover.Hover.changed = hover.Hover.opened = broken
        hover.Hover._hover = broken
    cap_loggers()
    build(connect).start_io()


if __name__ == "__main__":
    main()
