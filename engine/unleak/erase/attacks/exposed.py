"""exposure: can the secret be told from random secrets of its format, on either side?"""

from collections.abc import Sequence

from unleak.core.errors import SuiteError
from unleak.erase.attacks.attack import SIGNIFICANCE, Outcome, Progress, ignore
from unleak.models.load import Model
from unleak.probe.exposure import exposure
from unleak.probe.measure import encode_case
from unleak.probe.suite import Case


class Exposed:
    """Recovered if its log-probability lies outside its decoys' at 5 %, corrected (Bonferroni).

    On either side: a secret that is far less likely than a random one was pushed down, and that
    tells which one it was.
    """

    name = "exposure"
    required = True

    def run(
        self, model: Model, cases: Sequence[Case], progress: Progress = ignore
    ) -> list[Outcome]:
        """256 decoys a case, their prefix computed once."""
        outcomes = []
        for number, case in enumerate(cases, 1):
            progress((number - 1) / len(cases))
            try:
                found = exposure(model, case, encode_case(model, case))
            except SuiteError as error:
                outcomes.append(Outcome.not_run(error))
                continue
            distinct = found.p_two_sided < SIGNIFICANCE / len(cases)
            figures = {"bits": found.bits, "tail": found.tail, "z": found.z, "decoys": found.decoys}
            outcomes.append(Outcome(distinct, figures))
        return outcomes
