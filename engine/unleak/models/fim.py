"""Fill-in-the-middle prompts: what stands before and after the cursor, for models made for it."""

from dataclasses import dataclass
from typing import Any

from unleak.models.encode import Encoded, encode


@dataclass(frozen=True, slots=True)
class Markers:
    """A model's tokens around prefix, suffix and middle, in the order of the prompt."""

    prefix: str
    suffix: str
    middle: str


# Bavarian et al. 2022 (arXiv 2207.14255), prefix-suffix-middle, in the spelling of each family.
_FAMILIES = (
    Markers("<fim_prefix>", "<fim_suffix>", "<fim_middle>"),  # StarCoder, Granite, SantaCoder
    Markers("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"),  # Qwen-Coder, CodeGemma
    Markers("<fim-prefix>", "<fim-suffix>", "<fim-middle>"),  # the first SantaCoder
    Markers("<｜fim▁begin｜>", "<｜fim▁hole｜>", "<｜fim▁end｜>"),  # DeepSeek-Coder
    Markers("▁<PRE>", "▁<SUF>", "▁<MID>"),  # Code Llama
)


def markers(tokenizer: Any) -> Markers | None:
    """The tokenizer's markers; None if it has none."""
    for family in _FAMILIES:
        if all(_knows(tokenizer, m) for m in (family.prefix, family.suffix, family.middle)):
            return family
    return None


def _knows(tokenizer: Any, token: str) -> bool:
    # Not by get_vocab(), which makes a dictionary of the whole vocabulary for each case.
    id = tokenizer.convert_tokens_to_ids(token)
    return id is not None and tokenizer.convert_ids_to_tokens(id) == token


def encode_fim(
    tokenizer: Any, prefix: str, secret: str, suffix: str, *, context: int, name: str
) -> Encoded | None:
    """Tokenise a case as text to fill in; None if the tokenizer has no markers for it.

    Half of what the secret leaves of the context is for what stands before it; what lies farthest
    from it is cut.

    Raises:
        SuiteError: as `encode`.
    """
    found = markers(tokenizer)
    if found is None:
        return None
    opening = tokenizer.convert_tokens_to_ids(found.prefix)
    while True:
        prompt = f"{found.prefix}{prefix}{found.suffix}{suffix}{found.middle}"
        encoded = encode(tokenizer, prompt, secret, context=context, name=name)
        if opening in encoded.ids[:2] or not (prefix or suffix):
            return encoded
        # Too long: the beginning was cut, and with it what tells the model how to read the rest.
        if len(prefix) > len(suffix):
            prefix = prefix[(len(prefix) + 1) // 2 :]
        else:
            suffix = suffix[: len(suffix) // 2]
