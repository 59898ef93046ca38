"""What an attack is."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from unleak.models.load import Model
from unleak.probe.suite import Case

SIGNIFICANCE = 0.05  # of a whole batch; each test is corrected for the number of secrets


@dataclass(frozen=True)
class Outcome:
    """What one attack found of one secret.

    `recovered` is None where the attack could not be run; then `figures` says why.
    """

    recovered: bool | None
    figures: dict[str, object] = field(default_factory=dict)


class Attack(Protocol):
    """One check on a saved model."""

    name: str

    def run(self, model: Model, cases: Sequence[Case]) -> list[Outcome]:
        """One outcome a case, in order."""
        ...
