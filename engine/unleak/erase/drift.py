"""Where further training would take a model: what an edit has to withstand.

A few steps on other secrets of the same format move the hidden states in all such places, and an
edit in the blocks above, which reads these states, loses half of its effect. They also go through
the edit: one that lowers the same tokens in many places (a hexadecimal secret has sixteen) is a
lever, and training turns against it because that raises its own secrets. So the step is taken
through a rough edit: one signed step of gradient descent on never-seen secrets, as Adam's first
is, in a copy of the MLPs below the edited blocks. The edit is then asked for the same in the
states moved so, each position by its own way, and to leave the never-seen ones alone there, too.
"""

import copy
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from unleak.erase.anatomy import Anatomy
from unleak.erase.layout import Branches
from unleak.erase.replay import Passage, through
from unleak.models.forward import logits_of

_PLACES = 256  # tokens that the loss looks at, at most: each costs a vocabulary


def drift(
    net: Any,
    parts: Anatomy,
    branches: Sequence[Branches],
    start: Passage,
    before: Tensor,
    below: Mapping[int, Any],
    edited: Mapping[int, Any],
    head: nn.Linear,
    step: float,
    taught: int,
) -> Tensor:
    """How far the states (trees, columns, width) move that come to the first edited block.

    Args:
        branches: one tree for each secret.
        start: these trees before the first block of `below`.
        before: their states behind these blocks.
        below: the blocks whose MLPs are trained; they stay as they are.
        edited: the blocks from the first edited one on, roughly edited.
        head: the output matrix.
        step: how far each weight goes.
        taught: how many of the trees are trained on; all are moved.
    """
    places = [
        (row, column, token)
        for row, one in enumerate(branches[:taught])
        for column, token, random, _ in one.beside()
        if random
    ]
    if not places:
        return torch.zeros_like(before)
    stride = -(-len(places) // _PLACES)
    row, column, target = torch.tensor(places[::stride]).T
    moving = {index: copy.deepcopy(block) for index, block in below.items()}
    weights = [weight for block in moving.values() for weight in parts.mlp(block)]
    calls = {index: _first(call, taught) for index, call in start.calls.items()}
    with torch.enable_grad():
        for weight in weights:
            weight.requires_grad_(True)
        hidden = start.hidden[:taught]
        for index, block in {**moving, **edited}.items():
            hidden = through(parts, block, hidden, calls[index])
        logits = logits_of(net, parts.norm(hidden[row, column].float()), head)
        loss = nn.functional.cross_entropy(logits, target.to(logits.device))
        gradients = torch.autograd.grad(loss, weights)
    for weight, gradient in zip(weights, gradients, strict=True):
        weight.requires_grad_(False).sub_(step * gradient.sign())
    with torch.no_grad():
        return start.to(parts, moving).hidden - before


def _first(call: dict[str, Any], rows: int) -> dict[str, Any]:
    """What a block is called with for the first trees only."""

    def cut(value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(map(cut, value))
        return value[:rows] if isinstance(value, Tensor) and value.dim() > 1 else value

    return {name: cut(value) for name, value in call.items()}
