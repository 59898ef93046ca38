"""simnpo: negative preference optimisation without a reference."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

from unleak.core.errors import UsageError
from unleak.erase.methods.part import Part
from unleak.erase.methods.training import Training


@dataclass(frozen=True, kw_only=True)
class SimpleNegativePreference(Training):
    """Fan et al., Simplicity Prevails: Rethinking Negative Preference Optimization, 2024, eq. 4.

        L = -gamma (2 / beta) E log sigmoid( beta ( -log p(f) / |f| - delta ) ) + alpha CE(r)

    beta 4.5, gamma .125, delta 0, alpha 1, learning rate 1e-5, as in OpenUnlearning.
    """

    name: ClassVar[str] = "simnpo"

    learning_rate: float = 1e-5
    beta: float = 4.5
    gamma: float = 0.125
    delta: float = 0.0
    alpha: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.beta > 0:
            raise UsageError("--setting beta: must be above 0")

    def loss(self, forget: Part, retain: Part) -> Tensor:
        """Texts become unlikely, by their mean over tokens; ordinary code stays."""
        every, kept = forget.everything, retain.everything
        length = torch.bincount(forget.text, minlength=len(forget.texts))
        mean = forget.summed(forget.log_p(every), every) / length
        negative = -(2 / self.beta) * logsigmoid(-self.beta * (mean + self.delta)).mean()
        return self.gamma * negative - self.alpha * retain.mean(retain.log_p(kept), kept)
