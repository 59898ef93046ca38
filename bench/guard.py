"""What the guard adds: time per chunk and per request, and what it holds back.

    python bench/guard.py [--streams 50] [--events 120] [--pace 0.1] [--cases 312]

A model server streams code to many clients at once, first straight, then through a guard in each
mode. A chunk's time runs from the sending of the newest event that was sent before the client read
the chunk: an event that is held waits for the one that decides. What the guard adds is its time
less the median of the straight way. The first five samples of each stream are left out.
`--hints` measures the hints from token probabilities only. Results: bench/results/guard.json and
guard.md.
"""

import argparse
import asyncio
import json
import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from guarding.hints import hints

RESULTS = Path(__file__).parent / "results"
_LEFT_OUT = 5
_MODES = ("observe", "redact", "block")
_CHUNK_TARGET, _REQUEST_TARGET = 2.0, 5.0  # ms
_CODE = Path(__file__).parents[1] / "engine" / "unleak" / "detect" / "files.py"


def texts(count: int, offset: int) -> list[str]:
    """Code in pieces as a tokenizer cuts it: a word with the blank before it."""
    source = _CODE.read_text("utf-8")[offset % 4000 :]
    pieces: list[str] = []
    at = 0
    while len(pieces) < count:
        end = next((i for i in range(at + 1, at + 8) if not source[i].isalnum()), at + 8)
        pieces.append(source[at:end])
        at = end if end < len(source) - 10 else 0
    return pieces


async def streamed(url: str, count: int, pace: float, offset: int) -> tuple[list[float], float]:
    """Milliseconds of each chunk, and until the answer's head."""
    sent: list[float] = []
    arrived: list[tuple[float, int]] = []
    body = {"stream": True, "prompt": "", "texts": texts(count, offset), "pace": pace}
    began = time.monotonic()
    client = httpx.AsyncClient(timeout=120, trust_env=False)
    async with client, client.stream("POST", f"{url}/v1/completions", json=body) as answer:
        head = (time.monotonic() - began) * 1000
        rest = b""
        async for chunk in answer.aiter_raw():
            now = time.monotonic()
            *events, rest = (rest + chunk).split(b"\n\n")
            stamps = [json.loads(e[6:])["sent"] for e in events if e.startswith(b"data: {")]
            sent += stamps
            if stamps:
                arrived.append((now, len(sent)))
    times = []
    for now, _ in arrived[_LEFT_OUT:]:
        newest = bisect_right(sent, now) - 1
        times.append((now - sent[newest]) * 1000)
    return times, head


async def whole(url: str, offset: int) -> float:
    """Milliseconds of a request whose answer comes at once."""
    body = {"stream": False, "prompt": "x", "texts": texts(60, offset)}
    async with httpx.AsyncClient(timeout=120, trust_env=False) as client:
        await client.get(f"{url}/.unleak/none")  # connected
        began = time.monotonic()
        (await client.post(f"{url}/v1/completions", json=body)).raise_for_status()
        return (time.monotonic() - began) * 1000


async def load_of(
    url: str, streams: int, events: int, pace: float
) -> tuple[list[float], list[float]]:
    """All chunks' times of streams that run at once, and the times of requests meanwhile."""
    running = [
        asyncio.create_task(streamed(url, events, pace, 97 * number)) for number in range(streams)
    ]
    requests: list[float] = []
    await asyncio.sleep(pace * _LEFT_OUT)
    while not all(task.done() for task in running):
        requests.append(await whole(url, 31 * len(requests)))
        await asyncio.sleep(pace)
    done = [task.result() for task in running]
    return [t for times, _ in done for t in times], requests[_LEFT_OUT:]


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that `share` of all do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@contextmanager
def process(*command: str, home: str) -> Iterator[None]:
    """Something that runs meanwhile."""
    path = os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONPATH": path, "UNLEAK_HOME": home}
    running = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        running.terminate()
        running.wait(30)


def until_it_answers(port: int) -> None:
    """Wait for a server to listen."""
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("a server did not start")


def free_port() -> int:
    """One that nobody uses."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return int(sock.getsockname()[1])


def latency(streams: int, events: int, pace: float) -> dict[str, Any]:
    """Times straight and through each mode."""
    rows: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as home:
        behind = free_port()
        upstream = f"http://127.0.0.1:{behind}"
        with process(sys.executable, "-m", "guarding.upstream", str(behind), home=home):
            until_it_answers(behind)
            rows["straight"] = _row(*asyncio.run(load_of(upstream, streams, events, pace)))
            for mode in _MODES:
                port = free_port()
                command = (
                    sys.executable, "-m", "unleak.cli", "guard", "--upstream", upstream,
                    "--port", str(port), "--mode", mode, "--no-report",
                )  # fmt: skip
                with process(*command, home=home):
                    until_it_answers(port)
                    url = f"http://127.0.0.1:{port}"
                    rows[mode] = _row(*asyncio.run(load_of(url, streams, events, pace)))
                    stats = httpx.get(f"{url}/.unleak/stats", trust_env=False).json()
                    rows[mode]["work_ms_mean"] = stats["chunk_seconds_mean"] * 1000
                    rows[mode]["longest_held"] = stats["longest_held_characters"]
    straight = rows["straight"]
    for mode in _MODES:
        for what in ("chunk", "request"):
            rows[mode][f"{what}_added_p99"] = rows[mode][f"{what}_p99"] - straight[f"{what}_p50"]
    return rows


def _row(chunks: list[float], requests: list[float]) -> dict[str, Any]:
    return {
        "chunks": len(chunks), "chunk_p50": statistics.median(chunks),
        "chunk_p99": quantile(chunks, 0.99), "requests": len(requests),
        "request_p50": statistics.median(requests), "request_p99": quantile(requests, 0.99),
    }  # fmt: skip


def page(result: dict[str, Any]) -> str:
    """The results for people."""
    lines = [
        "# The guard", "",
        f"{result['machine']}; {result['streams']} streams at once, {1 / result['pace']:.0f} "
        "chunks a second each; server, guard and clients share the processors. Milliseconds; "
        f"the first {_LEFT_OUT} samples of each stream are left out. Added: p99 through the guard "
        "less the straight way's median; targets in brackets.",
        "",
        "| way | chunks | p50 | p99 | added p99 (≤ 2) | requests | p50 | p99 | added p99 (≤ 5) | "
        "longest held, characters |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    for way, row in result["latency"].items():
        added = [
            f"{row[k]:.2f}" if k in row else "" for k in ("chunk_added_p99", "request_added_p99")
        ]
        lines.append(
            f"| {way} | {row['chunks']:,} | {row['chunk_p50']:.2f} | {row['chunk_p99']:.2f} | "
            f"{added[0]} | {row['requests']} | {row['request_p50']:.2f} | {row['request_p99']:.2f} "
            f"| {added[1]} | {row.get('longest_held', '')} |"
        )
    h = result["hints"]
    right, said = h["memorised_right_of"]
    right_too, said_too = h["invented_right_of"]
    lines += [
        "", "## Hints from token probabilities", "",
        f"Embedded model; thresholds chosen on {h['chosen_on']['all']} secrets in completions "
        f"({h['chosen_on']['planted']} planted), measured on {h['measured_on']['all']} others "
        f"({h['measured_on']['planted']} planted). In use: memorised from "
        f"{h['in_use'][0]:.2f}, invented up to {h['in_use'][1]:.2f} (mean natural log-probability "
        f"of a token); this run's split suggests {h['suggested'][0]:.2f} and "
        f"{h['suggested'][1]:.2f}. \"Memorised\" was right {right} of {said} times, \"invented\" "
        f"{right_too} of {said_too}; no hint was given {h['no_answer']} times.", "",
    ]  # fmt: skip
    return "\n".join(lines)


def main() -> None:
    """Measure and write the results."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--streams", type=int, default=50)
    parser.add_argument("--events", type=int, default=120, help="a stream")
    parser.add_argument("--pace", type=float, default=0.1, help="seconds between events")
    parser.add_argument("--cases", type=int, default=312, help="for the hints")
    parser.add_argument("--hints", action="store_true", help="only those; nothing is written")
    options = parser.parse_args()
    if options.hints:
        print(json.dumps(hints(options.cases), indent=2))
        return
    machine = (
        f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}"
    )
    result = {
        "machine": machine, "streams": options.streams, "pace": options.pace,
        "latency": latency(options.streams, options.events, options.pace),
        "hints": hints(options.cases),
    }  # fmt: skip
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "guard.json").write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    (RESULTS / "guard.md").write_text(page(result), "utf-8")
    print(page(result))


if __name__ == "__main__":
    main()
