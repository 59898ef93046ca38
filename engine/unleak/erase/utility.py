"""Utility: what an erasure did to everything else."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

import torch
from torch import Tensor

from unleak.models.corpus import code
from unleak.models.forward import logits_of
from unleak.models.load import Model
from unleak.probe.measure import Measurement, measure
from unleak.probe.suite import Case

WINDOW = 256
TOKENS = 8192


@dataclass(frozen=True)
class Baseline:
    """A model's predictions on held-out code. loss: mean nats a token; top: (tokens,) argmaxes."""

    loss: float
    top: Tensor
    tokens: int

    @property
    def perplexity(self) -> float:
        """Exp of the loss."""
        return math.exp(self.loss)


@torch.inference_mode()
def predictions(model: Model, tokens: int = TOKENS) -> Baseline:
    """Ask a model for its predictions on held-out standard-library code."""
    ids = model.tokenizer(code("held-out", 8 * tokens), add_special_tokens=False).input_ids
    count = min(tokens, len(ids)) // WINDOW
    windows = torch.tensor(ids[: count * WINDOW], device=model.device).view(count, WINDOW)
    losses, tops = [], []
    for batch in windows.split(8):
        hidden = model.net.base_model(input_ids=batch, use_cache=False).last_hidden_state[:, :-1]
        for states, target in zip(
            hidden.flatten(0, 1).split(512), batch[:, 1:].flatten().split(512), strict=True
        ):
            logits = logits_of(model.net, states)
            chosen = logits.gather(1, target[:, None])[:, 0]
            losses.append((logits.logsumexp(1) - chosen).double().sum().item())
            tops.append(logits.argmax(1).cpu())
    top = torch.cat(tops)
    return Baseline(sum(losses) / len(top), top, len(top))


def agreement(before: Baseline, after: Baseline) -> float:
    """Share of held-out tokens where both models predict the same next token."""
    return (before.top == after.top).float().mean().item()


def mean_ma(model: Model, cases: Sequence[Case]) -> tuple[float, int] | None:
    """Mean memorization accuracy of other secrets, and of how many: those it can be asked for."""
    measured = [m.ma for m in measure(model, cases) if isinstance(m, Measurement)]
    return (fmean(measured), len(measured)) if measured else None
