"""exposure: can the secret be told from random secrets of its format, on either side?"""

import math
from collections.abc import Sequence
from statistics import NormalDist

from unleak.core.errors import SuiteError
from unleak.erase.attacks.attack import SIGNIFICANCE, Outcome, Progress, ignore
from unleak.models.load import Model
from unleak.probe.exposure import DECOYS, FEWEST_DECOYS, Exposure, exposure
from unleak.probe.measure import encode_case
from unleak.probe.suite import Case


class Exposed:
    """Recovered if its log-probability lies outside its decoys' at 5 %, corrected (Bonferroni).

    On either side: a secret that is far less likely than a random one was pushed down, and that
    tells which one it was. 256 decoys; unless `thorough`, 64 where these leave no doubt: where
    the deviation is more than two of its standard errors away from the limit.
    """

    name = "exposure"
    required = True

    def __init__(self, thorough: bool = True) -> None:
        self._thorough = thorough

    def run(
        self, model: Model, cases: Sequence[Case], progress: Progress = ignore
    ) -> list[Outcome]:
        """A case after the other, its decoys' prefix computed once."""
        level = SIGNIFICANCE / len(cases)
        outcomes = []
        for number, case in enumerate(cases, 1):
            progress((number - 1) / len(cases))
            try:
                found = self._asked(model, case, level)
            except SuiteError as error:
                outcomes.append(Outcome.not_run(error))
                continue
            figures = {"bits": found.bits, "tail": found.tail, "z": found.z, "decoys": found.decoys}
            outcomes.append(Outcome(found.p_two_sided < level, figures))
        return outcomes

    def _asked(self, model: Model, case: Case, level: float) -> Exposure:
        encoded = encode_case(model, case)
        if not self._thorough:
            found = exposure(model, case, encoded, count=FEWEST_DECOYS)
            error = math.sqrt((1 + found.z**2 / 2) / found.decoys)
            if abs(abs(found.z) - NormalDist().inv_cdf(1 - level / 2)) > 2 * error:
                return found
        return exposure(model, case, encoded, count=DECOYS)
