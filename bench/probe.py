"""How fast a suite is asked: beside a loop over `generate`, and beside the published EL loop.

    python bench/probe.py [--model DIR --suite FILE] [--cases 10000]

On the embedded model, and on SmolLM2-135M with planted secrets (--model, or made at first use by
bench/plant.py). Each pair is timed side by side in one run. Results: bench/results/probe.json and
probe.md.
"""

import argparse
import json
import os
import platform
import resource
import statistics
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from erase import real_model
from unleak.core.keys import load_key
from unleak.models.encode import Encoded
from unleak.models.forward import batch_tokens
from unleak.models.load import Model, load
from unleak.probe.decoys import decoys
from unleak.probe.likelihood import LENGTHS, likelihoods, overlap
from unleak.probe.local import LocalProber
from unleak.probe.measure import encode_case
from unleak.probe.reading import Reading
from unleak.probe.suite import Case, read

RESULTS = Path(__file__).parent / "results"
_ROUNDS = 3  # of each pair
_COMPARED = {"embedded": 60, "planted": 20}  # cases in the loop over generate
_LOOPED = 4  # cases in each published EL loop: it takes minutes
_PREFIX, _SECRET = 128, 32  # tokens, as CodeEraser's loop limits them


@torch.inference_mode()
def generated(model: Model, case: Encoded) -> bool:
    """The verdict of greedy decoding by `generate`."""
    ids = torch.tensor([case.ids[: case.start]])
    length = len(case.ids) - case.start
    answer = model.net.generate(
        ids,
        attention_mask=torch.ones_like(ids),
        max_new_tokens=length,
        min_new_tokens=length,
        do_sample=False,
        pad_token_id=0,
    )
    return tuple(answer[0, case.start :].tolist()) == case.ids[case.start :]


def beside_generate(model: Model, fast: Model, cases: Sequence[Case]) -> dict[str, Any]:
    """Cases a second of a loop over generate, of the gate's way in float32, and of it with --fast.

    Over the same cases; medians of the rounds.
    """
    encoded = [encode_case(model, case) for case in cases]
    seconds: dict[str, list[float]] = {"generate": [], "float32": [], "fast": []}
    same = dict.fromkeys(("float32", "fast"), 0)
    for _ in range(_ROUNDS):
        started = time.perf_counter()
        verdicts = [generated(model, case) for case in encoded]
        seconds["generate"].append(time.perf_counter() - started)
        for way in same:
            prober = LocalProber(fast if way == "fast" else model)
            started = time.perf_counter()
            readings = prober.read(cases)
            seconds[way].append(time.perf_counter() - started)
            found = [r.verbatim for r in readings if isinstance(r, Reading)]
            same[way] = sum(a == b for a, b in zip(verdicts, found, strict=True))
    return {
        "cases": len(cases),
        "rounds": _ROUNDS,
        "tokens_a_secret": sum(len(c.ids) - c.start for c in encoded) / len(cases),
        "fast_computes_in": str(fast.net.dtype).removeprefix("torch."),
        "cases_per_second": {w: len(cases) / statistics.median(s) for w, s in seconds.items()},
        "times_faster": {
            way: statistics.median(
                t / o for t, o in zip(seconds["generate"], seconds[way], strict=True)
            )
            for way in same
        },
        "same_verdict": same,
    }


@torch.inference_mode()
def published(model: Model, case: Encoded) -> tuple[dict[int, float], int]:
    """EL by the published secret-level loop, and the token positions that it takes."""
    true = list(case.ids[case.start :])
    given, positions = [], 0
    for i in range(len(true)):
        ids = list(case.ids[: case.start + i])
        for _ in range(len(true) - i):
            positions += len(ids)
            hidden = model.net.base_model(torch.tensor([ids]), use_cache=False).last_hidden_state
            ids.append(int(model.net.get_output_embeddings()(hidden[0, -1]).argmax()))
        given.append(ids[case.start + i :])
    el = {
        n: sum(shares) / len(shares)
        for n in LENGTHS
        if (shares := [overlap(n, given[i], true[i:]) for i in range(len(true) - n + 1)])
    }
    return el, positions


def beside_published(model: Model, cases: Sequence[Encoded]) -> dict[str, Any]:
    """EL of both, bit by bit, and what each sends through the model."""
    equal, theirs, ours = 0, 0, 0
    seconds = [0.0, 0.0]
    for case in cases:
        started = time.perf_counter()
        wanted, positions = published(model, case)
        seconds[0] += time.perf_counter() - started
        started = time.perf_counter()
        (found,) = likelihoods(model, [case])
        seconds[1] += time.perf_counter() - started
        equal += all(found.el[n] == value for n, value in wanted.items())
        theirs, ours = theirs + positions, ours + found.positions
    return {
        "cases": len(cases),
        "bit_equal": equal,
        "published_positions": theirs,
        "positions": ours,
        "times_fewer": theirs / ours,
        "times_faster": seconds[0] / seconds[1],
    }


def many(cases: Sequence[Case], count: int) -> list[Case]:
    """Distinct cases, none of which begins like another: a decoy each, behind its own comment."""
    fingerprinter = load_key().fingerprinter
    made: list[Case] = []
    for number in range(count):
        base = cases[number % len(cases)]
        (value,) = decoys(base.secret.reveal(), 1, number) or [base.secret.reveal()]
        secret = fingerprinter.secret(value, base.kind)
        made.append(
            replace(base, id=f"{number}", prefix=f"# {number}\n{base.prefix}", secret=secret)
        )
    return made


def growth(model: Model, cases: Sequence[Case], most: int) -> list[dict[str, Any]]:
    """Milliseconds a case, and the process's largest memory so far, from 100 cases on."""
    rows = []
    count = 100
    while count <= most:
        suite = many(cases, count)
        started = time.perf_counter()
        readings = LocalProber(model).read(suite)
        seconds = time.perf_counter() - started
        errors = sum(not isinstance(reading, Reading) for reading in readings)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        rows.append(
            {
                "cases": count,
                "errors": errors,
                "ms_a_case": 1000 * seconds / count,
                "peak_mib": peak,
            }
        )
        print(rows[-1], flush=True)
        count *= 10
    return rows


def measured(name: str, spec: str, suite: str, most: int) -> dict[str, Any]:
    model = load(spec)
    cases = read(suite, load_key())
    step = max(1, len(cases) // _COMPARED[name])
    compared = cases[::step][: _COMPARED[name]]
    fast = load(spec, fast=True)
    for one in (model, fast):
        LocalProber(one).read(compared[:2])  # warm
    result: dict[str, Any] = {
        "parameters": sum(p.numel() for p in model.net.parameters()),
        "batch_tokens": batch_tokens(model),
        "generate": beside_generate(model, fast, compared),
    }
    print(name, result["generate"], flush=True)
    # Where the model does not know a secret, every wrong token costs a decode.
    for what, some in (("EL", cases), ("EL_unknown", many(cases, len(cases)))):
        asked = [encode_case(model, case) for case in some]
        limited = [c.shortened(_PREFIX) for c in asked if 16 <= len(c.ids) - c.start <= _SECRET]
        result[what] = beside_published(model, limited[:: len(limited) // _LOOPED][:_LOOPED])
        print(name, what, result[what], flush=True)
    result["growth"] = growth(model, cases, most)
    return result


def table(models: dict[str, dict[str, Any]]) -> str:
    rows = [
        "| model | cases/s: loop over generate | float32 | --fast | times faster (≥ 20) "
        "| same verdict "
        "| EL: times fewer positions (≥ 100) | bit-equal | times faster "
        "| unknown: times fewer | bit-equal |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, found in models.items():
        g, el, unknown = found["generate"], found["EL"], found["EL_unknown"]
        speed = g["cases_per_second"]
        rows.append(
            f"| {name} ({found['parameters']:,}) | {speed['generate']:.2f} "
            f"| {speed['float32']:.1f} | {speed['fast']:.1f} "
            f"| {g['times_faster']['float32']:.1f}, {g['times_faster']['fast']:.1f} "
            f"| {g['same_verdict']['float32']}, {g['same_verdict']['fast']} of {g['cases']} "
            f"| {el['times_fewer']:.0f} "
            f"| {el['bit_equal']} of {el['cases']} | {el['times_faster']:.0f} "
            f"| {unknown['times_fewer']:.0f} | {unknown['bit_equal']} of {unknown['cases']} |"
        )
    rows += [
        "",
        "| model | cases | not asked | ms a case | largest memory so far, MiB |",
        "|---|---|---|---|---|",
    ]
    for name, found in models.items():
        rows += [
            f"| {name} | {row['cases']:,} | {row['errors']} | {row['ms_a_case']:.1f} "
            f"| {row['peak_mib']:,.0f} |"
            for row in found["growth"]
        ]
    return "\n".join(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model")
    parser.add_argument("--suite")
    parser.add_argument("--cases", type=int, default=10_000, help="of the embedded model")
    parser.add_argument("--planted-cases", type=int, default=1000, help="of the planted model")
    arguments = parser.parse_args()
    spec, suite = (arguments.model, arguments.suite) if arguments.model else real_model()
    models = {
        "embedded": measured("embedded", "demo", "demo", arguments.cases),
        "planted": measured("planted", spec, suite, arguments.planted_cases),
    }
    machine = (
        f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}"
    )
    document = {"schema": "unleak.bench.probe/1", "machine": machine, "models": models}
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "probe.json").write_text(json.dumps(document, indent=2) + "\n")
    (RESULTS / "probe.md").write_text(
        f"# Asking a suite\n\n{machine}; float32; each pair side by side in one run, medians of "
        f"{_ROUNDS} rounds, targets in brackets. EL with up to {_PREFIX} tokens of prefix and "
        f"{_SECRET} of secret, beside the published loop: a few of the suite's "
        f"cases, and as many whose secret the model does not know.\n\n{table(models)}\n"
    )
    print(table(models))


if __name__ == "__main__":
    main()
