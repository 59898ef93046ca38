"""Exposure: how far a secret stands out from random secrets of its format."""

import math
from dataclasses import dataclass
from hashlib import sha256

import torch

from unleak.core.errors import SuiteError
from unleak.core.formats import guess_bits, random_part
from unleak.models.encode import Encoded, encode
from unleak.models.forward import score_tails
from unleak.models.load import Model
from unleak.probe.decoys import decoys
from unleak.probe.suite import Case

DECOYS = 256
FEWEST_DECOYS = 64  # a format with fewer different values than this has no exposure


@dataclass(frozen=True, slots=True)
class Exposure:
    """Exposure in bits (Carlini et al., USENIX Security 2019, section 4.3).

    bits: log2 |R| - log2 rank, at most log2 |R|. tail: how ranks beyond the decoys were
    estimated: "empirical" (some decoy was likelier) or "normal" (fitted to the decoys).
    z: the secret's log-probability in the decoys' standard deviations. p_two_sided: chance
    that a random secret of the format lies as far out, on either side. decoys: their number.
    positions: token positions that went through the model.
    decoy_mean, decoy_deviation: of their log-probabilities, in nats.
    """

    bits: float
    tail: str
    z: float
    p_two_sided: float
    decoys: int
    positions: int
    decoy_mean: float
    decoy_deviation: float


def seed_of(case: Case, seed: int = 0) -> int:
    """A seed that depends on the secret only: not on the other cases, nor on whose ledger it is.

    It stays in memory; it would let a guess be checked.
    """
    text = f"{case.secret.reveal()}\0{seed}"
    return int.from_bytes(sha256(text.encode("utf-8", "surrogatepass")).digest()[:8], "big")


def exposure(
    model: Model, case: Case, encoded: Encoded, *, count: int = DECOYS, seed: int = 0
) -> Exposure:
    """Compare a case's secret with decoys in the same place.

    Raises:
        SuiteError: the format has too few different values.
    """
    value = case.secret.reveal()
    made = decoys(value, count, seed_of(case, seed))
    if len(made) < min(FEWEST_DECOYS, count):
        raise SuiteError(f"case {case.id}: its format has too few other values for an exposure")
    tails = [encoded.ids[encoded.start :]]
    prefix = encoded.ids[: encoded.start]
    for decoy in made:
        other = encode(model.tokenizer, case.prefix, decoy, context=model.context, name="a decoy")
        tails.append(other.ids[other.start :])
    scored = score_tails(model, prefix, tails)
    sums = torch.stack([scores.log_p.double().sum() for scores in scored])
    own, others = sums[0].item(), sums[1:]
    mean = others.mean().item()
    deviation = max(others.std().item(), 1e-6)
    z = (own - mean) / deviation
    likelier = int((others >= own).sum())
    most = guess_bits(value[slice(*random_part(value))])
    if likelier:
        bits, tail = -math.log2((likelier + 1) / (len(others) + 1)), "empirical"
    else:
        bits, tail = -_log2_upper_tail(z), "normal"
    return Exposure(
        bits=min(bits, most),
        tail=tail,
        z=z,
        p_two_sided=math.erfc(abs(z) / math.sqrt(2)),
        decoys=len(others),
        positions=sum(scores.positions for scores in scored),
        decoy_mean=mean,
        decoy_deviation=deviation,
    )


def _log2_upper_tail(z: float) -> float:
    """log2 P(Z > z) of a standard normal, also where it underflows (asymptotic there)."""
    tail = 0.5 * math.erfc(z / math.sqrt(2))
    if tail > 1e-300:
        return math.log2(tail)
    return (-z * z / 2 - math.log(z * math.sqrt(2 * math.pi))) / math.log(2)
