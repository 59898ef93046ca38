"""The rounds of an edit: from what is asked at some positions to changes of the weights."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import torch

from unleak.erase.aims import Aims, Batch, levels, rates
from unleak.erase.anatomy import Anatomy, change, weight_of
from unleak.erase.drift import Standing, drift
from unleak.erase.layout import Branches, Sample
from unleak.erase.replay import Passage, begin, working_copies
from unleak.erase.ridge import Ridge
from unleak.erase.settings import Settings, chosen_blocks
from unleak.erase.statistics import Statistics
from unleak.models.forward import batches, has_fast_arithmetic
from unleak.models.load import Model

_STRETCH = 1.5  # a tree is padded to at most so many times its length
_AT_ONCE = 16_384  # columns of trees that are worked on together


@dataclass(frozen=True)
class Secret:
    """One to be erased. strict: until each of its tokens is down."""

    sample: Sample
    strict: bool


class Solving:
    """An edit on its way: the blocks that it computes with, and what their changes must respect."""

    def __init__(
        self, model: Model, parts: Anatomy, known: Statistics, settings: Settings, secrets: int
    ) -> None:
        self._model = model
        self._parts = parts
        self._known = known
        self._settings = settings
        self._edited = chosen_blocks(parts, settings)
        first = self._edited[0]
        span = round(settings.drift_blocks * len(parts.blocks))
        self._lasting = secrets >= settings.drift_at and first > 0 and span > 0
        self._first = max(0, first - span) if self._lasting else first
        self._fast = has_fast_arithmetic(model.device)
        copies = working_copies(parts, self._first, torch.bfloat16 if self._fast else None)
        self._head = copies.head
        self._blocks = copies.blocks
        self._below = {i: block for i, block in copies.blocks.items() if i < first}
        self._upper = {i: block for i, block in copies.blocks.items() if i >= first}
        self._solvers = {
            block: Ridge(known.inverse_c[block], settings.ridge) for block in self._edited
        }

    def erase(self, secrets: Sequence[Secret], progress: Callable[[float], None]) -> None:
        """Erase some secrets at once, and others after them, which leave the first ones down."""
        room = 0
        chunks: list[list[Secret]] = []
        for secret in secrets:
            size = len(secret.sample.whole.tree.ids)
            size += len(secret.sample.short.tree.ids) if self._lasting else 0
            if not chunks or size > room:
                chunks.append([])
                room = _AT_ONCE
            chunks[-1].append(secret)
            room -= size
        for number, chunk in enumerate(chunks):

            def share(done: float, number: int = number) -> None:
                progress((number + done) / len(chunks))

            found = self._chunk(chunk, share)
            progress((number + 1) / len(chunks))
            if number + 1 < len(chunks):
                for batch in found:
                    for block, keys in batch.again().keys.items():
                        self._solvers[block].keep(keys)

    def _chunk(self, secrets: Sequence[Secret], progress: Callable[[float], None]) -> list[Batch]:
        found = []
        for members in self._groups([secret.sample.whole for secret in secrets]):
            branches = [secrets[i].sample.whole for i in members]
            start = self._start(branches).to(self._parts, self._below)
            found.append(self._batch(members, branches, start, own=True))
        rate: dict[int, float] = {}
        for batch in found:
            some = rates(self._model, self._parts, batch, self._head)
            rate |= dict(zip(batch.members, some, strict=True))
        strict = [secret.strict for secret in secrets]
        if self._lasting:
            found += self._moved([secret.sample.short for secret in secrets], rate)
        self._keep(self._solvers, found)
        aims = self._aims(found, rate, strict)
        self._rounds(found, aims, self._solvers, self._settings.rounds, progress)
        return found

    def _groups(self, branches: Sequence[Branches]) -> list[list[int]]:
        return batches([len(one.tree.ids) for one in branches], stretch=_STRETCH)

    def _start(self, branches: Sequence[Branches]) -> Passage:
        """Trees before the first block that is trained or edited."""
        lower = {i: self._parts.blocks[i] for i in range(self._first)}
        trees = [one.tree for one in branches]
        return begin(self._model.net, self._parts, trees).to(self._parts, lower)

    def _batch(
        self, members: Sequence[int], branches: Sequence[Branches], start: Passage, *, own: bool
    ) -> Batch:
        return Batch(self._parts, members, branches, start, self._upper, self._edited, own=own)

    def _keep(self, solvers: Mapping[int, Ridge], found: Sequence[Batch]) -> None:
        """The changes shall not act on twins."""
        for block in self._edited:
            solvers[block].keep(
                torch.cat([batch.beside.keys[block][batch.apart] for batch in found])
            )

    def _moved(self, short: Sequence[Branches], rate: Mapping[int, float]) -> list[Batch]:
        """The secrets where training would move them, through a rough edit, which is undone."""
        groups = self._groups(short)
        standing, found = [], []
        for members in groups:
            branches = [short[i] for i in members]
            start = self._start(branches)
            here = start.to(self._parts, self._below)
            standing.append(Standing(branches, start, here.hidden))
            found.append(self._batch(members, branches, here, own=False))
        solvers = {block: solver.copy() for block, solver in self._solvers.items()}
        self._keep(solvers, found)
        aims = self._aims(found, rate, [False] * len(short))
        taught = set(_spread(len(short), max(self._settings.taught, len(short) // 4)))
        with self._undone():
            self._rounds(found, aims, solvers, self._settings.rough, lambda _: None)
            moves = drift(
                self._model.net,
                self._parts,
                standing,
                [[row for row, i in enumerate(members) if i in taught] for members in groups],
                self._below,
                self._upper,
                self._head,
                self._settings.drift_step,
            )
        return [
            self._batch(
                members,
                group.branches,
                replace(group.start, hidden=group.before + move),
                own=False,
            )
            for members, group, move in zip(groups, standing, moves, strict=True)
        ]

    def _rounds(
        self,
        found: Sequence[Batch],
        aims: Aims,
        solvers: Mapping[int, Ridge],
        rounds: int,
        progress: Callable[[float], None],
    ) -> None:
        """Change the weights until the secrets are at their levels wherever the batches are."""
        chosen = self._settings
        for turn in range(rounds):
            seen = [batch.again() if turn else batch.aimed for batch in found]
            hidden = torch.cat([one.hidden for one in seen])
            margin = aims.margins(
                self._model,
                self._parts,
                hidden,
                self._head,
                gain=chosen.gain,
                most=chosen.most,
                slack=chosen.slack,
            )
            progress((turn + 1) / rounds)
            if not margin.any():
                break
            wanted = -margin[:, None] * self._parts.spread(hidden) * aims.direction
            wanted = wanted / len(self._edited)
            for block in self._edited:
                keys = torch.cat([one.keys[block] for one in seen])
                here = wanted
                if self._parts.layout.behind:
                    given = torch.cat([one.outputs[block] for one in seen])
                    here = self._parts.before_norm(self._parts.blocks[block], wanted, given)
                down = self._parts.down(self._parts.blocks[block])
                change(down, solvers[block].solve(keys, here))
                if self._fast:
                    weight_of(self._parts.down(self._blocks[block])).copy_(weight_of(down))

    @contextmanager
    def _undone(self) -> Iterator[None]:
        """Put the edited matrices back in the end."""
        matrices = [
            weight_of(self._parts.down(blocks[block]))
            for blocks in (dict(enumerate(self._parts.blocks)), self._blocks)
            for block in self._edited
        ]
        kept = [weight.clone() for weight in matrices]
        try:
            yield
        finally:
            for weight, old in zip(matrices, kept, strict=True):
                weight.copy_(old)

    def _aims(
        self, found: Sequence[Batch], rate: Mapping[int, float], strict: Sequence[bool]
    ) -> Aims:
        """The positions of all batches, in their order."""
        device = self._head.weight.device
        case: list[int] = []
        context: list[int] = []
        own: list[bool] = []
        level: list[float] = []
        target: list[int] = []
        for batch in found:
            target += batch.targets
            for number, one in zip(batch.members, batch.branches, strict=True):
                level += levels(one, rate[number])
                first = context[-1] + 1 if context else 0
                for which, _, _ in one.aimed():
                    case.append(number)
                    context.append(first + which)
                    own.append(batch.own and which == 0)
        targets = torch.tensor(target, device=device)
        rows = self._parts.head.weight[targets]
        u = self._parts.unembedding(rows, self._known.mean)
        direction = u @ self._known.inverse_g
        return Aims(
            case=torch.tensor(case, device=device),
            context=torch.tensor(context, device=device),
            own=torch.tensor(own, device=device),
            target=targets,
            level=torch.tensor(level, device=device),
            direction=direction / (u * direction).sum(1, keepdim=True),
            strict=torch.tensor([strict[number] for number in case], device=device),
        )


def _spread(count: int, most: int) -> list[int]:
    """Up to `most` of `count` numbers, evenly."""
    step = max(1.0, count / most)
    return sorted({int(i * step) for i in range(min(count, most))})
