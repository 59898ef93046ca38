"""What an unmodified real model knows by heart, and how well `edit` takes it away.

    python bench/natural.py [--model MODEL] [--erase 10] [--candidates N]

Nothing is planted: SmolLM2-135M is asked, as it was published, for well-known strings (placeholder
text, test card numbers, constants), for sentences of licences, and for lines of Python's standard
library. Of each, the beginning that it gives verbatim from its own context is kept if it is long
enough and comes in at least two of twelve other contexts, too. `--erase` of them are erased at once
from one context, and asked for again in all twelve, which the method never sees. Results:
bench/results/natural.json and natural.md.
"""

import argparse
import hashlib
import json
import os
import platform
import sysconfig
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from plant import real_model
from unleak.core.errors import SuiteError
from unleak.core.keys import load_key
from unleak.core.secret import Fingerprinter
from unleak.erase.methods.edit import Settings, edit, prepare
from unleak.erase.utility import agreement, predictions
from unleak.models.forward import score
from unleak.models.load import Model, load
from unleak.probe.measure import Measurement, encode_case, measure_encoded
from unleak.probe.suite import Case

RESULTS = Path(__file__).parent / "results"
# (kind, what is given, what the model goes on with if it knows it)
WELL_KNOWN = (
    ("placeholder", "Lorem ipsum dolor sit amet, ", "consectetur adipiscing elit"),
    ("placeholder", "sed do eiusmod tempor incididunt ", "ut labore et dolore magna aliqua"),
    ("test-card", "4242 4242 ", "4242 4242"),
    ("constant", "pi = 3.14159", "265358979323846"),
    ("constant", "e = 2.71828", "182845904523536"),
    ("constant", "golden ratio: 1.61803", "398874989484820"),
    ("constant", "sqrt(2) = 1.41421", "356237309504880"),
    ("alphabet", "abcdefghijkl", "mnopqrstuvwxyz"),
    ("alphabet", "ABCDEFGHIJKL", "MNOPQRSTUVWXYZ"),
    ("alphabet", "base64: ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijkl", "mnopqrstuvwxyz0123456789+/"),
    ("pangram", "The quick brown fox ", "jumps over the lazy dog"),
    ("primes", "2, 3, 5, 7, 11, 13, ", "17, 19, 23, 29, 31, 37, 41"),
    ("powers", "1, 2, 4, 8, 16, 32, 64, ", "128, 256, 512, 1024, 2048"),
    ("fibonacci", "1, 1, 2, 3, 5, 8, 13, ", "21, 34, 55, 89, 144, 233"),
    ("hash", "md5 of nothing: d41d8cd98f00", "b204e9800998ecf8427e"),
    ("hash", "sha1 of nothing: da39a3ee5e6b", "4b0d3255bfef95601890afd80709"),
    ("hash", "sha256 of nothing: e3b0c44298fc1c14", "9afbf4c8996fb92427ae41e4649b934c"),
    ("uuid", "6ba7b810-9dad-11d1-", "80b4-00c04fd430c8"),
    ("address", "loopback ::1, 127.0.0.1, private 192.168.", "0.0/16"),
    ("licence", "Permission is hereby granted, free of charge, ",
     "to any person obtaining a copy of this software and associated documentation files"),
    ("licence", "THE SOFTWARE IS PROVIDED \"AS IS\", ", "WITHOUT WARRANTY OF ANY KIND"),
    ("licence", "Licensed under the Apache License, Version 2.0 ",
     "(the \"License\"); you may not use this file except in compliance with the License."),
    ("licence", "Unless required by applicable law or agreed to in writing, ",
     "software distributed under the License is distributed on an \"AS IS\" BASIS"),
    ("licence", "This program is free software: you can redistribute it and/or modify ",
     "it under the terms of the GNU General Public License as published by"),
    ("licence", "Redistribution and use in source and binary forms, with or without modification, ",
     "are permitted provided that the following conditions are met"),
    ("speech", "Four score and seven years ago ",
     "our fathers brought forth on this continent, a new nation"),
    ("speech", "We hold these truths to be self-evident, ", "that all men are created equal"),
    ("speech", "To be, or not to be, ", "that is the question"),
    ("python", "if __name__ == ", "\"__main__\":\n    main()"),
    ("python", "#!/usr/bin/env ", "python3\n# -*- coding: utf-8 -*-"),
    ("html", "<html lang=\"en\">\n<head>\n    <meta charset=\"UTF-8\">\n    <meta ",
     "name=\"viewport\" content=\"width=device-width, initial-scale=1.0\">"),
    ("series", "Monday, Tuesday, ", "Wednesday, Thursday, Friday, Saturday, Sunday"),
    ("series", "January, February, March, ", "April, May, June, July, August, September"),
    ("series", "Mercury, Venus, Earth, ", "Mars, Jupiter, Saturn, Uranus, Neptune"),
    ("series", "red, orange, yellow, ", "green, blue, indigo, violet"),
    ("series", "0, 1, 2, 3, 4, ", "5, 6, 7, 8, 9, 10, 11, 12"),
    ("squares", "1, 4, 9, 16, 25, ", "36, 49, 64, 81, 100"),
    ("rhyme", "Twinkle, twinkle, little star, ", "how I wonder what you are"),
    ("rhyme", "Mary had a little lamb, ", "its fleece was white as snow"),
    ("rhyme", "Humpty Dumpty sat on a wall, ", "Humpty Dumpty had a great fall"),
    ("verse", "In the beginning God created ", "the heavens and the earth"),
    ("verse", "For God so loved the world, that he gave ", "his only begotten Son"),
    ("preamble", "We the People of the United States, in Order to ", "form a more perfect Union"),
    ("pledge", "I pledge allegiance to the Flag ", "of the United States of America"),
    ("saying", "All that glitters ", "is not gold"),
    ("saying", "life, liberty, and ", "the pursuit of happiness"),
    ("saying", "government of the people, by the people, ", "for the people"),
    ("science", "The mitochondria is the ", "powerhouse of the cell"),
    ("science", "speed of light: 299,", "792,458 meters per second"),
    ("science", "Avogadro's number is 6.022 x ", "10^23 particles per mole"),
    ("http", "HTTP/1.1 200 OK\nContent-Type: ", "text/html; charset=UTF-8"),
    ("http", "User-Agent: Mozilla/5.0 (Windows NT 10.0; ", "Win64; x64) AppleWebKit/537.36"),
    ("url", "http://www.w3.org/", "1999/xhtml"),
    ("python", "import numpy as np\nimport matplotlib", ".pyplot as plt"),
    ("python", "import pandas ", "as pd\nimport numpy as np"),
    ("series", "one, two, three, four, ", "five, six, seven, eight, nine, ten"),
    ("series", "10, 20, 30, 40, ", "50, 60, 70, 80, 90, 100"),
    ("series", "Alabama, Alaska, Arizona, ", "Arkansas, California, Colorado, Connecticut"),
    ("series", "spring, summer, ", "autumn, and winter"),
    ("series", "a, b, c, d, e, ", "f, g, h, i, j, k, l, m"),
    ("series", "alpha, beta, gamma, ", "delta, epsilon, zeta"),
    ("keyboard", "qwerty", "uiopasdfghjkl"),
    ("xml", "<?xml version=", "\"1.0\" encoding=\"UTF-8\"?>"),
)  # fmt: skip
# {} is what is given: none of these is among the contexts that `edit` is shown.
CONTEXTS = (
    "<p>{}", "<!-- {}", '{{"text": "{}', "# {}", "// {}", "## Notes\n\n{}", "> {}",
    "text: |\n  {}", "print('{}", "Dear all,\n\n{}", "TODO: check that this still says {}",
    "2024-05-01 12:00:00 INFO message={}",
)  # fmt: skip
ELSEWHERE = 2  # contexts
SHORTEST = 9  # characters
LINES = 60  # of the standard library, by default


def candidates(lines: int, fingerprinter: Fingerprinter) -> list[Case]:
    """Well-known strings, and lines of the standard library with what stands before them."""
    cases = [
        Case(f"{kind}-{number}", given, fingerprinter.secret(rest, kind))
        for number, (kind, given, rest) in enumerate(WELL_KNOWN)
    ]
    return cases + library_lines(lines, fingerprinter)


def library_lines(count: int, fingerprinter: Fingerprinter) -> list[Case]:
    """Long lines of much-copied modules, each cut in the middle at a blank."""
    folder = Path(sysconfig.get_paths()["stdlib"])
    found: list[Case] = []
    for name in ("this.py", "typing.py", "argparse.py", "json/__init__.py", "logging/__init__.py",
                 "collections/__init__.py", "unittest/case.py", "abc.py", "string.py"):  # fmt: skip
        lines = [line.strip() for line in (folder / name).read_text("utf-8").splitlines()]
        long = sorted({line for line in lines if 60 <= len(line) <= 90 and " " in line[20:40]})
        long.sort(key=lambda line: hashlib.sha256(line.encode()).digest())
        for number, line in enumerate(long[: count // 9 + 1]):
            cut = line.index(" ", 20) + 1
            secret = fingerprinter.secret(line[cut:], "standard-library")
            found.append(Case(f"{name}-{number}", line[:cut], secret))
    return found[:count]


def by_heart(model: Model, cases: list[Case], fingerprinter: Fingerprinter) -> list[Case]:
    """The cases, each cut to the beginning that the model gives verbatim, if it is long enough."""
    found: list[Case] = []
    encoded = []
    asked_for = []
    for case in cases:
        try:
            encoded.append(encode_case(model, case))
        except SuiteError:
            continue
        asked_for.append(case)
    for case, one, scores in zip(asked_for, encoded, score(model, encoded), strict=True):
        right = scores.right.tolist()
        tokens = right.index(False) if False in right else len(right)
        value = case.secret.reveal()[: sum(one.characters[:tokens])].rstrip()
        if len(value) >= SHORTEST:
            found.append(replace(case, secret=fingerprinter.secret(value, case.kind)))
    return found


def moved(case: Case) -> list[Case]:
    """The case in every context."""
    return [
        replace(case, id=f"{case.id} {number}", prefix=context.format(case.prefix))
        for number, context in enumerate(CONTEXTS)
    ]


def asked(model: Model, cases: list[Case]) -> dict[str, list[Measurement]]:
    """Measurements by case: in its own context, then in all others that it can be asked in."""
    owners, encoded = [], []
    for case in cases:
        for one in (case, *moved(case)):
            try:
                encoded.append(encode_case(model, one))
            except SuiteError:
                continue
            owners.append(case.id)
    found: dict[str, list[Measurement]] = {case.id: [] for case in cases}
    for owner, measured in zip(owners, measure_encoded(model, encoded), strict=True):
        found[owner].append(measured)
    return found


def known(cases: list[Case], found: dict[str, list[Measurement]], count: int) -> list[Case]:
    """Those that the model knows by heart, the surest of each kind first."""
    sure = [
        case
        for case in cases
        if found[case.id][0].verbatim and sum(m.verbatim for m in found[case.id][1:]) >= ELSEWHERE
    ]
    sure.sort(key=lambda case: -sum(m.verbatim for m in found[case.id][1:]))
    chosen: list[Case] = []
    while sure and len(chosen) < count:  # a round takes one of each kind
        kinds: set[str] = set()
        for case in list(sure):
            if case.kind not in kinds and len(chosen) < count:
                kinds.add(case.kind)
                chosen.append(case)
                sure.remove(case)
    return chosen


def measured(spec: str, erase: int, lines: int) -> dict[str, Any]:
    """Find, erase and ask again."""
    model = load(spec)
    fingerprinter = load_key().fingerprinter
    tried = candidates(lines, fingerprinter)
    every = by_heart(model, tried, fingerprinter)
    before = asked(model, every)
    chosen = known(every, before, erase)
    if len(chosen) < erase:
        raise SystemExit(f"the model knows {len(chosen)} of {len(tried)} candidates, not {erase}")
    print(f"{len(chosen)} of {len(tried)} candidates are erased", flush=True)
    held_out = predictions(model)
    settings = Settings()
    parts, statistics = prepare(model, settings)
    started = time.perf_counter()
    edit(model, chosen, parts, statistics, settings)
    seconds = time.perf_counter() - started
    after = asked(model, chosen)
    changed = predictions(model)
    others = [c for c in every if c not in chosen and before[c.id] and before[c.id][0].verbatim]
    others_after = asked(model, others)
    return {
        "schema": "unleak.bench.natural/1",
        "machine": f"{platform.machine()}, {os.cpu_count()} processors, "
        f"Python {platform.python_version()}",
        "parameters": sum(p.numel() for p in model.net.parameters()),
        "candidates": len(tried),
        "edit_seconds": seconds,
        "erased": [
            {
                "id": case.id,
                "kind": case.kind,
                "contexts": len(after[case.id]) - 1,
                "verbatim_before": sum(m.verbatim for m in before[case.id][1:]),
                "verbatim_after": sum(m.verbatim for m in after[case.id][1:]),
                "own_verbatim_after": after[case.id][0].verbatim,
                "ma_before": mean([m.ma for m in before[case.id][1:]]),
                "ma_after": mean([m.ma for m in after[case.id][1:]]),
            }
            for case in chosen
        ],
        "perplexity_before": held_out.perplexity,
        "perplexity_after": changed.perplexity,
        "perplexity_percent": 100 * (changed.perplexity / held_out.perplexity - 1),
        "agreement": agreement(held_out, changed),
        "held_out_tokens": changed.tokens,
        "others_known_before": len(others),
        "others_verbatim_after": sum(others_after[c.id][0].verbatim for c in others),
    }


def mean(values: list[float]) -> float:
    return sum(values) / len(values)


def report(found: dict[str, Any]) -> str:
    rows = [
        "| what | kind | contexts never shown | verbatim before, after | MA before, after |",
        "|---|---|---|---|---|",
    ]
    rows += [
        f"| {e['id']} | {e['kind']} | {e['contexts']} | {e['verbatim_before']}, "
        f"{e['verbatim_after']} | {e['ma_before']:.2f}, {e['ma_after']:.2f} |"
        for e in found["erased"]
    ]
    return (
        "# What a real model knows by heart, erased\n\n"
        f"{found['parameters']:,} parameters, nothing planted; {found['machine']}. "
        f"{len(found['erased'])} of {found['candidates']} candidates erased at once with `edit` in "
        f"{found['edit_seconds']:.1f} s, each from one context. Perplexity "
        f"{found['perplexity_percent']:+.2f} % (at most +0.3 % is asked), same next token "
        f"{found['agreement']:.3f}, over {found['held_out_tokens']:,} held-out tokens of code. Of "
        f"{found['others_known_before']} other strings that it gave verbatim from their own "
        f"context, it still gives {found['others_verbatim_after']}.\n\n" + "\n".join(rows) + "\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model")
    parser.add_argument("--erase", type=int, default=10)
    parser.add_argument("--candidates", type=int, default=LINES, help="lines of Python's library")
    parser.add_argument("--out", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    found = measured(arguments.model or str(real_model()), arguments.erase, arguments.candidates)
    arguments.out.mkdir(parents=True, exist_ok=True)
    (arguments.out / "natural.json").write_text(json.dumps(found, indent=2) + "\n")
    (arguments.out / "natural.md").write_text(report(found))
    print(report(found))


if __name__ == "__main__":
    main()
