"""The loop that all training methods share."""

import random
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

import torch

from unleak.erase.methods.levels import Level, levels
from unleak.erase.methods.part import Part
from unleak.erase.methods.texts import Text, forget_texts, retain_texts
from unleak.erase.methods.trainee import DivergedError, Trainee
from unleak.erase.methods.training import Training
from unleak.erase.utility import predictions
from unleak.models.load import Model
from unleak.probe.measure import encode_case, measure_encoded
from unleak.probe.suite import Case

_CHECKED = 5  # steps between two looks at ordinary code
_HELD_OUT = 1024  # tokens of it
_SEED = 17


@dataclass
class Trained:
    """How a training went.

    steps: of all groups together. forgotten: for each case the step after which it left the batch
    for good, or None. ended: "forgotten", "steps" or "seconds". packed: whether texts shared a
    row. tokens: in one forward, after what memory allowed. perplexity: of held-out code, before
    and after.
    """

    steps: int = 0
    forgotten: list[int | None] = field(default_factory=list)
    ended: str = "forgotten"
    packed: bool = True
    tokens: int = 0
    perplexity: tuple[float, float] = (0.0, 0.0)


def train(
    model: Model,
    cases: Sequence[Case],
    method: Training,
    *,
    seconds: float | None = None,
    progress: Callable[[float], None] = lambda _: None,
) -> Trained:
    """Change a model's weights in memory by a training method. Nothing is written anywhere.

    Args:
        model: changed; after a DivergedError it is of no use any more.
        cases: what to erase.
        method: how.
        seconds: after which it ends with what it has.
        progress: told the share of the steps that is done.

    Raises:
        DivergedError: loss or gradients stopped being numbers, or ordinary code was ruined.
        EvaluationError: memory is too short.
        SuiteError: a secret has no token of its own in its context.
    """
    run = _Run(model, cases, method, None if seconds is None else time.monotonic() + seconds)
    with run.trainee:
        update = method.updater(run.trainee)
        for group in method.groups(len(cases)):
            run.group(group, update, progress)
            if run.done.ended == "seconds":
                break
    run.done.perplexity = (run.before, predictions(model, _HELD_OUT).perplexity)
    run.guard(run.done.perplexity[1])
    return run.done


class _Run:
    def __init__(
        self, model: Model, cases: Sequence[Case], method: Training, deadline: float | None
    ) -> None:
        self.model, self.method, self.deadline = model, method, deadline
        windows = method.retain_windows
        self.retain = retain_texts(model, windows, method.retain_tokens)
        self.encoded = [encode_case(model, case) for case in cases]
        self.levels = levels(model, cases)
        texts = forget_texts(model, cases, method.prefix_tokens, method.suffix_tokens)
        self.forget = [
            replace(text, level=level.token) for text, level in zip(texts, self.levels, strict=True)
        ]
        self.before = predictions(model, _HELD_OUT).perplexity
        self.trainee = Trainee(model, method, [*self.forget, *self.retain[:2]])
        remembered = [
            *(self.forget if method.refers_to_forget else ()),
            *(self.retain if method.refers_to_retain else ()),
        ]
        if remembered:
            self.trainee.remember(remembered)
        self.done = Trained(forgotten=[None] * len(cases), packed=self.trainee.layout.packed)
        self._rng = random.Random(_SEED)

    def group(
        self,
        group: Sequence[int],
        update: Callable[[Sequence[Text], Sequence[Text]], Sequence[Part]],
        progress: Callable[[float], None],
    ) -> None:
        """Train until all secrets of a group are forgotten, or its steps are used up."""
        method, done = self.method, self.done
        active = self.remaining(group)
        for step in range(method.steps):
            if not active:
                break
            if self.deadline is not None and time.monotonic() > self.deadline:
                done.ended = "seconds"
                return
            order = self._rng.sample(active, len(active))
            size = method.batch or len(order)
            for at in range(0, len(order), size):
                chosen = [self.forget[i] for i in order[at : at + size]]
                windows = self._rng.choices(self.retain, k=len(chosen))
                parts = update(chosen, windows)
                self._forget(parts, active)
            done.steps += 1
            done.tokens = self.trainee.tokens
            if not active or not parts:  # others' steps may have brought one back
                active = self.remaining(group)
            if done.steps % _CHECKED == 0:
                self.guard(predictions(self.model, _HELD_OUT).perplexity)
            progress((step + 1) / method.steps)
        if self.remaining(group):
            done.ended = "steps"

    def _forget(self, parts: Iterable[Part], active: list[int]) -> None:
        """Take out of the batch what its last forward showed as forgotten."""
        for part in parts:
            where = part.random & part.seen.isfinite()
            count = torch.bincount(part.text[where], minlength=len(part.texts)).tolist()
            log_p = part.summed(part.seen[where], where).tolist()
            right = part.summed(part.right[where].float(), where).tolist()
            for text, n, p, r in zip(part.texts, count, log_p, right, strict=True):
                level: Level = self.levels[text.number]
                if n and level.reached(p, r / n, n):
                    active.remove(text.number)
                    self.done.forgotten[text.number] = self.done.steps + 1

    def remaining(self, group: Sequence[int]) -> list[int]:
        """Which of a group are not forgotten, in their whole contexts."""
        with torch.inference_mode():
            measured = measure_encoded(self.model, [self.encoded[i] for i in group])
        left = []
        for i, found in zip(group, measured, strict=True):
            if not self.levels[i].reached_by(found):
                left.append(i)
                self.done.forgotten[i] = None
            elif self.done.forgotten[i] is None:
                self.done.forgotten[i] = self.done.steps
        return left

    def guard(self, perplexity: float) -> None:
        """Raises DivergedError where ordinary code is ruined."""
        limit = self.method.collapse * self.before
        if not perplexity <= limit:  # not a number, neither
            raise DivergedError(
                f"{self.method.name} diverged: after {self.done.steps} steps the perplexity of "
                f"ordinary code is {perplexity:.3g}, from {self.before:.3g} "
                "(a smaller --setting learning_rate may help)"
            )
