"""contexts: does the secret come from another context, or once its start is given?"""

import math
from collections.abc import Sequence
from dataclasses import replace

from unleak.core.errors import SuiteError
from unleak.core.formats import guess_bits, random_part
from unleak.erase.attacks.attack import Outcome, Progress, ignore
from unleak.erase.contexts import TRIED
from unleak.models.encode import Encoded
from unleak.models.forward import score
from unleak.models.load import Model
from unleak.probe.measure import encode_case
from unleak.probe.reading import EXTRACTABLE, n_half
from unleak.probe.suite import Case

# A rest that takes fewer guesses than an attacker may spend is not the model's leak.
FEWEST_BITS = math.log2(EXTRACTABLE)


class Contexts:
    """Recovered if verbatim, or n_half under 10^6, in any context and after any given start.

    Contexts: the original prefix, its last line only, and those of `unleak.erase.contexts.TRIED`.
    Starts: every number of the secret's tokens, as long as what remains to be told would take
    somebody who knows the format more than 10^6 guesses. One forward a context serves all
    starts, since a start only moves where the sum of log-probabilities begins.
    """

    name = "contexts"
    required = True

    def run(
        self, model: Model, cases: Sequence[Case], progress: Progress = ignore
    ) -> list[Outcome]:
        """All contexts of all cases in one batch."""
        owners: list[tuple[int, str, Encoded]] = []
        for index, case in enumerate(cases):
            last_line = case.prefix.rsplit("\n", 1)[-1]
            prefixes = {"original": case.prefix, "last-line": last_line, **TRIED}
            for name, prefix in prefixes.items():
                try:
                    encoded = encode_case(model, replace(case, prefix=prefix))
                except SuiteError:
                    continue  # it has no token of its own there
                owners.append((index, name, encoded))
        found: list[list[str]] = [[] for _ in cases]
        best = [-math.inf] * len(cases)
        tried = [0] * len(cases)
        scores = score(model, [encoded for _, _, encoded in owners])
        for (index, name, encoded), scored in zip(owners, scores, strict=True):
            values, right = scored.log_p, scored.right
            value = cases[index].secret.reveal()
            low, high = random_part(value)
            told = 0  # characters of the secret given
            for at in range(len(values)):
                if at and told >= low and guess_bits(value[told:high]) < FEWEST_BITS:
                    break
                log_p = values[at:].double().sum().item()
                tries = n_half(log_p)
                best[index] = max(best[index], log_p)
                tried[index] += 1
                if right[at:].all() or (tries is not None and tries < EXTRACTABLE):
                    found[index].append(name if at == 0 else f"{name}, {at} tokens given")
                told += encoded.characters[at]
        return [
            Outcome(bool(where), {"tried": count, "where": where[:5], "best_log_p": log_p})
            if count
            else Outcome.not_run(f"case {case.id}: the secret has no token of its own anywhere")
            for case, where, count, log_p in zip(cases, found, tried, best, strict=True)
        ]
