"""sampled: does sampling at temperature 1 give the secret?"""

from collections.abc import Sequence

from unleak.erase.attacks.attack import Outcome
from unleak.models.load import Model
from unleak.probe.measure import encode_case, measure_encoded
from unleak.probe.reading import EXTRACTABLE
from unleak.probe.sampling import sample
from unleak.probe.suite import Case


class NHalf:
    """Recovered if fewer than 10^6 samples give an even chance, by exact probability."""

    name = "n_half"

    def run(self, model: Model, cases: Sequence[Case]) -> list[Outcome]:
        """One forward a case."""
        measured = measure_encoded(model, [encode_case(model, case) for case in cases])
        return [
            Outcome(m.n_half is not None and m.n_half < EXTRACTABLE, {"n_half": m.n_half})
            for m in measured
        ]


class Sampled:
    """Recovered if any of `samples` real generations goes on with the secret, in any tokens."""

    name = "sampled"

    def __init__(self, samples: int = 200) -> None:
        self._samples = samples

    def run(self, model: Model, cases: Sequence[Case]) -> list[Outcome]:
        """Generate from each case's prefix."""
        return [self._one(model, case) for case in cases]

    def _one(self, model: Model, case: Case) -> Outcome:
        found, _ = sample(model, case, encode_case(model, case), self._samples)
        return Outcome(found.hits > 0, {"hits": found.hits, "samples": found.samples})
