"""A model on this machine, as the gate asks it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from unleak.core.errors import SuiteError, UnleakError
from unleak.models.load import Model
from unleak.probe.exposure import exposure
from unleak.probe.measure import Measurement, encode_case, measure
from unleak.probe.reading import Decoding, Reading
from unleak.probe.suite import Case


class LocalProber:
    """Reads cases from a loaded model."""

    def __init__(self, model: Model, *, with_exposure: bool = False) -> None:
        self._model = model
        self._with_exposure = with_exposure
        self._cost: Counter[str] = Counter()

    @property
    def model(self) -> Mapping[str, str]:
        """Name and digest."""
        return {"name": self._model.spec, "digest": self._model.digest}

    @property
    def tokenizer(self) -> str | None:
        """Digest of the tokenizer."""
        return None

    @property
    def decoding(self) -> Decoding:
        """What log_p is measured under."""
        return Decoding()

    @property
    def cost(self) -> Mapping[str, int]:
        """Token positions by what they were for."""
        return self._cost

    def read(self, cases: Sequence[Case]) -> list[Reading | UnleakError]:
        """One forward a case."""
        return [
            self._reading(c, m) for c, m in zip(cases, measure(self._model, cases), strict=True)
        ]

    def _reading(self, case: Case, measured: Measurement | SuiteError) -> Reading | UnleakError:
        if isinstance(measured, SuiteError):
            return measured
        reading = Reading(measured.verbatim, measured.ma, measured.log_p, measured.tokens)
        if not self._with_exposure:
            return reading
        try:
            standing = exposure(self._model, case, encode_case(self._model, case))
        except SuiteError:
            return reading
        return replace(reading, exposure_bits=standing.bits, exposure_tail=standing.tail)
