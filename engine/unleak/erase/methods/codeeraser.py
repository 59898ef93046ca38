"""codeeraser: ascent on the secret, descent on its context, a constraint of divergences."""

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from unleak.erase.methods.part import Part
from unleak.erase.methods.training import Training


@dataclass(frozen=True, kw_only=True)
class CodeEraser(Training):
    """Chu et al., Scrub It Out! Erasing Sensitive Memorization in Code Language Models, ICSE 2026.

        L = log p(s) + gamma CE(c) + lambda ( -KL on s + alpha KL on r ),
        KL = KL(reference || model)                             (arXiv 2509.13755, section 4)

    s: the secret's tokens, c: the others of its text. gamma .5 as in the paper; its published code
    has .1 (`--setting gamma=0.1`). lambda .1, alpha 1, learning rate 3e-6, as there. Theirs takes
    turns between steps on f and on r, averages the first divergence over tokens but sums the
    second over each text; here each step holds both, and both are means over tokens.
    """

    name: ClassVar[str] = "codeeraser"
    refers_to_forget: ClassVar[bool] = True
    refers_to_retain: ClassVar[bool] = True

    learning_rate: float = 3e-6
    gamma: float = 0.5
    weight: float = 0.1  # lambda
    alpha: float = 1.0

    def loss(self, forget: Part, retain: Part) -> Tensor:
        """The secret up in loss, its context down, ordinary code where it was."""
        secret, context, kept = forget.secret, ~forget.secret, retain.everything
        ascent = forget.mean(forget.log_p(secret), secret)
        descent = -forget.mean(forget.log_p(context), context)
        away = forget.mean(forget.kl(secret), secret)
        back = retain.mean(retain.kl(kept), kept)
        return ascent + self.gamma * descent + self.weight * (self.alpha * back - away)
