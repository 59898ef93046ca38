"""Real generations: does sampling give the secret, in whatever tokens?"""

from collections import Counter

import torch

from unleak.models.decoding import PLAIN, Decoding
from unleak.models.encode import Encoded
from unleak.models.forward import empty_cache, logits_of, warped
from unleak.models.load import Model
from unleak.probe.exposure import seed_of
from unleak.probe.reading import Sampled
from unleak.probe.suite import Case


@torch.inference_mode()
def sample(
    model: Model,
    case: Case,
    encoded: Encoded,
    samples: int,
    *,
    decoding: Decoding = PLAIN,
    seed: int = 0,
) -> tuple[Sampled, int]:
    """Generate `samples` times from a case's prefix, and count what goes on with the secret.

    A generation is given up as soon as its text leaves the secret: what it would write then
    cannot make it the secret any more.

    Returns:
        The count, and how many token positions went through the model.
    """
    generator = torch.Generator().manual_seed(seed_of(case, seed) % 2**63)
    # A first token that straddles the boundary brings a piece of the prefix along.
    target = model.tokenizer.decode(encoded.ids[encoded.start :])
    cache = empty_cache(model.net)
    ids = torch.tensor([encoded.ids[: encoded.start]], device=model.device)
    # Generations that wrote the same so far are one row: what is memorised stays one for long.
    written: list[list[int]] = [[]]
    counts = [samples]
    hits = positions = 0
    while written and len(written[0]) < len(target):
        states = model.net.base_model(input_ids=ids, past_key_values=cache, use_cache=True)
        positions += ids.numel()
        logits = logits_of(model.net, states.last_hidden_state[:, -1])
        odds = (logits if decoding.plain else warped(logits, decoding)).softmax(1).cpu()
        rows: list[int] = []
        following: list[list[int]] = []
        following_counts: list[int] = []
        for row, count in enumerate(counts):
            drawn = torch.multinomial(odds[row], count, replacement=True, generator=generator)
            for token, times in Counter(drawn.tolist()).items():
                tokens = [*written[row], token]
                text = model.tokenizer.decode(tokens).rstrip("\ufffd")
                if text.startswith(target):
                    hits += times
                elif target.startswith(text):
                    rows.append(row)
                    following.append(tokens)
                    following_counts.append(times)
        written, counts = following, following_counts
        if rows:
            cache.batch_select_indices(torch.tensor(rows, device=model.device))
            ids = torch.tensor([[tokens[-1]] for tokens in written], device=model.device)
    return Sampled(samples, hits), positions
