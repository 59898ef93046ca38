"""How well and how fast secrets are found, beside gitleaks, detect-secrets and CredSweeper.

    python bench/detect.py [--quick] [--only SECTION,...] [--data DIR] [--megabytes N] [--out DIR]

The peers are installed at first use, each into its own virtual environment in bench/work/peers.
Sections: credentials (labelled lines of CredData), examples (of gitleaks' rules), ordinary (alerts
on code without secrets), speed, spans (of unleak's own examples), growth (of each pattern's time).
The first two need the project's data folder. Results: detect.json, detect.md and detect.svg in
bench/results; of a quick run or single sections in bench/work/results.
"""

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from detection import accuracy, growth, ordinary, report, spans, speed
from detection.peers import Gitleaks, peers
from detection.tools import Tool, own_tools
from unleak.core.files import write_file

HERE = Path(__file__).parent
DATA = HERE.parents[1] / "shared" / "data"
MEGABYTES = 10.0  # of each body of ordinary code
QUICK_MEGABYTES = 1.5
QUICK_EVERY = 6  # of the rules, for growth
NEEDED = {"credentials": accuracy.CREDENTIALS, "examples": accuracy.EXAMPLES}
ALONE = frozenset(("spans", "growth"))  # sections about unleak only


def say(text: str) -> None:
    """Progress, apart from the report."""
    print(f"   {text}", file=sys.stderr, flush=True)


def sections(
    tools: Sequence[Tool], arguments: argparse.Namespace
) -> dict[str, Callable[[], dict[str, Any]]]:
    """What can be measured, in the order of the report."""
    quick, data = arguments.quick, arguments.data
    gitleaks = next((tool for tool in tools if isinstance(tool, Gitleaks)), None)
    most = arguments.megabytes
    if most is None:
        most = QUICK_MEGABYTES if quick else MEGABYTES
    return {
        "credentials": lambda: accuracy.credentials(data, tools, say),
        "examples": lambda: accuracy.examples(data, tools, say),
        "ordinary": lambda: ordinary.measure(tools, most, say),
        "speed": lambda: speed.measure(gitleaks, quick, say),
        "spans": spans.measure,
        "growth": lambda: growth.measure(QUICK_EVERY if quick else 1, say),
    }


def keep(document: dict[str, Any], folder: Path) -> None:
    """Write the results so far."""
    write_file(folder / "detect.json", json.dumps(document, indent=2) + "\n")
    write_file(folder / "detect.md", report.markdown(document))
    if report.plotted(document):
        write_file(folder / "detect.svg", report.svg(document))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="fewer repetitions, smaller samples")
    parser.add_argument("--only", help="sections, comma-separated")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the labelled data")
    parser.add_argument("--megabytes", type=float, help="of each body of ordinary code; 0: all")
    parser.add_argument("--out", type=Path, help="folder for the results")
    arguments = parser.parse_args()
    wanted = arguments.only.split(",") if arguments.only else list(report.SECTIONS)
    unknown = [name for name in wanted if name not in report.SECTIONS]
    if unknown:
        parser.error(f"no section {', '.join(unknown)}; there are {', '.join(report.SECTIONS)}")
    partial = arguments.quick or arguments.only
    out = arguments.out or HERE / ("work/results" if partial else "results")

    own = own_tools()
    others, missing = peers() if set(wanted) - ALONE else ([], {})
    for name, reason in missing.items():
        say(f"{name}: not installed: {reason}")
    tools: list[Tool] = [*own, *others]
    machine = (
        f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}"
    )
    document: dict[str, Any] = {
        "schema": "unleak.bench.detect/1",
        "machine": machine,
        "quick": arguments.quick,
        "tools": [{"name": t.name, "version": t.version, "call": t.call} for t in tools],
        "missing": missing,
        "sections": {},
    }
    for name, measure in sections(tools, arguments).items():
        if name not in wanted:
            continue
        begun = time.monotonic()
        needed = NEEDED.get(name)
        if needed and not (arguments.data / needed).exists():
            document["sections"][name] = {"reason": f"no {arguments.data / needed}; give --data"}
        else:
            document["sections"][name] = measure()
        say(f"{name}: {time.monotonic() - begun:.0f} s")
        keep(document, out)
    print(report.markdown(document))
    say(f"written to {out}")


if __name__ == "__main__":
    main()
