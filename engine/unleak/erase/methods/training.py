"""What all training methods have in common: their settings, and how they are told apart.

A method is a dataclass: its fields are its settings, `loss` is its equation. The loop over it is
in `loop.py`, the model under training in `trainee.py`.

Common deviations from the papers, all of them measured or argued in docs/erasing.md:

- every term is a mean over texts of a mean over tokens, so that no weight between terms depends
  on how long texts are or how many stand in a batch;
- a secret leaves the batch once it is at the level of never-seen ones (`levels.py`), where the
  papers stop all at once, at thresholds that come from whole files;
- ordinary code is the standard library of the running Python, where the papers take files of the
  training set; a text is the end of a secret's prefix, the secret, and what follows it.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from torch import Tensor

from unleak.core.errors import UsageError
from unleak.erase.methods.part import Part
from unleak.erase.methods.texts import Text

if TYPE_CHECKING:
    from unleak.erase.methods.trainee import Trainee

# Texts that hold secrets and as many windows of ordinary code; what was read of the former.
Update = Callable[[Sequence[Text], Sequence[Text]], Sequence[Part]]
PRECISIONS = ("float32", "bfloat16")


@dataclass(frozen=True, kw_only=True)
class Training(ABC):
    """Settings of every training method.

    learning_rate: of AdamW without decay, betas .9 and .98. steps: at most. batch: secrets in a
    step; 0: all. tokens: in one forward, at most; a step is as many forwards as it takes.
    prefix_tokens, suffix_tokens: of a secret's context. retain_tokens, retain_windows: the windows
    of ordinary code, as many of them in a step as secrets. rank: of low-rank adapters on all
    matrices, merged at the end; 0 trains the parameters themselves. precision: float32, or
    bfloat16 for products (the weights stay in float32). checkpointing: compute activations twice
    instead of keeping them. clip: the longest gradient. collapse: stop, and give nothing, once the
    perplexity of held-out code is so many times what it was.
    """

    name: ClassVar[str]
    # Of which texts the model as it was is remembered.
    refers_to_forget: ClassVar[bool] = False
    refers_to_retain: ClassVar[bool] = False
    uses_retain: ClassVar[bool] = True

    learning_rate: float = 5e-5
    steps: int = 100
    batch: int = 32
    tokens: int = 2048
    prefix_tokens: int = 128
    suffix_tokens: int = 16
    retain_tokens: int = 128
    retain_windows: int = 64
    rank: int = 0
    precision: str = "float32"
    checkpointing: bool = False
    clip: float = 1.0
    collapse: float = 3.0

    def __post_init__(self) -> None:
        for name in ("learning_rate", "steps", "tokens", "prefix_tokens", "clip"):
            if not getattr(self, name) > 0:
                raise UsageError(f"--setting {name}: must be above 0")
        for name in ("batch", "suffix_tokens", "rank"):
            if getattr(self, name) < 0:
                raise UsageError(f"--setting {name}: must not be below 0")
        if self.retain_tokens < 2 or self.retain_windows < 1:
            raise UsageError("--setting: a window of ordinary code has 2 tokens or more, and there "
                             "is at least one")  # fmt: skip
        if self.precision not in PRECISIONS:
            raise UsageError(f"--setting precision: choose one of {', '.join(PRECISIONS)}")
        if not self.collapse > 1:
            raise UsageError("--setting collapse: must be above 1")

    @abstractmethod
    def loss(self, forget: Part, retain: Part) -> Tensor:
        """The loss of as many texts with secrets as windows of ordinary code; it is minimised."""

    def groups(self, count: int) -> list[list[int]]:
        """Numbers of the secrets that are erased together; group after group."""
        return [list(range(count))]

    def updater(self, trainee: "Trainee") -> Update:
        """What makes a step: by default one of gradient descent on `loss`."""
        return lambda forget, retain: trainee.step(forget, retain, self.loss)
