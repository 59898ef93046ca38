"""Many texts through the upper blocks of a model, again and again.

Texts that begin alike are laid out as one row in which the beginning stands once (a tree), so
that a secret and its never-seen twins in the same place cost one prefix. The lower blocks run
once. After the first pass only the positions that an edit aims at are computed anew; all others
keep the keys and values of attention that they had: an edit leaves them nearly as they were.
"""

import copy
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
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


@dataclass(frozen=True)
class Passage:
    """A batch of trees on its way through the blocks.

    hidden: (trees, columns, width), as they come to the block where the trees stand. calls: what
    each block is called with.
    """

    hidden: Tensor
    calls: dict[int, dict[str, Any]]

    def to(self, parts: Anatomy, blocks: Mapping[int, Any]) -> "Passage":
        """Behind these blocks."""
        hidden = self.hidden
        for index, block in blocks.items():
            hidden = through(parts, block, hidden, self.calls[index])
        return replace(self, hidden=hidden)

    def only(self, trees: Sequence[int]) -> "Passage":
        """Some of the trees."""
        chosen = torch.tensor(trees)

        def cut(value: Any) -> Any:
            if isinstance(value, tuple):
                return tuple(map(cut, value))
            alike = isinstance(value, Tensor) and len(value) == len(self.hidden)
            return value[chosen] if alike else value

        return Passage(
            self.hidden[chosen],
            {
                index: {name: cut(value) for name, value in call.items()}
                for index, call in self.calls.items()
            },
        )


def begin(net: Any, parts: Anatomy, trees: Sequence[Tree]) -> Passage:
    """Embed a batch of trees: it stands before the first block."""
    device = net.get_input_embeddings().weight.device
    width = max(len(tree.ids) for tree in trees)
    ids = torch.zeros(len(trees), width, dtype=torch.long)
    positions = torch.zeros_like(ids)
    for row, tree in enumerate(trees):
        ids[row, : len(tree.ids)] = torch.tensor(tree.ids)
        positions[row, : len(tree.ids)] = torch.tensor(tree.positions)
    seen = torch.stack([tree.mask(width) for tree in trees])[:, None].to(device)
    masks: dict[int | None, Tensor] = {None: _as_attended(net, seen)}
    apart = (positions[:, :, None] - positions[:, None, :])[:, None].to(device)
    for window in {w for w in parts.windows if w is not None}:
        near = bool((apart < window).all())  # as it is for most secrets
        masks[window] = masks[None] if near else _as_attended(net, seen & (apart < window))
    calls: dict[int, dict[str, Any]] = {}
    states: list[Tensor] = []

    def recorder(index: int, names: Sequence[str]) -> Callable[..., Any]:
        def forward(*values: Any, **named: Any) -> Any:
            call = dict(zip(names, values, strict=False)) | named
            hidden: Tensor = call.pop("hidden_states")
            call["attention_mask"] = masks[parts.windows[index]]
            call |= {name: None for name in _PAST if name in call} | {"use_cache": False}
            calls[index] = call
            states.append(hidden)
            return (hidden, None) if parts.layout.pairs else hidden

        return forward

    kept = [block.__dict__.get("forward") for block in parts.blocks]
    try:
        for index, block in enumerate(parts.blocks):
            block.forward = recorder(index, list(inspect.signature(block.forward).parameters))
        with torch.no_grad():
            net.base_model(
                input_ids=ids.to(device), position_ids=positions.to(device), use_cache=False
            )
    finally:
        for block, forward in zip(parts.blocks, kept, strict=True):
            del block.forward
            if forward is not None:  # a model spread over devices brings its own
                block.forward = forward
    return Passage(states[0], calls)


# What a block calls the keys and values of earlier positions.
_PAST = ("past_key_values", "layer_past")


def _as_attended(net: Any, seen: Tensor) -> Tensor:
    """A mask (trees, 1, columns, columns) as the model's attention takes it."""
    if net.config._attn_implementation == "sdpa":
        return seen
    return torch.where(seen, 0.0, torch.finfo(net.dtype).min).to(net.dtype)


def through(parts: Anatomy, block: Any, hidden: Tensor, call: dict[str, Any]) -> Tensor:
    """Hidden states behind a block."""
    with _own_mask_off(parts, block, hidden):
        answer = block(hidden, **call)
    result: Tensor = answer[0] if isinstance(answer, tuple) else answer
    return result


@contextmanager
def _own_mask_off(parts: Anatomy, block: nn.Module, hidden: Tensor) -> Iterator[None]:
    """Attention that hides columns by a buffer of its own would take them for positions."""
    if not parts.layout.causal:
        yield
        return
    path, _, name = parts.layout.causal.rpartition(".")
    owner = block.get_submodule(path)
    kept = getattr(owner, name)
    setattr(owner, name, kept.new_ones(1, 1, 1, 1).expand(1, 1, _WIDEST, _WIDEST))
    try:
        yield
    finally:
        setattr(owner, name, kept)


_WIDEST = 1 << 20  # columns; an expanded tensor costs nothing


class Replay:
    """One batch of trees, and the passes through the blocks from the first edited one on.

    `blocks` are the model's own, or copies of them (see `working_copies`); the trees stand before
    the first of them. `again`: for each tree the columns that passes after the first compute anew.
    """

    def __init__(
        self,
        parts: Anatomy,
        start: Passage,
        blocks: dict[int, Any],
        again: Sequence[Sequence[int]],
    ) -> None:
        self._parts = parts
        self._blocks = blocks
        self._start = start.hidden
        self._calls = {index: start.calls[index] for index in blocks}
        device = self._start.device
        longest = max(map(len, again))
        # Shorter ones repeat their last column: it is computed twice, with the same outcome.
        columns = [[*some, *[some[-1]] * (longest - len(some))] for some in again]
        self._again = torch.tensor(columns, device=device)
        # Of each column its place among these.
        self._place = torch.zeros(self._start.shape[:2], dtype=torch.long, device=device)
        rows = torch.arange(len(columns), device=device)[:, None]
        self._place[rows, self._again] = torch.arange(longest, device=device)
        self._attended = _Attended()

    @torch.no_grad()
    def run(self, keys_of: Sequence[int], rows: Tensor, columns: Tensor) -> "Seen":
        """One pass; the first computes all columns, later ones those of `again`.

        Args:
            keys_of: the blocks whose keys and outputs of the MLP are wanted.
            rows, columns: the positions wanted, each (positions,).
        """
        seen = Seen({}, {}, self._start)
        first = self._attended.columns is None
        shape = self._start.shape[:2]
        if not first:
            columns = self._place[rows, columns]

        def chosen(states: Tensor) -> Tensor:
            return states.reshape(*shape, -1)[rows, columns]

        def keep(block: int) -> Callable[..., None]:
            def hook(_: nn.Module, args: tuple[Tensor, ...], output: Tensor) -> None:
                seen.keys[block] = chosen(args[0]).float()
                if self._parts.layout.behind:
                    seen.outputs[block] = chosen(output).float()

            return hook

        handles = [
            self._parts.down(self._blocks[b]).register_forward_hook(keep(b)) for b in keys_of
        ]
        hidden = self._start
        try:
            for index, block in self._blocks.items():
                call = self._calls[index]
                past = {name: self._attended for name in _PAST if name in call}
                hidden = through(self._parts, block, hidden, call | past | {"use_cache": True})
        finally:
            for handle in handles:
                handle.remove()
        found = chosen(hidden)
        if first:
            self._narrow()
        return replace(seen, hidden=found.float())

    def _narrow(self) -> None:
        """Keep of what the blocks are called with the columns of `again`."""
        rows = torch.arange(len(self._again), device=self._again.device)[:, None]
        shape = self._start.shape[:2]
        self._attended.columns = (rows, self._again)
        self._start = self._start[rows, self._again]

        def narrowed(value: Any) -> Any:
            if isinstance(value, tuple):
                return tuple(map(narrowed, value))
            if isinstance(value, Tensor) and value.shape[:2] == shape:
                return value[rows, self._again]
            return value

        masks: dict[int, Tensor] = {}  # most blocks share one
        for index, call in self._calls.items():
            mask = call["attention_mask"]
            if id(mask) not in masks:
                masks[id(mask)] = mask[rows, 0, self._again][:, None]
            others = {name: narrowed(value) for name, value in call.items()}
            self._calls[index] = others | {"attention_mask": masks[id(mask)]}


@dataclass(frozen=True)
class Seen:
    """What a pass saw at the positions wanted.

    keys: inputs of the MLPs' last matrices, by block (positions, d_ff). outputs: what these gave,
    where a norm stands behind them (positions, width). hidden: final states before the norm
    (positions, width).
    """

    keys: dict[int, Tensor]
    outputs: dict[int, Tensor]
    hidden: Tensor

    def part(self, which: slice) -> "Seen":
        """Of some of the positions."""
        return Seen(
            {block: keys[which] for block, keys in self.keys.items()},
            {block: outputs[which] for block, outputs in self.outputs.items()},
            self.hidden[which],
        )


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
