"""demem: reinforcement learning that rewards continuations unlike the secret."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from unleak.core.errors import UsageError
from unleak.erase.methods.part import Part
from unleak.erase.methods.ppo import Ppo
from unleak.erase.methods.similarity import BertScore, bleu
from unleak.erase.methods.texts import Text
from unleak.erase.methods.trainee import Trainee
from unleak.erase.methods.training import Training, Update


@dataclass(frozen=True, kw_only=True)
class DeMemorization(Training):
    """Kassem et al., Preserving Privacy Through DeMemorization, EMNLP 2023.

        reward = -similarity(continuation, true) - beta sum over tokens of log(p / p_reference)

    maximised by proximal policy optimisation (`ppo.py`), with their settings: beta .2, learning
    rate 1.41e-5, 32 continuations a rollout, 4 epochs on each, 4 rollouts (theirs: 2 to 4).
    similarity: theirs is BERTScore; here BLEU of characters unless `bertscore` names an encoder's
    folder. beta follows the divergence as trl's adaptive controller does, towards target_kl nats a
    continuation. Continuations are as long as the secret, where theirs are 50 tokens. The
    reference is a frozen copy of the model (or the absence of the adapters): continuations are new
    in each rollout, so nothing can be remembered. It keeps the model useful, and leaves many
    secrets in.
    """

    name: ClassVar[str] = "demem"
    uses_retain: ClassVar[bool] = False

    learning_rate: float = 1.41e-5
    steps: int = 4
    batch: int = 0
    beta: float = 0.2
    target_kl: float = 6.0
    rollouts: int = 32
    epochs: int = 4
    bertscore: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("beta", "target_kl", "rollouts", "epochs"):
            if not getattr(self, name) > 0:
                raise UsageError(f"--setting {name}: must be above 0")

    def loss(self, forget: Part, retain: Part) -> Tensor:
        """There is none by itself: `updater` makes one of each rollout."""
        raise NotImplementedError

    def updater(self, trainee: Trainee) -> Update:
        """A rollout, and some epochs of steps on it."""
        likeness = BertScore(self.bertscore) if self.bertscore else bleu
        ppo = Ppo(trainee, likeness, beta=self.beta, target_kl=self.target_kl, epochs=self.epochs)

        def update(forget: Sequence[Text], _: Sequence[Text]) -> list[Part]:
            times = -(-self.rollouts // len(forget))
            ppo.update(forget, times)
            return []

        return update
