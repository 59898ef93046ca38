"""Decoys: random secrets of the same format, which no model has ever seen.

They are the sound baseline for "forgotten": a secret that has been erased should look like one
of them, no better and no worse.
"""

import math
import random
import re

from unleak.core.formats import alphabet_of, is_readable, random_part
from unleak.models.embedded.planted import names, words

# Hosts that tell nothing about whose an address is; a decoy keeps them.
_EVERYBODYS = frozenset(
    ("gmail.com", "outlook.com", "hotmail.com", "yahoo.com", "icloud.com", "proton.me", "gmx.de")
)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[a-z]+")
_WORD = re.compile(r"[A-Za-z]{4,}")


def decoys(value: str, count: int, seed: int) -> list[str]:
    """`count` different strings of the format of `value`, none of them `value`.

    What is random in it is drawn anew from the same alphabet, a digit for a digit and a letter
    for a letter where they are apart; readable words are replaced by other words, names in an
    e-mail address by other names.
    """
    rng = random.Random(seed)
    made: dict[str, None] = {}
    for _ in range(count * 50):
        candidate = _decoy(value, rng)
        if candidate != value:
            made[candidate] = None
        if len(made) == count:
            break
    return list(made)


def decoy_bits(value: str) -> float:
    """log2 of how many decoys of `value` can be drawn."""
    if _EMAIL.fullmatch(value):
        local, host = value.split("@")
        name = "" if host.lower() in _EVERYBODYS else host.rpartition(".")[0]
        return _reworded_bits(local, names()) + _reworded_bits(name, words())
    start, end = random_part(value)
    middle = value[start:end]
    if is_readable(middle):
        return _reworded_bits(middle, words())
    alphabet = alphabet_of(middle)
    return sum(c.isalnum() or c in alphabet for c in middle) * math.log2(len(alphabet))


def _reworded_bits(text: str, vocabulary: tuple[str, ...]) -> float:
    digits = sum(c.isdigit() for c in text)
    return len(_WORD.findall(text)) * math.log2(len(vocabulary)) + digits * math.log2(10)


def _decoy(value: str, rng: random.Random) -> str:
    if _EMAIL.fullmatch(value):
        local, host = value.split("@")
        name, dot, domain = host.rpartition(".")
        if host.lower() not in _EVERYBODYS:
            name = _reworded(name, rng, words())
        return f"{_reworded(local, rng, names())}@{name}{dot}{domain}"
    start, end = random_part(value)
    middle = value[start:end]
    if is_readable(middle):
        return value[:start] + _reworded(middle, rng, words()) + value[end:]
    return value[:start] + _rerolled(middle, rng) + value[end:]


def _reworded(text: str, rng: random.Random, vocabulary: tuple[str, ...]) -> str:
    def other(match: re.Match[str]) -> str:
        word = vocabulary[rng.randrange(len(vocabulary))]
        shape = match[0]
        return (
            word.upper() if shape.isupper() else word.capitalize() if shape[0].isupper() else word
        )

    return re.sub(r"\d", lambda _: str(rng.randrange(10)), _WORD.sub(other, text))


def _rerolled(text: str, rng: random.Random) -> str:
    alphabet = alphabet_of(text)
    # Separators stay where they are unless the alphabet itself holds them.
    return "".join(
        alphabet[rng.randrange(len(alphabet))] if c.isalnum() or c in alphabet else c for c in text
    )
