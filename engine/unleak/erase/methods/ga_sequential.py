"""ga-sequential: gradient ascent on a few secrets after the other."""

from dataclasses import dataclass
from typing import ClassVar

from unleak.core.errors import UsageError
from unleak.erase.methods.ga import GradientAscent


@dataclass(frozen=True, kw_only=True)
class SequentialGradientAscent(GradientAscent):
    """Jang et al., ACL 2023, section 4.3: unlearning in chunks keeps more than all at once.

    The loss of `ga`. chunk: secrets erased together, before the next ones are begun (theirs: 32
    samples in chunks of 4 or 8). steps: for each chunk. Optimiser states go on between chunks.
    """

    name: ClassVar[str] = "ga-sequential"

    chunk: int = 4

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.chunk < 1:
            raise UsageError("--setting chunk: must be 1 or more")

    def groups(self, count: int) -> list[list[int]]:
        """Chunks."""
        return [list(range(at, min(at + self.chunk, count))) for at in range(0, count, self.chunk)]
