"""Where the parts of a model are that an edit touches."""

from collections.abc import Callable
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
    unembedding: Tensor  # (vocabulary, width)


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
        unembedding=net.get_output_embeddings().weight,
    )


class Replay:
    """Runs one batch through the upper blocks again and again.

    The activations in front of the first edited block do not change, so they are computed once;
    so are the arguments each block is called with (position embeddings, masks).
    """

    def __init__(self, net: Any, parts: Anatomy, ids: Tensor, first: int) -> None:
        self._parts = parts
        self._first = first
        self._calls: dict[int, tuple[tuple[Any, ...], dict[str, Any]]] = {}
        hooks = [
            block.register_forward_pre_hook(self._remember(index), with_kwargs=True)
            for index, block in enumerate(parts.blocks)
            if index >= first
        ]
        try:
            with torch.inference_mode():
                net.base_model(input_ids=ids, use_cache=False)
        finally:
            for hook in hooks:
                hook.remove()
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
    def run(self, keys_of: int, rows: Tensor, columns: Tensor) -> tuple[Tensor, Tensor]:
        """One pass through the blocks from the first edited one.

        Args:
            keys_of: the block whose `down_proj` inputs are wanted.
            rows, columns: the positions wanted, each (positions,).

        Returns:
            Keys (positions, d_ff), and final hidden states before the norm (positions, width).
        """
        seen: list[Tensor] = []
        handle = self._parts.down[keys_of].register_forward_pre_hook(
            lambda _, args: seen.append(args[0][rows, columns])
        )
        hidden = self._start
        try:
            for index in range(self._first, len(self._parts.blocks)):
                answer = self._parts.blocks[index](hidden, **self._calls[index][1])
                hidden = answer[0] if isinstance(answer, tuple) else answer
        finally:
            handle.remove()
        return seen[0], hidden[rows, columns]
