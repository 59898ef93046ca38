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

from collections.abc import Callable, Sequence

import torch

from unleak.erase.anatomy import Anatomy, anatomy
from unleak.erase.layout import lay_out
from unleak.erase.settings import Settings, chosen_blocks
from unleak.erase.solving import Secret, Solving
from unleak.erase.statistics import Statistics, statistics
from unleak.models.forward import fast_arithmetic
from unleak.models.load import Model
from unleak.probe.suite import Case

__all__ = ["Settings", "chosen_blocks", "edit", "prepare"]


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
    watched: Sequence[Case] = (),
) -> None:
    """Change the model's weights in memory so that it no longer knows the cases' secrets.

    Args:
        model: is changed.
        cases: what to erase.
        parts, known: as `prepare` gives them.
        settings: how.
        progress: called with the share done.
        watched: erased before; they are to stay as they are.
    """
    secrets = [
        Secret(
            lay_out(
                model,
                case,
                shown=settings.shown if index < len(cases) else 1,
                twins=settings.twins,
                prefix_tokens=settings.prefix_tokens,
                short_prefix=settings.drift_prefix,
            ),
            strict=settings.each_token and index < len(cases),
        )
        for index, case in enumerate([*cases, *watched])
    ]
    with fast_arithmetic(model.device):
        Solving(model, parts, known, settings, len(secrets)).erase(secrets, progress)
