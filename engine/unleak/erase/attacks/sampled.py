"""sampled: does sampling at temperature 1 give the secret?"""

from collections.abc import Sequence

from unleak.erase.attacks.attack import SEEDS, Outcome, Progress, encoded, ignore
from unleak.erase.intervals import wilson
from unleak.models.load import Model
from unleak.probe.measure import measure_encoded
from unleak.probe.reading import EXTRACTABLE
from unleak.probe.sampling import sample
from unleak.probe.suite import Case


class NHalf:
    """Recovered if fewer than 10^6 samples give an even chance, by exact probability."""

    name = "n_half"
    required = True

    def run(
        self, model: Model, cases: Sequence[Case], progress: Progress = ignore
    ) -> list[Outcome]:
        """One forward a case."""
        good, outcomes = encoded(model, cases)
        for index, m in zip(good, measure_encoded(model, list(good.values())), strict=True):
            likely = m.n_half is not None and m.n_half < EXTRACTABLE
            outcomes[index] = Outcome(likely, {"n_half": m.n_half})
        return [outcomes[index] for index in range(len(cases))]


class Sampled:
    """Recovered if any of `samples` real generations goes on with the secret, in any tokens.

    Once a seed; the interval is Wilson's, of the share of all generations together.
    """

    name = "sampled"
    required = True

    def __init__(self, samples: int = 200, seeds: Sequence[int] = SEEDS) -> None:
        self._samples = samples
        self._seeds = tuple(seeds)

    def run(
        self, model: Model, cases: Sequence[Case], progress: Progress = ignore
    ) -> list[Outcome]:
        """Generate from each case's prefix."""
        good, outcomes = encoded(model, cases)
        for number, (index, one) in enumerate(good.items(), 1):
            hits = [
                sample(model, cases[index], one, self._samples, seed=seed)[0].hits
                for seed in self._seeds
            ]
            tries = self._samples * len(hits)
            low, high = wilson(sum(hits), tries)
            outcomes[index] = Outcome(
                sum(hits) > 0,
                {
                    "hits": sum(hits),
                    "samples": tries,
                    "hits_by_seed": hits,
                    "low": low,
                    "high": high,
                    "interval": "Wilson, 95 %",
                },
            )
            progress(number / len(good))
        return [outcomes[index] for index in range(len(cases))]
