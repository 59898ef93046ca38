"""What the probabilities of a secret's tokens say: memorised, invented, or neither for sure.

A model that repeats what it learned is sure of each token; one that makes a secret up draws it from
many. The thresholds were chosen by bench/guard.py --hints on one half of the embedded model's
planted and decoy secrets and measured on the other (bench/results/guard.md). It is a hint: only
`unleak confirm` measures.
"""

from typing import Final

from unleak.core.states import Verdict

MEMORISED_FROM: Final = -0.35  # mean natural log-probability of a token
INVENTED_TO: Final = -1.2


def hint(logprob: float | None) -> Verdict:
    """The verdict that a mean log-probability a token suggests."""
    if logprob is None:
        return Verdict.UNKNOWN
    if logprob >= MEMORISED_FROM:
        return Verdict.MEMORISED
    return Verdict.INVENTED if logprob <= INVENTED_TO else Verdict.UNKNOWN
