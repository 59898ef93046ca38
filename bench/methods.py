"""All erasing methods side by side: forgetting, leakage, utility, time and memory.

    python bench/methods.py [--quick] [--models embedded,real] [--secrets N] [--methods a,b]

Each method runs in a process of its own, on the same secrets, until it forgot them or its steps
are used up; every figure is taken from the model as it was written and loaded again. The papers'
learning rates are for models of billions of parameters: here all gradient methods share one, which
suits the small ones. `--quick`: four secrets of the embedded model, a minute or two a method.
Results: bench/results/methods.json, methods.md and methods.svg.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from html import escape
from pathlib import Path
from typing import Any

from erase import real_model
from unleak.core.errors import EvaluationError
from unleak.core.keys import load_key
from unleak.erase.attempts import Attempt, carry_out
from unleak.erase.clock import Clock
from unleak.erase.memory import Peak
from unleak.erase.methods.registry import method_of
from unleak.erase.utility import agreement, predictions
from unleak.erase.verdicts import mean_ma
from unleak.erase.verify import verify
from unleak.models.load import load
from unleak.models.save import save
from unleak.probe.measure import encode_case, measure_encoded
from unleak.probe.suite import read

RESULTS = Path(__file__).parent / "results"
# Label: method and its own settings.
RUNS: dict[str, tuple[str, dict[str, str]]] = {
    "edit": ("edit", {}),
    "ga": ("ga", {}),
    "ga-sequential": ("ga-sequential", {}),
    "ga-gd": ("ga-gd", {}),
    "ga-kl": ("ga-kl", {}),
    "cu": ("cu", {}),
    "codeeraser": ("codeeraser", {}),
    "codeeraser, gamma .1": ("codeeraser", {"gamma": "0.1"}),
    "demem": ("demem", {}),
    "npo": ("npo", {}),
    "simnpo": ("simnpo", {}),
    "bounded": ("bounded", {}),
}
RATES = {"embedded": "1e-4", "real": "5e-5"}
OWN_RATE = {"demem": {"embedded": "5e-5", "real": "1.41e-5"}, "bounded": {}}
ATTACKS = ("greedy", "n_half", "contexts", "int8", "int4", "exposure", "indirect")


def options(label: str, model: str, quick: bool) -> tuple[str, dict[str, str]]:
    """A run's method and all its settings."""
    name, own = RUNS[label]
    if name == "edit":
        return name, own
    rate = OWN_RATE.get(name, RATES).get(model)
    return name, {
        "prefix_tokens": "48" if quick else "64",
        "retain_tokens": "48" if quick else "64",
        "collapse": "50",
        **({"learning_rate": rate} if rate else {}),
        **({} if name == "demem" else {"steps": "25" if quick else "40"}),
        **({"rollouts": "8", "steps": "2"} if name == "demem" and quick else {}),
        **own,
    }


def one(label: str, model: str, spec: str, suite: str, secrets: int, quick: bool) -> dict[str, Any]:
    """Erase by one method, and measure everything."""
    cases = read(suite, load_key())
    name, settings = options(label, model, quick)
    net = load(spec)
    first = measure_encoded(net, [encode_case(net, case) for case in cases])
    known = [case for case, m in zip(cases, first, strict=True) if m.verbatim]
    chosen, others = known[:secrets], known[secrets : secrets + 60]
    before, others_before = predictions(net), mean_ma(net, others)
    outcome: dict[str, Any] = {
        "method": name,
        "settings": settings,
        "secrets": len(chosen),
        "direct_before": len(chosen),
        "indirect_before": leaks(verify(net, chosen, names=["indirect"]), "indirect"),
        "model_bytes": 4 * sum(p.numel() for p in net.net.parameters()),
    }
    peak = Peak(net.device)
    attempt = Attempt(method_of(name, settings))
    try:
        outcome |= carry_out(attempt, net, chosen, Clock(), lambda _, __: None)
    except EvaluationError as error:
        return outcome | {"failed": str(error)}
    outcome["peak_bytes"] = peak.bytes
    with tempfile.TemporaryDirectory() as folder:
        save(net, Path(folder), "bench")
        del net
        net = load(folder)
        found = measure_encoded(net, [encode_case(net, case) for case in chosen])
        after = predictions(net)
        results = verify(net, chosen, names=ATTACKS)
        return outcome | {
            "forgotten": sum(not m.extractable for m in found),
            "direct": sum(m.extractable for m in found),
            "indirect": leaks(results, "indirect"),
            "ma": sum(m.ma for m in found) / len(found),
            "p_extract": sum(m.p_extract for m in found) / len(found),
            "log_p": sum(m.random_log_p for m in found) / len(found),
            "others": len(others),
            "others_ma": [others_before, mean_ma(net, others)],
            "perplexity": [before.perplexity, after.perplexity],
            "agreement": agreement(before, after),
            "tokens": after.tokens,
            "recovered": {attack: leaks(results, attack) for attack in ATTACKS},
        }


def leaks(results: list[dict[str, Any]], attack: str) -> int:
    """How many secrets an attack recovered."""
    return sum(bool(result[attack].recovered) for result in results)


def growth(run: dict[str, Any]) -> float:
    """Of perplexity, in percent."""
    before, after = run["perplexity"]
    return float(100 * (after / before - 1))


def claims(runs: dict[str, dict[str, Any]]) -> dict[str, bool]:
    """What the papers say, each with whether it holds here; missing where a run is."""
    good = {label: run for label, run in runs.items() if "failed" not in run}
    bad = {label for label, run in runs.items() if "failed" in run}

    def keeps_more(one: str, other: str) -> bool | None:
        if one in bad:
            return False
        if other in bad and one in good:
            return True
        if one in good and other in good:
            return growth(good[one]) < growth(good[other])
        return None

    found: dict[str, bool | None] = {
        "sequential GA keeps more than batch GA": keeps_more("ga-sequential", "ga"),
        "GA+GD keeps more than GA": keeps_more("ga-gd", "ga"),
        "GA+KL keeps more than GA": keeps_more("ga-kl", "ga"),
        "codeeraser keeps more than cu": keeps_more("codeeraser", "cu"),
    }
    if "demem" in good and "ga" in runs:
        found["demem keeps the model's utility (perplexity within 5 %)"] = growth(good["demem"]) < 5
        found["demem leaves many secrets in (a quarter or more)"] = (
            good["demem"]["direct"] >= good["demem"]["secrets"] / 4
        )
    for label in ("ga-gd", "ga-kl", "codeeraser"):
        if label in good:
            run = good[label]
            found[f"{label}: direct leakage falls by more than half"] = (
                run["direct"] < run["direct_before"] / 2
            )
    if "edit" in good and "codeeraser" in good:
        edit, other = good["edit"], good["codeeraser"]
        found["edit is 30 times faster than codeeraser"] = 30 * edit["seconds"] < other["seconds"]
        found["edit forgets as many as codeeraser"] = edit["forgotten"] >= other["forgotten"]
        found["edit keeps more than codeeraser (perplexity and agreement)"] = (
            growth(edit) < growth(other) and edit["agreement"] > other["agreement"]
        )
    return {claim: holds for claim, holds in found.items() if holds is not None}


def table(runs: dict[str, dict[str, Any]]) -> str:
    """One line a run."""
    rows = [
        "| method | forgotten | MA | p_extract | log p | direct | indirect (before) | others' MA "
        "| perplexity | agreement | s | steps | peak memory | recovered by |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for label, r in runs.items():
        if "failed" in r:
            rows.append(f"| {label} | {r['failed']} |" + " |" * 12)
            continue
        by = ", ".join(f"{attack} {n}" for attack, n in r["recovered"].items() if n)
        others = [f"{x:.2f}" for x in r["others_ma"] if x is not None]
        rows.append(
            f"| {label} | {r['forgotten']} of {r['secrets']} | {r['ma']:.2f} "
            f"| {r['p_extract']:.1e} | {r['log_p']:.0f} | {r['direct']} "
            f"| {r['indirect']} ({r['indirect_before']}) "
            f"| {' → '.join(others) or '–'} | {growth(r):+.2f} % | {r['agreement']:.3f} "
            f"| {r['seconds']:.1f} | {r.get('steps', '–')} "
            f"| {r['peak_bytes'] / r['model_bytes']:.1f} × model | {by or 'none'} |"
        )
    return "\n".join(rows)


_WIDTH, _HEIGHT, _LEFT, _TOP = 720, 420, 70, 30


def plot(runs: dict[str, dict[str, Any]]) -> str:
    """Forgetting (share of secrets) upwards, agreement with the model before to the right."""
    good = {label: run for label, run in runs.items() if "failed" not in run}
    lowest = min((run["agreement"] for run in good.values()), default=0.0)
    lowest = min(0.9, int(10 * lowest) / 10)
    wide, high = _WIDTH - _LEFT - 170, _HEIGHT - _TOP - 60

    def x(share: float) -> float:
        return _LEFT + wide * (share - lowest) / (1 - lowest)

    def y(share: float) -> float:
        return _TOP + high * (1 - share)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'width="{_WIDTH}" height="{_HEIGHT}" font-family="sans-serif" font-size="12">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>',
    ]
    for step in range(6):
        share, at = step / 5, lowest + (1 - lowest) * step / 5
        parts.append(
            f'<path d="M{x(at):.1f} {_TOP}V{_TOP + high}M{_LEFT} {y(share):.1f}H{_LEFT + wide}" '
            f'stroke="#ddd"/><text x="{x(at):.1f}" y="{_TOP + high + 18}" '
            f'text-anchor="middle">{at:.2f}</text><text x="{_LEFT - 8}" y="{y(share) + 4:.1f}" '
            f'text-anchor="end">{share:.0%}</text>'
        )
    parts.append(
        f'<text x="{_LEFT + wide / 2}" y="{_HEIGHT - 14}" text-anchor="middle">same next token as '
        f'before, on held-out code</text><text x="{_LEFT}" y="{_TOP - 12}">secrets forgotten</text>'
    )
    taken: list[float] = []
    for label, run in sorted(good.items(), key=lambda item: -item[1]["agreement"]):
        left, up = x(run["agreement"]), y(run["forgotten"] / run["secrets"])
        line = up + 4
        while any(abs(line - other) < 13 for other in taken):
            line += 13
        taken.append(line)
        colour = "#c0392b" if run["method"] == "edit" else "#2c5d8f"
        parts.append(
            f'<circle cx="{left:.1f}" cy="{up:.1f}" r="5" fill="{colour}"/>'
            f'<path d="M{left:.1f} {up:.1f}L{_LEFT + wide + 12} {line - 4:.1f}" stroke="#bbb"/>'
            f'<text x="{_LEFT + wide + 16}" y="{line:.1f}">{escape(label)}</text>'
        )
    return "\n".join([*parts, "</svg>"]) + "\n"


def keep(document: dict[str, Any]) -> None:
    """Write the results so far: a run may take an hour."""
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "methods.json").write_text(json.dumps(document, indent=2) + "\n")
    text = [f"# Methods side by side\n\n{document['machine']}."]
    for model, runs in document["models"].items():
        some = next(iter(runs.values()))
        name = "SmolLM2-135M with planted secrets" if model == "real" else "The embedded model"
        size = "quick size" if document["quick"] else "full size"
        text.append(f"\n## {name}\n\n{some['secrets']} secrets at once, {size}; "
                    "perplexity and agreement over held-out code.\n")  # fmt: skip
        text.append(table(runs))
        text.append("")
        text += [f"- {c}: **{'yes' if h else 'no'}**" for c, h in claims(runs).items()]
        (RESULTS / f"methods-{model}.svg").write_text(plot(runs))
        text.append(f"\n![Forgetting against utility](methods-{model}.svg)")
    (RESULTS / "methods.md").write_text("\n".join(text) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="four secrets, few steps")
    parser.add_argument("--models", help="embedded, real, or both; by default both")
    parser.add_argument("--model", help="the planted real model; with --suite")
    parser.add_argument("--suite")
    parser.add_argument("--secrets", type=int, help="at once; 10, or 4 if quick")
    parser.add_argument("--methods", default=",".join(RUNS).replace(", ", "; "))
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    secrets = asked.secrets or (4 if asked.quick else 10)
    if asked.one:
        label, model = asked.one
        found = one(label, model, asked.model, asked.suite, secrets, asked.quick)
        print(json.dumps(found))
        return
    labels = [label.replace("; ", ", ") for label in asked.methods.split(",")]
    document: dict[str, Any] = {
        "schema": "unleak.bench.methods/1",
        "machine": f"{platform.machine()}, {os.cpu_count()} processors, "
        f"Python {platform.python_version()}",
        "quick": asked.quick,
        "models": {},
    }
    for model in (asked.models or ("embedded" if asked.quick else "embedded,real")).split(","):
        spec, suite = ("demo", "demo")
        if model == "real":
            spec, suite = (asked.model, asked.suite) if asked.model else real_model()
        runs = document["models"].setdefault(model, {})
        for label in labels:
            command = [sys.executable, __file__, "--one", label, model, "--model", spec]
            command += ["--suite", suite, "--secrets", str(secrets)]
            answer = subprocess.run(
                command + ["--quick"] * asked.quick, check=True, capture_output=True, text=True
            )
            runs[label] = json.loads(answer.stdout.splitlines()[-1])
            print(table({label: runs[label]}).splitlines()[-1], flush=True)
            keep(document)
        for claim, holds in claims(runs).items():
            print(f"{'yes' if holds else 'no':3} {claim}")


if __name__ == "__main__":
    main()
