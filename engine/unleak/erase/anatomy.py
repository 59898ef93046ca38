"""Where the parts of a model are that an edit touches."""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from unleak.core.errors import ModelError
from unleak.models.load import Model

# Decoders with pre-norm residual blocks, RMSNorm and a gated MLP that ends in `down_proj`.
LLAMA_FAMILY = frozenset(("llama", "mistral", "qwen2"))


@dataclass(frozen=True)
class Anatomy:
    """The blocks, their last MLP matrices, the final norm and the output matrix."""

    blocks: list[nn.Module]
    down: list[nn.Linear]  # weight (width, d_ff)
    norm: Callable[[Tensor], Tensor]
    gain: Tensor  # (width,) of the final norm
    head: nn.Linear  # the output matrix: weight (vocabulary, width)


def anatomy(model: Model) -> Anatomy:
    """Find the parts.

    Raises:
        ModelError: the architecture is not supported, or its weights are quantised.
    """
    net = model.net
    kind = getattr(net.config, "model_type", "unknown")
    if kind not in LLAMA_FAMILY:
        raise ModelError(
            f"{model.spec}: cannot erase in the architecture {kind!r} yet; supported: "
            + ", ".join(sorted(LLAMA_FAMILY))
        )
    if getattr(net.config, "quantization_config", None) is not None:
        raise ModelError(
            f"{model.spec}: its weights are quantised; erase in the original and quantise again"
        )
    base = net.base_model
    blocks = list(base.layers)
    return Anatomy(
        blocks=blocks,
        down=[block.mlp.down_proj for block in blocks],
        norm=base.norm,
        gain=base.norm.weight,
        head=net.get_output_embeddings(),
    )


class Replay:
    """Runs one batch through the upper blocks again and again.

    The activations in front of the first edited block do not change, so they are computed once;
    so are the arguments each block is called with (position embeddings, masks). `blocks` are the
    model's own, or copies of them (see `working_copies`).
    """

    def __init__(self, net: Any, parts: Anatomy, ids: Tensor, blocks: dict[int, Any]) -> None:
        self._blocks = blocks
        self._first = first = min(blocks)
        self._calls: dict[int, tuple[tuple[Any, ...], dict[str, Any]]] = {}
        upper = list(enumerate(parts.blocks))[first:]
        hooks = [
            block.register_forward_pre_hook(self._remember(index), with_kwargs=True)
            for index, block in upper
        ]
        try:
            for _, block in upper:  # only their arguments are wanted
                block.forward = _passed_on
            with torch.inference_mode():
                net.base_model(input_ids=ids, use_cache=False)
        finally:
            for hook, (_, block) in zip(hooks, upper, strict=True):
                hook.remove()
                del block.forward
        self._start = self._calls[first][0][0]

    def _remember(self, index: int) -> Callable[..., None]:
        def hook(_: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
            if args:
                self._calls[index] = (args if index == self._first else args[:0], kwargs)
            else:  # a model that passes its hidden states by name
                kwargs = dict(kwargs)
                hidden = kwargs.pop("hidden_states")
                self._calls[index] = ((hidden,) if index == self._first else (), kwargs)

        return hook

    @torch.inference_mode()
    def run(
        self, keys_of: Sequence[int], rows: Tensor, columns: Tensor
    ) -> tuple[dict[int, Tensor], Tensor]:
        """One pass through the blocks from the first edited one.

        Args:
            keys_of: the blocks whose `down_proj` inputs are wanted.
            rows, columns: the positions wanted, each (positions,).

        Returns:
            Keys of each block (positions, d_ff), and final hidden states before the norm
            (positions, width).
        """
        seen: dict[int, Tensor] = {}

        def keep(block: int) -> Callable[..., None]:
            def hook(_: nn.Module, args: tuple[Tensor, ...]) -> None:
                seen[block] = args[0][rows, columns]

            return hook

        handles = [
            self._blocks[b].mlp.down_proj.register_forward_pre_hook(keep(b)) for b in keys_of
        ]
        hidden = self._start
        try:
            for index, block in self._blocks.items():
                answer = block(hidden, **self._calls[index][1])
                hidden = answer[0] if isinstance(answer, tuple) else answer
        finally:
            for handle in handles:
                handle.remove()
        return seen, hidden[rows, columns]


def _passed_on(hidden_states: Tensor, *_: Any, **__: Any) -> Tensor:
    return hidden_states


@dataclass(frozen=True)
class Working:
    """What an edit computes with in every round: the upper blocks by index, and the head."""

    blocks: dict[int, Any]
    head: nn.Linear


def working_copies(parts: Anatomy, first: int, dtype: torch.dtype | None) -> Working:
    """The blocks from `first` on and the head; with a dtype, copies whose weights are cast once.

    Autocast would cast every weight again in every pass. A copy shares all but its weights.
    """
    chosen = {i: parts.blocks[i] for i in range(first, len(parts.blocks))}
    if dtype is None:
        return Working(chosen, parts.head)

    def copied(module: Any) -> Any:
        cast = {id(p): nn.Parameter(p.to(dtype), requires_grad=False) for p in module.parameters()}
        return copy.deepcopy(module, dict(cast))

    return Working({i: copied(block) for i, block in chosen.items()}, copied(parts.head))
