"""What a server's answer says of the tokens of a prompt, and which of these are the secret's.

A server tokenises by itself and tells only the tokens' texts. The secret's tokens are found from
the end: their texts, put together, must spell it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from unleak.core.errors import EvaluationError, SuiteError
from unleak.probe.reading import Reading

# Above 0 by rounding, perhaps; by more it is no log-probability.
_ROUNDING = 1e-4
_SPLIT = "\N{REPLACEMENT CHARACTER}"  # what a part of a character is shown as
# How some servers write white space: with the letters that the tokenizer's vocabulary has for it.
_LETTERS = str.maketrans({"Ġ": " ", "Ċ": "\n", "ĉ": "\t", "▁": " "})
Span = tuple[int, int]


class LackingError(EvaluationError):
    """The server does not tell log-probabilities of the prompt in this way."""


@dataclass(frozen=True, slots=True, repr=False)
class Token:
    """One token of a prompt; None where the server does not tell.

    text: what it spells. log_p: as the server gave it. right: whether greedy decoding gives it.
    offset: where it begins in the prompt.
    """

    text: str | None
    log_p: Any
    right: bool | None
    offset: int | None = None


def choice(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer's first choice.

    Raises:
        EvaluationError: it has none.
    """
    choices = answer.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        raise EvaluationError("the server's answer holds no choice")
    return choices[0]


def usage(answer: dict[str, Any], field: str) -> int | None:
    """A figure of an answer's `usage`."""
    value = answer.get("usage")
    value = value.get(field) if isinstance(value, dict) else None
    return value if isinstance(value, int) and value >= 0 else None


def from_echo(answer: dict[str, Any], prompt: str) -> list[Token]:
    """The prompt's tokens from an answer to `echo` with `logprobs`.

    Raises:
        LackingError: the answer holds no log-probabilities of a prompt.
        EvaluationError: it holds too few.
    """
    first = choice(answer)
    told = first.get("logprobs")
    texts = told.get("tokens") if isinstance(told, dict) else None
    if not isinstance(told, dict) or not isinstance(texts, list):
        raise LackingError("the server gives no log-probabilities of the prompt")
    generated = usage(answer, "completion_tokens")
    if generated is None:
        generated = 0 if first.get("text") == prompt else 1
    count = len(texts) - generated
    if count <= 0:
        raise LackingError("the server does not echo the prompt")
    values, tops = _column(told, "token_logprobs"), _column(told, "top_logprobs")
    if len(values) < count or len(tops) < count:
        raise EvaluationError("the server gave fewer log-probabilities than tokens")
    offsets = [*_column(told, "text_offset"), *[None] * count]
    rows = zip(texts[:count], values, tops, offsets, strict=False)
    return [
        Token(_text(text), value, _reaches(value, top), at if isinstance(at, int) else None)
        for text, value, top, at in rows
    ]


def from_prompt_logprobs(answer: dict[str, Any]) -> list[Token]:
    """The prompt's tokens from an answer to vLLM's `prompt_logprobs` of 1.

    Raises:
        LackingError: the answer holds none.
        EvaluationError: it holds too few.
    """
    first = choice(answer)
    told = first.get("prompt_logprobs")
    if not isinstance(told, list) or not told:
        raise LackingError("the server gives no prompt_logprobs")
    ids = first.get("prompt_token_ids")
    count = len(ids) if isinstance(ids, list) else usage(answer, "prompt_tokens")
    if count is not None and len(told) < count:
        raise EvaluationError("the server gave fewer log-probabilities than tokens")
    if not isinstance(ids, list):
        ids = [None] * len(told)
    return [_chosen(entries, id) for entries, id in zip(told, ids, strict=False)]


def _chosen(entries: Any, id: Any) -> Token:
    """The prompt's token among the entries of a position: itself, and the likeliest if another."""
    entries = entries if isinstance(entries, dict) else {}
    shown = {key: entry for key, entry in entries.items() if isinstance(entry, dict)}
    if not shown:
        return Token(None, None, None)
    ranks = {key: _rank(entry) for key, entry in shown.items()}
    # Without the ids: of two entries the prompt's token is the one that is not the likeliest.
    # At equal ranks it is the first, as vLLM puts it there.
    key = str(id) if str(id) in shown else max(ranks, key=lambda key: ranks[key])
    entry = shown[key]
    right = ranks[key] == 1 if ranks[key] else _reaches(entry.get("logprob"), _values(shown))
    return Token(_text(entry.get("decoded_token")), entry.get("logprob"), right)


def _rank(entry: dict[str, Any]) -> int:
    rank = entry.get("rank")
    return rank if isinstance(rank, int) else 0


def _values(entries: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {key: entry.get("logprob") for key, entry in entries.items()}


def _reaches(value: Any, top: Any) -> bool | None:
    """Whether a log-probability is as high as the highest of `top`; None where one is none."""
    values = [value, *top.values()] if isinstance(top, dict) and top else []
    if not values or not all(_is_number(v) and not math.isnan(v) for v in values):
        return None
    return bool(value >= max(values))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _column(told: dict[str, Any], name: str) -> list[Any]:
    column = told.get(name)
    return column if isinstance(column, list) else []


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def read(tokens: Sequence[Token], prefix: str, secret: str, name: str) -> Reading:
    """What the tokens of prefix + secret say of the secret.

    Args:
        tokens: the prompt's tokens, or at least its last ones.
        prefix: text before the secret.
        secret: the secret in clear.
        name: what a SuiteError calls the case.

    Raises:
        SuiteError: the secret has no token of its own.
        EvaluationError: the tokens do not spell the secret, or lack their figures.
    """
    text, boundary = prefix + secret, len(prefix)
    while tokens and tokens[-1].text == "":  # an end token that some tokenizers append
        tokens = tokens[:-1]
    spans = _spans(tokens, text, boundary)
    if not any(boundary <= start < end for start, end in spans):
        raise SuiteError(
            f"{name}: the secret has no token of its own after its prefix; "
            "end the prefix where a token ends (for example after the opening quote)"
        )
    own = tokens[len(tokens) - len(spans) :]
    if len(own) == len(tokens) and own[0].log_p is None:
        raise SuiteError(f"{name}: needs a prefix: the server rates no first token")
    for token in own:
        if token.log_p is not None and not (_is_number(token.log_p) and math.isfinite(token.log_p)):
            raise EvaluationError("the server gave a log-probability that is not a number")
        if token.log_p is None or token.right is None:
            raise EvaluationError("the server gave no log-probability for a token of the secret")
        if token.log_p > _ROUNDING:
            raise EvaluationError("the server gave a log-probability above 0")
    right = [bool(token.right) for token in own]
    return Reading(
        verbatim=all(right),
        ma=sum(right) / len(right),
        log_p=math.fsum(min(0.0, token.log_p) for token in own),
        tokens=len(own),
    )


def _spans(tokens: Sequence[Token], text: str, boundary: int) -> list[Span]:
    """Where the last tokens lie in the text, back to the one that covers `boundary`."""
    texts = [token.text for token in tokens]
    plain = [None if piece is None else piece.translate(_LETTERS) for piece in texts]
    for spelling in (texts, plain):
        spans = _walk(spelling, text, boundary)
        if spans is not None:
            return spans
    spans = _by_offset(tokens, text, boundary)
    if spans is None:
        raise EvaluationError("the server's tokens do not spell the secret")
    return spans


def _walk(pieces: Sequence[str | None], text: str, boundary: int) -> list[Span] | None:
    """Spans by the tokens' texts; None if these do not spell the text's end."""
    spans: list[Span] = []
    end = len(text)
    for number, piece in reversed(list(enumerate(pieces))):
        if piece is None and number == 0:
            piece = text[:end]  # of the first token vLLM tells nothing
        # A character of several tokens is spelt by its last one; the others are empty.
        if piece is None or (end <= boundary and (piece or number == 0)):
            break
        if not text[:end].endswith(piece) and spans:
            # Tokens shown one by one lose the space that some of them begin with.
            end = len(text[:end].rstrip(" "))
            spans[-1] = (end, spans[-1][1])
            if end <= boundary:
                break
        if not text[:end].endswith(piece):
            return None
        spans.append((end - len(piece), end))
        end -= len(piece)
    return spans[::-1] if end <= boundary else None


def _by_offset(tokens: Sequence[Token], text: str, boundary: int) -> list[Span] | None:
    """Spans by the server's offsets, where parts of characters cannot be spelt."""
    spans: list[Span] = []
    end = len(text)
    for token in reversed(tokens):
        start = token.offset
        if start is None or token.text is None or not 0 <= start <= end:
            return None
        # Offsets that count such parts as characters are wrong, which the other tokens show: the
        # secret's, and the last one before it.
        whole = _SPLIT not in token.text
        if whole and text[start:end] != token.text:
            return None
        if end > boundary:
            spans.append((start, end))
        elif whole:
            return spans[::-1]
        end = start
    return spans[::-1] if end == 0 else None
