"""Low-rank adapters (Hu et al., LoRA, ICLR 2022): y = x W + (alpha / rank) x A B.

They live while a method trains and are merged into the weights at its end. They are never
written: a difference of weights tells what was erased.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from transformers.pytorch_utils import Conv1D

_ALPHA = 2.0  # alpha / rank


class Adapters:
    """One adapter on every matrix of the blocks; the model's own weights rest."""

    def __init__(self, net: Any, rank: int, seed: int = 0) -> None:
        generator = torch.Generator().manual_seed(seed)
        self._pairs: list[tuple[nn.Module, nn.Parameter, nn.Parameter]] = []
        net.requires_grad_(False)
        head = net.get_output_embeddings()
        for module in net.modules():
            if module is head or not isinstance(module, nn.Linear | Conv1D):
                continue
            rows, columns = module.weight.shape
            inner, outer = (columns, rows) if isinstance(module, nn.Linear) else (rows, columns)
            down = torch.randn(inner, rank, generator=generator) / math.sqrt(inner)
            device = module.weight.device
            pair = nn.Parameter(down.to(device)), nn.Parameter(torch.zeros(rank, outer).to(device))
            self._pairs.append((module, *pair))
        self._on = True
        self._handles = [
            module.register_forward_hook(self._hook(down, up)) for module, down, up in self._pairs
        ]

    def parameters(self) -> Iterator[nn.Parameter]:
        """What is trained."""
        for _, down, up in self._pairs:
            yield from (down, up)

    @torch.no_grad()
    def merge(self) -> None:
        """Add each adapter to its matrix and take it away."""
        self.remove()
        for module, down, up in self._pairs:
            weight: Tensor = module.weight  # type: ignore[assignment]
            change = _ALPHA * (down @ up)
            weight.add_((change.T if isinstance(module, nn.Linear) else change).to(weight.dtype))

    def remove(self) -> None:
        """Take all adapters away."""
        for handle in self._handles:
            handle.remove()

    @contextmanager
    def off(self) -> Iterator[None]:
        """The model as it was before."""
        self._on = False
        try:
            yield
        finally:
            self._on = True

    def _hook(self, down: Tensor, up: Tensor) -> Any:
        def add(_: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> Tensor:
            if not self._on:
                return output
            return output + _ALPHA * ((inputs[0].to(down.dtype) @ down) @ up).to(output.dtype)

        return add
