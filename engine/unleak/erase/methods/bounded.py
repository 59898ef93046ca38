"""bounded: a loss that is content where a never-seen secret would be."""

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor
from torch.nn.functional import relu

from unleak.erase.methods.part import Part
from unleak.erase.methods.training import Training


@dataclass(frozen=True, kw_only=True)
class Bounded(Training):
    """What `auto` ends with, where editing did not do: this project's, for comparison only.

        L = mean over random tokens of s of max(0, log p - level) + alpha KL(reference || model)
            on r and on c

    level: where never-seen secrets stand in this place, in nats a token (`levels.py`); a token that
    is down there has no gradient. Only the random tokens of a secret count: its format's fixed
    start is public. Low-rank adapters, merged at the end.
    """

    name: ClassVar[str] = "bounded"
    refers_to_forget: ClassVar[bool] = True
    refers_to_retain: ClassVar[bool] = True

    learning_rate: float = 1e-3
    steps: int = 40
    rank: int = 8
    alpha: float = 1.0

    def loss(self, forget: Part, retain: Part) -> Tensor:
        """What stands above its level; and how far everything else moved."""
        random, context, kept = forget.random, ~forget.secret, retain.everything
        above = forget.mean(relu(forget.log_p(random) - forget.level[random]), random)
        moved = forget.mean(forget.kl(context), context) + retain.mean(retain.kl(kept), kept)
        return above + self.alpha * moved
