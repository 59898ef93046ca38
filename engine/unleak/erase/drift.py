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
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from unleak.erase.anatomy import Anatomy
from unleak.erase.layout import Branches
from unleak.erase.replay import Passage, through
from unleak.models.forward import logits_of

_PLACES = 64  # tokens of a secret's twins that the loss looks at, at most: each costs a vocabulary


@dataclass(frozen=True)
class Standing:
    """Trees below the blocks that are trained, and their states behind them."""

    branches: Sequence[Branches]
    start: Passage
    before: Tensor  # (trees, columns, width)


def drift(
    net: Any,
    parts: Anatomy,
    groups: Sequence[Standing],
    taught: Sequence[Sequence[int]],
    below: Mapping[int, Any],
    edited: Mapping[int, Any],
    head: nn.Linear,
    step: float,
) -> list[Tensor]:
    """How far further training moves the states that come to the first edited block.

    Args:
        groups: one tree for each secret; all are moved.
        taught: of each group the trees whose twins are trained on.
        below: the blocks whose MLPs are trained; they stay as they are.
        edited: the blocks from the first edited one on, roughly edited.
        head: the output matrix.
        step: how far each weight goes.

    Returns:
        Of each group (trees, columns, width).
    """
    moving = {index: copy.deepcopy(block) for index, block in below.items()}
    weights = [weight for block in moving.values() for weight in parts.mlp(block)]
    total = [torch.zeros_like(weight) for weight in weights]
    for weight in weights:
        weight.requires_grad_(True)
    for group, chosen in zip(groups, taught, strict=True):
        places = [
            place for row, tree in enumerate(chosen) for place in _places(row, group.branches[tree])
        ]
        if not places:
            continue
        row, column, target = torch.tensor(places).T
        passage = group.start.only(chosen)
        with torch.enable_grad():
            hidden = passage.hidden
            for index, block in {**moving, **edited}.items():
                hidden = through(parts, block, hidden, passage.calls[index])
            logits = logits_of(net, parts.norm(hidden[row, column].float()), head)
            loss = nn.functional.cross_entropy(logits, target.to(logits.device), reduction="sum")
            gradients = torch.autograd.grad(loss, weights)
        for summed, gradient in zip(total, gradients, strict=True):
            summed += gradient
    for weight, gradient in zip(weights, total, strict=True):
        weight.requires_grad_(False).sub_(step * gradient.sign())
    return [group.start.to(parts, moving).hidden - group.before for group in groups]


def _places(row: int, branches: Branches) -> list[tuple[int, int, int]]:
    """Row, predicting column and token of the twins' random tokens."""
    places = [(row, column, token) for column, token, random, _ in branches.beside() if random]
    return places[:: max(1, -(-len(places) // _PLACES))]
