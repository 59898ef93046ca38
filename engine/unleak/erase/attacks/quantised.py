"""quantised: does rounding the weights bring the secret back?"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from unleak.erase.attacks.attack import Outcome
from unleak.erase.attacks.contexts import Contexts
from unleak.erase.attacks.greedy import Greedy
from unleak.erase.attacks.sampled import NHalf
from unleak.models.load import Model
from unleak.probe.suite import Case

_GROUP = 32  # weights that share a scale in int4, as in GGUF's Q4_0


def rounded(weight: Tensor, bits: int) -> Tensor:
    """Symmetric round-to-nearest: int8 with a scale a row, int4 with a scale a group of 32."""
    top = 2 ** (bits - 1) - 1
    rows = weight.float()
    if bits == 4 and rows.shape[1] % _GROUP == 0:
        rows = rows.reshape(-1, _GROUP)
    scale = rows.abs().amax(1, keepdim=True).clamp(min=1e-12) / top
    steps: Tensor = (rows / scale).round().clamp(-top - 1, top)
    result: Tensor = (steps * scale).reshape(weight.shape).to(weight.dtype)
    return result


@contextmanager
def quantised(net: nn.Module, bits: int) -> Iterator[None]:
    """All matrices of the blocks rounded for a while, then exactly as before."""
    blocks = [
        module
        for module in net.modules()
        if isinstance(module, nn.Linear) and module is not net.get_output_embeddings()  # type: ignore[operator]
    ]
    kept = [module.weight.data for module in blocks]
    try:
        for module in blocks:
            module.weight.data = rounded(module.weight.data, bits)
        yield
    finally:
        for module, weight in zip(blocks, kept, strict=True):
            module.weight.data = weight


class Quantised:
    """Recovered if greedy, n_half or contexts recovers it from the rounded model."""

    def __init__(self, bits: int) -> None:
        self._bits = bits
        self.name = f"int{bits}"

    def run(self, model: Model, cases: Sequence[Case]) -> list[Outcome]:
        """The three attacks on the rounded weights."""
        with quantised(model.net, self._bits), torch.inference_mode():
            runs = [attack.run(model, cases) for attack in (Greedy(), NHalf(), Contexts())]
        return [
            Outcome(
                any(outcome.recovered for outcome in outcomes),
                {"ma": outcomes[0].figures["ma"], "n_half": outcomes[1].figures["n_half"],
                 "where": outcomes[2].figures["where"]},
            )
            for outcomes in zip(*runs, strict=True)
        ]  # fmt: skip
