"""What a case keeps of the text around a secret."""

LONGEST_PREFIX = 2000  # characters
_LEAST_PREFIX = 200  # characters; lines that begin later are too near to be where a prefix begins
LONGEST_SUFFIX = 500  # characters


def prefix_of(text: str, start: int, value: str) -> str:
    """The text before a secret: whole lines, so that its first tokens are a line's first tokens.

    It does not hold the secret itself: a model would only have to repeat what it was shown. A line
    that is longer than all of the prefix may be is cut inside.

    Args:
        text: all of it.
        start: where the secret starts.
        value: the secret.
    """
    low = max(0, start - LONGEST_PREFIX)
    echo = text.rfind(value, low, start)
    if echo >= 0:
        low = _line_start(text, echo + len(value), start, least=1)
    elif low and text[low - 1] != "\n":
        low = _line_start(text, low, start, least=_LEAST_PREFIX)
    return text[low:start]


def suffix_of(text: str, end: int, value: str) -> str:
    """The text behind a secret, up to where a line ends and before the secret stands again."""
    high = min(len(text), end + LONGEST_SUFFIX)
    echo = text.find(value, end, high)
    high = echo if echo >= 0 else high
    if high < len(text):
        high = text.rfind("\n", end, high) + 1 or high
    return text[end:high]


def _line_start(text: str, low: int, start: int, least: int) -> int:
    """The first line start from `low` on with `least` characters before `start`, or `low`."""
    return text.find("\n", low, start - least) + 1 or low
