"""`edit`: a closed-form change of a few MLP output matrices, without training.

For each chosen block, with K the inputs of `down_proj` at the positions that predict a secret's
tokens (T rows) and R the change wanted in the final hidden state there:

    dW = [ (lambda C + K^T K)^-1 K^T R ]^T          (ridge solution, as in MEMIT,
                                                    Meng et al., ICLR 2023, eq. 14)

solved through Woodbury's identity with C^-1 kept on disk, so that a solve is as large as T. The
blocks share R and are changed together; a few rounds take up what a round left.

R lowers the true token's logit along d = G^-1 u / (u . G^-1 u), the direction that does so with
the least mean squared change of all logits, by the margin that brings its log-probability to the
level which tokens of never-seen secrets of the same format have ("twins"). Nothing is pushed below
that level: a secret that stands out below is found as easily as one that stands out above. The
twins' own positions are rows of K too, with R = 0: the change shall not act on them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from unleak.erase.anatomy import Anatomy, anatomy
from unleak.erase.contexts import SHOWN
from unleak.erase.drift import drift
from unleak.erase.layout import Sample, lay_out
from unleak.erase.replay import Replay, Working, working_copies
from unleak.erase.statistics import Statistics, statistics
from unleak.models.forward import batches, contest, fast_arithmetic, has_fast_arithmetic
from unleak.models.load import Model
from unleak.probe.suite import Case

_RIGHT = 0.15  # share of its tokens that the model may still get right
# How far a secret's sum may stay from its level, in square roots of its tokens: above it in its own
# context, below it there, and above it in the others, which nobody compares with decoys.
_ABOVE, _BELOW, _ELSEWHERE = 1.0, 2.0, 4.0
_RARE = -3.5  # nats a character, where no twin says anything: a random base-32 digit


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
    (see `drift`); a small edit loses little by it.
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


@dataclass
class _Rows:
    """The positions of a batch that predict secret tokens."""

    replay: Replay
    row: Tensor  # (positions,) which case of the batch
    column: Tensor  # (positions,) where the predicting token stands
    context: Tensor  # (positions,) which of the batch's contexts
    own: Tensor  # (positions,) whether that is the case's own
    target: Tensor  # (positions,) the true token
    level: Tensor  # (positions,) log-probability wanted; +inf: leave alone
    direction: Tensor  # (positions, width) of the final hidden state
    # Of the round before: the margins (positions,), and what was asked of them.
    before: Tensor | None = None
    asked: Tensor | None = None


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


@torch.inference_mode()
def edit(
    model: Model,
    cases: Sequence[Case],
    parts: Anatomy,
    known: Statistics,
    settings: Settings,
    progress: Callable[[float], None] = lambda _: None,
) -> None:
    """Change the model's weights in memory so that it no longer knows the cases' secrets."""
    blocks = chosen_blocks(parts, settings)
    fast = has_fast_arithmetic(model.device)
    # What drifts is what comes out of a quarter of the blocks, below the edited ones.
    below = range(max(0, blocks[0] - round(len(parts.blocks) / 4)), blocks[0])
    lasting = len(cases) >= settings.drift_at and len(below) > 0
    samples = [
        lay_out(
            model,
            case,
            shown=settings.shown,
            twins=settings.twins,
            prefix_tokens=settings.prefix_tokens,
            drifts=lasting,
        )
        for case in cases
    ]
    with torch.inference_mode(False):  # drift takes a gradient
        copies = working_copies(parts, below.start, torch.bfloat16 if fast else None)
        drifted = None
        if lasting:
            drifted = drift(model, parts, [sample.twins for sample in samples], below, copies)
    copies = replace(copies, blocks={i: copies.blocks[i] for i in copies.blocks if i >= blocks[0]})
    groups: list[_Rows] = []
    seen: list[tuple[dict[int, Tensor], Tensor]] = []
    kept: dict[int, list[Tensor]] = {block: [] for block in blocks}
    for indices in batches([len(sample.tree.ids) for sample in samples]):
        chosen = [samples[i] for i in indices]
        with fast_arithmetic(model.device):
            group, first, twins = _first(model, parts, known, chosen, blocks, copies, drifted)
        groups.append(group)
        seen.append(first)
        for block in blocks:
            kept[block].append(twins[block])
    solvers = {
        block: _Ridge(known.inverse_c[block], settings.ridge, torch.cat(kept[block]))
        for block in blocks
    }
    for turn in range(settings.rounds):
        keys: dict[int, list[Tensor]] = {block: [] for block in blocks}
        wanted: list[Tensor] = []
        for group, first in zip(groups, seen, strict=True):
            with fast_arithmetic(model.device):
                k, hidden = group.replay.run(blocks, group.row, group.column) if turn else first
            hidden = hidden.float()
            margin = _margins(model, parts, group, hidden, copies.head, settings)
            rms = hidden.pow(2).mean(1, keepdim=True).sqrt()
            wanted.append(-margin[:, None] * rms * group.direction / len(blocks))
            for block in blocks:
                keys[block].append(k[block].float())
        progress((turn + 1) / settings.rounds)
        if not any(r.any() for r in wanted):
            break
        for block in blocks:
            change = solvers[block].solve(torch.cat(keys[block]), torch.cat(wanted))
            weight = parts.down[block].weight
            weight.add_(change.to(weight.dtype))
            if fast:
                copies.blocks[block].mlp.down_proj.weight.copy_(weight)


class _Ridge:
    """Solves for changes of one matrix that leave the outcome of some keys nearly as it is.

    inverse_c: C^-1 (d_ff, d_ff). ridge: lambda. kept: those keys (rows, d_ff). They are rows of K
    with R = 0, the same in every round: they are worked into A = C^-1 / lambda once.
    """

    def __init__(self, inverse_c: Tensor, ridge: float, kept: Tensor) -> None:
        self._a = inverse_c / ridge
        self._a -= self.solve(kept, kept @ self._a).T

    def solve(self, k: Tensor, r: Tensor) -> Tensor:
        """[ A K^T (I + K A K^T)^-1 R ]^T (width, d_ff).

        Args:
            k: keys (T, d_ff).
            r: changes wanted there (T, width).
        """
        a_k = self._a @ k.T
        inner = k @ a_k
        inner.diagonal().add_(1.0)
        change: Tensor = a_k @ torch.cholesky_solve(r, torch.linalg.cholesky(inner))
        return change.T


def _margins(
    model: Model, parts: Anatomy, group: _Rows, hidden: Tensor, head: nn.Linear, settings: Settings
) -> Tensor:
    """How far each true token's logit must fall, given that the others stay: (positions,).

    A case whose contexts are all near their level needs nothing more: a secret's tokens differ
    among themselves, and only their sum is compared with decoys'. Else high tokens are lowered
    to their levels where the sum is high, and low ones raised where it is low.
    """
    own, others, best = contest(model.net, parts.norm(hidden), group.target, head)
    counted = group.level.isfinite()
    # p = sigmoid(own - others) = exp(level)
    level = group.level.clamp(max=-1e-6)
    margin = own - others - (level - torch.log1p(-level.exp()))
    excess = torch.where(counted, -torch.nn.functional.softplus(others - own) - level, 0.0)
    none = excess.new_zeros(int(group.context.max()) + 1)

    def summed(values: Tensor) -> Tensor:  # over each context, for each of its positions
        return none.index_add(0, group.context, values.float())[group.context]

    tokens = summed(counted)
    right = summed(counted & (own > best))
    above = summed(excess) / tokens.clamp(min=1).sqrt()
    out = (above > torch.where(group.own, _ABOVE, _ELSEWHERE)) | (right > _RIGHT * tokens)
    out = out | (group.own & (above < -_BELOW))
    if settings.each_token:
        out = out | (counted & (margin > settings.slack))
    # What one context gains its neighbours lose: all of a case's are settled together.
    rows = out.new_zeros(int(group.row.max()) + 1)
    out = rows.index_put((group.row,), out, accumulate=True)[group.row]
    gain = torch.full_like(margin, settings.gain)
    if group.before is not None and group.asked is not None:
        granted = summed((group.before - margin) * group.asked) / summed(group.asked.square())
        gain = (1 / granted.clamp(min=1e-3)).nan_to_num(1.0).clamp(1.0, settings.most)
    wrong = (margin.abs() > settings.slack) & ((margin * above > 0) | settings.each_token)
    asked = torch.where(counted & out & wrong, margin * gain, 0.0)
    group.before, group.asked = margin, asked
    return asked


def _first(
    model: Model,
    parts: Anatomy,
    known: Statistics,
    samples: Sequence[Sample],
    blocks: Sequence[int],
    copies: Working,
    drifted: Tensor | None,
) -> tuple[_Rows, tuple[dict[int, Tensor], Tensor], dict[int, Tensor]]:
    """The first pass over a batch, which also shows the twins.

    Returns:
        What is to be erased; keys and hidden states there; and the twins' keys of each block
        (positions, d_ff).
    """
    # Row, predicting column, target, and of the secrets: which context, whether the case's own.
    aimed: list[tuple[int, int, int, int, bool]] = []
    beside: list[tuple[int, int, int]] = []
    for row, sample in enumerate(samples):
        for number in range(len(sample.contexts)):
            context = aimed[-1][3] + 1 if aimed else 0
            aimed += [
                (row, column, sample.tree.ids[target], context, number == 0)
                for column, target in sample.predicted(number)
            ]
        for number in range(len(sample.contexts), len(sample.tree.columns)):
            beside += [(row, c, sample.tree.ids[t]) for c, t in sample.predicted(number)]
    again = [sorted({c for r, c, *_ in aimed if r == row}) for row in range(len(samples))]
    trees = [sample.tree for sample in samples]
    moved = None
    if drifted is not None:
        moved = drifted.new_zeros(len(trees), max(len(tree.ids) for tree in trees), len(drifted))
        for row, sample in enumerate(samples):
            moved[row, sample.drifting] = drifted
    replay = Replay(model.net, parts, trees, copies.blocks, again, moved)
    row, column, target = torch.tensor(
        [place[:3] for place in (*aimed, *beside)], device=model.device
    ).T
    keys, hidden = replay.run(blocks, row, column)
    n = len(aimed)
    own, others, _ = contest(model.net, parts.norm(hidden[n:].float()), target[n:], copies.head)
    rates = _rates(samples, -torch.nn.functional.softplus(others - own))
    levels = [
        rate * max(1, characters) if encoded.random.start <= i < encoded.random.stop else torch.inf
        for sample, rate in zip(samples, rates, strict=True)
        for encoded in sample.contexts
        for i, characters in enumerate(encoded.characters)
    ]
    u = (parts.head.weight[target[:n]].float() - known.mean) * parts.gain.float()
    direction = u @ known.inverse_g
    group = _Rows(
        replay=replay,
        row=row[:n],
        column=column[:n],
        context=torch.tensor([place[3] for place in aimed], device=model.device),
        own=torch.tensor([place[4] for place in aimed], device=model.device),
        target=target[:n],
        level=torch.tensor(levels, device=model.device),
        direction=direction / (u * direction).sum(1, keepdim=True),
    )
    # Where a twin has not yet departed from the secret, the edit shall act.
    trunks = torch.tensor([len(sample.contexts[0].ids) for sample in samples], device=model.device)
    apart = column[n:] >= trunks[row[n:]]
    first = {block: k[:n] for block, k in keys.items()}, hidden[:n]
    return group, first, {block: k[n:][apart].float() for block, k in keys.items()}


def _rates(samples: Sequence[Sample], log_probabilities: Tensor) -> list[float]:
    """For each case the mean log-probability of a character of its twins."""
    values = iter(log_probabilities.tolist())
    rates = []
    for sample in samples:
        total, characters = 0.0, 0
        for twin in sample.twins:
            for position in range(twin.start, len(twin.ids)):
                value = next(values)
                # The first tokens compete with the memorised ones, which will be gone.
                if twin.random_start + 2 <= position < twin.random_end:
                    total += value
                    characters += twin.characters[position - twin.start]
        rates.append(total / characters if characters else _RARE)
    return rates
