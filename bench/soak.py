"""Kill the worker or the daemon at random points of an erasure; nothing may be lost or half done.

    python bench/soak.py [--points 30] [--minutes 20] [--seed 0]

Real worker, embedded model. After each kill a client goes on as users do: it connects, which
starts a daemon where there is none, and waits for the job. Then: the job is over; the leak's state
says what happened; a model is whole with its certificate, or is not there; no temporary folder is
left; the ledger passes SQLite's check. Results: bench/results/soak.json.
"""

import argparse
import json
import os
import random
import signal
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing, suppress
from pathlib import Path

from unleak.core.envelope import said_in
from unleak.core.states import Origin
from unleak.models.digest import CERTIFICATE, digest_of
from unleak.models.embedded.planted import planted
from unleak.service.client import connect
from unleak.service.contract import Engine, Job, Sighting
from unleak.service.runtime import read_address
from unleak.service.starting import wait_until_gone

RESULTS = Path(__file__).parent / "results"


def children(pid: int) -> list[int]:
    """The processes that a process started."""
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in path.read_text().split()]


def leak_of(engine: Engine, number: int) -> str:
    """A confirmed leak; under a name of its own each time, as an erased one is not erased again."""
    case = next(p for p in planted() if p.kind == "stripe-key")
    secret = engine.fingerprinter().secret(case.secret, case.kind)
    model = f"served-{number}"
    [leak] = engine.sight([Sighting(secret, case.prefix, "soak", model, Origin.GUARD)])
    job = engine.wait(engine.confirm([leak.id], model="demo").id)
    must(job.state == "succeeded", job.error)
    return leak.id


def killed_after(engine: Engine, job: Job, seconds: float, victim: str) -> None:
    """Kill worker or daemon some time after the job began to run."""
    while engine.job(job.id).state == "queued":
        time.sleep(0.01)
    time.sleep(seconds)
    daemon = int(engine.health()["pid"])
    targets = [daemon] if victim == "daemon" else children(daemon)
    for pid in targets:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def must(true: bool, what: str) -> None:
    """Raises RuntimeError where something does not hold."""
    if not true:
        raise RuntimeError(what)


def check(home: Path, engine: Engine, job: Job, leak: str, out: Path) -> str:
    """What became of it; raises RuntimeError where something is half done."""
    must(job.state in ("succeeded", "failed"), f"the job is {job.state}")
    state = engine.leak(leak)["state"]
    must((job.state == "succeeded") == (state == "erased"), f"job {job.state}, leak {state}")
    must(out.exists() == (state == "erased"), f"leak {state}, model there: {out.exists()}")
    if out.exists():
        paper = json.loads((out / CERTIFICATE).read_text())
        must(
            said_in(paper)["model"]["new"] == digest_of(out), "the model is not what was certified"
        )
        must(engine.certificate(leak) == paper, "the ledger has another certificate")
    must(not list(out.parent.glob(f".{out.name}.*")), "a temporary folder is left")
    blocked = engine.block_list().fingerprints
    must(engine.leak(leak)["fingerprint"] in blocked, "it is not in the block list")
    with closing(sqlite3.connect(home / "ledger.db")) as database:
        sound = database.execute("pragma integrity_check").fetchone()
        must(sound == ("ok",), f"SQLite: {sound}")
        must(not database.execute("pragma foreign_key_check").fetchall(), "a row hangs in the air")
    return str(job.state)


def main() -> int:
    """Kill and check, point after point."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--points", type=int, default=30)
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    until = time.monotonic() + options.minutes * 60
    outcomes: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        os.environ["UNLEAK_HOME"] = str(home)
        os.environ.pop("UNLEAK_ENGINE", None)
        try:
            length = soak_once(home, Path(folder) / "whole", None, 0.0, 0)[1]
            for number in range(1, options.points + 1):
                if time.monotonic() > until:
                    break
                victim = chance.choice(("worker", "daemon"))
                after = chance.uniform(0, length)
                out = Path(folder) / f"new-{number}"
                outcome, _ = soak_once(home, out, victim, after, number)
                outcomes[f"{victim} killed, job {outcome}"] += 1
                print(f"{number}: {victim} killed after {after:.2f} s: job {outcome}", flush=True)
        finally:
            if (address := read_address()) is not None:
                with suppress(ProcessLookupError):
                    os.kill(address.pid, signal.SIGTERM)
            wait_until_gone(60)
    points = sum(outcomes.values())
    report = {"points": points, "asked": options.points, "seed": options.seed, **outcomes}
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "soak.json").write_text(json.dumps(report, indent=2) + "\n")
    print(json.dumps(report, indent=2))
    return 0 if points == options.points else 3


def soak_once(
    home: Path, out: Path, victim: str | None, after: float, number: int
) -> tuple[str, float]:
    """One erasure, killed or not: what became of it, and how many seconds it took."""
    with closing(connect()) as engine:
        leak = leak_of(engine, number)
        started = time.monotonic()
        job = engine.erase([leak], model="demo", out=str(out))
        if victim:
            killed_after(engine, job, after, victim)
        done = engine.wait(job.id)
        seconds = time.monotonic() - started
        return check(home, engine, done, leak, out), seconds


if __name__ == "__main__":
    sys.exit(main())
