"""How the time of each rule's pattern grows with a hostile text's length."""

import math
import re
import time
from collections.abc import Callable
from typing import Any

from detection.hostile import hostile, searched
from unleak.detect.prefilter import LONGEST_LINE
from unleak.detect.rules import all_rules

STEEP = 1.5  # linear is 1, quadratic 2
_NOTICEABLE = 0.002  # seconds for the longest line; below, the clock says little


def seconds(pattern: re.Pattern[str], text: str, runs: int) -> float:
    """The least processor time of some runs."""
    taken = []
    for _ in range(runs):
        begun = time.process_time()
        searched(pattern, text)
        taken.append(time.process_time() - begun)
    return min(taken)


def measure(every: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Section growth: time at a quarter of the longest line, and at the longest line.

    Args:
        every: take every such rule.
    """
    rules = all_rules()[::every]
    say(f"{len(rules)} rules, {LONGEST_LINE // 4} and {LONGEST_LINE} characters")
    steep, slowest, texts = [], ("", 0.0), 0
    for rule in rules:
        worst, longest = 0.0, 0.0
        for text in hostile(rule, LONGEST_LINE):
            texts += 1
            long = seconds(rule.regex, text, 1)
            if long > slowest[1]:
                slowest = rule.id, long
            if long < _NOTICEABLE:
                continue
            long = min(long, seconds(rule.regex, text, 2))
            short = seconds(rule.regex, text[: len(text) // 4], 3)
            exponent = math.log(long / max(short, 1e-6), 4)
            if exponent > worst:
                worst, longest = exponent, long
        if worst > STEEP:
            steep.append({"rule": rule.id, "exponent": worst, "seconds": longest})
    steep.sort(key=lambda entry: -float(str(entry["exponent"])))
    return {
        "rules": len(rules),
        "texts": texts,
        "characters": [LONGEST_LINE // 4, LONGEST_LINE],
        "limit": STEEP,
        "steep": steep,
        "slowest": {"rule": slowest[0], "seconds": slowest[1]},
    }
