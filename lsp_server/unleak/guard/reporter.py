"""Hand what was seen to the engine, in the background: no completion ever waits for it."""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Final

from unleak.core.errors import UnleakError
from unleak.core.secret import Fingerprinter
from unleak.guard.stats import Stats
from unleak.service.contract import AsyncEngine, BlockList, EventKind, Sighting

LONGEST_QUEUE: Final = 1000  # sightings
_BATCH: Final = 100
_FIRST_PAUSE: Final = 1.0  # seconds, doubled up to the longest
_LONGEST_PAUSE: Final = 30.0
_log = logging.getLogger("unleak.guard")

Connect = Callable[[], Awaitable[AsyncEngine]]
Renew = Callable[[Fingerprinter, BlockList], None]


class Reporter:
    """The guard's side of the engine: sightings go out, the block list comes in.

    Without an engine it says so once, keeps what it can hold, and tries again.

    Args:
        connect: how to reach the engine.
        renew: told the engine's key and block list, at first and after each change.
        stats: where what was sent and dropped is counted.
        sleep: how to wait.
    """

    def __init__(
        self,
        connect: Connect,
        renew: Renew,
        stats: Stats,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._connect, self._renew, self._stats, self._sleep = connect, renew, stats, sleep
        self._queue: deque[Sighting] = deque()
        self._new = asyncio.Event()
        self._warned = False

    def put(self, sighting: Sighting) -> None:
        """Take one thing that was seen. Never waits: if the queue is full, the oldest is lost."""
        if len(self._queue) >= LONGEST_QUEUE:
            self._queue.popleft()
            self._stats.count("sightings_dropped")
        self._queue.append(sighting)
        self._new.set()

    @property
    def waiting(self) -> int:
        """How many sightings were not sent yet."""
        return len(self._queue)

    async def run(self) -> None:
        """Work until cancelled."""
        pause = _FIRST_PAUSE
        while True:
            try:
                engine = await self._connect()
                try:
                    await self._renewed(engine)
                    self._warned, pause = False, _FIRST_PAUSE
                    async with asyncio.TaskGroup() as both:
                        both.create_task(self._send(engine))
                        both.create_task(self._listen(engine))
                finally:
                    with contextlib.suppress(UnleakError, OSError):
                        await engine.close()
            except* (UnleakError, OSError) as group:
                self._warn(group)
            await self._sleep(pause)
            pause = min(_LONGEST_PAUSE, 2 * pause)

    async def flush(self) -> None:
        """Send what is left, in one try: the guard is about to stop."""
        if not self._queue:
            return
        with contextlib.suppress(UnleakError, OSError):
            engine = await self._connect()
            try:
                while self._queue:
                    await self._send_batch(engine)
            finally:
                await engine.close()

    async def _renewed(self, engine: AsyncEngine) -> None:
        self._renew(await engine.fingerprinter(), await engine.block_list())

    async def _send(self, engine: AsyncEngine) -> None:
        while True:
            await self._new.wait()
            self._new.clear()
            while self._queue:
                await self._send_batch(engine)

    async def _send_batch(self, engine: AsyncEngine) -> None:
        batch = [self._queue[i] for i in range(min(_BATCH, len(self._queue)))]
        await engine.sight(batch)
        self._stats.count("sightings_sent", len(batch))
        for sighting in batch:
            if self._queue and self._queue[0] is sighting:  # else it was dropped meanwhile
                self._queue.popleft()

    async def _listen(self, engine: AsyncEngine) -> None:
        async for event in engine.events():
            if event.kind is EventKind.BLOCK_LIST:
                await self._renewed(engine)
        raise ConnectionError("the engine ended the events")

    def _warn(self, group: BaseExceptionGroup[UnleakError | OSError]) -> None:
        if not self._warned:
            self._warned = True
            error: BaseException = group
            while isinstance(error, BaseExceptionGroup):
                error = error.exceptions[0]
            _log.warning("the engine cannot be reached, sightings are kept meanwhile: %s", error)
