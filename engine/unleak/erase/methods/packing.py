"""Texts of different lengths in one row, without padding, each seeing only itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from unleak.erase.methods.texts import Text
from unleak.models.forward import padded
from unleak.models.load import Model

_CLOSE = 1e-2  # of the largest state; texts that see each other differ by far more


@dataclass(frozen=True)
class Layout:
    """How texts are put through a model: packed into one row, or padded where that cannot be."""

    packed: bool

    def states(self, net: Any, texts: Sequence[Text], device: torch.device) -> Tensor:
        """Final hidden states (tokens, width) of all tokens, text after text."""
        if not self.packed:
            ids = padded([text.ids for text in texts], device)
            hidden = net.base_model(input_ids=ids, use_cache=False).last_hidden_state
            rows: Tensor = torch.cat([hidden[i, : len(text.ids)] for i, text in enumerate(texts)])
            return rows
        lengths = [len(text.ids) for text in texts]
        hidden = net.base_model(
            input_ids=torch.tensor([[i for text in texts for i in text.ids]], device=device),
            position_ids=torch.tensor([[i for n in lengths for i in range(n)]], device=device),
            attention_mask=_mask(net, lengths, device),
            use_cache=False,
        ).last_hidden_state
        states: Tensor = hidden[0]
        return states


def _mask(net: Any, lengths: Sequence[int], device: torch.device) -> Tensor:
    """(1, 1, tokens, tokens): causal, and block-diagonal."""
    text = torch.repeat_interleave(torch.arange(len(lengths)), torch.tensor(lengths)).to(device)
    seen = (text[:, None] == text).tril()[None, None]
    if net.config._attn_implementation == "sdpa":
        return seen
    lowest = torch.finfo(net.dtype).min
    return torch.where(seen, 0.0, lowest).to(net.dtype)


@torch.no_grad()
def layout(model: Model, texts: Sequence[Text]) -> Layout:
    """Packed where the model keeps packed texts apart, which is tried on two of them."""
    two = list(texts[:2])
    if len(two) < 2:
        return Layout(packed=True)
    alone = Layout(packed=False).states(model.net, two, model.device).float()
    try:
        together = Layout(packed=True).states(model.net, two, model.device).float()
    except (TypeError, ValueError, RuntimeError):  # it takes no such mask, or no positions
        return Layout(packed=False)
    apart = (alone - together).abs().max() <= _CLOSE * alone.abs().max()
    return Layout(packed=bool(apart))
