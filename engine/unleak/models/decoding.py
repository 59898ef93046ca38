"""How a model is sampled; needs no torch."""

from dataclasses import asdict, dataclass
from typing import Any

from unleak.core.errors import UsageError


@dataclass(frozen=True, slots=True)
class Decoding:
    """Sampling parameters: the temperature first, then top-k (0: all), then top-p.

    Raises:
        UsageError: one is out of its range.
    """

    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0

    def __post_init__(self) -> None:
        if not 0 < self.temperature < float("inf"):
            raise UsageError("the temperature must be above 0; greedy decoding is always measured")
        if self.top_k < 0:
            raise UsageError("top-k must be 0 (all tokens) or more")
        if not 0 < self.top_p <= 1:
            raise UsageError("top-p must be above 0, and at most 1")

    @property
    def plain(self) -> bool:
        """The model's own distribution."""
        return self == Decoding()

    def as_json(self) -> dict[str, Any]:
        """For a report."""
        return asdict(self)


PLAIN = Decoding()
