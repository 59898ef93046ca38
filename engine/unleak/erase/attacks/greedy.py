"""greedy: does decoding from the original prefix give the secret?"""

from collections.abc import Sequence

from unleak.erase.attacks.attack import Outcome, Progress, encoded, ignore
from unleak.models.load import Model
from unleak.probe.measure import measure_encoded
from unleak.probe.suite import Case


class Greedy:
    """Recovered if verbatim."""

    name = "greedy"
    required = True

    def run(
        self, model: Model, cases: Sequence[Case], progress: Progress = ignore
    ) -> list[Outcome]:
        """One teacher-forced forward a case decides it."""
        good, outcomes = encoded(model, cases)
        for index, m in zip(good, measure_encoded(model, list(good.values())), strict=True):
            outcomes[index] = Outcome(m.verbatim, {"ma": m.ma, "tokens": m.tokens})
        return [outcomes[index] for index in range(len(cases))]
