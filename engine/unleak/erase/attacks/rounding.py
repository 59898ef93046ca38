"""Weights as quantised files hold them, in the place of a model's own for a while."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from transformers.pytorch_utils import Conv1D

from unleak.core.errors import EvaluationError

INT4_GROUP = 32  # weights that share a scale, as in GGUF's Q4_0
NF4_BLOCK = 64  # weights that share a scale
# NormalFloat4, the 16 values of QLoRA (Dettmers et al. 2023, arXiv 2305.14314, appendix E):
# quantiles of a normal distribution, scaled to [-1, 1], zero among them.
NF4 = (
    -1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635,
    -0.18477343022823334, -0.09105003625154495, 0.0, 0.07958029955625534, 0.16093020141124725,
    0.24611230194568634, 0.33791524171829224, 0.44070982933044434, 0.5626170039176941,
    0.7229568362236023, 1.0,
)  # fmt: skip


def int8(weight: Tensor) -> Tensor:
    """Symmetric round-to-nearest with a scale for each output, as LLM.int8() and vLLM's w8a16.

    `weight` is (outputs, inputs), as everywhere here.
    """
    return _symmetric(weight, 8, weight.shape[-1])


def int4(weight: Tensor) -> Tensor:
    """Symmetric round-to-nearest with a scale for each 32 inputs of an output."""
    inputs = weight.shape[-1]
    return _symmetric(weight, 4, INT4_GROUP if inputs % INT4_GROUP == 0 else inputs)


def _symmetric(weight: Tensor, bits: int, group: int) -> Tensor:
    top = 2 ** (bits - 1) - 1
    rows = weight.float().reshape(-1, group)
    scale = rows.abs().amax(1, keepdim=True).clamp(min=1e-12) / top
    steps = (rows / scale).round().clamp(-top - 1, top)
    held: Tensor = (steps * scale).reshape(weight.shape).to(weight.dtype)
    return held


def nf4(weight: Tensor) -> Tensor:
    """The nearest NormalFloat4 value times the largest magnitude of a block of 64.

    Blocks run through the flattened matrix, as bitsandbytes stores it. The scales stay in
    float32: QLoRA's double quantisation, which rounds them too, is optional there.
    """
    flat = weight.float().flatten()
    blocks = nn.functional.pad(flat, (0, -flat.numel() % NF4_BLOCK)).view(-1, NF4_BLOCK)
    scale = blocks.abs().amax(1, keepdim=True).clamp(min=1e-12)
    levels = torch.tensor(NF4, device=flat.device)
    nearest = torch.bucketize(blocks / scale, (levels[1:] + levels[:-1]) / 2)
    held: Tensor = levels[nearest] * scale
    return held.flatten()[: flat.numel()].view(weight.shape).to(weight.dtype)


def matrices(net: Any) -> list[tuple[nn.Parameter, bool]]:
    """The blocks' matrices, and of each whether it is stored as (inputs, outputs).

    Linear layers, GPT-2's Conv1D, and experts that lie in one tensor; neither embeddings nor the
    output head, which quantised files keep.

    Raises:
        EvaluationError: there is none that this knows.
    """
    kept = {id(module.weight) for module in net.modules() if isinstance(module, nn.Embedding)}
    if head := net.get_output_embeddings():
        kept.add(id(head.weight))
    found: list[tuple[nn.Parameter, bool]] = []
    for module in net.modules():
        for parameter in module.parameters(recurse=False):
            known = isinstance(module, nn.Linear | Conv1D) and parameter.dim() == 2
            if (known or parameter.dim() == 3) and id(parameter) not in kept:
                found.append((parameter, isinstance(module, Conv1D)))
    if not found:
        raise EvaluationError(
            f"{type(net).__name__}: no matrix in its blocks that quantisation is known for"
        )
    return found


@contextmanager
def rounded(net: Any, how: Callable[[Tensor], Tensor]) -> Iterator[None]:
    """All matrices of the blocks rounded for a while, then exactly as before.

    Raises:
        EvaluationError: as `matrices`.
    """
    chosen = matrices(net)
    kept = [parameter.data for parameter, _ in chosen]
    try:
        for parameter, transposed in chosen:
            data = parameter.data
            parameter.data = how(data.T).T.contiguous() if transposed else how(data)
        yield
    finally:
        for (parameter, _), data in zip(chosen, kept, strict=True):
            parameter.data = data


@contextmanager
def bfloat16(net: Any) -> Iterator[None]:
    """All parameters in bfloat16 for a while, and computed in it, then exactly as before."""
    kept = [(parameter, parameter.data) for parameter in net.parameters()]
    try:
        for parameter, data in kept:
            parameter.data = data.to(torch.bfloat16)
        yield
    finally:
        for parameter, data in kept:
            parameter.data = data
