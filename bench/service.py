"""The engine: ready in how long, a sighting in how long, a second erasure in how long, how large.

    python bench/service.py [--model DIR --suite FILE] [--rounds N]

Without a model: the embedded one and two of the secrets planted in it. The daemon has a data folder
of its own. Results: bench/results/service.json and service.md.
"""

import argparse
import json
import os
import platform
import statistics
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

from unleak.core.keys import load_key
from unleak.core.states import Origin
from unleak.probe.suite import Case, read
from unleak.service.client import connect
from unleak.service.contract import Engine, Job, Sighting
from unleak.service.process import resident
from unleak.service.remote import HttpEngine, Running
from unleak.service.starting import running, wait_until_gone

RESULTS = Path(__file__).parent / "results"


def stop() -> None:
    """End the daemon of this data folder."""
    if (address := running()) is not None:
        with closing(HttpEngine(Running(address))) as engine:
            engine.stop()
    wait_until_gone(60)


def ready(rounds: int) -> list[float]:
    """Seconds from the first call of a client to the daemon's first answer, without a daemon."""
    found = []
    for _ in range(rounds):
        stop()
        started = time.perf_counter()
        with closing(connect()) as engine:
            engine.health()
        found.append(time.perf_counter() - started)
    return found


def sightings(engine: Engine, count: int) -> list[float]:
    """Seconds of each report of one sighting, one after the other."""
    fingerprinter, found = engine.fingerprinter(), []
    for number in range(count):
        secret = fingerprinter.secret(f"bench-secret-{number % 100}", "token")
        seen = Sighting(secret, "key = ", "bench", "bench", Origin.GUARD, client="bench")
        started = time.perf_counter()
        engine.sight([seen])
        found.append(time.perf_counter() - started)
    return found


def crowd(clients: int, each: int) -> tuple[list[float], int]:
    """Seconds of each report where many clients report at once, and how many reports were lost."""
    go = threading.Barrier(clients)

    def report(_: int) -> list[float]:
        with closing(connect()) as engine:
            go.wait()
            return sightings(engine, each)

    with closing(connect()) as engine:
        before = sum(leak.sightings for leak in engine.leaks())
        with ThreadPoolExecutor(clients) as threads:
            found = [t for times in threads.map(report, range(clients)) for t in times]
        after = sum(leak.sightings for leak in engine.leaks())
    return found, before + clients * each - after


def erasures(engine: Engine, model: str, cases: list[Case]) -> list[float]:
    """Seconds from asking for an erasure until the model is there and measured, for each case."""
    found = []
    for number, case in enumerate(cases):
        secret = engine.fingerprinter().secret(case.secret.reveal(), case.kind)
        [leak] = engine.sight([Sighting(secret, case.prefix, "bench", "bench", Origin.GUARD)])
        asked = engine.wait(engine.confirm([leak.id], model=model).id)
        if not asked.result or asked.result["cases"][0]["verdict"] != "memorised":
            raise RuntimeError(f"{case.id} cannot be erased: {asked.error or 'not memorised'}")
        begun: list[float] = []

        def look(job: Job, begun: list[float] = begun) -> None:
            if job.stage not in ("", "load") and not begun:
                begun.append(time.perf_counter())

        started = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            job = engine.erase([leak.id], model=model, out=f"{folder}/{number}")
            engine.wait(job.id, look)
        found.append(begun[0] - started)
    return found


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--model", default="demo")
    parser.add_argument("--suite", default="demo")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ["UNLEAK_HOME"] = home
        os.environ.pop("UNLEAK_ENGINE", None)
        cases = read(options.suite, load_key())[:6]
        try:
            report = measure(options.model, cases, options.rounds)
        finally:
            stop()
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "service.json").write_text(json.dumps(report, indent=2) + "\n")
    (RESULTS / "service.md").write_text(text := table(report))
    print(text)


def measure(model: str, cases: list[Case], rounds: int) -> dict[str, Any]:
    """All figures, in seconds and bytes."""
    up = ready(rounds)
    with closing(connect()) as engine:
        pid = int(engine.health()["pid"])
        idle = resident(pid)
        one = sightings(engine, 100 * rounds)
        many, lost = crowd(50, 8 * rounds)
        starts = erasures(engine, model, cases)
    return {
        "machine": f"{platform.machine()}, {os.cpu_count()} processors, Python "
        f"{platform.python_version()}",
        "model": model,
        "ready": {"median": statistics.median(up), "n": len(up)},
        "idle": idle,
        "sighting": {"median": statistics.median(one), "p99": p99(one), "n": len(one)},
        "crowd": {
            "clients": 50, "median": statistics.median(many), "p99": p99(many), "n": len(many),
            "lost": lost,
        },
        "erasure": {
            "first": starts[0], "second": statistics.median(starts[1:]), "n": len(starts) - 1
        },
    }  # fmt: skip


def p99(times: list[float]) -> float:
    """The 99th percentile."""
    return sorted(times)[int(len(times) * 0.99)]


def table(report: dict[str, Any]) -> str:
    """The figures for people."""
    rows = (
        ("daemon ready", f"{report['ready']['median']:.2f} s", "1 s", report["ready"]["n"]),
        ("idle memory", f"{report['idle'] / 1e6:.0f} MB", "120 MB", 1),
        ("a sighting, median", ms(report["sighting"]["median"]), "5 ms", report["sighting"]["n"]),
        ("a sighting, p99", ms(report["sighting"]["p99"]), "", report["sighting"]["n"]),
        ("of 50 clients at once, p99", ms(report["crowd"]["p99"]), "", report["crowd"]["n"]),
        ("of these lost", report["crowd"]["lost"], "0", report["crowd"]["n"]),
        (
            "erasure begins, warm model",
            ms(report["erasure"]["second"]),
            "100 ms",
            report["erasure"]["n"],
        ),
        ("erasure begins, first of a worker", ms(report["erasure"]["first"]), "", 1),
    )
    lines = [f"# The engine\n\n{report['machine']}; model {report['model']}\n"]
    lines += ["| what | measured | wanted | n |", "|---|---|---|---|"]
    lines += [f"| {' | '.join(map(str, row))} |" for row in rows]
    return "\n".join(lines) + "\n"


def ms(seconds: float) -> str:
    """Milliseconds."""
    return f"{seconds * 1000:.1f} ms"


if __name__ == "__main__":
    main()
