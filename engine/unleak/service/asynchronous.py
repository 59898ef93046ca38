"""An engine for asynchronous front ends: each call in a thread, so that no event loop waits."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, Self, TypeVar

from unleak.core.secret import Fingerprinter
from unleak.core.states import LeakState
from unleak.service.contract import BlockList, Engine, Event, Job, LeakView, Sighting

T = TypeVar("T")
_CALLS: Final = 32  # at once


class Threaded:
    """`AsyncEngine` over an `Engine`."""

    def __init__(self, engine: Engine, threads: ThreadPoolExecutor) -> None:
        self._engine = engine
        self._threads = threads

    @classmethod
    async def opened(cls, connect: Callable[[], Engine]) -> Self:
        """Over what `connect` returns."""
        threads = ThreadPoolExecutor(_CALLS, thread_name_prefix="unleak-engine")
        try:
            engine = await asyncio.get_running_loop().run_in_executor(threads, connect)
        except BaseException:
            threads.shutdown(wait=False)
            raise
        return cls(engine, threads)

    async def health(self) -> dict[str, Any]:
        """See Engine; so for all that follows."""
        return await self._run(self._engine.health)

    async def fingerprinter(self) -> Fingerprinter:
        """The engine's."""
        return await self._run(self._engine.fingerprinter)

    async def sight(self, sightings: Sequence[Sighting]) -> list[LeakView]:
        """Record what was seen."""
        return await self._run(lambda: self._engine.sight(sightings))

    async def leaks(
        self, *, model: str | None = None, state: LeakState | None = None
    ) -> list[LeakView]:
        """Leaks."""
        return await self._run(lambda: self._engine.leaks(model=model, state=state))

    async def leak(self, id: str) -> dict[str, Any]:
        """One leak."""
        return await self._run(lambda: self._engine.leak(id))

    async def find(self, fingerprints: Sequence[str]) -> list[LeakView]:
        """By fingerprint."""
        return await self._run(lambda: self._engine.find(fingerprints))

    async def dismiss(self, id: str) -> LeakView:
        """No leak."""
        return await self._run(lambda: self._engine.dismiss(id))

    async def shred(self, id: str) -> LeakView:
        """Destroy a secret."""
        return await self._run(lambda: self._engine.shred(id))

    async def block_list(self) -> BlockList:
        """What must not be shown."""
        return await self._run(self._engine.block_list)

    async def confirm(
        self, leaks: Sequence[str], *, model: str | None = None, trust_remote_code: bool = False
    ) -> Job:
        """A confirm job."""
        return await self._run(
            lambda: self._engine.confirm(leaks, model=model, trust_remote_code=trust_remote_code)
        )

    async def erase(
        self,
        leaks: Sequence[str],
        *,
        model: str | None = None,
        out: str | None = None,
        method: str = "auto",
        verify: str = "standard",
        keep: str | None = None,
        trust_remote_code: bool = False,
    ) -> Job:
        """An erase job."""
        return await self._run(
            lambda: self._engine.erase(
                leaks,
                model=model,
                out=out,
                method=method,
                verify=verify,
                keep=keep,
                trust_remote_code=trust_remote_code,
            )
        )

    async def verify(
        self,
        leaks: Sequence[str],
        *,
        model: str,
        reference: str | None = None,
        verify: str = "standard",
    ) -> Job:
        """A verify job."""
        return await self._run(
            lambda: self._engine.verify(leaks, model=model, reference=reference, verify=verify)
        )

    async def gate(self, *, model: str, suite: str, **options: Any) -> Job:
        """A gate job."""
        return await self._run(lambda: self._engine.gate(model=model, suite=suite, **options))

    async def jobs(self) -> list[Job]:
        """All jobs."""
        return await self._run(self._engine.jobs)

    async def job(self, id: str) -> Job:
        """One job."""
        return await self._run(lambda: self._engine.job(id))

    async def cancel(self, id: str) -> Job:
        """Stop a job."""
        return await self._run(lambda: self._engine.cancel(id))

    async def wait(self, id: str, progress: Callable[[Job], None] | None = None) -> Job:
        """Return the job once it is over; `progress` is called in the event loop."""
        loop = asyncio.get_running_loop()

        def told(job: Job) -> None:
            if progress:
                loop.call_soon_threadsafe(progress, job)

        return await self._run(lambda: self._engine.wait(id, told))

    async def events(self, *, since: int | None = None) -> AsyncIterator[Event]:
        """What changes, as it changes."""
        loop = asyncio.get_running_loop()
        heard: asyncio.Queue[Event | Exception | None] = asyncio.Queue()
        left = threading.Event()

        def tell(item: Event | Exception | None) -> None:
            if not left.is_set() and not loop.is_closed():
                loop.call_soon_threadsafe(heard.put_nowait, item)

        def listen() -> None:
            try:
                for event in self._engine.events(since=since):
                    if left.is_set():
                        return
                    tell(event)
            except Exception as error:
                tell(error)
            tell(None)

        # Of its own, and no hindrance to the end of the program: it may wait for long.
        threading.Thread(target=listen, name="unleak-events", daemon=True).start()
        try:
            while (item := await heard.get()) is not None:
                if isinstance(item, Exception):
                    raise item
                yield item
        finally:
            left.set()

    async def models(self) -> list[dict[str, Any]]:
        """All models."""
        return await self._run(self._engine.models)

    async def link(self, name: str, path: str) -> dict[str, Any]:
        """Say where a model lies."""
        return await self._run(lambda: self._engine.link(name, path))

    async def use(self, name: str, version: str) -> dict[str, Any]:
        """Put a version in use."""
        return await self._run(lambda: self._engine.use(name, version))

    async def certificate(self, leak_or_digest: str) -> dict[str, Any]:
        """A certificate."""
        return await self._run(lambda: self._engine.certificate(leak_or_digest))

    async def close(self) -> None:
        """Let go of the connection."""
        await self._run(self._engine.close)
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _run(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)
