"""ga-kl: gradient ascent on the secrets' files, the model as it was on ordinary code."""

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from unleak.erase.methods.part import Part
from unleak.erase.methods.training import Training


@dataclass(frozen=True, kw_only=True)
class GradientAscentKL(Training):
    """LLMs4Code unlearning (arXiv 2502.05739), after TOFU (Maini et al., COLM 2024).

        L = log p(f) + alpha KL(reference || model) on r

    alpha 1. The divergence is over the whole vocabulary at real tokens only, between
    log-probabilities; the reference is what the model said before, kept once, instead of a second
    model that is run again in every step.
    """

    name: ClassVar[str] = "ga-kl"
    refers_to_retain: ClassVar[bool] = True

    learning_rate: float = 1e-5
    alpha: float = 1.0

    def loss(self, forget: Part, retain: Part) -> Tensor:
        """Mean log-probability of what is forgotten, and the divergence on what is kept."""
        every, kept = forget.everything, retain.everything
        ascent = forget.mean(forget.log_p(every), every)
        return ascent + self.alpha * retain.mean(retain.kl(kept), kept)
