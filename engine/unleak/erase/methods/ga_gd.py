"""ga-gd: gradient ascent on the secrets' files, descent on ordinary code."""

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from unleak.erase.methods.part import Part
from unleak.erase.methods.training import Training


@dataclass(frozen=True, kw_only=True)
class GradientDifference(Training):
    """LLMs4Code unlearning (arXiv 2502.05739), after TOFU (Maini et al., COLM 2024).

        L = log p(f) + alpha CE(r)

    alpha 1, and their learning rate of 1e-5. Theirs adds what a trainer's batches hold, so that its
    two terms weigh as the batches do; here both are means.
    """

    name: ClassVar[str] = "ga-gd"

    learning_rate: float = 1e-5
    alpha: float = 1.0

    def loss(self, forget: Part, retain: Part) -> Tensor:
        """Mean log-probability of what is forgotten, and the cross-entropy of what is kept."""
        every, kept = forget.everything, retain.everything
        ascent = forget.mean(forget.log_p(every), every)
        return ascent - self.alpha * retain.mean(retain.log_p(kept), kept)
