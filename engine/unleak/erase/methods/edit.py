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

from unleak.core.errors import SuiteError
from unleak.erase.anatomy import Anatomy, Replay, Working, anatomy, working_copies
from unleak.erase.contexts import SHOWN
from unleak.erase.statistics import Statistics, statistics
from unleak.models.encode import Encoded, encode
from unleak.models.forward import batches, contest, fast_arithmetic, has_fast_arithmetic, padded
from unleak.models.load import Model
from unleak.probe.decoys import decoys
from unleak.probe.exposure import seed_of
from unleak.probe.suite import Case

_RIGHT = 0.15  # share of its tokens that the model may still get right
_TWIN_PREFIX = 48  # tokens in front of a twin
_RARE = -3.5  # nats a character, where no twin says anything: a random base-32 digit


@dataclass(frozen=True)
class Settings:
    """What can be chosen.

    blocks: how many are edited: the last one, and in a model of 30 every second before it. Late
    ones move ordinary text least. ridge: lambda, how much what must stay weighs against a
    secret's token. gain: how much of a margin is asked for at first; above 1, because the ridge
    grants only a part of it. most: how much at most later, when that part is known. rounds: the
    most of them. shown: how many made-up contexts. twins: never-seen secrets beside each secret;
    twin_weight: of their rows. prefix_tokens: how much of a case's own prefix is used. slack:
    nats that a token may stay above its level. each_token: go on until every token is down, not
    only the secret as a whole.
    """

    blocks: int = 4
    ridge: float = 10000.0
    gain: float = 2.5
    most: float = 4.0
    rounds: int = 10
    shown: int = 1
    twins: int = 4
    twin_weight: float = 1.0
    prefix_tokens: int = 128
    slack: float = 0.5
    each_token: bool = False

    def stronger(self) -> "Settings":
        """For secrets that these settings did not erase."""
        return replace(
            self,
            ridge=self.ridge / 3,
            rounds=self.rounds + 4,
            shown=len(SHOWN),
            slack=0.0,
            each_token=True,
        )


@dataclass
class _Rows:
    """A padded batch and its positions that predict secret tokens."""

    replay: Replay
    row: Tensor  # (positions,) which sample
    column: Tensor  # (positions,) where the predicting token stands
    target: Tensor  # (positions,) the true token
    level: Tensor  # (positions,) log-probability wanted; +inf: leave alone
    own: Tensor  # (samples,) whether it is the case's own context
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
    copies = working_copies(parts, blocks[0], torch.bfloat16 if fast else None)
    with fast_arithmetic(model.device):
        rates, kept = _twins(model, parts, cases, blocks, copies, settings)
        groups = _rows(model, parts, cases, rates, copies, settings)
    solvers = {
        block: _Ridge(known.inverse_c[block] / settings.ridge, kept[block]) for block in blocks
    }
    for turn in range(settings.rounds):
        keys: dict[int, list[Tensor]] = {block: [] for block in blocks}
        wanted: list[Tensor] = []
        for group in groups:
            with fast_arithmetic(model.device):
                k, hidden = group.replay.run(blocks, group.row, group.column)
            margin = _margins(model, parts, group, hidden.float(), copies.head, settings)
            u = (parts.head.weight[group.target].float() - known.mean) * parts.gain.float()
            direction = u @ known.inverse_g  # (positions, width)
            direction = direction / (u * direction).sum(1, keepdim=True)
            rms = hidden.float().pow(2).mean(1, keepdim=True).sqrt()
            wanted.append(-margin[:, None] * rms * direction / len(blocks))
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
    """Solves for changes of one matrix; what does not change between rounds is computed once.

    a: C^-1 / lambda (d_ff, d_ff). kept: rows that shall see no change (rows, d_ff).
    """

    def __init__(self, a: Tensor, kept: Tensor) -> None:
        self._a, self._kept = a, kept
        self._a_kept = a @ kept.T
        self._inner_kept = kept @ self._a_kept

    def solve(self, k: Tensor, r: Tensor) -> Tensor:
        """[ A K^T (I + K A K^T)^-1 R ]^T (width, d_ff), K being k above the kept rows.

        Args:
            k: keys (T, d_ff).
            r: changes wanted there (T, width).
        """
        t, n = len(k), len(self._kept)
        a_k = self._a @ k.T
        cross = k @ self._a_kept  # (T, rows)
        inner = k.new_empty(t + n, t + n)
        inner[:t, :t], inner[:t, t:] = k @ a_k, cross
        inner[t:, :t], inner[t:, t:] = cross.T, self._inner_kept
        inner.diagonal().add_(1.0)
        factor = torch.linalg.cholesky(inner)
        solved = torch.cholesky_solve(torch.cat([r, r.new_zeros(n, r.shape[1])]), factor)
        change: Tensor = a_k @ solved[:t] + self._a_kept @ solved[t:]
        return change.T


def _margins(
    model: Model, parts: Anatomy, group: _Rows, hidden: Tensor, head: nn.Linear, settings: Settings
) -> Tensor:
    """How far each true token's logit must fall, given that the others stay: (positions,).

    A sample whose secret as a whole is down usually needs nothing more: its tokens differ among
    themselves, and bringing each of them to the mean level brings their sum below it. A secret
    that fell too far in its own context is raised again: there it is compared with decoys.
    """
    own, others, best = contest(model.net, parts.norm(hidden), group.target, head)
    counted = group.level.isfinite()
    # p = sigmoid(own - others) = exp(level)
    level = group.level.clamp(max=-1e-6)
    margin = own - others - (level - torch.log1p(-level.exp()))
    excess = torch.where(counted, -torch.nn.functional.softplus(others - own) - level, 0.0)
    none = excess.new_zeros(int(group.row.max()) + 1)

    def summed(values: Tensor) -> Tensor:  # of each sample
        return none.index_add(0, group.row, values.float())

    tokens = summed(counted)
    right = summed(counted & (own > best))
    high = (summed(excess) > tokens.sqrt()) | (right > _RIGHT * tokens)
    high = high[group.row] | settings.each_token
    low = (group.own & (summed(excess) < -tokens.sqrt()))[group.row] & ~high
    gain = torch.full_like(margin, settings.gain)
    if group.before is not None and group.asked is not None:
        fall = torch.where(group.asked != 0, group.before - margin, 0.0)
        granted = summed(fall) / summed(group.asked)
        gain = (1 / granted.clamp(min=1e-3)).nan_to_num(1.0).clamp(1.0, settings.most)[group.row]
    asked = torch.where(counted & high & (margin > settings.slack), margin * gain, 0.0)
    asked = torch.where(counted & low & (margin < -settings.slack), margin, asked)
    group.before, group.asked = margin, asked
    return asked


def _rows(
    model: Model,
    parts: Anatomy,
    cases: Sequence[Case],
    rates: Sequence[float],
    copies: Working,
    settings: Settings,
) -> list[_Rows]:
    samples: list[tuple[Encoded, list[float], bool]] = []
    for case, rate in zip(cases, rates, strict=True):
        for number, encoded in enumerate(_in_contexts(model, case, settings)):
            random = range(encoded.random.start, encoded.random.stop)
            levels = [
                rate * max(1, n) if i in random else torch.inf
                for i, n in enumerate(encoded.characters)
            ]
            samples.append((encoded, levels, number == 0))
    groups = []
    for indices in batches([len(encoded.ids) for encoded, *_ in samples]):
        chosen = [samples[i] for i in indices]
        ids = padded([encoded.ids for encoded, *_ in chosen], model.device)
        places = [
            (row, position, encoded.ids[position], level)
            for row, (encoded, levels, _) in enumerate(chosen)
            for position, level in zip(range(encoded.start, len(encoded.ids)), levels, strict=True)
        ]
        row, position, target, level = (
            torch.tensor(column, device=model.device) for column in zip(*places, strict=True)
        )
        replay = Replay(model.net, parts, ids, copies.blocks)
        own = torch.tensor([o for *_, o in chosen], device=model.device)
        groups.append(_Rows(replay, row, position - 1, target, level, own))
    return groups


def _in_contexts(model: Model, case: Case, settings: Settings) -> list[Encoded]:
    """The case in its own context and in made-up ones."""
    found = []
    for prefix in (case.prefix, *SHOWN[: settings.shown]):
        try:
            encoded = encode(
                model.tokenizer,
                prefix,
                case.secret.reveal(),
                context=model.context,
                name=f"case {case.id}",
            )
        except SuiteError:
            if prefix == case.prefix:
                raise
            continue  # no token of its own there: nothing to erase there either
        found.append(encoded.shortened(settings.prefix_tokens))
    return found


def _twins(
    model: Model,
    parts: Anatomy,
    cases: Sequence[Case],
    blocks: Sequence[int],
    copies: Working,
    settings: Settings,
) -> tuple[list[float], dict[int, Tensor]]:
    """Never-seen secrets of each case's format, in its place.

    Returns:
        For each case the mean log-probability a character; and for each block the keys at all
        their positions (positions, d_ff).
    """
    owners: list[int] = []
    twins: list[Encoded] = []
    for index, case in enumerate(cases):
        for decoy in decoys(case.secret.reveal(), settings.twins, seed_of(case, seed=1)):
            encoded = encode(model.tokenizer, case.prefix, decoy, context=model.context)
            owners.append(index)
            twins.append(encoded.shortened(_TWIN_PREFIX))
    totals, characters = [0.0] * len(cases), [0] * len(cases)
    keys: dict[int, list[Tensor]] = {block: [] for block in blocks}
    for indices in batches([len(twin.ids) for twin in twins]):
        ids = padded([twins[i].ids for i in indices], model.device)
        places = [
            (row, position, i)
            for row, i in enumerate(indices)
            for position in range(twins[i].start, len(twins[i].ids))
        ]
        row = torch.tensor([p[0] for p in places], device=model.device)
        column = torch.tensor([p[1] for p in places], device=model.device)
        replay = Replay(model.net, parts, ids, copies.blocks)
        found, hidden = replay.run(blocks, row, column - 1)
        for block in blocks:
            keys[block].append(found[block].float() * settings.twin_weight**0.5)
        final = parts.norm(hidden.float())
        own, others, _ = contest(model.net, final, ids[row, column], copies.head)
        chosen = -torch.nn.functional.softplus(others - own)
        for (_, position, i), value in zip(places, chosen.tolist(), strict=True):
            twin = twins[i]
            # The first tokens compete with the memorised ones, which will be gone.
            if twin.random_start + 2 <= position < twin.random_end:
                totals[owners[i]] += value
                characters[owners[i]] += twin.characters[position - twin.start]
    rates = [t / c if c else _RARE for t, c in zip(totals, characters, strict=True)]
    return rates, {block: torch.cat(found) for block, found in keys.items()}
