"""Many texts through the upper blocks of a model, again and again.

Texts that begin alike are laid out as one row in which the beginning stands once (a tree), so
that a secret and its never-seen twins in the same place cost one prefix. The lower blocks run
once. After the first pass only the positions that an edit aims at are computed anew; all others
keep the keys and values of attention that they had: an edit leaves them nearly as they were.
"""

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from unleak.erase.anatomy import Anatomy


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


class Tree:
    """Token sequences in one row; what each shares with the first stands there only once.

    ids, positions: of each column. columns: for each sequence where its tokens stand. forks: for
    some sequences the token where it parts from the first, though it goes on like it.
    """

    def __init__(
        self, sequences: Sequence[Sequence[int]], forks: Mapping[int, int] | None = None
    ) -> None:
        trunk = sequences[0]
        self.ids = list(trunk)
        self.positions = list(range(len(trunk)))
        self.columns = [list(range(len(trunk)))]
        for number, ids in enumerate(sequences[1:], 1):
            shared = 0
            most = min(len(trunk), (forks or {}).get(number, len(ids)))
            while shared < most and trunk[shared] == ids[shared]:
                shared += 1
            own = range(len(self.ids), len(self.ids) + len(ids) - shared)
            self.columns.append([*range(shared), *own])
            self.ids += ids[shared:]
            self.positions += range(shared, len(ids))

    def mask(self, width: int) -> Tensor:
        """Which column sees which: (width, width), true for itself and what comes before it."""
        seen = torch.eye(width, dtype=torch.bool)
        for columns in self.columns:
            at = torch.tensor(columns)
            seen[at[:, None], at] |= torch.ones(len(at), len(at), dtype=torch.bool).tril()
        return seen


def lower(
    net: Any, parts: Anatomy, trees: Sequence[Tree], blocks: Iterable[int]
) -> tuple[Tensor, dict[int, dict[str, Any]]]:
    """Run a batch of trees through the blocks below these.

    Returns:
        The hidden states there (trees, columns, width), and what each of `blocks` is called with.
    """
    device = parts.gain.device
    width = max(len(tree.ids) for tree in trees)
    ids = torch.zeros(len(trees), width, dtype=torch.long)
    positions = torch.zeros_like(ids)
    for row, tree in enumerate(trees):
        ids[row, : len(tree.ids)] = torch.tensor(tree.ids)
        positions[row, : len(tree.ids)] = torch.tensor(tree.positions)
    mask = torch.stack([tree.mask(width) for tree in trees])[:, None]
    states: list[Tensor] = []
    calls: dict[int, dict[str, Any]] = {}

    def remember(index: int) -> Callable[..., Tensor]:
        def forward(hidden_states: Tensor, *_: Any, **others: Any) -> Tensor:
            calls[index] = others
            states.append(hidden_states)
            return hidden_states

        return forward

    try:
        for index in blocks:
            parts.blocks[index].forward = remember(index)
        with torch.no_grad():
            net.base_model(
                input_ids=ids.to(device),
                position_ids=positions.to(device),
                attention_mask=mask.to(device),
                use_cache=False,
            )
    finally:
        for index in blocks:
            parts.blocks[index].__dict__.pop("forward", None)
    return states[0], calls


def through(block: Any, hidden: Tensor, call: dict[str, Any]) -> Tensor:
    """Hidden states behind a block, called as `lower` tells."""
    answer = block(hidden, **call)
    result: Tensor = answer[0] if isinstance(answer, tuple) else answer
    return result


class Replay:
    """One batch of trees, and the passes through the blocks from the first edited one on.

    `blocks` are the model's own, or copies of them (see `working_copies`). `again`: for each tree
    the columns that passes after the first compute anew. `moved`: what is added to the hidden
    states (trees, columns, width) below the first of the blocks.
    """

    def __init__(
        self,
        net: Any,
        parts: Anatomy,
        trees: Sequence[Tree],
        blocks: dict[int, Any],
        again: Sequence[Sequence[int]],
        moved: Tensor | None = None,
    ) -> None:
        self._blocks = blocks
        self._start, self._calls = lower(net, parts, trees, blocks)
        if moved is not None:
            self._start = self._start + moved
        device = self._start.device
        longest = max(map(len, again))
        # Shorter ones repeat their last column: it is computed twice, with the same outcome.
        columns = [[*some, *[some[-1]] * (longest - len(some))] for some in again]
        self._again = torch.tensor(columns, device=device)
        # Of each column its place among these.
        self._place = torch.zeros(self._start.shape[:2], dtype=torch.long, device=device)
        rows = torch.arange(len(trees), device=device)[:, None]
        self._place[rows, self._again] = torch.arange(longest, device=device)
        self._attended = _Attended()

    @torch.inference_mode()
    def run(
        self, keys_of: Sequence[int], rows: Tensor, columns: Tensor
    ) -> tuple[dict[int, Tensor], Tensor]:
        """One pass; the first computes all columns, later ones those of `again`.

        Args:
            keys_of: the blocks whose `down_proj` inputs are wanted.
            rows, columns: the positions wanted, each (positions,).

        Returns:
            Keys of each block (positions, d_ff), and final hidden states before the norm
            (positions, width).
        """
        seen: dict[int, Tensor] = {}
        first = self._attended.columns is None
        if not first:
            columns = self._place[rows, columns]

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
                call = self._calls[index] | {"past_key_values": self._attended, "use_cache": True}
                hidden = through(block, hidden, call)
        finally:
            for handle in handles:
                handle.remove()
        found = hidden[rows, columns]
        if first:
            self._narrow()
        return seen, found

    def _narrow(self) -> None:
        """Keep of what the blocks are called with the columns of `again`."""
        rows = torch.arange(len(self._again), device=self._again.device)[:, None]
        self._attended.columns = (rows, self._again)
        self._start = self._start[rows, self._again]
        for call in self._calls.values():
            call["attention_mask"] = call["attention_mask"][rows, 0, self._again][:, None]
            call["position_ids"] = call["position_ids"][rows, self._again]
            cos, sin = call["position_embeddings"]
            call["position_embeddings"] = cos[rows, self._again], sin[rows, self._again]


class _Attended:
    """Keys and values of attention of a whole row, in the place of a transformers cache."""

    def __init__(self) -> None:
        self.columns: tuple[Tensor, Tensor] | None = None  # computed anew; none: all
        self._kept: dict[int, tuple[Tensor, Tensor]] = {}

    def update(
        self, keys: Tensor, values: Tensor, layer_idx: int, *_: Any, **__: Any
    ) -> tuple[Tensor, Tensor]:
        """Take in (rows, heads, columns, size) and give those of the whole row."""
        if self.columns is None:
            self._kept[layer_idx] = keys, values
        else:
            rows, columns = self.columns
            for kept, new in zip(self._kept[layer_idx], (keys, values), strict=True):
                kept[rows, :, columns] = new.transpose(1, 2)
        return self._kept[layer_idx]
