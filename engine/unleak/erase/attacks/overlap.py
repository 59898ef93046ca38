"""How much of many values stands in many texts: longest common run, and edit similarity."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

_BETWEEN = "\0"  # joins texts; no value holds it


def longest_runs(texts: Sequence[str], values: Sequence[str]) -> NDArray[np.float64]:
    """For each value (values,): the most of its characters that stand together in any text."""
    joined = _BETWEEN.join(texts)
    return np.array([_longest(value, joined) for value in values], float)


def _longest(value: str, text: str) -> int:
    best = start = 0
    while start + best < len(value):
        if value[start : start + best + 1] in text:
            best += 1
        else:
            start += 1
    return best


def similarities(texts: Sequence[str], values: Sequence[str]) -> NDArray[np.float64]:
    """For each value (values,): how like it the most similar part of any text is, from 0 to 1.

    The part is as long as the value; likeness is 1 less insertions and deletions as a share of
    both lengths (RapidFuzz's `partial_ratio`).
    """
    table = process.cdist(values, texts, scorer=fuzz.partial_ratio, dtype=np.float32)
    found: NDArray[np.float64] = table.max(1).astype(float) / 100
    return found
