"""Rules that a user wrote: from a table of a configuration file to a `Rule`."""

import re
import warnings
from collections.abc import Callable, Collection, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final, get_args

from unleak.core.errors import UsageError
from unleak.detect.rule import Rule, Severity
from unleak.detect.trial import first_slow

_ALERT: Final = 0.9  # the score behind `alert = true`, which is the default
_NO_ALERT: Final = 0.65
_ID: Final = re.compile(r"[A-Za-z0-9][\w./-]{0,63}")

_Test = Callable[[Any], bool]


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_texts(value: Any) -> bool:
    """Whether a value is a list of texts, none of them empty."""
    return isinstance(value, list) and all(map(_is_text, value))


_KEYS: Final[Mapping[str, tuple[_Test, str]]] = {
    "id": (_is_id, "letters, digits and . / _ -"),
    "pattern": (_is_text, "a regular expression"),
    "keywords": (is_texts, "a list of texts"),
    "kind": (_is_id, "letters, digits and . / _ -"),
    "severity": (get_args(Severity).__contains__, f"one of {', '.join(get_args(Severity))}"),
    "score": (lambda v: _is_number(v) and 0 < v <= 1, "a number above 0 and up to 1"),
    "alert": (lambda v: isinstance(v, bool), "true or false"),
    "min_entropy": (lambda v: _is_number(v) and 0 <= v <= 8, "bits a character, from 0 to 8"),
    "reference": (_is_text, "an address"),
}


def user_rule(table: Mapping[str, Any], file: str, number: int) -> tuple[Rule, list[str]]:
    """A rule, and a line for each key that is not understood.

    Args:
        file, number: where it stands, for messages.

    Raises:
        UsageError: the pattern is broken, or a value is missing or cannot be used.
    """
    if not _is_id(table.get("id")):
        raise UsageError(f"{file}: scan.rules, number {number}: id must be {_KEYS['id'][1]}")
    where = f"{file}: rule {table['id']}"
    for key, (test, expected) in _KEYS.items():
        if key in table and not test(table[key]):
            raise UsageError(f"{where}: {key} must be {expected}")
    if "pattern" not in table:
        raise UsageError(f"{where}: it has no pattern")
    if "score" in table and "alert" in table:
        raise UsageError(f"{where}: give score or alert, not both")
    compiled(table["pattern"], where)
    rule = Rule(
        id=table["id"],
        kind=table.get("kind", table["id"]),
        pattern=table["pattern"],
        keywords=tuple(dict.fromkeys(word.lower() for word in table.get("keywords", ()))),
        reference=table.get("reference", ""),
        true=(),
        severity=table.get("severity", "high"),
        score=table.get("score", _ALERT if table.get("alert", True) else _NO_ALERT),
        min_entropy=table.get("min_entropy", 0.0),
        spaced=True,  # for all that is known
    )
    return rule, unknown_keys(table, _KEYS, where)


def compiled(pattern: str, where: str) -> re.Pattern[str]:
    """A user's pattern.

    Raises:
        UsageError: it is no regular expression.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return re.compile(pattern)
    except re.error as error:
        place = "" if error.pos is None else f" at character {error.pos + 1}"
        raise UsageError(f"{where}: its pattern is broken{place}: {error.msg}") from None
    except (RecursionError, OverflowError):
        raise UsageError(f"{where}: its pattern is broken: too large") from None


def check_speed(patterns: Sequence[tuple[str, str]]) -> None:
    """Try (where, pattern) pairs on hostile lines.

    Raises:
        UsageError: one of them takes too long.
    """
    slow = first_slow([pattern for _, pattern in patterns])
    if slow is not None:
        raise UsageError(
            f"{patterns[slow][0]}: its pattern may take forever on some lines; "
            "repeat nothing that itself repeats, and give lengths as {1,80}"
        )


def unknown_keys(table: Mapping[str, Any], known: Collection[str], where: str) -> list[str]:
    """A line for each key of a table that means nothing."""
    return [f"{where}: unknown key {key}{near(key, known)}" for key in table if key not in known]


def near(name: str, names: Collection[str]) -> str:
    """What somebody may have meant, as the end of a message."""
    close = get_close_matches(name.lower(), names, n=3)
    return f" (did you mean {', '.join(close)}?)" if close else ""
