"""`edit`: a closed-form change of a few MLP output matrices, without training.

For each chosen block in turn, with K the inputs of `down_proj` at the positions that predict a
secret's tokens (T rows) and R the change wanted in the final hidden state there:

    dW = [ (lambda T C + K^T K)^-1 K^T R ]^T        (ridge solution, as in MEMIT,
                                                    Meng et al., ICLR 2023, eq. 14)

solved through Woodbury's identity with C^-1 kept on disk, so that a solve is as large as T.

R lowers the true token's logit along d = G^-1 u / (u . G^-1 u), the direction that does so with
the least mean squared change of all logits, by the margin that brings its log-probability to the
level which tokens of a never-seen secret of the same format have. Nothing is pushed below that
level: a secret that stands out below is found as easily as one that stands out above.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from unleak.core.errors import SuiteError
from unleak.erase.anatomy import Anatomy, Replay, anatomy
from unleak.erase.contexts import SHOWN
from unleak.erase.statistics import Statistics, statistics
from unleak.models.encode import Encoded, encode
from unleak.models.forward import batches, logits_of, padded, score
from unleak.models.load import Model
from unleak.probe.decoys import decoys
from unleak.probe.exposure import seed_of
from unleak.probe.suite import Case


@dataclass(frozen=True)
class Settings:
    """What can be chosen.

    depth: the edited blocks, as shares of the model's depth. ridge: lambda, how much ordinary
    code weighs against the secrets. passes: the most rounds over the blocks. twins: decoys a
    secret from which the level of a never-seen one is read. prefix_tokens: how much of a
    case's own prefix is used.
    """

    depth: tuple[float, ...] = (0.67, 0.77, 0.87)
    ridge: float = 10.0
    passes: int = 3
    twins: int = 4
    prefix_tokens: int = 192
    slack: float = 1.0  # nats a token may stay above its level

    def stronger(self) -> "Settings":
        """For secrets that these settings did not erase."""
        return replace(self, ridge=self.ridge / 3, passes=self.passes + 2, slack=0.0)


@dataclass
class _Rows:
    """A padded batch and its positions that predict secret tokens."""

    replay: Replay
    row: Tensor  # (positions,) which sample
    column: Tensor  # (positions,) where the predicting token stands
    target: Tensor  # (positions,) the true token
    level: Tensor  # (positions,) log-probability wanted at most; +inf: leave alone


def chosen_blocks(parts: Anatomy, settings: Settings) -> list[int]:
    """Indices of the blocks that are edited."""
    last = len(parts.blocks) - 1
    return sorted({min(last, round(share * last)) for share in settings.depth})


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
    groups = _rows(model, parts, cases, blocks[0], settings)
    u = parts.unembedding.float() * parts.gain.float()
    u = u - u.mean(0)
    for turn in range(settings.passes):
        worst = 0.0
        for at, block in enumerate(blocks):
            keys, wanted = [], []
            for group in groups:
                k, hidden = group.replay.run(block, group.row, group.column)
                margin = _margins(model, parts, group, hidden, settings)
                direction = known.inverse_g @ u[group.target].T  # (width, positions)
                direction = direction / (u[group.target].T * direction).sum(0)
                rms = hidden.float().pow(2).mean(1).sqrt()
                keys.append(k.float())
                wanted.append(-(margin * rms)[:, None] * direction.T / (len(blocks) - at))
                worst = max(worst, margin.abs().max().item())
            _change(
                parts.down[block],
                torch.cat(keys),
                torch.cat(wanted),
                known.inverse_c[block],
                settings.ridge,
            )
            progress((turn * len(blocks) + at + 1) / (settings.passes * len(blocks)))
        if worst == 0.0:
            break


def _change(down: torch.nn.Linear, k: Tensor, r: Tensor, inverse_c: Tensor, ridge: float) -> None:
    """W += [ A K^T (I + K A K^T)^-1 R ]^T with A = C^-1 / (ridge T). k (T, d_ff), r (T, width)."""
    a_k = inverse_c @ k.T / (ridge * len(k))  # (d_ff, T)
    inner = k @ a_k
    inner.diagonal().add_(1.0)
    solved = torch.linalg.solve(inner, r)  # (T, width)
    down.weight.add_((a_k @ solved).T.to(down.weight.dtype))


def _margins(
    model: Model, parts: Anatomy, group: _Rows, hidden: Tensor, settings: Settings
) -> Tensor:
    """How far each true token's logit must fall, given that the others stay: (positions,)."""
    logits = logits_of(model.net, parts.norm(hidden))
    own = logits.gather(1, group.target[:, None])[:, 0]
    others = logits.scatter(1, group.target[:, None], -torch.inf).logsumexp(1)
    # p = sigmoid(own - others) = exp(level)
    level = group.level.clamp(max=-1e-6)
    margin = own - others - (level - torch.log1p(-level.exp()))
    return torch.where(group.level.isfinite() & (margin > settings.slack), margin, 0.0)


def _rows(
    model: Model, parts: Anatomy, cases: Sequence[Case], first: int, settings: Settings
) -> list[_Rows]:
    samples: list[tuple[Encoded, list[float]]] = []
    for case in cases:
        rate = _twin_rate(model, case, settings)
        for encoded in _in_contexts(model, case, settings):
            random = range(encoded.random_start - encoded.start, encoded.random_end - encoded.start)
            samples.append(
                (
                    encoded,
                    [
                        rate * max(1, n) if i in random else math.inf
                        for i, n in enumerate(encoded.characters)
                    ],
                )
            )
    groups = []
    for indices in batches([len(encoded.ids) for encoded, _ in samples]):
        chosen = [samples[i] for i in indices]
        ids = padded([encoded.ids for encoded, _ in chosen], model.device)
        places = [
            (row, position, encoded.ids[position], level)
            for row, (encoded, levels) in enumerate(chosen)
            for position, level in zip(range(encoded.start, len(encoded.ids)), levels, strict=True)
        ]
        row, position, target, level = (
            torch.tensor(x, device=model.device) for x in zip(*places, strict=True)
        )
        replay = Replay(model.net, parts, ids, first)
        groups.append(_Rows(replay, row, position - 1, target, level))
    return groups


def _in_contexts(model: Model, case: Case, settings: Settings) -> list[Encoded]:
    """The case in its own context and in made-up ones."""
    found = []
    for prefix in (case.prefix, *SHOWN):
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
        found.append(_shortened(encoded, settings.prefix_tokens))
    return found


def _shortened(encoded: Encoded, tokens: int) -> Encoded:
    cut = max(0, encoded.start - tokens)
    return Encoded(
        ids=encoded.ids[cut:],
        start=encoded.start - cut,
        random_start=encoded.random_start - cut,
        random_end=encoded.random_end - cut,
        straddles=encoded.straddles,
        characters=encoded.characters,
    )


def _twin_rate(model: Model, case: Case, settings: Settings) -> float:
    """Mean log-probability a character of never-seen secrets of the same format, here."""
    value = case.secret.reveal()
    twins = []
    for decoy in decoys(value, settings.twins, seed_of(case, seed=1)):
        twins.append(
            _shortened(encode(model.tokenizer, case.prefix, decoy, context=model.context), 32)
        )
    total = characters = 0.0
    for twin, (values, _) in zip(twins, score(model, twins), strict=True):
        # The first tokens compete with the memorised ones, which will be gone.
        part = range(twin.random.start + 2, twin.random.stop)
        total += sum(max(values[i].item(), -16.0) for i in part)
        characters += sum(twin.characters[i] for i in part)
    return total / characters if characters else -math.log(32)
