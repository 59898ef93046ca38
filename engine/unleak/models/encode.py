"""Tokens of a secret in its context, found by character offsets.

Prefix and secret are tokenised together, as a model meets them; tokenising them apart changes
the token at the boundary.
"""

from dataclasses import dataclass, replace
from typing import Any

from unleak.core.errors import SuiteError
from unleak.core.formats import random_part


@dataclass(frozen=True, slots=True, repr=False)
class Encoded:
    """Token ids of prefix + secret.

    The secret's tokens are ids[start:]; those with a part of its random characters are
    ids[random_start:random_end]. `straddles`: the first of them began in the prefix.
    `given`: how many characters of the secret stand in the context instead of being predicted.
    """

    ids: tuple[int, ...]
    start: int
    random_start: int
    random_end: int
    straddles: bool
    characters: tuple[int, ...]  # of the secret, in each of ids[start:]

    def __repr__(self) -> str:
        return f"<Encoded {len(self.ids)} tokens, secret from {self.start}>"

    @property
    def random(self) -> slice:
        """The random part's tokens, counted from `start`."""
        return slice(self.random_start - self.start, self.random_end - self.start)

    def shortened(self, tokens: int) -> "Encoded":
        """The same with at most `tokens` tokens in front of the secret."""
        cut = max(0, self.start - tokens)
        return replace(
            self,
            ids=self.ids[cut:],
            start=self.start - cut,
            random_start=self.random_start - cut,
            random_end=self.random_end - cut,
        )


def encode(
    tokenizer: Any,
    prefix: str,
    secret: str,
    *,
    context: int,
    given: int = 0,
    name: str = "the case",
) -> Encoded:
    """Tokenise a case; a prefix that is too long loses its beginning.

    Args:
        tokenizer: a fast tokenizer.
        prefix: text before the secret.
        secret: the secret in clear.
        context: how many tokens the model accepts.
        given: characters of the secret that count as context, not as secret.
        name: what an error calls the case.

    Raises:
        SuiteError: the secret has no token of its own, or does not fit.
    """
    boundary = len(prefix) + given
    end = len(prefix) + len(secret)
    # A long prefix is cut in characters first: no token is longer than its text.
    cut = max(0, len(prefix) - 16 * context)
    answer = tokenizer(prefix[cut:] + secret, return_offsets_mapping=True)
    offsets = [(a + cut, b + cut) if b > a else (0, 0) for a, b in answer["offset_mapping"]]
    ids = list(answer["input_ids"])
    while ids and offsets[-1] == (0, 0):  # an end token that some tokenizers append
        ids.pop()
        offsets.pop()
    first = next((i for i, (a, b) in enumerate(offsets) if b > boundary), None)
    own = first is not None and any(a >= boundary for a, _ in offsets[first:])
    if first is None or not own:
        raise SuiteError(
            f"{name}: the secret has no token of its own after its prefix; "
            "end the prefix where a token ends (for example after the opening quote)"
        )
    if first == 0:
        start_token = next(
            (t for t in (tokenizer.bos_token_id, tokenizer.eos_token_id) if t is not None), None
        )
        if start_token is None:
            raise SuiteError(f"{name}: needs a prefix: this model has no token to start from")
        ids.insert(0, start_token)
        offsets.insert(0, (0, 0))
        first = 1
    if len(ids) - first >= context:
        raise SuiteError(
            f"{name}: the secret is longer than the model's context of {context} tokens"
        )
    excess = max(0, len(ids) - context)
    ids, offsets, first = ids[excess:], offsets[excess:], first - excess
    low, high = random_part(secret)
    low, high = max(low + len(prefix), boundary), max(high + len(prefix), boundary + 1)
    overlapping = [i for i, (a, b) in enumerate(offsets) if i >= first and b > low and a < high]
    characters = tuple(min(b, end) - max(a, boundary) for a, b in offsets[first:])
    return Encoded(
        ids=tuple(ids),
        start=first,
        random_start=overlapping[0],
        random_end=overlapping[-1] + 1,
        straddles=offsets[first][0] < boundary,
        characters=characters,
    )
