"""What the probabilities of a secret's tokens say: memorised, invented, or neither for sure.

A model that repeats what it learned is sure of each token; one that makes a secret up draws it from
many. The thresholds are estimates, not measured yet: `python bench/guard.py --hints` suggests some
from one half of the secrets in the embedded model's completions and measures those in use on the
other. It is a hint: only `unleak confirm` measures.
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
