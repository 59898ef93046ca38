"""What is tried to erase secrets, one attempt after the other, each harder than the last."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from unleak.erase.attacks.attack import Outcome
from unleak.erase.clock import Clock
from unleak.erase.contexts import TRIED
from unleak.erase.methods.bounded import Bounded
from unleak.erase.methods.edit import edit, prepare
from unleak.erase.methods.loop import train
from unleak.erase.methods.training import Training
from unleak.erase.settings import Settings
from unleak.models.load import Model
from unleak.probe.suite import Case

_RETRIES = 2  # of `auto`'s edit

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Attempt:
    """One way to erase, with its settings."""

    how: Training | Settings
    stage: str = "edit"  # what progress calls it

    @property
    def name(self) -> str:
        """Of the method."""
        return self.how.name if isinstance(self.how, Training) else "edit"

    def as_json(self) -> dict[str, Any]:
        """For the report."""
        return {"method": self.name, "settings": asdict(self.how)}


def attempts(method: str, how: Training | Settings) -> list[Attempt]:
    """Those of a method; all but the first are for what the ones before left.

    `auto` edits, edits again with more force, and at last trains low-rank adapters on a bounded
    loss. Every other method has one attempt.
    """
    if isinstance(how, Training):
        return [Attempt(how, "train")]
    found = [Attempt(how)]
    if method == "auto":
        for _ in range(_RETRIES):
            how = how.stronger()
            found.append(Attempt(how, "again"))
        found.append(Attempt(Bounded(), "train"))
    return found


def carry_out(
    attempt: Attempt,
    model: Model,
    cases: Sequence[Case],
    clock: Clock,
    progress: Progress,
    seconds: float | None = None,
    watched: Sequence[Case] = (),
) -> dict[str, Any]:
    """Change a model in memory; `model.digest` names the statistics that an edit needs.

    watched: what an earlier attempt erased, and an edit shall leave down.

    Returns:
        How it went, for the report.

    Raises:
        EvaluationError: it diverged, or memory is too short; the model is of no use any more.
    """
    how = attempt.how
    if isinstance(how, Training):
        trained = train(
            model, cases, how, seconds=seconds, progress=lambda done: progress("train", done)
        )
        return {
            "seconds": clock.lap("train"),
            "steps": trained.steps,
            "ended": trained.ended,
            "texts": "packed" if trained.packed else "padded",
            "tokens_in_a_forward": trained.tokens,
        }
    parts, known = prepare(model, how, lambda done: progress("statistics", done))
    clock.lap("statistics")
    edit(model, cases, parts, known, how, lambda done: progress(attempt.stage, done), watched)
    return {"seconds": clock.lap("edit")}


def different(cases: Sequence[Case]) -> list[Case]:
    """The cases without those that ask for the same secret in the same place."""
    return list({(case.prefix, case.secret.reveal()): case for case in cases}.values())


def shown_by(case: Case, outcomes: dict[str, Outcome]) -> list[Case]:
    """The case in each context that an attack recovered it from."""
    names: set[str] = set()
    for outcome in outcomes.values():
        where = outcome.figures.get("where") if outcome.recovered else None
        if isinstance(where, list):
            names |= {str(place).partition(",")[0] for place in where}
    return [
        replace(case, id=f"{case.id}, {name}", prefix=TRIED[name])
        for name in sorted(names.intersection(TRIED))
    ]
