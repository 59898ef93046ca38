"""The way to the engine: asked only when there is something to ask, never waited for by typing.

Sightings and look-ups go out in the background; what the engine knows comes back as views of
leaks by fingerprint. Without an engine the editor goes on with what it finds by itself.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import suppress
from typing import Any, Final, Protocol

from unleak.core.errors import EngineError, UnleakError
from unleak.core.states import LeakState, Verdict
from unleak.service.contract import AsyncEngine, Event, EventKind, LeakView, Sighting

Connect = Callable[[], Awaitable[AsyncEngine]]

_FIRST_WAIT: Final = 2.0  # seconds until the next try, doubled up to the longest
_LONGEST_WAIT: Final = 60.0
_MOST_WAITING: Final = 1_000  # sightings kept while there is no engine
_PAUSE: Final = 0.2  # seconds in which look-ups are gathered into one request

# Of several leaks of one secret (in several models), the one that is shown.
_WEIGHT: Final = {Verdict.MEMORISED: 3, Verdict.UNKNOWN: 2, Verdict.INVENTED: 1, Verdict.ECHOED: 0}


class Listener(Protocol):
    """Who is told what becomes of the engine."""

    def connected(self, engine: AsyncEngine) -> Awaitable[None]:
        """The engine is there; called before anything is asked of it."""
        ...

    def disconnected(self, reason: str) -> None:
        """It is not."""
        ...

    def leaks_changed(self, fingerprints: frozenset[str]) -> None:
        """What is known of these secrets is new."""
        ...

    def failed(self, what: str, error: BaseException) -> None:
        """Something unexpected."""
        ...


class EngineLink:
    """Keeps the connection, the views of leaks, and what is still to be sent."""

    def __init__(self, connect: Connect, listener: Listener) -> None:
        self._connect = connect
        self._listener = listener
        self._engine: AsyncEngine | None = None
        self._views: dict[str, dict[str, LeakView]] = {}  # fingerprint, then id
        self._asked: set[str] = set()
        self._questions: set[str] = set()
        self._sightings: list[Sighting] = []
        self._wake = asyncio.Event()
        self._lock = asyncio.Lock()
        self._tasks: list[asyncio.Task[None]] = []
        self.revision = 0  # grows with every change of what is known
        self.offline = ""  # why there is no engine, if it was tried

    def start(self) -> None:
        """Begin to send what is asked and seen."""
        self._tasks.append(asyncio.create_task(self._work()))

    async def close(self) -> None:
        """Let go of it."""
        for task in self._tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await self._drop("")

    async def reconnect(self, connect: Connect) -> None:
        """Use another engine from now on."""
        self._connect = connect
        await self._drop("")
        self._views.clear()
        self._asked.clear()
        self.revision += 1

    def view(self, fingerprint: str) -> LeakView | None:
        """The leak of a secret that weighs most, if the engine knows one."""
        views = self._views.get(fingerprint)
        if not views:
            return None
        return max(views.values(), key=lambda v: (_WEIGHT[v.verdict], v.sightings))

    def by_id(self, id: str) -> LeakView | None:
        """A leak that was seen here."""
        return next((views[id] for views in self._views.values() if id in views), None)

    def ask(self, fingerprints: Iterable[str]) -> None:
        """Find out, some time, what is known of these secrets."""
        new = {f for f in fingerprints if f not in self._asked}
        if new:
            self._asked |= new
            self._questions |= new
            self._wake.set()

    def see(self, sightings: Iterable[Sighting]) -> None:
        """Tell the engine, some time, what was seen. Of too many the oldest are forgotten."""
        self._sightings = [*self._sightings, *sightings][-_MOST_WAITING:]
        self._wake.set()

    async def sight_now(self, sighting: Sighting) -> LeakView:
        """Tell the engine at once; for what a user asks for.

        Raises:
            EngineError: it cannot be reached.
        """
        [view] = await (await self.engine()).sight([sighting])
        self._learn([view])
        return view

    async def engine(self) -> AsyncEngine:
        """The engine, connected to now if it is not.

        Raises:
            EngineError: it cannot be reached; says what to do.
        """
        async with self._lock:
            if self._engine is None:
                try:
                    engine = await self._connect()
                    await self._listener.connected(engine)
                except UnleakError as error:
                    await self._drop(str(error))
                    raise
                self._engine, self.offline = engine, ""
                self._tasks.append(asyncio.create_task(self._follow(engine)))
            return self._engine

    async def _drop(self, reason: str) -> None:
        engine, self._engine = self._engine, None
        if engine is not None:
            with suppress(UnleakError, OSError):
                await engine.close()
        if reason:
            self.offline = reason
            self._listener.disconnected(reason)

    async def _work(self) -> None:
        """Send what waits; without an engine, try again later and later."""
        wait = _FIRST_WAIT
        while True:
            await self._wake.wait()
            await asyncio.sleep(_PAUSE)
            self._wake.clear()
            try:
                await self._send(await self.engine())
                wait = _FIRST_WAIT
            except UnleakError as error:
                if isinstance(error, EngineError):
                    await self._drop(str(error))
                await asyncio.sleep(wait)
                wait = min(2 * wait, _LONGEST_WAIT)
                self._wake.set()
            except Exception as error:
                self._questions.clear()
                self._sightings.clear()
                self._listener.failed("the engine", error)

    async def _send(self, engine: AsyncEngine) -> None:
        while self._sightings:
            sent = list(self._sightings)
            views = await engine.sight(sent)
            self._sightings = self._sightings[len(sent) :]
            self._learn(views)
        while self._questions:
            asked = sorted(self._questions)
            views = await engine.find(asked)
            self._questions -= set(asked)
            self._learn(views)

    def _learn(self, views: Iterable[LeakView]) -> None:
        new = set()
        for view in views:
            known = self._views.setdefault(view.fingerprint, {})
            if known.get(view.id) != view:
                known[view.id] = view
                new.add(view.fingerprint)
            self._asked.add(view.fingerprint)
        if new:
            self.revision += 1
            self._listener.leaks_changed(frozenset(new))

    def learn(self, data: dict[str, Any]) -> None:
        """Take over a view that came with an answer."""
        with suppress(KeyError, ValueError, TypeError):
            self._learn([LeakView.from_json(data)])

    async def _follow(self, engine: AsyncEngine) -> None:
        """Take over what changes, as long as the connection holds."""
        try:
            events: AsyncIterator[Event] = engine.events()
            async for event in events:
                if event.kind == EventKind.LEAK and "fingerprint" in event.data:
                    self.learn(event.data)
        except UnleakError as error:
            if self._engine is engine:
                await self._drop(str(error))
                self._wake.set()
        except Exception as error:
            self._listener.failed("the engine's events", error)


def shown(view: LeakView | None) -> bool:
    """Whether a finding of this leak is to be shown: not where somebody said it is none."""
    return view is None or view.state != LeakState.DISMISSED
