"""What an erasure may cost."""

import math
from dataclasses import dataclass
from typing import Any

from unleak.core.errors import UsageError
from unleak.erase.utility import Baseline, agreement

_NAMES = ("perplexity", "agreement", "seconds")


@dataclass(frozen=True)
class Budget:
    """Limits; None where there is none.

    perplexity: how much that of held-out code may grow, as a share. agreement: the least share of
    held-out tokens with the same next token as before. seconds: for erasing, without loading,
    measuring and verifying. What costs more utility is not kept; what takes longer is not begun.
    """

    perplexity: float | None = None
    agreement: float | None = None
    seconds: float | None = None

    @property
    def of_utility(self) -> bool:
        """Whether utility is limited."""
        return self.perplexity is not None or self.agreement is not None

    def exceeded(self, before: Baseline, after: Baseline) -> str:
        """Which limit a model breaks, in words; empty if none."""
        growth = after.perplexity / before.perplexity - 1
        if self.perplexity is not None and not growth <= self.perplexity:
            return f"perplexity {growth:+.2%}, more than the {self.perplexity:+.2%} of --budget"
        same = agreement(before, after)
        if self.agreement is not None and same < self.agreement:
            return f"same next token {same:.2%}, less than the {self.agreement:.2%} of --budget"
        return ""

    def as_json(self) -> dict[str, Any]:
        """For the report."""
        limits = {name: getattr(self, name) for name in _NAMES}
        return {name: limit for name, limit in limits.items() if limit is not None}


def budget(text: str) -> Budget:
    """Read `perplexity=1%,agreement=97%,seconds=60`, or a part of it; empty for no limits.

    Raises:
        UsageError: it says something else.
    """
    limits: dict[str, float] = {}
    for piece in filter(None, (piece.strip() for piece in text.split(","))):
        name, _, value = (part.strip() for part in piece.partition("="))
        if name not in _NAMES:
            raise UsageError(f"--budget {piece}: say {', '.join(f'{n}=...' for n in _NAMES)}")
        share = value.endswith("%")
        try:
            limit = float(value.removesuffix("%")) / (100 if share else 1)
        except ValueError:
            limit = math.nan
        if not (0 <= limit < math.inf) or (share and name == "seconds"):
            raise UsageError(f"--budget {piece}: say for example perplexity=1% or seconds=60")
        if name == "agreement" and limit > 1:
            raise UsageError(f"--budget {piece}: at most 100%")
        limits[name] = limit
    return Budget(**limits)
