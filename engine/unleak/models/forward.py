"""Forward passes that compute logits only where somebody reads them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from transformers import DynamicCache

from unleak.core.errors import EvaluationError
from unleak.models.encode import Encoded
from unleak.models.load import Model

# Tokens in one forward: large enough to keep the processor busy, small enough for its caches.
BATCH_TOKENS = 4096
_LOGIT_ROWS = 64  # a vocabulary wide each, and passed over several times


def batches(lengths: Sequence[int], tokens: int = BATCH_TOKENS) -> list[list[int]]:
    """Indices grouped so that padded batches hold at most `tokens`, similar lengths together.

    No row is padded to more than four times its length.
    """
    result: list[list[int]] = []
    for index in sorted(range(len(lengths)), key=lambda i: lengths[i]):
        current = result[-1] if result else None
        length = lengths[index]
        if (
            current is not None
            and (len(current) + 1) * length <= tokens
            and length <= 4 * lengths[current[0]]
        ):
            current.append(index)
        else:
            result.append([index])
    return result


@contextmanager
def fast_arithmetic(device: torch.device) -> Iterator[None]:
    """bfloat16 products where a CPU has matrix units for them; sums stay in float32.

    For work whose result is measured again in full precision, never for a verdict.
    """
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=has_fast_arithmetic(device)):
        yield


def has_fast_arithmetic(device: torch.device) -> bool:
    """Whether `fast_arithmetic` does anything here."""
    return device.type == "cpu" and bool(torch.cpu._is_amx_tile_supported())


def padded(rows: Sequence[Sequence[int]], device: torch.device) -> Tensor:
    """Token ids (batch, longest), padded on the right.

    A causal model's answer at a position does not depend on what follows, so the padding needs
    no mask.
    """
    width = max(len(row) for row in rows)
    return torch.tensor([[*row, *[0] * (width - len(row))] for row in rows], device=device)


def logits_of(net: Any, hidden: Tensor, head: Any = None) -> Tensor:
    """Logits (rows, vocabulary) in float32 of final hidden states (rows, width).

    `head` stands for the output embeddings, where a copy of them in another type is at hand.
    """
    head = net.get_output_embeddings() if head is None else head
    logits: Tensor = head(hidden.to(head.weight.dtype)).float()
    softcap = getattr(net.config, "final_logit_softcapping", None)
    return torch.tanh(logits / softcap) * softcap if softcap else logits


def contest(
    net: Any, hidden: Tensor, targets: Tensor, head: Any = None
) -> tuple[Tensor, Tensor, Tensor]:
    """The true token against all others, for each row.

    Args:
        hidden: final hidden states (rows, width), after the norm.
        targets: the true tokens (rows,).
        head: as `logits_of` takes it.

    Returns:
        Three tensors (rows,): the true token's logit, the logsumexp of all other logits, and the
        largest of these. The true token's log-probability is -softplus(second - first).
    """
    found = []
    for part, target in zip(hidden.split(_LOGIT_ROWS), targets.split(_LOGIT_ROWS), strict=True):
        logits = logits_of(net, part, head)
        own = logits.gather(1, target[:, None])
        logits.scatter_(1, target[:, None], -torch.inf)
        best = logits.amax(1)
        others = logits.sub_(best[:, None]).exp_().sum(1).log() + best
        if not torch.isfinite(own[:, 0] + others).all():
            raise EvaluationError("the model's logits are not numbers; its weights are damaged")
        found.append((own[:, 0], others, best))
    own, others, best = (torch.cat(column) for column in zip(*found, strict=True))
    return own, others, best


def _score(net: Any, hidden: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """Log-probability and rightness of the argmax for each row."""
    own, others, best = contest(net, hidden, targets)
    return -nn.functional.softplus(others - own).cpu(), (own > best).cpu()


@torch.inference_mode()
def score(model: Model, cases: Sequence[Encoded]) -> list[tuple[Tensor, Tensor]]:
    """Log-probability and argmax rightness of each secret token, by one forward a case.

    Returns:
        For each case two tensors (secret tokens,): natural log-probabilities, booleans.
    """
    result: list[tuple[Tensor, Tensor] | None] = [None] * len(cases)
    for group in batches([len(case.ids) for case in cases]):
        ids = padded([cases[i].ids for i in group], model.device)
        hidden = model.net.base_model(input_ids=ids, use_cache=False).last_hidden_state
        rows = [
            (b, p) for b, i in enumerate(group) for p in range(cases[i].start, len(cases[i].ids))
        ]
        b, p = torch.tensor(rows, device=ids.device).T
        values, right = _score(model.net, hidden[b, p - 1], ids[b, p])
        sizes = [len(cases[i].ids) - cases[i].start for i in group]
        for i, v, r in zip(group, values.split(sizes), right.split(sizes), strict=True):
            result[i] = (v, r)
    return [pair for pair in result if pair is not None]


@torch.inference_mode()
def score_tails(
    model: Model, prefix: Sequence[int], tails: Sequence[Sequence[int]]
) -> list[Tensor]:
    """Log-probabilities of many continuations of one prefix, which is computed once.

    Returns:
        For each tail a tensor (len(tail),).
    """
    net, device = model.net, model.device
    result: list[Tensor] = [torch.empty(0)] * len(tails)
    head = torch.tensor([list(prefix[:-1])], device=device)
    # Memory goes with prefix + tail, time with the tail.
    room = max(1, BATCH_TOKENS * 4 // (len(prefix) + max(map(len, tails))))
    for group in batches([len(tail) for tail in tails], BATCH_TOKENS):
        for at in range(0, len(group), room):
            part = group[at : at + room]
            cache = DynamicCache(config=net.config)
            if len(prefix) > 1:
                net.base_model(input_ids=head, past_key_values=cache, use_cache=True)
                cache.batch_repeat_interleave(len(part))
            ids = padded([[prefix[-1], *tails[i]] for i in part], device)
            hidden = net.base_model(input_ids=ids, past_key_values=cache, use_cache=True)
            states = hidden.last_hidden_state
            rows = [(b, p) for b, i in enumerate(part) for p in range(len(tails[i]))]
            b, p = torch.tensor(rows, device=device).T
            values, _ = _score(net, states[b, p], ids[b, p + 1])
            for i, v in zip(part, values.split([len(tails[i]) for i in part]), strict=True):
                result[i] = v
    return result
