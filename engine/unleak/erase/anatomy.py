"""Where the parts of a model are that an edit touches, for each family of architectures."""

from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn

from unleak.core.errors import ModelError
from unleak.models.load import Model


@dataclass(frozen=True)
class Layout:
    """What a family calls its parts, and in what it differs from Llama.

    blocks, norm: of the base model. down, mlp: of a block; `mlp` is all that belongs to its MLP.
    behind: of a block, a norm between its MLP and the residual stream. offset: what the gain of
    the norms is counted from. centred: its norms are LayerNorms. pairs: a block gives a tuple.
    causal: of a block, a buffer by which its attention hides columns by itself.
    """

    blocks: str = "layers"
    norm: str = "norm"
    down: str = "mlp.down_proj"
    mlp: tuple[str, ...] = ("mlp",)
    behind: str = ""
    offset: float = 0.0
    centred: bool = False
    pairs: bool = False
    causal: str = ""


_LLAMA = Layout()
_GPT2 = Layout(blocks="h", norm="ln_f", down="mlp.c_proj", centred=True)
_GPTJ = Layout(blocks="h", norm="ln_f", down="mlp.fc_out", centred=True, pairs=True)
_GEMMA2 = Layout(offset=1.0, behind="post_feedforward_layernorm")

# By the `model_type` of their configs. Code Llama and aiXcoder are llama, CodeParrot is gpt2,
# CodeQwen is qwen2, Pythia is gpt_neox.
FAMILIES = {
    "llama": _LLAMA,
    "mistral": _LLAMA,
    "qwen2": _LLAMA,
    "qwen3": _LLAMA,
    "phi3": _LLAMA,
    "gemma": Layout(offset=1.0),
    "gemma2": _GEMMA2,
    "gemma3_text": _GEMMA2,
    "starcoder2": Layout(down="mlp.c_proj", centred=True),
    "gpt2": _GPT2,
    "gpt_neo": Layout(
        blocks="h",
        norm="ln_f",
        down="mlp.c_proj",
        centred=True,
        pairs=True,
        causal="attn.attention.bias",
    ),
    "codegen": _GPTJ,
    "gptj": _GPTJ,
    "opt": Layout(
        blocks="decoder.layers",
        norm="decoder.final_layer_norm",
        down="fc2",
        mlp=("fc1", "fc2"),
        centred=True,
    ),
    "gpt_neox": Layout(norm="final_layer_norm", down="mlp.dense_4h_to_h", centred=True),
    "phi": Layout(norm="final_layernorm", down="mlp.fc2", centred=True),
}


@dataclass(frozen=True)
class Anatomy:
    """The blocks, the final norm and the output matrix; and where in a block its parts are."""

    layout: Layout
    blocks: list[nn.Module]
    norm: nn.Module
    head: nn.Linear  # the output matrix: weight (vocabulary, width)
    windows: list[int | None]  # how far back the attention of each block sees; None: all

    def down(self, block: nn.Module) -> nn.Module:
        """The last matrix of a block's MLP, or of a copy of a block: nn.Linear or Conv1D."""
        return block.get_submodule(self.layout.down)

    def mlp(self, block: nn.Module) -> list[nn.Parameter]:
        """The weights of a block's MLP."""
        return [
            weight for name in self.layout.mlp for weight in block.get_submodule(name).parameters()
        ]

    @property
    def gain(self) -> Tensor:
        """(width,) of the final norm."""
        return self._gain_of(self.norm)

    def _gain_of(self, norm: nn.Module) -> Tensor:
        weight: Tensor = norm.weight  # type: ignore[assignment]
        gain: Tensor = weight.float() + self.layout.offset
        return gain

    def spread(self, hidden: Tensor) -> Tensor:
        """(rows, 1): what the final norm divides hidden states (rows, width) by."""
        if self.layout.centred:
            hidden = hidden - hidden.mean(1, keepdim=True)
        return hidden.pow(2).mean(1, keepdim=True).sqrt()

    def unembedding(self, rows: Tensor, mean: Tensor) -> Tensor:
        """How logits follow the normed hidden state: `rows` of the output matrix (rows, width).

        mean: (width,) of all its rows: what raises all logits alike changes nothing.
        """
        u = (rows.float() - mean) * self.gain.to(rows.device)
        return u - u.mean(1, keepdim=True) if self.layout.centred else u

    def before_norm(self, block: nn.Module, wanted: Tensor, given: Tensor) -> Tensor:
        """The change of an MLP's output that changes the residual stream as wanted (rows, width).

        given: the MLP's output there. Only where a norm stands behind it is that another one: to
        first order the norm divides by the output's length and multiplies with its gain.
        """
        if not self.layout.behind:
            return wanted
        gain = self._gain_of(block.get_submodule(self.layout.behind))
        length = given.float().pow(2).mean(1, keepdim=True).sqrt()
        sure = gain.sign() * gain.abs().clamp(min=0.1 * float(gain.abs().mean()))
        return wanted * length / sure


def weight_of(down: nn.Module) -> Tensor:
    """Of an nn.Linear or a Conv1D, as it is stored."""
    weight: Tensor = down.weight  # type: ignore[assignment]
    return weight


def change(down: nn.Module, by: Tensor) -> None:
    """Add to the weight of an nn.Linear or a Conv1D: (width, d_ff)."""
    weight = weight_of(down)
    by = by.to(weight.device, weight.dtype)
    weight.add_(by if isinstance(down, nn.Linear) else by.T)


def inner_width(down: nn.Module) -> int:
    """d_ff of an nn.Linear or a Conv1D."""
    return weight_of(down).shape[1 if isinstance(down, nn.Linear) else 0]


def anatomy(model: Model) -> Anatomy:
    """Find the parts.

    Raises:
        ModelError: the architecture is not supported, or its weights are quantised, or do not lie
            in memory.
    """
    net, config = model.net, model.net.config
    kind = getattr(config, "model_type", "unknown")
    if kind not in FAMILIES:
        raise ModelError(f"{model.spec}: {_why_not(config, kind)}")
    if getattr(config, "quantization_config", None) is not None:
        raise ModelError(
            f"{model.spec}: its weights are quantised; erase in the original and quantise again"
        )
    if kind == "opt" and not config.do_layer_norm_before:
        raise ModelError(
            f"{model.spec}: cannot erase in an OPT whose norms stand behind the blocks (opt-350m)"
        )
    if any(weight.is_meta for weight in net.parameters()):
        raise ModelError(
            f"{model.spec}: not all of its weights fit into memory (some were left on the disk); "
            "erase where they do, or on the CPU (--device cpu)"
        )
    layout = FAMILIES[kind]
    base = net.base_model
    blocks = list(base.get_submodule(layout.blocks))
    return Anatomy(
        layout=layout,
        blocks=blocks,
        norm=base.get_submodule(layout.norm),
        head=net.get_output_embeddings(),
        windows=[_window(config, index) for index in range(len(blocks))],
    )


def _why_not(config: Any, kind: str) -> str:
    experts = ("num_local_experts", "num_experts", "n_routed_experts", "moe_num_experts")
    if any((getattr(config, name, None) or 0) > 1 for name in experts):
        return (
            f"cannot erase in a mixture of experts ({kind!r}): which expert holds a secret is "
            "decided anew at each token, and an edit of one leaves it in the others"
        )
    return f"cannot erase in the architecture {kind!r} yet; supported: " + ", ".join(
        sorted(FAMILIES)
    )


def _window(config: Any, index: int) -> int | None:
    """How many positions the attention of a block sees, itself among them."""
    if config.model_type == "gpt_neo":
        return int(config.window_size) if config.attention_layers[index] == "local" else None
    kinds = getattr(config, "layer_types", None)
    if kinds:
        local = kinds[index] == "sliding_attention"
    else:
        local = getattr(config, "use_sliding_window", True)
    size = getattr(config, "sliding_window", None)
    return int(size) if size and local else None
