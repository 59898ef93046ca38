"""A model on this machine, as the gate asks it."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from typing import Any

import torch

from unleak.core.errors import EvaluationError, SuiteError, UnleakError
from unleak.models.encode import Encoded
from unleak.models.fim import encode_fim
from unleak.models.load import Model, tokenizer_digest
from unleak.probe.exposure import exposure
from unleak.probe.likelihood import likelihoods
from unleak.probe.measure import Measurement, encode_case, measure_encoded
from unleak.probe.reading import Ask, Reading
from unleak.probe.sampling import sample
from unleak.probe.suite import Case

# Logits: in 16 bits, a lead smaller than this may turn round with the batch.
_TIE = 0.6
# Nats: likewise of a log-probability beside the one that makes a leak.
_DOUBT = 2.0


class LocalProber:
    """Reads cases from a loaded model."""

    def __init__(self, model: Model, ask: Ask | None = None) -> None:
        self._model = model
        self._ask = ask or Ask()
        self._cost: Counter[str] = Counter()
        self._tokenizer = tokenizer_digest(model.tokenizer)

    @property
    def model(self) -> Mapping[str, str]:
        """Name, digest, and the type that it computes in."""
        model = self._model
        computes = str(model.net.dtype).removeprefix("torch.")
        return {"name": model.spec, "digest": model.digest, "dtype": computes}

    @property
    def tokenizer(self) -> str | None:
        """Digest of the tokenizer."""
        return self._tokenizer

    @property
    def ask(self) -> Ask:
        """What is measured."""
        return self._ask

    @property
    def limits(self) -> str:
        """Everything can be measured here."""
        return ""

    @property
    def cost(self) -> Mapping[str, int]:
        """Token positions that went through the model, by what they were for."""
        return self._cost

    def read(self, cases: Sequence[Case]) -> list[Reading | UnleakError]:
        """One entry a case; one that cannot be asked gives its error.

        Raises:
            EvaluationError: the model's logits are not numbers.
        """
        failed: dict[int, UnleakError] = {}
        encoded = self._encoded(cases, failed)
        readings = self._plain(encoded, "forward", failed)
        self._fill_in(cases, readings, failed)
        if self._ask.likelihood:
            self._likelihood(encoded, readings)
        for i, reading in readings.items():
            case, own = cases[i], encoded[i]
            readings[i] = self._decoys(case, own, self._samples(case, own, reading))
        return [failed.get(i) or readings[i] for i in range(len(cases))]

    def _encoded(self, cases: Sequence[Case], failed: dict[int, UnleakError]) -> dict[int, Encoded]:
        encoded = {}
        for i, case in enumerate(cases):
            try:
                encoded[i] = encode_case(self._model, case)
            except SuiteError as error:
                failed[i] = error
        return encoded

    def _plain(
        self, encoded: Mapping[int, Encoded], what: str, failed: dict[int, UnleakError]
    ) -> dict[int, Reading]:
        """What the forward says of each case that has not failed."""
        found = self._measure(encoded, what)
        if self._model.net.dtype != torch.float32:
            doubtful = {
                i: encoded[i]
                for i, measured in found.items()
                if _doubtful(measured, self._ask.tries)
            }
            try:
                if doubtful:  # all weights are converted there and back
                    with _in_float32(self._model.net):
                        found |= self._measure(doubtful, "float32")
            except torch.OutOfMemoryError:
                for i in doubtful:
                    del found[i]
                    failed[i] = EvaluationError(
                        "its tokens are nearly tied with others, which 16 bits cannot decide, and "
                        "the model does not fit in float32 here; use --device cpu"
                    )
        return {i: Reading(m.verbatim, m.ma, m.log_p, m.tokens) for i, m in found.items()}

    def _measure(self, encoded: Mapping[int, Encoded], what: str) -> dict[int, Measurement]:
        measured = measure_encoded(self._model, list(encoded.values()), self._ask.decoding)
        self._cost[what] += sum(m.positions for m in measured)
        return dict(zip(encoded, measured, strict=True))

    def _fill_in(
        self,
        cases: Sequence[Case],
        readings: dict[int, Reading],
        failed: dict[int, UnleakError],
    ) -> None:
        """Ask those with a suffix once more, as text to fill in, if the model is made for it."""
        prompts: dict[int, Encoded] = {}
        for i in [i for i in readings if cases[i].suffix]:
            case = cases[i]
            try:
                prompt = encode_fim(
                    self._model.tokenizer,
                    case.prefix,
                    case.secret.reveal(),
                    case.suffix,
                    context=self._model.context,
                    name=f"case {case.id}",
                )
            except SuiteError as error:
                failed[i] = error
                continue
            if prompt is None:
                return
            prompts[i] = prompt
        for i, fim in self._plain(prompts, "fim", failed).items():
            readings[i] = replace(readings[i], fim=fim)

    def _likelihood(self, encoded: Mapping[int, Encoded], readings: dict[int, Reading]) -> None:
        found = likelihoods(self._model, [encoded[i] for i in readings])
        self._cost["EL"] += sum(one.positions for one in found)
        for (i, reading), one in zip(readings.items(), found, strict=True):
            readings[i] = replace(reading, el=one.el)

    def _samples(self, case: Case, encoded: Encoded, reading: Reading) -> Reading:
        ask = self._ask
        if not ask.samples:
            return reading
        found, positions = sample(
            self._model, case, encoded, ask.samples, decoding=ask.decoding, seed=ask.seed
        )
        self._cost["samples"] += positions
        return replace(reading, sampled=found)

    def _decoys(self, case: Case, encoded: Encoded, reading: Reading) -> Reading:
        if not self._ask.exposure:
            return reading
        try:
            standing = exposure(self._model, case, encoded, seed=self._ask.seed)
        except SuiteError:
            return reading  # its format has too few other values
        self._cost["decoys"] += standing.positions
        return replace(reading, exposure_bits=standing.bits, exposure_tail=standing.tail)


def _doubtful(measured: Measurement, tries: float) -> bool:
    """Whether 16 bits may have turned the verdict round."""
    even = math.log(math.log(2) / tries)  # the log-probability of an even chance within `tries`
    return abs(measured.lead) < _TIE or abs(measured.log_p - even) < _DOUBT


@contextmanager
def _in_float32(net: Any) -> Iterator[None]:
    """The same weights in float32; bfloat16 and float16 come back exactly as they were."""
    tensors = [t for t in chain(net.parameters(), net.buffers()) if t.is_floating_point()]
    before = [t.dtype for t in tensors]
    try:
        for tensor in tensors:
            tensor.data = tensor.data.float()
        yield
    finally:
        for tensor, dtype in zip(tensors, before, strict=True):
            tensor.data = tensor.data.to(dtype)
