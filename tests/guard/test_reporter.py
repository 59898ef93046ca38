"""Sightings reach the engine in the background, and its block list the guard."""

import asyncio

from harness import KEY

from unleak.core.errors import EvaluationError
from unleak.core.states import Origin
from unleak.guard.reporter import LONGEST_QUEUE, Reporter
from unleak.guard.stats import Stats
from unleak.service.contract import BlockList, Event, EventKind, Sighting


class Engine:
    """An engine that remembers; `broken` times it cannot be reached."""

    def __init__(self, broken=0):
        self.broken, self.seen, self.tries = broken, [], 0
        self.changes = asyncio.Queue()
        self.list = BlockList(1, frozenset(), frozenset())

    async def connect(self):
        self.tries += 1
        if self.tries <= self.broken:
            raise EvaluationError("no engine at all")
        return self

    async def fingerprinter(self):
        return KEY

    async def block_list(self):
        return self.list

    async def sight(self, sightings):
        self.seen += sightings
        return []

    async def events(self, *, since=None):
        while True:
            yield await self.changes.get()

    async def close(self):
        pass


def sighting(n):
    return Sighting(KEY.secret(f"secret {n}", "k"), "", "r", "m", Origin.GUARD)


async def until(condition):
    while not condition():
        await asyncio.sleep(0)


def run(scenario, **options):
    async def main():
        engine, stats, lists, pauses = Engine(**options), Stats(), [], []

        async def sleep(seconds):
            pauses.append(seconds)
            await asyncio.sleep(0)

        reporter = Reporter(
            engine.connect, lambda key, blocked: lists.append(blocked), stats, sleep
        )
        task = asyncio.create_task(reporter.run())
        try:
            async with asyncio.timeout(20):
                await scenario(engine, reporter, stats, lists, pauses)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    asyncio.run(main())


def test_all_are_sent_in_their_order():
    async def scenario(engine, reporter, stats, lists, pauses):
        for n in range(250):
            reporter.put(sighting(n))
        await until(lambda: len(engine.seen) == 250)
        assert [s.secret.reveal() for s in engine.seen] == [f"secret {n}" for n in range(250)]
        assert reporter.waiting == 0
        assert stats.as_json()["sightings_sent"] == {"total": 250}

    run(scenario)


def test_without_an_engine_it_warns_once_and_keeps_what_it_can(caplog):
    async def scenario(engine, reporter, stats, lists, pauses):
        for n in range(LONGEST_QUEUE + 7):
            reporter.put(sighting(n))
        await until(lambda: len(engine.seen) == LONGEST_QUEUE)
        assert stats.as_json()["sightings_dropped"] == {"total": 7}
        assert engine.seen[0].secret.reveal() == "secret 7"
        assert pauses == [1, 2, 4, 8, 16]

    run(scenario, broken=5)
    (record,) = caplog.records
    assert "no engine at all" in record.getMessage()
    assert "secret" not in record.getMessage()


def test_the_block_list_is_renewed_when_it_changes():
    async def scenario(engine, reporter, stats, lists, pauses):
        await until(lambda: len(lists) == 1)
        engine.list = BlockList(2, frozenset({"f"}), frozenset({9}))
        engine.changes.put_nowait(Event(1, EventKind.JOB))
        engine.changes.put_nowait(Event(2, EventKind.BLOCK_LIST))
        await until(lambda: len(lists) == 2)
        assert lists[1].revision == 2

    run(scenario)
