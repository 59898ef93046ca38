"""Forward passes that compute logits only where somebody reads them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import psutil
import torch
from torch import Tensor, nn
from transformers import DynamicCache

from unleak.core.errors import EvaluationError
from unleak.models.decoding import PLAIN, Decoding
from unleak.models.encode import Encoded
from unleak.models.load import Model

# Tokens in one forward: large enough to keep the processor busy, small enough for its caches.
BATCH_TOKENS = 4096
_MOST_TOKENS = 65_536  # on an accelerator
_STRETCH = 1.25  # a padded token costs as much as any
_LEAST_SHARED = 32  # tokens; less is cheaper to compute again than to share
_LOGIT_ROWS = 64  # a vocabulary wide each, and passed over several times


def batches(
    lengths: Sequence[int], tokens: int = BATCH_TOKENS, stretch: float = 4.0
) -> list[list[int]]:
    """Indices grouped so that padded batches hold at most `tokens`, similar lengths together.

    No row is padded to more than `stretch` times its length.
    """
    result: list[list[int]] = []
    for index in sorted(range(len(lengths)), key=lambda i: lengths[i]):
        current = result[-1] if result else None
        length = lengths[index]
        if (
            current is not None
            and (len(current) + 1) * length <= tokens
            and length <= stretch * lengths[current[0]]
        ):
            current.append(index)
        else:
            result.append([index])
    return result


def batch_tokens(model: Model) -> int:
    """Tokens in one forward that take at most a quarter of the memory that is free."""
    config = model.net.config.get_text_config()  # whose names stand for those of every family
    width, layers = int(config.hidden_size), int(config.num_hidden_layers)
    inner = int(getattr(config, "intermediate_size", 0) or 4 * width)
    # A block's own states, and keys and values of all of them (as wide as the model at most).
    numbers = 8 * width + 3 * inner + 2 * layers * width
    if model.device.type == "cuda":
        free, most = torch.cuda.mem_get_info(model.device)[0], _MOST_TOKENS
    else:
        free, most = psutil.virtual_memory().available, BATCH_TOKENS
    size: int = model.net.dtype.itemsize
    return max(256, min(most, free // 4 // (numbers * size)))


def shared(
    rows: Sequence[Sequence[int]], starts: Sequence[int], least: int = _LEAST_SHARED
) -> list[tuple[int, list[int]]]:
    """Rows that begin alike, together: (tokens in common, indices).

    What is common ends before any row's start, so that the token that predicts the first scored
    one is always computed with its row. A row joins the rows before it, in sorted order, as long
    as that saves tokens.
    """
    groups: list[tuple[int, list[int]]] = []
    for index in sorted(range(len(rows)), key=lambda i: tuple(rows[i])):
        most = starts[index] - 1
        if groups:
            common, members = groups[-1]
            both = _common(rows[members[0]], rows[index], min(most, common))
            if both >= least and len(members) * both >= (len(members) - 1) * common:
                groups[-1] = (both, [*members, index])
                continue
        groups.append((most, [index]))
    return groups


def _common(one: Sequence[int], other: Sequence[int], most: int) -> int:
    for i in range(most):
        if one[i] != other[i]:
            return i
    return most


_ATTENTION = {"full_attention", "sliding_attention", "chunked_attention"}


def empty_cache(net: Any) -> DynamicCache:
    """A cache that keeps every position: rows are read at different places of it."""
    others = set(getattr(net.config, "layer_types", None) or ()) - _ATTENTION
    # Without a config no layer forgets what lies behind its window; the mask still hides it.
    return DynamicCache(config=net.config) if others else DynamicCache()


def rows_of(cache: DynamicCache, rows: Tensor) -> DynamicCache:
    """A cache of its own with these rows of another."""
    copy = deepcopy(cache)
    copy.batch_select_indices(rows)
    return copy


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
        target = target.to(logits.device)  # a model may lie on several
        own = logits.gather(1, target[:, None])
        logits.scatter_(1, target[:, None], -torch.inf)
        best = logits.amax(1)
        others = logits.sub_(best[:, None]).exp_().sum(1).log() + best
        if not torch.isfinite(own[:, 0] + others).all():
            raise EvaluationError("the model's logits are not numbers; its weights are damaged")
        found.append((own[:, 0], others, best))
    own, others, best = (torch.cat(column) for column in zip(*found, strict=True))
    return own, others, best


def warped(logits: Tensor, decoding: Decoding) -> Tensor:
    """Logits (rows, vocabulary) as a sampler changes them; -inf where it never goes.

    Temperature, then top-k, then top-p: the smallest set of the most probable tokens whose
    probability together reaches top_p.
    """
    logits = logits / decoding.temperature
    if 0 < decoding.top_k < logits.shape[1]:
        least = logits.topk(decoding.top_k, 1).values[:, -1:]
        logits = logits.masked_fill(logits < least, -torch.inf)
    if decoding.top_p < 1:
        ordered, order = logits.sort(1, descending=True)
        odds = ordered.softmax(1)
        outside = odds.cumsum(1) - odds >= decoding.top_p
        logits = logits.masked_fill(outside.scatter(1, order, outside), -torch.inf)
    return logits


@dataclass(frozen=True, slots=True)
class Scores:
    """Of one case; one tensor entry a secret token.

    log_p: natural log-probability of the true token under the decoding asked for.
    lead: its logit less the largest other one; the argmax is right where this is positive.
    positions: token positions that went through the model for it; what is shared counts once.
    """

    log_p: Tensor
    lead: Tensor
    positions: int

    @property
    def right(self) -> Tensor:
        """Whether the argmax is the true token."""
        return self.lead > 0


def _scores(
    net: Any,
    hidden: Tensor,
    targets: Tensor,
    decoding: Decoding,
    sizes: Sequence[int],
    positions: Sequence[int],
) -> list[Scores]:
    """Rows of `sizes` cases after one another."""
    own, others, best = contest(net, hidden, targets)
    if decoding.plain:
        log_p = -nn.functional.softplus(others - own)
    else:
        found = []
        for part, target in zip(hidden.split(_LOGIT_ROWS), targets.split(_LOGIT_ROWS), strict=True):
            odds = warped(logits_of(net, part), decoding).log_softmax(1)
            found.append(odds.gather(1, target[:, None].to(odds.device))[:, 0])
        log_p = torch.cat(found)
    parts = zip(
        log_p.cpu().split(list(sizes)),
        (own - best).cpu().split(list(sizes)),
        positions,
        strict=True,
    )
    return [Scores(*part) for part in parts]


@torch.inference_mode()
def score(model: Model, cases: Sequence[Encoded], decoding: Decoding = PLAIN) -> list[Scores]:
    """Score each secret's tokens, by one forward a case; what cases begin with is shared."""
    result: dict[int, Scores] = {}
    alone: list[int] = []
    for common, members in shared([case.ids for case in cases], [case.start for case in cases]):
        if len(members) == 1:
            alone += members
            continue
        prefix = cases[members[0]].ids[:common]
        tails = [cases[i].ids[common:] for i in members]
        starts = [cases[i].start - common for i in members]
        found = score_tails(model, prefix, tails, starts, decoding)
        result.update(zip(members, found, strict=True))
    for group in batches([len(cases[i].ids) for i in alone], batch_tokens(model), _STRETCH):
        chosen = [alone[j] for j in group]
        found = _whole(model, [cases[i] for i in chosen], decoding)
        result.update(zip(chosen, found, strict=True))
    return [result[i] for i in range(len(cases))]


def _whole(model: Model, cases: Sequence[Encoded], decoding: Decoding) -> list[Scores]:
    ids = padded([case.ids for case in cases], model.device)
    hidden = model.net.base_model(input_ids=ids, use_cache=False).last_hidden_state
    rows = [(b, p) for b, case in enumerate(cases) for p in range(case.start, len(case.ids))]
    b, p = torch.tensor(rows, device=hidden.device).T
    targets = ids.to(hidden.device)[b, p]
    sizes = [len(case.ids) - case.start for case in cases]
    lengths = [len(case.ids) for case in cases]
    return _scores(model.net, hidden[b, p - 1], targets, decoding, sizes, lengths)


@torch.inference_mode()
def score_tails(
    model: Model,
    prefix: Sequence[int],
    tails: Sequence[Sequence[int]],
    starts: Sequence[int] | None = None,
    decoding: Decoding = PLAIN,
) -> list[Scores]:
    """Score many continuations of one prefix, which is computed once.

    Args:
        model: the model.
        prefix: tokens before every tail; at least one.
        tails: the continuations.
        starts: for each tail, where in it scoring begins; default its first token.
        decoding: as `score` takes it.

    Returns:
        The scores of each tail from its start; the first bears the prefix's positions.
    """
    net, device = model.net, model.device
    starts = [0] * len(tails) if starts is None else starts
    result: dict[int, Scores] = {}
    whole = empty_cache(net)
    if len(prefix) > 1:
        head = torch.tensor([list(prefix[:-1])], device=device)
        net.base_model(input_ids=head, past_key_values=whole, use_cache=True)
    most = batch_tokens(model)
    # Memory goes with prefix + tail, time with the tail.
    room = max(1, most * 4 // (len(prefix) + max(map(len, tails))))
    for group in batches([len(tail) for tail in tails], most):
        for at in range(0, len(group), room):
            part = group[at : at + room]
            cache = rows_of(whole, torch.zeros(len(part), dtype=torch.long, device=device))
            # The prefix's last token predicts each tail's first.
            ids = padded([[prefix[-1], *tails[i]] for i in part], device)
            hidden = net.base_model(input_ids=ids, past_key_values=cache, use_cache=True)
            states = hidden.last_hidden_state
            rows = [(b, p) for b, i in enumerate(part) for p in range(starts[i], len(tails[i]))]
            b, p = torch.tensor(rows, device=states.device).T
            targets = ids.to(states.device)[b, p + 1]
            sizes = [len(tails[i]) - starts[i] for i in part]
            lengths = [len(tails[i]) + 1 + (i == 0) * (len(prefix) - 1) for i in part]
            found = _scores(net, states[b, p], targets, decoding, sizes, lengths)
            result.update(zip(part, found, strict=True))
    return [result[i] for i in range(len(tails))]
