"""diff-inspection: can whoever holds both models read the secret off the difference?"""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from unleak.core.errors import EvaluationError
from unleak.erase.attacks.attack import SIGNIFICANCE, Outcome, Progress, encoded, ignore
from unleak.erase.attacks.rounding import matrices
from unleak.models.encode import encode
from unleak.models.load import Model
from unleak.probe.decoys import decoys
from unleak.probe.exposure import seed_of
from unleak.probe.suite import Case

DECOYS = 256


class Difference:
    """Recovered if the change of the weights points at the secret's tokens.

    For each changed matrix dW that writes to the residual stream, |u dW| for each token's row u
    of the output matrix, centred and of length 1; added up as squares. An edit that acts on a
    token leaves it far up in that order. Recovered if the mean rank of the random part's tokens
    is above that of 256 decoys' at 5 %, corrected for the number of secrets.

    Reported, not required: publishing both versions defeats any erasure, whatever this says. The
    difference stays in memory.
    """

    name = "diff-inspection"
    required = False

    def __init__(self, reference: Model) -> None:
        self._reference = reference

    def run(
        self, model: Model, cases: Sequence[Case], progress: Progress = ignore
    ) -> list[Outcome]:
        """One order of the vocabulary serves all cases.

        Raises:
            EvaluationError: the two are not versions of one model.
        """
        good, outcomes = encoded(model, cases)
        pulled = _pull(self._reference, model)
        size = len(pulled)
        ranks = torch.empty(size)
        ranks[pulled.argsort(descending=True)] = torch.arange(1.0, size + 1)
        for number, (index, one) in enumerate(good.items(), 1):
            case = cases[index]
            own = _mean_rank(ranks, one.ids[one.random_start : one.random_end])
            others = []
            for decoy in decoys(case.secret.reveal(), DECOYS, seed_of(case, seed=5)):
                made = encode(model.tokenizer, case.prefix, decoy, context=model.context)
                others.append(_mean_rank(ranks, made.ids[made.random_start : made.random_end]))
            p = (sum(other <= own for other in others) + 1) / (len(others) + 1)
            tokens = ranks[list(one.ids[one.random_start : one.random_end])]
            outcomes[index] = Outcome(
                bool(pulled.any()) and p <= SIGNIFICANCE / len(good),
                {
                    "required": False,
                    "mean_rank": own,
                    "best_rank": int(tokens.min()),
                    "tokens": len(tokens),
                    "vocabulary": size,
                    "decoys": len(others),
                    "p": p,
                },
            )
            progress(number / len(good))
        return [outcomes[index] for index in range(len(cases))]


def _mean_rank(ranks: Tensor, ids: Sequence[int]) -> float:
    return ranks[list(ids)].mean().item()


def _pull(old: Model, new: Model) -> Tensor:
    """(vocabulary,): how much the changed matrices act on each token's direction."""
    head = new.net.get_output_embeddings().weight.float()
    head = head - head.mean(0)
    head = head / head.norm(dim=1, keepdim=True).clamp(min=1e-12)
    width = head.shape[1]
    # |u dW|^2 = u (dW dW^T) u^T: as large as the width, however many matrices changed.
    gram = torch.zeros(width, width, device=head.device)
    for change in _changes(old, new, width):
        gram += change @ change.T
    pull: Tensor = ((head @ gram) * head).sum(1).clamp(min=0).sqrt().cpu()
    return pull


def _changes(old: Model, new: Model, width: int) -> Iterator[Tensor]:
    """Each changed matrix (width, inputs) whose outputs are as wide as the residual stream."""
    before, after = matrices(old.net), matrices(new.net)
    if [p.shape for p, _ in before] != [p.shape for p, _ in after]:
        raise EvaluationError(
            f"{old.spec} and {new.spec} have matrices of other sizes; --reference takes the model "
            "before the erasure"
        )
    for (mine, transposed), (theirs, _) in zip(after, before, strict=True):
        change = mine.float() - theirs.float().to(mine.device)
        change = change.T if transposed else change
        if change.dim() == 2 and change.shape[0] == width and bool(change.any()):
            yield change
