"""The second look at what loose rules propose: a small model, trained by tools/train_classifier.py.

Gradient-boosted trees over the numbers of `features`, run by onnxruntime, which is imported when
the first candidate turns up. The file carries what belongs to it: the rules it tells apart, the
table of letters, and the probabilities from which one redacts and alerts.
"""

import base64
import json
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path

from unleak.core.finding import ALERT_SCORE, REDACT_SCORE
from unleak.detect.features import Candidate, features

_SUREST = 0.79  # a rule that knows the provider's format is surer, and names it better
SHIPPED = Path(__file__).with_name("classifier.onnx")


class Classifier:
    """Scores candidates; threads may share one."""

    def __init__(self, path: Path = SHIPPED) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # one candidate is no work to share
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            path, options, providers=["CPUExecutionProvider"]
        )
        kept = self._session.get_modelmeta().custom_metadata_map
        self._rules: list[str] = json.loads(kept["rules"])
        self._letters = base64.b85decode(kept["letters"])
        self.redact, self.alert = float(kept["redact"]), float(kept["alert"])
        self.held_out = frozenset(json.loads(kept["validation"]))  # repositories not learnt from

    def probabilities(self, candidates: Sequence[Candidate]) -> list[float]:
        """How likely each of them (at least one) is a secret."""
        import numpy

        rows = [features(candidate, self._rules, self._letters) for candidate in candidates]
        answer = self._session.run(None, {"x": numpy.array(rows, dtype=numpy.float32)})
        return [float(value) for value in answer[1][:, 1]]

    def scores(self, candidates: Sequence[Candidate]) -> list[float]:
        """Their scores: probabilities on the scale on which one alerts and redacts."""
        return [self._score(p) for p in self.probabilities(candidates)]

    def _score(self, p: float) -> float:
        steps = ((0.0, 0.0), (self.redact, REDACT_SCORE), (self.alert, ALERT_SCORE), (1.0, _SUREST))
        for (low, bottom), (high, top) in pairwise(steps):
            if p < high:
                return bottom + (top - bottom) * (p - low) / (high - low)
        return _SUREST


@cache
def shipped() -> Classifier:
    """The one that comes with unleak."""
    return Classifier()
