"""Sightings by many clients at once: is any lost, and how long does one take?

    python bench/ledger.py [--clients 50] [--programs 8] [--sightings 10000] [--ledger URL]

First as the engine has it, a thread for each client of one program; then as programs of their own,
which share only the database. Half of the sightings are of secrets that all clients see, so that
they meet in the same rows. Then one client alone, on a ledger that is that full, and how long it
takes to open it, imports and all. Results: bench/results/ledger.json and ledger.md.
"""

import argparse
import json
import multiprocessing
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

from sqlalchemy.engine import URL

from unleak.core.files import write_file
from unleak.core.keys import MasterKey
from unleak.core.states import Origin
from unleak.ledger.ledger import Ledger
from unleak.ledger.place import place_of
from unleak.ledger.records import Seen

RESULTS = Path(__file__).parent / "results"
_KEY = MasterKey(b"bench-key-of-thirty-two-bytes!!!")
_SHARED = 100  # secrets that all clients see
_ALONE = 500  # sightings, and
_OPENED = 9  # programs that open it


def sighting(value: str) -> Seen:
    """What a front end would report."""
    secret = _KEY.fingerprinter.secret(value, "password")
    return Seen(secret, "password = " * 20, "bench", "served-model", Origin.COMPLETION)


def report(ledger: Ledger, number: int, count: int, batch: int) -> list[float]:
    """Report `count` sightings, `batch` at a time; the milliseconds of each call."""
    values = [
        f"shared-{(number * 7 + turn) % _SHARED}" if turn % 2 else f"own-{number}-{turn}"
        for turn in range(count)
    ]
    taken = []
    for first in range(0, count, batch):
        seen = [sighting(value) for value in values[first : first + batch]]
        began = time.perf_counter()
        ledger.sight_many(seen)
        taken.append(1000 * (time.perf_counter() - began))
    return taken


def program(place: URL, number: int, count: int, batch: int, start: Barrier, times: Any) -> None:
    """A client in a program of its own."""
    with Ledger(place, _KEY) as ledger:
        start.wait()
        times.put(report(ledger, number, count, batch))


def threads(place: URL, clients: int, each: int, batch: int) -> tuple[float, list[float]]:
    """Seconds in all and milliseconds of each call of clients in one program."""
    with Ledger(place, _KEY) as ledger, ThreadPoolExecutor(clients) as pool:
        began = time.perf_counter()
        done = pool.map(lambda number: report(ledger, number, each, batch), range(clients))
        taken = [one for times in done for one in times]
        return time.perf_counter() - began, taken


def programs(place: URL, clients: int, each: int, batch: int) -> tuple[float, list[float]]:
    """The same of clients in programs of their own."""
    context = multiprocessing.get_context("spawn")
    start, times = context.Barrier(clients + 1), context.Queue()
    running = [
        context.Process(target=program, args=(place, number, each, batch, start, times))
        for number in range(clients)
    ]
    for one in running:
        one.start()
    start.wait()
    began = time.perf_counter()
    taken = [one for _ in running for one in times.get()]
    seconds = time.perf_counter() - began
    for one in running:
        one.join()
    return seconds, taken


def together(way: Any, place: URL, clients: int, sightings: int, batch: int) -> dict[str, Any]:
    """Figures of many clients at once."""
    with Ledger(place, _KEY) as ledger:
        before = sum(leak.sightings for leak in ledger.leaks())
    each = sightings // clients
    seconds, taken = way(place, clients, each, batch)
    with Ledger(place, _KEY) as ledger:
        counted = sum(leak.sightings for leak in ledger.leaks()) - before
    return {
        "clients": clients,
        "sightings": each * clients,
        "lost": each * clients - counted,
        "calls": len(taken),
        "per_second": each * clients / seconds,
        **percentiles(taken),
    }


def alone(place: URL) -> dict[str, Any]:
    """Figures of one client on a ledger that is full."""
    taken = []
    with Ledger(place, _KEY) as ledger:
        for turn in range(_ALONE):
            seen = [sighting(f"shared-{turn % _SHARED}" if turn % 2 else f"alone-{turn}")]
            began = time.perf_counter()
            ledger.sight_many(seen)
            taken.append(1000 * (time.perf_counter() - began))
    return {"sightings": len(taken), **percentiles(taken)}


def opening(place: URL) -> dict[str, Any]:
    """Milliseconds to open a ledger, in programs of their own; and those of the imports in it."""
    code = (
        "import time; a = time.perf_counter()\n"
        "from unleak.ledger.ledger import Ledger\n"
        "from unleak.ledger.place import place_of\n"
        "from unleak.core.keys import MasterKey\n"
        "b = time.perf_counter()\n"
        f"Ledger(place_of({place.render_as_string(hide_password=False)!r}, ''), "
        f"MasterKey({_KEY.material!r}))\n"
        "print(1000 * (b - a), 1000 * (time.perf_counter() - b))"
    )
    runs = [
        [float(number) for number in subprocess.check_output([sys.executable, "-c", code]).split()]
        for _ in range(_OPENED)
    ]
    return {
        "programs": _OPENED,
        "imports": statistics.median(run[0] for run in runs),
        "open": statistics.median(run[1] for run in runs),
    }


def percentiles(taken: list[float]) -> dict[str, float]:
    """Milliseconds."""
    cuts = statistics.quantiles(taken, n=100)
    return {"median": statistics.median(taken), "p99": cuts[98], "most": max(taken)}


def page(result: dict[str, Any]) -> str:
    """The figures for people."""
    opened = result["opening"]
    rows = [
        (f"{result['threads']['clients']} clients of one program", result["threads"]),
        (f"{result['programs']['clients']} programs", result["programs"]),
        ("one alone", result["alone"]),
    ]
    table = "\n".join(
        f"| {name} | {row['sightings']} | {row.get('lost', 0)} | {row['median']:.1f} ms "
        f"| {row['p99']:.1f} ms | {row['most']:.0f} ms |"
        for name, row in rows
    )
    return f"""# The ledger under load

`python bench/ledger.py` on {result["machine"]}, {result["database"]}.

| who reports | sightings | lost | median call | p99 | longest |
|---|---|---|---|---|---|
{table}

The clients of one program reported {result["threads"]["per_second"]:.0f} sightings a second.
Opening the ledger takes {opened["open"]:.0f} ms, the imports before it {opened["imports"]:.0f} ms
(medians of {opened["programs"]} programs).
"""


def main() -> None:
    """Run it all."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--programs", type=int, default=8)
    parser.add_argument("--sightings", type=int, default=10_000)
    parser.add_argument("--batch", type=int, default=1, help="sightings in one call")
    parser.add_argument("--ledger", help="an empty ledger elsewhere: postgresql://USER@HOST/NAME")
    parser.add_argument("--out", type=Path, default=RESULTS)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = place_of(asked.ledger or str(Path(folder) / "ledger.db"), "--ledger")
        result = {
            "schema": "unleak.bench-ledger/1",
            "machine": f"{platform.machine()}, {os.cpu_count()} processors, {platform.system()}",
            "database": "SQLite" if place.drivername == "sqlite" else "PostgreSQL",
            "threads": together(threads, place, asked.clients, asked.sightings, asked.batch),
            "programs": together(
                programs, place, asked.programs, asked.sightings // 5, asked.batch
            ),
            "alone": alone(place),
            "opening": opening(place),
        }
    write_file(asked.out / "ledger.json", json.dumps(result, indent=2) + "\n")
    write_file(asked.out / "ledger.md", page(result))
    print(page(result))


if __name__ == "__main__":
    main()
