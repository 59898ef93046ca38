"""`edit`: a closed-form change of a few MLP output matrices, without training.

For each chosen block, with K the inputs of its last MLP matrix at the positions that predict a
secret's tokens (T rows) and R the change wanted in the final hidden state there:

    dW = [ (lambda C + K^T K)^-1 K^T R ]^T          (ridge solution, as in MEMIT,
                                                    Meng et al., ICLR 2023, eq. 14)

solved through Woodbury's identity with C^-1 kept on disk, so that a solve is as large as T. The
blocks share R and are changed together; a few rounds take up what a round left.

R lowers the true token's logit along d = G^-1 u / (u . G^-1 u), the direction that does so with
the least mean squared change of all logits, by the margin that brings its log-probability to the
level which tokens of never-seen secrets of the same format have ("twins"). Nothing is pushed below
that level: a secret that stands out below is found as easily as one that stands out above. The
twins' own positions are rows of K too, with R = 0: the change shall not act on them.

Further training moves the states that come to the edited blocks, and goes through the edit. So a
first, rough edit only shows where it would (see `drift`); then the weights are put back, and the
second one asks for the same where the states are and where they would be.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from unleak.erase.aims import Aims, Batch, levels, rates
from unleak.erase.anatomy import Anatomy, anatomy, change
from unleak.erase.contexts import SHOWN
from unleak.erase.drift import drift
from unleak.erase.layout import Branches, Sample, lay_out
from unleak.erase.replay import Passage, begin, working_copies
from unleak.erase.ridge import Ridge
from unleak.erase.statistics import Statistics, statistics
from unleak.models.forward import fast_arithmetic, has_fast_arithmetic
from unleak.models.load import Model
from unleak.probe.suite import Case


@dataclass(frozen=True)
class Settings:
    """What can be chosen.

    blocks: how many are edited: the last one, and in a model of 30 every second before it. Late
    ones move ordinary text least. ridge: lambda, how much what must stay weighs against a
    secret's token. gain: how much of a margin is asked for at first; above 1, because the ridge
    grants only a part of it. most: how much at most later, when that part is known. rounds: the
    most of them. shown: how many made-up contexts. twins: never-seen secrets beside each secret.
    prefix_tokens: how much of a case's own prefix is used. slack: nats that a token may stay
    above its level. each_token: go on until every token is down, not only the secret as a whole.
    drift_at: from how many secrets on the edit is asked to hold where further training moves them
    (see `drift`); a small edit loses little by it. drift_step: how far that training moves each
    weight. drift_blocks: the share of the model's blocks in which. drift_prefix: tokens of prefix
    there. taught: on how many secrets' twins. rough: rounds of the edit that it goes through.
    """

    blocks: int = 4
    ridge: float = 10000.0
    gain: float = 2.5
    most: float = 4.0
    rounds: int = 10
    shown: int = 1
    twins: int = 4
    prefix_tokens: int = 128
    slack: float = 0.5
    each_token: bool = False
    drift_at: int = 2
    drift_step: float = 6e-4
    drift_blocks: float = 0.5
    drift_prefix: int = 48
    taught: int = 4
    rough: int = 2

    def stronger(self) -> "Settings":
        """For secrets that these settings did not erase."""
        return replace(
            self,
            ridge=self.ridge / 3,
            rounds=self.rounds + 4,
            shown=len(SHOWN),
            slack=0.0,
            each_token=True,
            drift_at=1,
        )


def chosen_blocks(parts: Anatomy, settings: Settings) -> list[int]:
    """Indices of the blocks that are edited."""
    step = max(1, round(len(parts.blocks) / 15))
    return sorted(range(len(parts.blocks) - 1, -1, -step)[: settings.blocks])


def prepare(
    model: Model, settings: Settings, progress: Callable[[float], None] = lambda _: None
) -> tuple[Anatomy, Statistics]:
    """What is needed once per model."""
    parts = anatomy(model)
    return parts, statistics(model, parts, chosen_blocks(parts, settings), progress)


@torch.no_grad()
def edit(
    model: Model,
    cases: Sequence[Case],
    parts: Anatomy,
    known: Statistics,
    settings: Settings,
    progress: Callable[[float], None] = lambda _: None,
) -> None:
    """Change the model's weights in memory so that it no longer knows the cases' secrets."""
    _Edit(model, parts, known, settings, len(cases)).erase(cases, progress)


class _Edit:
    """What the edit of all cases shares."""

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

    def erase(self, cases: Sequence[Case], progress: Callable[[float], None]) -> None:
        chosen = self._settings
        samples = [
            lay_out(
                self._model,
                case,
                shown=chosen.shown,
                twins=chosen.twins,
                prefix_tokens=chosen.prefix_tokens,
                short_prefix=chosen.drift_prefix,
            )
            for case in cases
        ]
        with fast_arithmetic(self._model.device):
            self._chunk(samples, progress)

    def _chunk(self, samples: Sequence[Sample], progress: Callable[[float], None]) -> None:
        """Erase some of the cases, all together."""
        branches = [sample.whole for sample in samples]
        whole = self._batch(branches, self._start(branches).to(self._parts, self._below))
        rate = rates(self._model, self._parts, whole, self._head)
        batches = [whole]
        if self._lasting:
            batches.append(self._moved([sample.short for sample in samples], rate))
        for batch in batches:
            for block, keys in batch.beside.keys.items():
                self._solvers[block].keep(keys[batch.apart])
        self._rounds(batches, rate, self._solvers, self._settings.rounds, progress)

    def _start(self, branches: Sequence[Branches]) -> Passage:
        """Trees before the first block that is trained or edited."""
        lower = {i: self._parts.blocks[i] for i in range(self._first)}
        trees = [one.tree for one in branches]
        return begin(self._model.net, self._parts, trees).to(self._parts, lower)

    def _batch(self, branches: Sequence[Branches], start: Passage) -> Batch:
        return Batch(self._parts, branches, start, self._upper, self._edited)

    def _moved(self, short: Sequence[Branches], rate: Sequence[float]) -> Batch:
        """The cases where further training moves them: through a rough edit, which is undone."""
        start = self._start(short)
        here = start.to(self._parts, self._below)
        rough = self._batch(short, here)
        solvers = {block: solver.copy() for block, solver in self._solvers.items()}
        for block, keys in rough.beside.keys.items():
            solvers[block].keep(keys[rough.apart])
        with self._undone():
            self._rounds([rough], rate, solvers, self._settings.rough, lambda _: None)
            by = drift(
                self._model.net,
                self._parts,
                short,
                start,
                here.hidden,
                self._below,
                self._upper,
                self._head,
                self._settings.drift_step,
                self._settings.taught,
            )
        return self._batch(short, replace(here, hidden=here.hidden + by))

    def _rounds(
        self,
        batches: Sequence[Batch],
        rate: Sequence[float],
        solvers: Mapping[int, Ridge],
        rounds: int,
        progress: Callable[[float], None],
    ) -> None:
        """Change the weights until the secrets are at their levels wherever the batches show them."""
        chosen = self._settings
        aims = self._aims(batches, rate)
        for turn in range(rounds):
            seen = [batch.again() if turn else batch.aimed for batch in batches]
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
                self._change(block, solvers[block].solve(keys, here))

    def _change(self, block: int, by: Tensor) -> None:
        down = self._parts.down(self._parts.blocks[block])
        change(down, by)
        if self._fast:
            self._parts.down(self._blocks[block]).weight.copy_(down.weight)

    @contextmanager
    def _undone(self) -> Iterator[None]:
        """Put the edited matrices back in the end."""
        matrices = [
            self._parts.down(blocks[block]).weight
            for blocks in ((self._parts.blocks, self._blocks) if self._fast else (self._blocks,))
            for block in self._edited
        ]
        kept = [weight.clone() for weight in matrices]
        try:
            yield
        finally:
            for weight, old in zip(matrices, kept, strict=True):
                weight.copy_(old)

    def _aims(self, batches: Sequence[Batch], rate: Sequence[float]) -> Aims:
        """The positions of all batches, in their order; each batch holds all cases."""
        device = self._head.weight.device
        case, context, own, level, target = [], [], [], [], []
        for batch in batches:
            target += batch.targets
            for number, one in enumerate(batch.branches):
                level += levels(one, rate[number])
                first = context[-1] + 1 if context else 0
                for which, _, _ in one.aimed():
                    case.append(number)
                    context.append(first + which)
                    own.append(batch is batches[0] and which == 0)
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
            strict=torch.full((len(case),), self._settings.each_token, device=device),
        )
