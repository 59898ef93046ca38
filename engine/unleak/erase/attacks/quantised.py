"""bf16, int8, int4, nf4: does rounding the weights bring the secret back?"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

import torch

from unleak.erase.attacks.attack import Attack, Outcome, Progress, ignore
from unleak.erase.attacks.contexts import Contexts
from unleak.erase.attacks.greedy import Greedy
from unleak.erase.attacks.rounding import bfloat16, int4, int8, nf4, rounded
from unleak.erase.attacks.sampled import NHalf, Sampled
from unleak.models.load import Model
from unleak.probe.suite import Case

TYPES: dict[str, Callable[[Any], AbstractContextManager[None]]] = {
    "bf16": bfloat16,
    "int8": partial(rounded, how=int8),
    "int4": partial(rounded, how=int4),
    "nf4": partial(rounded, how=nf4),
}


class Quantised:
    """Recovered if greedy, n_half or contexts (and sampled) recovers it from the rounded model.

    Args of the constructor: a name of `TYPES`, and whether real generations are tried as well.
    """

    required = True

    def __init__(self, name: str, generate: bool = False) -> None:
        self.name = name
        self._attacks: list[Attack] = [Greedy(), NHalf(), Contexts()]
        if generate:
            self._attacks.append(Sampled())

    def run(
        self, model: Model, cases: Sequence[Case], progress: Progress = ignore
    ) -> list[Outcome]:
        """The attacks on the rounded weights.

        Raises:
            EvaluationError: this model's matrices cannot be rounded.
        """
        runs = []
        with TYPES[self.name](model.net), torch.inference_mode():
            for number, attack in enumerate(self._attacks, 1):
                runs.append(attack.run(model, cases))
                progress(number / len(self._attacks))
        return [self._joined(outcomes) for outcomes in zip(*runs, strict=True)]

    def _joined(self, outcomes: Sequence[Outcome]) -> Outcome:
        if all(outcome.recovered is None for outcome in outcomes):
            return outcomes[0]
        figures: dict[str, object] = {}
        for outcome in outcomes:
            figures |= {k: v for k, v in outcome.figures.items() if k in _SHOWN}
        by = [a.name for a, o in zip(self._attacks, outcomes, strict=True) if o.recovered]
        return Outcome(bool(by), {"by": by, **figures})


_SHOWN = ("ma", "n_half", "where", "best_log_p", "hits", "samples")
