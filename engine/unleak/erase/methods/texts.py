"""What a training method reads: the files that hold secrets, and ordinary code beside them."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from unleak.core.formats import random_part
from unleak.models.corpus import code
from unleak.models.load import Model
from unleak.probe.measure import encode_case
from unleak.probe.suite import Case

_CHARACTERS = 16  # of a token, at most, where a suffix is cut


@dataclass(frozen=True, repr=False)
class Text:
    """Tokens in a row. The first is given; each of the others is predicted from those before it.

    secret: which tokens belong to a secret that is to be erased, this text's own or another's.
    random: which of them hold a part of its random characters. number: of its case, or window.
    start, end: its own secret's tokens, if it has one. level: nats a token at which never-seen
    secrets stand in this place.
    """

    ids: tuple[int, ...]
    secret: tuple[bool, ...]
    random: tuple[bool, ...]
    number: int
    start: int = 0
    end: int = 0
    level: float = 0.0

    def __repr__(self) -> str:
        return f"<Text {self.number}: {len(self.ids)} tokens, {sum(self.secret)} of secrets>"


def forget_texts(
    model: Model, cases: Sequence[Case], prefix_tokens: int, suffix_tokens: int
) -> list[Text]:
    """One text a case: the end of its prefix, its secret, the start of its suffix.

    All secrets of the batch are marked wherever they stand: where two overlap, or one stands in
    another's context, no loss on context may teach it again.

    Raises:
        SuiteError: a secret has no token of its own in its context.
    """
    values = sorted({case.secret.reveal() for case in cases})
    return [
        _forget_text(model, case, number, values, prefix_tokens, suffix_tokens)
        for number, case in enumerate(cases)
    ]


def _forget_text(
    model: Model,
    case: Case,
    number: int,
    values: Sequence[str],
    prefix_tokens: int,
    suffix_tokens: int,
) -> Text:
    encode_case(model, case)  # its errors name the case
    prefix = case.prefix[-_CHARACTERS * (prefix_tokens + 1) :]
    end = len(prefix) + len(case.secret.reveal())
    whole = prefix + case.secret.reveal() + case.suffix[: _CHARACTERS * suffix_tokens]
    answer = model.tokenizer(whole, return_offsets_mapping=True)
    ids, offsets = list(answer["input_ids"]), list(answer["offset_mapping"])
    first = next(i for i, (_, b) in enumerate(offsets) if b > len(prefix))
    last = max(i for i, (a, b) in enumerate(offsets) if a < end and b > a)
    if first == 0:  # some token has to stand in front
        start = model.tokenizer.bos_token_id
        ids.insert(0, model.tokenizer.eos_token_id if start is None else start)
        offsets.insert(0, (0, 0))
        first, last = 1, last + 1
    kept = slice(max(0, first - prefix_tokens), last + 1 + suffix_tokens)
    spans = [(a, a + len(v), *random_part(v)) for v in values for a in _places(whole, v)]
    secret = [any(a < e and b > s for s, e, _, _ in spans) for a, b in offsets[kept]]
    chance = [any(a < s + h and b > s + lo for s, _, lo, h in spans) for a, b in offsets[kept]]
    first, last = first - kept.start, last - kept.start
    return Text(tuple(ids[kept]), tuple(secret), tuple(chance), number, first, last + 1)


def _places(text: str, value: str) -> Iterator[int]:
    at = text.find(value)
    while at >= 0:
        yield at
        at = text.find(value, at + 1)


def retain_texts(model: Model, count: int, tokens: int) -> list[Text]:
    """Up to `count` windows of ordinary code, in an order that is always the same."""
    characters = 6 * count * tokens
    ids = model.tokenizer(code("retain", characters), add_special_tokens=False).input_ids
    starts = list(range(0, len(ids) - tokens + 1, tokens))
    random.Random(0).shuffle(starts)
    none = (False,) * tokens
    return [
        Text(tuple(ids[start : start + tokens]), none, none, number)
        for number, start in enumerate(starts[:count])
    ]
