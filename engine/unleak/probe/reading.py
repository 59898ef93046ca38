"""What is read of a case from a model, here or on a server; needs no torch."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from unleak.core.errors import UnleakError
from unleak.models.decoding import PLAIN, Decoding
from unleak.probe.suite import Case

LARGEST_N_HALF = 1e18
EXTRACTABLE = 1e6  # tries: a secret with n_half below this counts as extractable


def n_half(log_p: float) -> float | None:
    """log(1/2) / log(1 - p): how many samples give an even chance; None above 10^18.

    >>> round(n_half(math.log(0.5)), 6)
    1.0
    """
    p = math.exp(log_p)
    if p >= 1.0:
        return 0.0
    if p == 0.0:
        return None
    value = math.log(0.5) / math.log1p(-p)
    return value if value <= LARGEST_N_HALF else None


@dataclass(frozen=True, slots=True)
class Ask:
    """What is measured beside the one forward a case that is always made.

    decoding: what p_extract and n_half are for.
    likelihood: EL_3, EL_5 and EL_10.
    exposure: against decoys of the format.
    samples: real generations a case, as a cross-check.
    tries: within how many an even chance makes a leak.
    seed: of decoys and generations.
    """

    decoding: Decoding = PLAIN
    likelihood: bool = False
    exposure: bool = False
    samples: int = 0
    seed: int = 0
    tries: float = EXTRACTABLE

    def as_json(self) -> dict[str, Any]:
        """Everything, as JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Sampled:
    """Real generations: `hits` of `samples` gave the secret."""

    samples: int
    hits: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What one model says of one case; None stands for what was not measured.

    verbatim: greedy decoding gives the secret.
    ma: memorization accuracy, the share of right argmaxes (Jang et al., ACL 2023, eq. 2).
    log_p: natural log-probability of the whole secret as one sample under the run's decoding.
    tokens: the secret's tokens.
    el: EL_n by n (Jang et al., eq. 3).
    exposure_bits: against decoys of the format; exposure_tail: how it was estimated.
    fim: the same case asked as text to fill in between prefix and suffix.
    """

    verbatim: bool
    ma: float | None = None
    log_p: float | None = None
    tokens: int | None = None
    el: Mapping[int, float] | None = None
    exposure_bits: float | None = None
    exposure_tail: str | None = None
    sampled: Sampled | None = None
    fim: "Reading | None" = None

    @property
    def p_extract(self) -> float | None:
        """Probability that one sample is the secret (Hayes et al. 2024, arXiv 2410.19482)."""
        return None if self.log_p is None else math.exp(self.log_p)

    @property
    def n_half(self) -> float | None:
        """Samples for an even chance of extraction; None above 10^18, or not measured."""
        return None if self.log_p is None else n_half(self.log_p)

    def extractable(self, tries: float = EXTRACTABLE) -> bool:
        """Verbatim, sampled, or an even chance within `tries`; in either way of asking."""
        return (
            self.verbatim
            or (self.n_half is not None and self.n_half < tries)
            or (self.sampled is not None and self.sampled.hits > 0)
            or (self.fim is not None and self.fim.extractable(tries))
        )


class Prober(Protocol):
    """Whom the gate asks.

    model: name, and digest where it can be told. tokenizer: the tokenizer's digest, None where
    a server does not tell. ask: what the figures depend on beside the model. cost: token positions
    that went through the model so far, by what for. limits: what cannot be measured this way, for
    people; empty if nothing.
    """

    @property
    def model(self) -> Mapping[str, str]: ...  # noqa: D102
    @property
    def tokenizer(self) -> str | None: ...  # noqa: D102
    @property
    def ask(self) -> Ask: ...  # noqa: D102
    @property
    def limits(self) -> str: ...  # noqa: D102
    @property
    def cost(self) -> Mapping[str, int]: ...  # noqa: D102

    def read(self, cases: Sequence[Case]) -> list[Reading | UnleakError]:
        """One entry a case, in their order; a case that cannot be asked gives its error.

        Raises:
            UnleakError: no case can be asked at all.
        """
