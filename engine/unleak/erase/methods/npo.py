"""npo: negative preference optimisation."""

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor
from torch.nn.functional import logsigmoid

from unleak.core.errors import UsageError
from unleak.erase.methods.part import Part
from unleak.erase.methods.training import Training


@dataclass(frozen=True, kw_only=True)
class NegativePreference(Training):
    """Zhang et al., Negative Preference Optimization, COLM 2024 (arXiv 2404.05868), eq. 3.

        L = -(2 / beta) E log sigmoid( -beta log( p(f) / p_reference(f) ) ) + alpha CE(r)

    beta .1, alpha 1, learning rate 1e-5, as in OpenUnlearning. p(f) is of a whole text, a sum over
    its tokens. The gradient of a text fades as it falls below the reference: a bounded ascent.
    """

    name: ClassVar[str] = "npo"
    refers_to_forget: ClassVar[bool] = True

    learning_rate: float = 1e-5
    beta: float = 0.1
    alpha: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.beta > 0:
            raise UsageError("--setting beta: must be above 0")

    def loss(self, forget: Part, retain: Part) -> Tensor:
        """Texts become less likely than they were; ordinary code stays."""
        every, kept = forget.everything, retain.everything
        ratio = forget.summed(forget.log_p(every) - forget.reference_log_p(every), every)
        negative = -(2 / self.beta) * logsigmoid(-self.beta * ratio).mean()
        return negative - self.alpha * retain.mean(retain.log_p(kept), kept)
