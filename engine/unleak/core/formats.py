"""What is public about a secret's format: its fixed start, and what its random part is made of.

The fixed start (`AKIA`, `ghp_`, a PEM header) tells nobody anything. It is shown in previews,
left alone by erasure, and kept by decoys.
"""

import math
import re
import string

_FIXED_START = re.compile(
    r"""
    -----BEGIN[ A-Z]*-----\r?\n?
    | (?:AKIA|ASIA|ABIA|ACCA|AIza|ya29\.|dapi|SG\.|dop_v1_|doo_v1_|dor_v1_)
    | (?:gh[pousr]_|github_pat_|glpat-|gldt-|glrt-|npm_|hf_|pypi-AgEIcHlwaS5vcmc)
    | (?:xox[abeprs]-|xapp-|sk-ant-(?:api|admin)\d\d-|sk-proj-|sk-svcacct-|sk-or-v1-)
    | (?:[sr]k_(?:live|test)_|whsec_|shp(?:at|ca|pa|ss)_|key-|r8_|gsk_|pplx-|lin_api_|sq0[a-z]{3}-)
    | (?:eyJ[A-Za-z0-9_-]{8,}\.)
    | (?:SK(?=[0-9a-f]{32}$)|AC(?=[0-9a-f]{32}$)|sk-(?=[A-Za-z0-9]{20}T3BlbkFJ))
    | (?:https://hooks\.slack\.com/services/|https://discord(?:app)?\.com/api/webhooks/)
    """,
    re.VERBOSE,
)
_FIXED_END = re.compile(r"\r?\n-----END[ A-Z]*-----\s*$")

_ALPHABETS = (
    string.digits,
    string.digits + "abcdef",
    string.digits + "ABCDEF",
    string.ascii_lowercase,
    string.ascii_uppercase,
    string.ascii_uppercase + "234567",
    string.ascii_lowercase + string.digits,
    string.ascii_uppercase + string.digits,
    string.ascii_letters,
    string.ascii_letters + string.digits,
    string.ascii_letters + string.digits + "-_",
    string.ascii_letters + string.digits + "/+",
)


def random_part(value: str) -> tuple[int, int]:
    """Offsets (start, end) of what is secret in `value`: all but a fixed start and end.

    >>> random_part("ghp_0123")
    (4, 8)
    """
    start_match = _FIXED_START.match(value)
    start = start_match.end() if start_match else 0
    end_match = _FIXED_END.search(value)
    end = end_match.start() if end_match else len(value)
    return (start, end) if start < end else (0, len(value))


def alphabet_of(characters: str) -> str:
    """The smallest usual alphabet that holds all letters and digits of `characters`."""
    used = {c for c in characters if c.isascii() and (c.isalnum() or c in "-_/+")}
    if not any(c.isalpha() for c in used):
        return string.digits  # what stands between digits only groups them
    for alphabet in _ALPHABETS:
        if used <= set(alphabet):
            return alphabet
    return string.ascii_letters + string.digits


_WORD = re.compile(r"[A-Za-z]{4,}")


def is_readable(text: str) -> bool:
    """Whether the letters of `text` form words rather than noise."""
    runs = _WORD.findall(text)
    letters = sum(map(len, runs))
    vowels = sum(c in "aeiouAEIOU" for run in runs for c in run)
    cased = all(run[1:].islower() or run.isupper() for run in runs)
    return bool(runs) and letters >= 0.5 * len(text) and cased and vowels >= 0.25 * letters


def guess_bits(characters: str) -> float:
    """log2 of how many tries a guesser who knows the format needs for these characters.

    Letters of readable words count two bits (a common word of six letters is one of a few
    thousand); anything else counts as drawn from its alphabet.
    """
    if not characters:
        return 0.0
    if is_readable(characters):
        return sum(
            2.0 if c.isalpha() else math.log2(10) if c.isdigit() else 1.0 for c in characters
        )
    return len(characters) * math.log2(len(alphabet_of(characters)))


def preview(value: str) -> str:
    """The fixed start and the length, nothing else.

    >>> preview("ghp_0123456789")
    'ghp_… (14 characters)'
    """
    start, _ = random_part(value)
    shown = value[:start].split("\n")[0] if not value.startswith("eyJ") else "eyJ"
    return f"{shown}… ({len(value)} characters)"
