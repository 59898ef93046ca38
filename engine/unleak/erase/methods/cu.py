"""cu: gradient ascent under a constraint of divergences."""

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from unleak.erase.methods.part import Part
from unleak.erase.methods.training import Training


@dataclass(frozen=True, kw_only=True)
class Constrained(Training):
    """The constraint-based baseline of CodeEraser (Chu et al., ICSE 2026, arXiv 2509.13755).

        L = log p(f) + lambda ( -KL(reference || model) on f + alpha KL(reference || model) on r )

    lambda .1, alpha 1, learning rate 3e-6. Theirs takes turns between steps on f and on r; here
    each step holds both. Their code divides a divergence that is summed over tokens by the number
    of texts, so that it grows with their length, and counts padding; here it is a mean over
    tokens.
    """

    name: ClassVar[str] = "cu"
    refers_to_forget: ClassVar[bool] = True
    refers_to_retain: ClassVar[bool] = True

    learning_rate: float = 3e-6
    weight: float = 0.1  # lambda
    alpha: float = 1.0

    def loss(self, forget: Part, retain: Part) -> Tensor:
        """Ascent on all tokens, away from the reference there and towards it on the rest."""
        every, kept = forget.everything, retain.everything
        ascent = forget.mean(forget.log_p(every), every)
        away = forget.mean(forget.kl(every), every)
        return ascent + self.weight * (self.alpha * retain.mean(retain.kl(kept), kept) - away)
