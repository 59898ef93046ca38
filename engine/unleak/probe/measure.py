"""Memorisation metrics of a case, from one teacher-forced forward."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from unleak.core.errors import SuiteError
from unleak.models.decoding import PLAIN, Decoding
from unleak.models.encode import Encoded, encode
from unleak.models.forward import score
from unleak.models.load import Model
from unleak.probe.reading import EXTRACTABLE, n_half
from unleak.probe.suite import Case


@dataclass(frozen=True, slots=True)
class Measurement:
    """What one forward says of a case.

    verbatim: greedy decoding gives the secret (every argmax along it is right).
    ma: memorization accuracy, the share of right argmaxes (Jang et al., ACL 2023, eq. 2).
    random_ma: the same over the random part's tokens.
    log_p: natural log-probability of the whole secret under the decoding asked for.
    random_log_p: the random part's share of it.
    tokens: the secret's tokens; random_tokens: those of its random part.
    lead: the smallest lead of a true token over all others, in logits; verbatim if positive.
    positions: token positions that went through the model for it.
    """

    verbatim: bool
    ma: float
    random_ma: float
    log_p: float
    random_log_p: float
    tokens: int
    random_tokens: int
    straddles: bool
    lead: float
    positions: int

    @property
    def p_extract(self) -> float:
        """Probability that one sample is the secret (Hayes et al. 2024)."""
        return math.exp(self.log_p)

    @property
    def n_half(self) -> float | None:
        """Samples for an even chance of extraction; None above 10^18."""
        return n_half(self.log_p)

    @property
    def extractable(self) -> bool:
        """Verbatim, or sampled within `EXTRACTABLE` tries."""
        return self.verbatim or (self.n_half is not None and self.n_half < EXTRACTABLE)


def measure_encoded(
    model: Model, cases: Sequence[Encoded], decoding: Decoding = PLAIN
) -> list[Measurement]:
    """Measure tokenised cases."""
    measured = []
    for case, scores in zip(cases, score(model, cases, decoding), strict=True):
        values, right, part = scores.log_p, scores.right, case.random
        measured.append(
            Measurement(
                verbatim=bool(right.all()),
                ma=right.float().mean().item(),
                random_ma=right[part].float().mean().item(),
                log_p=values.double().sum().item(),
                random_log_p=values[part].double().sum().item(),
                tokens=len(values),
                random_tokens=len(values[part]),
                straddles=case.straddles,
                lead=scores.lead.min().item(),
                positions=scores.positions,
            )
        )
    return measured


def measure(model: Model, cases: Sequence[Case]) -> list[Measurement | SuiteError]:
    """Measure cases; one that cannot be asked of this model gives its error instead."""
    encoded: list[Encoded | SuiteError] = []
    for case in cases:
        try:
            encoded.append(encode_case(model, case))
        except SuiteError as error:
            encoded.append(error)
    good = [e for e in encoded if isinstance(e, Encoded)]
    measured = iter(measure_encoded(model, good))
    return [next(measured) if isinstance(e, Encoded) else e for e in encoded]


def encode_case(model: Model, case: Case) -> Encoded:
    """Tokenise a case for a model.

    Raises:
        SuiteError: as `encode`.
    """
    return encode(
        model.tokenizer,
        case.prefix,
        case.secret.reveal(),
        context=model.context,
        name=f"case {case.id}",
    )
