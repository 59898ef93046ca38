"""What an attack is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from unleak.core.errors import SuiteError
from unleak.models.encode import Encoded
from unleak.models.load import Model
from unleak.probe.measure import encode_case
from unleak.probe.suite import Case

SIGNIFICANCE = 0.05  # of a whole batch; each test is corrected for the number of secrets
SEEDS = (0, 1, 2)  # of what hangs on chance

Progress = Callable[[float], None]


def ignore(done: float) -> None:
    """For those who do not want to know how far it is."""


@dataclass(frozen=True)
class Outcome:
    """What one attack found of one secret.

    `recovered` is None where the attack could not be run; then `figures["not_run"]` says why.
    """

    recovered: bool | None
    figures: dict[str, object] = field(default_factory=dict)

    @classmethod
    def not_run(cls, why: object) -> "Outcome":
        """Of a case that the attack cannot try."""
        return cls(None, {"not_run": str(why)})

    def as_json(self) -> dict[str, object]:
        """For reports."""
        return {"recovered": self.recovered, **self.figures}


class Attack(Protocol):
    """One check on a saved model.

    required: whether a secret that it recovers counts as not erased.
    """

    name: str
    required: bool

    def run(
        self, model: Model, cases: Sequence[Case], progress: Progress = ignore
    ) -> list[Outcome]:
        """One outcome a case, in order; `progress` is told the share that is done."""
        ...


def encoded(model: Model, cases: Sequence[Case]) -> tuple[dict[int, Encoded], dict[int, Outcome]]:
    """By index, the cases that this model can be asked, and the outcome of those that it cannot."""
    good: dict[int, Encoded] = {}
    bad: dict[int, Outcome] = {}
    for index, case in enumerate(cases):
        try:
            good[index] = encode_case(model, case)
        except SuiteError as error:
            bad[index] = Outcome.not_run(error)
    return good, bad
