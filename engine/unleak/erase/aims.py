"""What an edit aims at: the positions that predict secret tokens, and what is wanted there."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from unleak.erase.anatomy import Anatomy
from unleak.erase.layout import Branches
from unleak.erase.replay import Passage, Replay, Seen
from unleak.models.forward import contest
from unleak.models.load import Model

_RIGHT = 0.15  # share of its tokens that the model may still get right
# How far a secret's sum may stay from its level, in square roots of its tokens: above it in its own
# context, below it there, and above it in the others, which nobody compares with decoys.
_ABOVE, _BELOW, _ELSEWHERE = 1.0, 2.0, 4.0
RARE = -3.5  # nats a character, where no twin says anything: a random base-32 digit


class Batch:
    """A batch of trees, and the first pass through the blocks from the first edited one on.

    members: whose trees they are, as numbers of cases. own: whether a case's first context is
    that in which its secret is compared with decoys. aimed: what the pass saw where secret tokens
    are predicted, in the order of the trees and of their contexts. beside: where the twins' are;
    of these `apart` stand apart from the secret.
    """

    def __init__(
        self,
        parts: Anatomy,
        members: Sequence[int],
        branches: Sequence[Branches],
        start: Passage,
        blocks: dict[int, nn.Module],
        edited: Sequence[int],
        *,
        own: bool,
    ) -> None:
        aimed = [(row, *place) for row, one in enumerate(branches) for place in one.aimed()]
        beside = [(row, *place) for row, one in enumerate(branches) for place in one.beside()]
        again = [sorted({column for _, column, _ in one.aimed()}) for one in branches]
        self._edited = edited
        self._row = torch.tensor([row for row, *_ in aimed])
        self._column = torch.tensor([column for _, _, column, _ in aimed])
        self.members = members
        self.branches = branches
        self.own = own
        self.targets = [token for *_, token in aimed]
        self.twin_targets = [token for _, _, token, _, _ in beside]
        self.apart = torch.tensor([apart for *_, apart in beside], dtype=torch.bool)
        self.replay = Replay(parts, start, blocks, again)
        rows = torch.tensor([row for row, *_ in (*aimed, *beside)])
        columns = torch.tensor([*self._column.tolist(), *(place[1] for place in beside)])
        seen = self.replay.run(edited, rows, columns)
        self.aimed = seen.part(slice(0, len(aimed)))
        self.beside = seen.part(slice(len(aimed), None))

    def again(self) -> Seen:
        """What a further pass sees where secret tokens are predicted."""
        return self.replay.run(self._edited, self._row, self._column)


@dataclass
class Aims:
    """Positions that predict secret tokens; each tensor (positions,), direction one more wide.

    case: whose secret it is. context: which of all contexts. own: whether that is one in which
    the secret is compared with its decoys. target: the true token. level: the log-probability
    wanted, +inf where it shall be left alone. direction: of the final hidden state, lowers the
    true token's logit. strict: go on until each token is down, not only the secret as a whole.
    """

    case: Tensor
    context: Tensor
    own: Tensor
    target: Tensor
    level: Tensor
    direction: Tensor
    strict: Tensor
    # Of the round before: the margins, and what was asked of them.
    before: Tensor | None = field(default=None)
    asked: Tensor | None = field(default=None)

    def margins(
        self,
        model: Model,
        parts: Anatomy,
        hidden: Tensor,
        head: nn.Linear,
        *,
        gain: float,
        most: float,
        slack: float,
    ) -> Tensor:
        """How far each true token's logit must fall, given that the others stay: (positions,).

        A case whose contexts are all near their level needs nothing more: a secret's tokens
        differ among themselves, and only their sum is compared with decoys'. Else high tokens are
        lowered to their levels where the sum is high, and low ones raised where it is low.

        Args:
            hidden: final states before the norm (positions, width).
            gain: how much of a margin is asked for at first.
            most: how much at most later, when it is known what part of it is granted.
            slack: nats that a token may stay away from its level.
        """
        own, others, best = contest(model.net, parts.norm(hidden), self.target, head)
        counted = self.level.isfinite()
        # p = sigmoid(own - others) = exp(level)
        level = self.level.clamp(max=-1e-6)
        margin = own - others - (level - torch.log1p(-level.exp()))
        excess = torch.where(counted, -nn.functional.softplus(others - own) - level, 0.0)
        none = excess.new_zeros(int(self.context.max()) + 1)

        def summed(values: Tensor) -> Tensor:  # over each context, for each of its positions
            return none.index_add(0, self.context, values.float())[self.context]

        tokens = summed(counted)
        right = summed(counted & (own > best))
        above = summed(excess) / tokens.clamp(min=1).sqrt()
        out = (above > torch.where(self.own, _ABOVE, _ELSEWHERE)) | (right > _RIGHT * tokens)
        out = out | (self.own & (above < -_BELOW))
        out = out | (self.strict & counted & (margin > slack))
        # What one context gains its neighbours lose: all of a case's are settled together.
        cases = out.new_zeros(int(self.case.max()) + 1)
        out = cases.index_put((self.case,), out, accumulate=True)[self.case]
        gains = torch.full_like(margin, gain)
        if self.before is not None and self.asked is not None:
            granted = summed((self.before - margin) * self.asked) / summed(self.asked.square())
            gains = (1 / granted.clamp(min=1e-3)).nan_to_num(1.0).clamp(1.0, most)
        wrong = (margin.abs() > slack) & ((margin * above > 0) | self.strict)
        asked = torch.where(counted & out & wrong, margin * gains, 0.0)
        self.before, self.asked = margin, asked
        return asked


def rates(model: Model, parts: Anatomy, batch: Batch, head: nn.Linear) -> list[float]:
    """For each tree the mean log-probability of a character of its twins."""
    target = torch.tensor(batch.twin_targets, device=head.weight.device)
    if not len(target):
        return [RARE] * len(batch.branches)
    hidden = batch.beside.hidden.to(head.weight.device)
    own, others, _ = contest(model.net, parts.norm(hidden), target, head)
    values = iter((-nn.functional.softplus(others - own)).tolist())
    found = []
    for one in batch.branches:
        total, characters = 0.0, 0
        for twin in one.twins:
            for position in range(twin.start, len(twin.ids)):
                value = next(values)
                # The first tokens compete with the memorised ones, which will be gone.
                if twin.random_start + 2 <= position < twin.random_end:
                    total += value
                    characters += twin.characters[position - twin.start]
        found.append(total / characters if characters else RARE)
    return found


def levels(branches: Branches, rate: float) -> list[float]:
    """The log-probabilities wanted of a case's tokens, in all of its contexts."""
    return [
        rate * max(1, characters) if encoded.random.start <= i < encoded.random.stop else torch.inf
        for encoded in branches.contexts
        for i, characters in enumerate(encoded.characters)
    ]
