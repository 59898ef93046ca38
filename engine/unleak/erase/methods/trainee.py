"""A model under training: precision, adapters, memory, and one step of gradient descent."""

import copy
import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from unleak.core.errors import EvaluationError
from unleak.erase.methods.adapters import Adapters
from unleak.erase.methods.packing import Layout, layout
from unleak.erase.methods.part import Part, Remembered
from unleak.erase.methods.texts import Text
from unleak.erase.methods.training import Training
from unleak.models.load import Model

_BETAS = (0.9, 0.98)
_LEAST = 64  # tokens in a forward, below which less makes no difference

_T = TypeVar("_T")
Loss = Callable[[Part, Part], Tensor]


class DivergedError(EvaluationError):
    """A method left the numbers, or ruined the model; what it made is not kept."""


class Trainee:
    """Takes a model, changes its weights in memory, and leaves it as `load` gives models.

    Use as a context manager: at its end adapters are merged, or after an error taken away.
    """

    def __init__(self, model: Model, method: Training, texts: Sequence[Text]) -> None:
        self.model, self.method = model, method
        self.layout: Layout = layout(model, texts)
        self.tokens = method.tokens
        self.extra: list[nn.Parameter] = []  # what a method trains beside the model
        self._remembered: Remembered | None = None
        net = model.net
        self._adapters = Adapters(net, method.rank) if method.rank else None
        if not self._adapters:
            net.float()  # an accelerator holds it in the stored type, which swallows small steps
            net.requires_grad_(True)
        self._weights: list[nn.Parameter] = list((self._adapters or net).parameters())
        self._optimizer = torch.optim.AdamW(
            self._weights, lr=method.learning_rate, betas=_BETAS, weight_decay=0.0
        )
        if method.checkpointing:
            _checkpointing(net, "enable")({"use_reentrant": False})
            net.train()  # without it nothing is checkpointed
            _without_dropout(net)

    def __enter__(self) -> "Trainee":
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        net = self.model.net
        if self._adapters:
            self._adapters.remove() if kind else self._adapters.merge()
        if self.method.checkpointing:
            _checkpointing(net, "disable")()
        for weight in self._weights:
            weight.grad = None
        net.eval().requires_grad_(False)
        if self.model.device.type != "cpu":
            net.to(self.model.stored_dtype)

    def train_also(self, module: nn.Module) -> None:
        """Let the optimiser move a method's own module, too."""
        self.extra = list(module.parameters())
        self._optimizer.add_param_group({"params": self.extra})

    @contextmanager
    def arithmetic(self) -> Iterator[None]:
        """Products in the method's precision."""
        on = self.method.precision == "bfloat16"
        with torch.autocast(self.model.device.type, dtype=torch.bfloat16, enabled=on):
            yield

    def part(self, texts: Sequence[Text]) -> Part:
        """A forward of some texts by themselves."""
        with self.arithmetic():
            states = self.layout.states(self.model.net, texts, self.model.device)
        return Part(self.model.net, texts, states, self._remembered)

    def reference(self) -> Callable[[], AbstractContextManager[Any]]:
        """A way to the model as it is now, for texts that are not known yet.

        Within the context that the answer gives stands its network: the adapters' absence, or
        where the parameters themselves are trained a frozen copy, which doubles the memory.
        """
        net = self.model.net
        if self._adapters:
            adapters = self._adapters

            @contextmanager
            def without() -> Iterator[Any]:
                with adapters.off():
                    yield net

            return without
        kept = copy.deepcopy(net).requires_grad_(False).eval()
        return lambda: nullcontext(kept)

    @contextmanager
    def sampling(self) -> Iterator[None]:
        """As models are run to write: with a cache, which training mode may not have."""
        net = self.model.net
        training = net.training
        net.eval()
        try:
            with torch.no_grad(), self.arithmetic():
                yield
        finally:
            if training:
                net.train()
                _without_dropout(net)

    def remember(self, texts: Sequence[Text]) -> None:
        """Keep what the model now says of texts; a copy of its output matrix if that is trained.

        Raises:
            EvaluationError: as `step`.
        """
        head = self.model.net.get_output_embeddings()
        head = head if self._adapters else copy.deepcopy(head).requires_grad_(False)
        self._remembered = self._in_memory(texts, lambda: self._kept(texts, head))

    @torch.no_grad()
    def _kept(self, texts: Sequence[Text], head: Any) -> Remembered:
        kept = Remembered(head, {}, {})
        for some in _of_tokens(texts, texts, self.tokens):
            part = self.part([text for text, _ in some])
            log_p = part.log_p(part.everything)
            for number, text in enumerate(part.texts):
                kept.states[text] = part.states[part.text == number].clone()
                kept.log_p[text] = log_p[part.text == number].clone()
        return kept

    def step(self, forget: Sequence[Text], retain: Sequence[Text], loss: Loss) -> list[Part]:
        """One step on the mean loss of pairs of texts; in smaller forwards if memory is short.

        Returns:
            What was read of the forget texts before the step.

        Raises:
            DivergedError: loss or gradients are not numbers; the weights did not move.
            EvaluationError: memory is too short for a single pair.
        """
        parts = self._in_memory(forget, lambda: self._gradients(forget, retain, loss))
        length = nn.utils.clip_grad_norm_([*self._weights, *self.extra], self.method.clip)
        if not torch.isfinite(length):
            self._optimizer.zero_grad(set_to_none=True)
            raise DivergedError("the gradient is not a number")
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        return parts

    def _in_memory(self, texts: Sequence[Text], work: Callable[[], _T]) -> _T:
        """Do something in forwards that are as small as memory asks for.

        Raises:
            EvaluationError: memory is too short for a single text.
        """
        while True:
            try:
                return work()
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
            self._optimizer.zero_grad(set_to_none=True)
            gc.collect()
            if self.tokens <= max(_LEAST, *(len(text.ids) for text in texts)):
                raise EvaluationError(
                    "out of memory with a single secret in a forward: train low-rank adapters "
                    "(--setting rank=8), compute activations twice (--setting checkpointing=true), "
                    "use shorter contexts (--setting prefix_tokens=32), or erase with `edit`"
                )
            self.tokens //= 2

    def _gradients(self, forget: Sequence[Text], retain: Sequence[Text], loss: Loss) -> list[Part]:
        parts = []
        for pairs in _of_tokens(forget, retain, self.tokens):
            mine, others = [f for f, _ in pairs], [r for _, r in pairs]
            if not self.method.uses_retain:
                others = []
            cut = sum(len(text.ids) for text in mine)
            with self.arithmetic():
                states = self.layout.states(self.model.net, [*mine, *others], self.model.device)
                first = Part(self.model.net, mine, states[:cut], self._remembered)
                second = Part(self.model.net, others, states[cut:], self._remembered)
                value = loss(first, second) * (len(pairs) / len(forget))
            if not torch.isfinite(value):
                self._optimizer.zero_grad(set_to_none=True)
                raise DivergedError("the loss is not a number")
            value.backward()
            parts.append(first)
        return parts


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an accelerator or the system had no memory left."""
    return isinstance(error, torch.OutOfMemoryError | MemoryError) or (
        isinstance(error, RuntimeError) and "allocate memory" in str(error)
    )


def _of_tokens(
    forget: Sequence[Text], retain: Sequence[Text], tokens: int
) -> Iterator[list[tuple[Text, Text]]]:
    """Pairs in groups of at most so many tokens, and of at least one pair."""
    group: list[tuple[Text, Text]] = []
    size = 0
    for pair in zip(forget, retain, strict=True):
        length = len(pair[0].ids) + len(pair[1].ids)
        if group and size + length > tokens:
            yield group
            group, size = [], 0
        group.append(pair)
        size += length
    if group:
        yield group


def _checkpointing(net: Any, what: str) -> Callable[..., None]:
    """Transformers' method; earlier versions call it by another name."""
    method = getattr(net, f"activation_checkpointing_{what}", None)
    found: Callable[..., None] = method or getattr(net, f"gradient_checkpointing_{what}")
    return found


def _without_dropout(net: nn.Module) -> None:
    for module in net.modules():
        if isinstance(module, nn.Dropout):
            module.eval()
        if isinstance(getattr(module, "attention_dropout", None), float):
            module.attention_dropout = 0.0  # type: ignore[assignment]
