"""Where the parts of a model are that an edit touches."""

from collections.abc import Callable
from dataclasses import dataclass

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
