"""greedy: does decoding from the original prefix give the secret?"""

from collections.abc import Sequence

from unleak.erase.attacks.attack import Outcome
from unleak.models.load import Model
from unleak.probe.measure import encode_case, measure_encoded
from unleak.probe.suite import Case


class Greedy:
    """Recovered if verbatim."""

    name = "greedy"

    def run(self, model: Model, cases: Sequence[Case]) -> list[Outcome]:
        """One teacher-forced forward a case decides it."""
        measured = measure_encoded(model, [encode_case(model, case) for case in cases])
        return [Outcome(m.verbatim, {"ma": m.ma, "tokens": m.tokens}) for m in measured]
