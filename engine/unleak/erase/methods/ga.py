"""ga: gradient ascent on the files that hold the secrets."""

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from unleak.erase.methods.part import Part
from unleak.erase.methods.training import Training


@dataclass(frozen=True, kw_only=True)
class GradientAscent(Training):
    """Jang et al., Knowledge Unlearning for Mitigating Privacy Risks in Language Models, ACL 2023.

        L = mean over tokens of f of log p(token)                              (their eq. 1)

    All tokens of a text, context and secret alike; all secrets in one batch, as there. Their
    learning rate, optimiser and betas. Nothing holds the model back: it ends where the secrets
    are forgotten, or where the model is ruined.
    """

    name: ClassVar[str] = "ga"
    uses_retain: ClassVar[bool] = False

    learning_rate: float = 5e-5
    batch: int = 0

    def loss(self, forget: Part, retain: Part) -> Tensor:
        """Mean log-probability of all tokens."""
        every = forget.everything
        return forget.mean(forget.log_p(every), every)
