"""How long a scan takes: of a folder beside gitleaks, of a completion, and of the first import."""

import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from detection.ordinary import laid_out, library_files
from detection.peers import Gitleaks
from unleak.core.secret import Fingerprinter
from unleak.detect.scanner import Scanner
from unleak.models.embedded.planted import planted

COMPLETIONS = 200
LINES = 5  # of a completion
SEED = 5
_IMPORT = """
import time
begun = time.perf_counter()
from unleak.core.secret import Fingerprinter
from unleak.detect.scanner import Scanner
imported = time.perf_counter()
Scanner(Fingerprinter(b"k" * 32)).scan("a = 1")
print(imported - begun, time.perf_counter() - begun)
"""


def summary(seconds: Sequence[float]) -> dict[str, Any]:
    """The median and the spread of some runs."""
    ordered = sorted(seconds)
    return {
        "runs": len(ordered),
        "median": statistics.median(ordered),
        "smallest": ordered[0],
        "largest": ordered[-1],
    }


def _of_children() -> float:
    """Processor time of all processes waited for; a busy machine changes it little."""
    times = os.times()
    return times.children_user + times.children_system


def folder_scan(gitleaks: Gitleaks | None, runs: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Whole processes, in turn, each on one processor; one round before is not counted."""
    files = library_files()
    with tempfile.TemporaryDirectory(prefix="bench-") as place:
        folder = Path(place) / "code"
        lines, size = laid_out(files, folder)
        say(f"{len(files)} files of the standard library; {runs} runs")
        commands: dict[str, list[str]] = {
            "unleak": [sys.executable, "-m", "unleak.cli", "scan", "--format", "json", str(folder)]
        }
        if gitleaks:
            quiet = ["--no-banner", "--log-level", "fatal", "--redact=100", "--exit-code", "0"]
            report = ["--report-format", "json", "--report-path", "-"]
            commands["gitleaks"] = [str(gitleaks.binary), "dir", *quiet, *report, str(folder)]
        pinned = ["taskset", "-c", "0"] if shutil.which("taskset") else []
        surroundings = {**os.environ, "GOMAXPROCS": "1", "UNLEAK_HOME": str(Path(place) / "home")}
        seconds: dict[str, list[float]] = {name: [] for name in commands}
        busy: dict[str, list[float]] = {name: [] for name in commands}
        for round_ in range(runs + 1):
            for name, command in commands.items():
                begun, used = time.perf_counter(), _of_children()
                subprocess.run(
                    [*pinned, *command],
                    env=surroundings,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    check=False,  # 1 is a finding
                )
                if round_:
                    seconds[name].append(time.perf_counter() - begun)
                    busy[name].append(_of_children() - used)
    answer: dict[str, Any] = {name: summary(taken) for name, taken in seconds.items()}
    if gitleaks:
        for key, taken in (("ratio", seconds), ("processor_ratio", busy)):
            pairs = zip(taken["unleak"], taken["gitleaks"], strict=True)
            answer[key] = summary([own / other for own, other in pairs])
    return {"files": len(files), "lines": lines, "bytes": size, "pinned": bool(pinned), **answer}


def completions() -> list[str]:
    """Five lines each of ordinary code; every second one holds a synthetic secret."""
    rng = random.Random(SEED)
    code = [f.read_text("utf-8", "replace").splitlines() for f, _ in library_files()]
    code = [lines for lines in code if len(lines) >= 50]
    secrets = [p for p in planted() if "\n" not in p.secret]
    made = []
    for index in range(COMPLETIONS):
        lines = code[rng.randrange(len(code))]
        start = rng.randrange(len(lines) - LINES)
        chosen = lines[start : start + LINES]
        if index % 2:
            one = secrets[rng.randrange(len(secrets))]
            line = one.prefix.split("\n")[-1] + one.secret + one.suffix.split("\n")[0]
            chosen[LINES // 2] = line
        made.append("\n".join(chosen))
    return made


def completion_scan(runs: int) -> dict[str, Any]:
    """The time of one scan in this process, in seconds: of each completion the median of `runs`."""
    scanner = Scanner(Fingerprinter(b"bench" * 8))
    texts = completions()
    for text in texts:
        scanner.scan(text)
    medians, found = [], 0
    for text in texts:
        taken = []
        for _ in range(runs):
            begun = time.perf_counter()
            findings = scanner.scan(text)
            taken.append(time.perf_counter() - begun)
        medians.append(statistics.median(taken))
        found += bool(findings)
    return {
        "completions": len(texts),
        "with_a_finding": found,
        **summary(medians),
        "runs": runs,
        "ninety_fifth": statistics.quantiles(medians, n=20)[-1],
    }


def start(runs: int) -> dict[str, Any]:
    """Fresh interpreters: seconds to import the scanner, and until it has scanned a line."""
    imports, ready = [], []
    for _ in range(runs):
        done = subprocess.run([sys.executable, "-c", _IMPORT], capture_output=True, check=True)
        first, second = map(float, done.stdout.split())
        imports.append(first)
        ready.append(second)
    return {"import": summary(imports), "ready": summary(ready)}


def measure(gitleaks: Gitleaks | None, quick: bool, say: Callable[[str], None]) -> dict[str, Any]:
    """Section d."""
    return {
        "folder": folder_scan(gitleaks, 1 if quick else 5, say),
        "completion": completion_scan(5 if quick else 21),
        "start": start(3 if quick else 9),
    }
