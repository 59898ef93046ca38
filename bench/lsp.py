"""How fast the language server answers, beside `ruff server` in the same run.

    python bench/lsp.py [--quick] [--only SECTION,...] [--keys N] [--edits N] [--out DIR]

Sections: keystrokes (a character typed somewhere in files of 400, 2,000 and 10,000 lines, until the
diagnostics of that version are there), blocks (50 lines pasted, one of them with a synthetic
secret), start (of the process until `initialize` is answered, and until a first document's
diagnostics), memory (an hour of synthetic editing at a keystroke every 60 ms, sent without the
pauses), completions (tokens a second of the embedded model). Of each sequence of samples the first
five are left out, and named. The servers take turns, file by file. Results: lsp.json and lsp.md in
bench/results; of a quick run or single sections in bench/work/results.
"""

import argparse
import json
import os
import platform
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from detection.ordinary import library_files
from editing.client import Client, replaced
from unleak.core.files import write_file
from unleak.models.embedded.planted import planted

HERE = Path(__file__).parent
LINES = (400, 2_000, 10_000)
TARGETS = {400: 6.0, 2_000: 12.0, 10_000: 25.0}  # p99 in ms
BLOCK_TARGET, READY_TARGET, MEMORY_TARGET = 30.0, 400.0, 150.0  # ms, ms, MB
LEFT_OUT = 5
BLOCK = 50  # lines
HOUR = 60_000  # keystrokes: one every 60 ms
SEED = 7
SECTIONS = ("keystrokes", "blocks", "start", "memory", "completions")
# All of an editor's capabilities that matter here: who pulls gets nothing pushed.
CAPABILITIES = {"textDocument": {"publishDiagnostics": {"versionSupport": True}}}


def say(text: str) -> None:
    """Progress, apart from the report."""
    print(f"   {text}", file=sys.stderr, flush=True)


def servers() -> dict[str, list[str]]:
    """What is measured, by name."""
    found = {"unleak": [str(Path(sys.executable).with_name("unleak")), "lsp"]}
    ruff = shutil.which("ruff", path=str(Path(sys.executable).parent)) or shutil.which("ruff")
    if ruff:
        found["ruff server"] = [ruff, "server"]
    return found


class Session:
    """A server with a document open in it."""

    def __init__(self, command: Sequence[str], home: Path, text: str) -> None:
        env = {**os.environ, "UNLEAK_HOME": str(home), "UNLEAK_ENGINE": "http://127.0.0.1:9"}
        self.client = Client(command, env)
        self.client.initialize(CAPABILITIES)
        self.ready = time.perf_counter() - self.client.started
        self.uri = (home / "document.py").as_uri()
        self.version = 1
        self.client.open(self.uri, text)
        self.client.diagnostics(self.uri)
        self.first = time.perf_counter() - self.client.started

    def change(self, *changes: dict[str, Any]) -> tuple[float, list[dict[str, Any]]]:
        """Seconds from the change to the diagnostics of its version, and these."""
        self.version += 1
        begun = time.perf_counter()
        self.client.change(self.uri, self.version, *changes)
        told = self.client.notified(
            "textDocument/publishDiagnostics", uri=self.uri, version=self.version
        )
        return told["at"] - begun, told["diagnostics"]

    def memory(self) -> float:
        """Resident memory in MB."""
        status = Path(f"/proc/{self.client.process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024

    def end(self) -> None:
        self.client.close()
        self.client.traffic.clear()


def code(lines: int) -> str:
    """So many lines of the standard library."""
    found: list[str] = []
    for file, _ in library_files():
        found += file.read_text("utf-8", "replace").splitlines()
        if len(found) >= lines:
            break
    return "\n".join(found[:lines]) + "\n"


def summary(seconds: Sequence[float]) -> dict[str, Any]:
    """Milliseconds; the first five are apart."""
    counted = sorted(1000 * s for s in seconds[LEFT_OUT:])
    return {
        "samples": len(counted),
        "left_out": [round(1000 * s, 2) for s in seconds[:LEFT_OUT]],
        "p50": statistics.median(counted),
        "p99": counted[min(len(counted) - 1, int(0.99 * len(counted)))],
        "largest": counted[-1],
    }


def keystrokes(home: Path, keys: int) -> dict[str, Any]:
    """Typing in files of three lengths."""
    answer: dict[str, Any] = {}
    for lines in LINES:
        text = code(lines)
        for name, command in servers().items():
            session = Session(command, home, text)
            time.sleep(1)  # what a server does after its first answer is not typing
            rng = random.Random(SEED)
            taken = []
            for _ in range(keys + LEFT_OUT):
                line = rng.randrange(lines)
                taken.append(session.change(replaced(line, 0, 0, rng.choice("abc ")))[0])
            session.end()
            answer.setdefault(name, {})[str(lines)] = summary(taken)
            say(f"keystrokes, {lines} lines, {name}: p99 {answer[name][str(lines)]['p99']:.1f} ms")
    return answer


def blocks(home: Path, keys: int) -> dict[str, Any]:
    """Pasted blocks, each with a secret that must be flagged in the same answer."""
    secrets = [p for p in planted() if p.kind == "github-token"]
    answer: dict[str, Any] = {}
    body = code(BLOCK - 1).splitlines()
    for lines in LINES:
        session = Session(servers()["unleak"], home, code(lines))
        time.sleep(1)
        rng = random.Random(SEED)
        taken, missed = [], 0
        for number in range(keys + LEFT_OUT):
            secret = secrets[number % len(secrets)].secret
            block = [*body[: BLOCK // 2], f'token = "{secret}"', *body[BLOCK // 2 :]]
            line = rng.randrange(lines)
            seconds, found = session.change(replaced(line, 0, 0, "\n".join(block) + "\n"))
            at = line + BLOCK // 2
            missed += not any(d["range"]["start"]["line"] == at for d in found)
            taken.append(seconds)
            session.change(replaced(line, 0, 0, "", until=line + BLOCK))
        session.end()
        answer[str(lines)] = {**summary(taken), "missed": missed}
        say(f"blocks, {lines} lines: p99 {answer[str(lines)]['p99']:.1f} ms")
    return answer


def start(home: Path, runs: int) -> dict[str, Any]:
    """Fresh processes, in turn; one round before is not counted."""
    ready: dict[str, list[float]] = {}
    first: dict[str, list[float]] = {}
    for round_ in range(runs + 1):
        for name, command in servers().items():
            session = Session(command, home, code(400))
            session.end()
            if round_:
                ready.setdefault(name, []).append(1000 * session.ready)
                first.setdefault(name, []).append(1000 * session.first)
    return {
        name: {
            "runs": runs,
            "ready": statistics.median(ready[name]),
            "ready_largest": max(ready[name]),
            "first_diagnostics": statistics.median(first[name]),
        }
        for name in ready
    }


def memory(home: Path, edits: int) -> dict[str, Any]:
    """Typing, pasting and deleting over four documents of 2,000 lines."""
    session = Session(servers()["unleak"], home, code(2_000))
    rng = random.Random(SEED)
    documents = [(home / f"{number}.py").as_uri() for number in range(4)]
    versions = dict.fromkeys(documents, 1)
    for uri in documents:
        session.client.open(uri, code(2_000))
    secrets = [p.secret for p in planted() if "\n" not in p.secret]
    tenths, largest = [session.memory()], 0.0
    for number in range(edits):
        uri = documents[number % len(documents)]
        line = rng.randrange(2_000)
        kind = rng.random()
        if kind < 0.90:
            change = replaced(line, 0, 0, rng.choice("abc "))
        elif kind < 0.95:
            change = replaced(line, 0, 1, "")
        elif kind < 0.98:
            change = replaced(line, 0, 10_000, f'key = "{rng.choice(secrets)}"')
        else:
            change = replaced(line, 0, 10_000, "x = 1")
        versions[uri] += 1
        session.client.change(uri, versions[uri], change)
        session.client.notified("textDocument/publishDiagnostics", uri=uri, version=versions[uri])
        session.client.waiting.clear()
        session.client.traffic.clear()
        if (number + 1) % (edits // 10) == 0:
            tenths.append(session.memory())
            largest = max(largest, tenths[-1])
    session.end()
    say(f"memory: {tenths[1]:.0f} MB after a tenth, {tenths[-1]:.0f} MB at the end")
    return {"edits": edits, "start": tenths[0], "tenths": tenths[1:], "largest": largest}


def completions(home: Path, runs: int) -> dict[str, Any]:
    """The embedded model in this process, one thread."""
    from unleak.models.onnx_decoder import OnnxDecoder

    folder = HERE.parent / "engine" / "unleak" / "models" / "embedded"
    begun = time.perf_counter()
    decoder = OnnxDecoder(folder)
    loaded = time.perf_counter() - begun
    rates, again = [], []
    for number in range(runs):
        prefix = f"# {number}\n" + code(40)
        begun = time.perf_counter()
        done = decoder.complete(prefix, tokens=64)
        rates.append(done.tokens / (time.perf_counter() - begun))
        begun = time.perf_counter()
        decoder.complete(prefix + "x", tokens=1)
        again.append(1000 * (time.perf_counter() - begun))
    return {
        "runs": runs,
        "load": 1000 * loaded,
        "tokens_a_second": statistics.median(rates),
        "first_token_after_a_keystroke": statistics.median(again),
        "graph_bytes": (folder / "model.onnx").stat().st_size,
    }


def _verdict(value: float, target: float) -> str:
    return f"{value:.1f}{'' if value <= target else ' (over)'}"


def markdown(document: dict[str, Any]) -> str:
    """The report."""
    found = document["sections"]
    parts = ["# The language server, in milliseconds", "", document["machine"] + ".", ""]
    if keys := found.get("keystrokes"):
        parts += [
            "## From a keystroke to the diagnostics of its version", "",
            "| server | lines | p50 | p99 | largest | samples | first five, left out |",
            "|---|---|---|---|---|---|---|",
        ]  # fmt: skip
        for name, by_lines in keys.items():
            for lines, one in by_lines.items():
                p99 = (
                    _verdict(one["p99"], TARGETS[int(lines)])
                    if name == "unleak"
                    else f"{one['p99']:.1f}"
                )
                left_out = ", ".join(map(str, one["left_out"]))
                parts.append(
                    f"| {name} | {lines} | {one['p50']:.2f} | {p99} | {one['largest']:.1f} | "
                    f"{one['samples']} | {left_out} |"
                )
        parts += ["", "Reached if p99 is at most 6, 12 and 25.", ""]
    if pasted := found.get("blocks"):
        parts += [
            f"## A pasted block of {BLOCK} lines, flagged", "",
            "| lines | p50 | p99 | samples | not flagged |", "|---|---|---|---|---|",
        ]  # fmt: skip
        parts += [
            f"| {lines} | {one['p50']:.2f} | {_verdict(one['p99'], BLOCK_TARGET)} | "
            f"{one['samples']} | {one['missed']} |"
            for lines, one in pasted.items()
        ]
        parts += ["", f"Reached if p99 is at most {BLOCK_TARGET:.0f}.", ""]
    if started := found.get("start"):
        parts += [
            "## Start", "", "| server | ready | largest | first diagnostics | runs |",
            "|---|---|---|---|---|",
        ]  # fmt: skip
        parts += [
            f"| {name} | {_verdict(one['ready'], READY_TARGET) if name == 'unleak' else round(one['ready'], 1)} | "  # noqa: E501
            f"{one['ready_largest']:.0f} | {one['first_diagnostics']:.0f} | {one['runs']} |"
            for name, one in started.items()
        ]
        parts += ["", f"Reached if ready within {READY_TARGET:.0f}.", ""]
    if kept := found.get("memory"):
        tenths = ", ".join(f"{value:.0f}" for value in kept["tenths"])
        parts += [
            f"## Memory over {kept['edits']:,} edits", "",
            f"{kept['start']:.0f} MB with the first document, then after each tenth: {tenths} MB "
            f"(at most {MEMORY_TARGET:.0f}).", "",
        ]  # fmt: skip
    if written := found.get("completions"):
        parts += [
            "## Completions of the embedded model through ONNX Runtime", "",
            f"{written['tokens_a_second']:.0f} tokens a second (median of {written['runs']}), "
            f"loaded in {written['load']:.0f} ms, a first token after one more character in "
            f"{written['first_token_after_a_keystroke']:.1f} ms; the graph has "
            f"{written['graph_bytes']:,} bytes and no weights.", "",
        ]  # fmt: skip
    return "\n".join(parts)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="fewer samples")
    parser.add_argument("--only", help="sections, comma-separated")
    parser.add_argument("--keys", type=int, help="samples of each sequence")
    parser.add_argument("--edits", type=int, help="keystrokes of the hour")
    parser.add_argument("--out", type=Path, help="folder for the results")
    arguments = parser.parse_args()
    wanted = arguments.only.split(",") if arguments.only else list(SECTIONS)
    unknown = [name for name in wanted if name not in SECTIONS]
    if unknown:
        parser.error(f"no section {', '.join(unknown)}; there are {', '.join(SECTIONS)}")
    keys = arguments.keys or (200 if arguments.quick else 1_000)
    edits = arguments.edits or (2_000 if arguments.quick else HOUR)
    runs = 3 if arguments.quick else 15
    measures: dict[str, Callable[[Path], dict[str, Any]]] = {
        "keystrokes": lambda home: keystrokes(home, keys),
        "blocks": lambda home: blocks(home, keys // 2),
        "start": lambda home: start(home, runs),
        "memory": lambda home: memory(home, edits),
        "completions": lambda home: completions(home, runs),
    }
    document: dict[str, Any] = {
        "schema": "unleak.bench.lsp/1",
        "machine": f"{platform.machine()}, {os.cpu_count()} processors, "
        f"Python {platform.python_version()}",
        "quick": arguments.quick,
        "sections": {},
    }
    partial = arguments.quick or arguments.only
    out = arguments.out or HERE / ("work/results" if partial else "results")
    for name in wanted:
        with tempfile.TemporaryDirectory(prefix="bench-") as place:
            document["sections"][name] = measures[name](Path(place))
        write_file(out / "lsp.json", json.dumps(document, indent=2) + "\n")
        write_file(out / "lsp.md", markdown(document))
    print(markdown(document))
    say(f"written to {out}")


if __name__ == "__main__":
    main()
