"""Intervals at 95 % for figures that hang on chance."""

import math
from collections.abc import Sequence
from statistics import NormalDist, fmean, stdev

_Z = NormalDist().inv_cdf(0.975)
# Student's t at 97.5 %, by degrees of freedom from 1 on.
_T = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262)


def wilson(hits: int, tries: int) -> tuple[float, float]:
    """Wilson's score interval of a share (JASA 1927, 22:209).

    >>> [round(end, 4) for end in wilson(0, 600)]
    [0.0, 0.0064]
    """
    share = hits / tries
    spread = 1 + _Z * _Z / tries
    middle = (share + _Z * _Z / (2 * tries)) / spread
    half = _Z / spread * math.sqrt(share * (1 - share) / tries + (_Z / (2 * tries)) ** 2)
    return (0.0 if hits == 0 else middle - half), (1.0 if hits == tries else middle + half)


def student(values: Sequence[float]) -> tuple[float, float, float]:
    """Mean of 2 to 10 values, one a seed, and the ends of Student's t interval of it.

    >>> [round(value, 2) for value in student([1.0, 2.0, 3.0])]
    [2.0, -0.48, 4.48]
    """
    mean = fmean(values)
    half = _T[len(values) - 2] * stdev(values) / math.sqrt(len(values))
    return mean, mean - half, mean + half
