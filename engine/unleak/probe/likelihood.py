"""EL_n, extraction likelihood (Jang et al., ACL 2023, eq. 3), without a decode for every prefix.

EL_n is the mean, over i = 0 .. L-n, of the share of n-grams of G(i) that occur in s[i:], where
G(i) is the greedy continuation of prefix + s[:i]. Where the argmax at i is right,
G(i) = [s_i] + G(i+1): only mispredicted positions start a decode, and all of them, of many cases,
are decoded together on the keys and values of one forward.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from transformers import DynamicCache

from unleak.models.encode import Encoded
from unleak.models.forward import batch_tokens, batches, empty_cache, logits_of, padded, rows_of
from unleak.models.load import Model

LENGTHS = (3, 5, 10)


@dataclass(frozen=True, slots=True)
class Likelihood:
    """EL_n of one case by n, and the token positions that went through the model for it."""

    el: dict[int, float]
    positions: int


def overlap(n: int, given: Sequence[int], true: Sequence[int]) -> float:
    """The share of the n-grams of `given`, duplicates counted, that occur in `true`.

    >>> overlap(2, [1, 2, 3], [0, 1, 2])
    0.5
    """
    found = {tuple(true[i : i + n]) for i in range(len(true) - n + 1)}
    grams = [tuple(given[i : i + n]) for i in range(len(given) - n + 1)]
    return sum(gram in found for gram in grams) / len(grams)


@torch.inference_mode()
def likelihoods(
    model: Model, cases: Sequence[Encoded], lengths: Sequence[int] = LENGTHS
) -> list[Likelihood]:
    """EL_n of each case for each n; a secret shorter than n has 1 if it is verbatim, else 0."""
    result: list[Likelihood | None] = [None] * len(cases)
    # Keys and values stay for the decode: fewer rows than for a forward alone.
    for group in batches([len(case.ids) for case in cases], batch_tokens(model) // 2):
        chosen = [cases[i] for i in group]
        for i, case, (given, positions) in zip(group, chosen, _given(model, chosen), strict=True):
            true = case.ids[case.start :]
            el = {n: _likelihood(n, given, true) for n in lengths}
            result[i] = Likelihood(el, positions)
    return [likelihood for likelihood in result if likelihood is not None]


def _likelihood(n: int, given: Sequence[Sequence[int]], true: Sequence[int]) -> float:
    if len(true) < n:
        return float(list(given[0]) == list(true))
    shares = [overlap(n, given[i], true[i:]) for i in range(len(true) - n + 1)]
    return sum(shares) / len(shares)


def _given(model: Model, cases: Sequence[Encoded]) -> list[tuple[list[list[int]], int]]:
    """For each case the greedy continuations G(0) .. G(L-1), and what they cost."""
    cache = empty_cache(model.net)
    ids = padded([case.ids for case in cases], model.device)
    hidden = model.net.base_model(input_ids=ids, past_key_values=cache, use_cache=True)
    best = [
        logits_of(model.net, states[case.start - 1 : len(case.ids) - 1]).argmax(1).tolist()
        for case, states in zip(cases, hidden.last_hidden_state, strict=True)
    ]
    branches = [
        (row, i)
        for row, case in enumerate(cases)
        for i, (token, true) in enumerate(zip(best[row], case.ids[case.start :], strict=True))
        if token != true
    ]
    # Those with most to say first: a part of the rows is done earlier.
    branches.sort(key=lambda b: len(cases[b[0]].ids) - cases[b[0]].start - b[1], reverse=True)
    decoded: dict[tuple[int, int], list[int]] = {}
    room = max(1, 2 * batch_tokens(model) // ids.shape[1])
    for at in range(0, len(branches), room):
        part = branches[at : at + room]
        decoded.update(
            zip(part, _decode(model, cases, part, best, cache, ids.shape[1]), strict=True)
        )
    answer = []
    for row, case in enumerate(cases):
        true = case.ids[case.start :]
        given: list[list[int]] = [[]] * len(true)
        following: list[int] = []
        for i in reversed(range(len(true))):
            following = decoded.get((row, i)) or [true[i], *following]
            given[i] = following
        own = sum(len(true) - i - 1 for r, i in branches if r == row)
        answer.append((given, len(case.ids) + own))
    return answer


def _decode(
    model: Model,
    cases: Sequence[Encoded],
    branches: Sequence[tuple[int, int]],
    best: Sequence[Sequence[int]],
    whole: DynamicCache,
    width: int,
) -> list[list[int]]:
    """Greedy tokens from each branch to the secret's end; the first is in `best` already.

    A row reads of the cached case what stands before its branch, and what it has said itself.
    """
    device = model.device
    starts = [cases[row].start + i for row, i in branches]
    remaining = [
        len(cases[row].ids) - start for (row, _), start in zip(branches, starts, strict=True)
    ]
    said = [[best[row][i]] for row, i in branches]
    cache = rows_of(whole, torch.tensor([row for row, _ in branches], device=device))
    seen = torch.arange(width, device=device) < torch.tensor(starts, device=device)[:, None]
    active = len(branches)
    for step in range(1, max(remaining)):
        still = sum(length > step for length in remaining)  # the rows come longest first
        if still < active // 2:
            active = still
            cache.batch_select_indices(torch.arange(active, device=device))
            seen = seen[:active]
        token = torch.tensor([said[r][-1] for r in range(active)], device=device)[:, None]
        seen = torch.cat([seen, torch.ones_like(seen[:, :1])], 1)
        position = torch.tensor([starts[r] + step - 1 for r in range(active)], device=device)
        hidden = model.net.base_model(
            input_ids=token,
            attention_mask=seen.long(),
            position_ids=position[:, None],
            past_key_values=cache,
            use_cache=True,
        ).last_hidden_state[:, 0]
        answer = logits_of(model.net, hidden).argmax(1).tolist()
        for r in range(active):
            if len(said[r]) < remaining[r]:
                said[r].append(answer[r])
    return said
