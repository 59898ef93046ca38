"""What a rule is, and the two shapes that most patterns have."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

# Characters that a match of a `multiline` rule may span, from the start of its first line.
LONGEST_BLOCK = 24000

Severity = Literal["low", "medium", "high", "critical"]


@dataclass(frozen=True)
class Rule:
    """One kind of secret or personal datum, as data.

    `pattern` holds a group named `value`: exactly the secret. It matches inside one line (unless
    `multiline`) and runs only on lines with one of `keywords` (lower case, part of every match, a
    digit stands for any digit); without keywords, on every line. Where they are common, `long`
    says that every match holds 24 letters, digits, - or _ in a row (it may then do without
    keywords), and `digit` that it holds a digit or 16 letters in a row. `score` is how sure a match
    is; a `loose` rule proposes candidates, for the classifier to judge. `spaced` says that blanks
    may stand in the value, or between it and the end of the match. `severity` is what a leak may
    cost. `min_entropy` (bits a character of the value) weeds out words and placeholders. `true`
    and `false` are examples that the tests run: in a true one, ‹ and › mark the value.
    """

    id: str
    kind: str
    pattern: str
    keywords: tuple[str, ...]
    reference: str
    true: tuple[str, ...]
    false: tuple[str, ...] = ()
    severity: Severity = "high"
    score: float = 0.95
    min_entropy: float = 0.0
    check: str = ""  # name of a check in unleak.detect.checks
    long: bool = False
    digit: bool = False
    loose: bool = False
    spaced: bool = False
    multiline: bool = False

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """The compiled pattern."""
        return re.compile(self.pattern)

    @cached_property
    def group(self) -> str | int:
        """The group that is the secret: `value`; all of a match where a user gave no such group."""
        return "value" if "value" in self.regex.groupindex else 0


# A token also starts behind an escaped control character ("\n") or a percent-encoded sign.
_START = r"(?:(?<![A-Za-z0-9])|(?<=\\[nrt])|(?<=%[0-9A-Fa-f]{2}))"

# A name starts where no letter precedes it, or at a hump of camelCase.
NAME_START = r"(?:(?<![A-Za-z])|(?<=[a-z])(?=[A-Z]))"

# What stands between a name and the value assigned to it, up to the opening quote.
TO_VALUE = (
    # `"]`, `')`, `[]`: what closes a quoted or indexed name
    r"(?:\\{0,3}[\"'`\[\])}]{1,3}[ \t]{0,4})?"
    # `: str =`: a type
    r"(?::[ \t]?[A-Za-z][\w.<>?\[\]]{0,24}[ \t]?(?==))?"
    # `<add key="name" value="…">`, `{"name": "…", "value": "…"}`
    r"(?:,?[ \t]{0,4}\\?[\"']?(?i:value|default)\\?[\"']?[ \t]{0,4})?"
    # `=`, `:`, `:=`, `?=`, `||=`, `=>`, `:-`, `>`, a call, the next argument, or only a blank
    r"(?:[:=?|!]{0,3}[=:>]-?|<-|%3[Dd]|,|\(|\|\||(?<=[ \t])(?:or[ \t])?)[ \t]{0,40}"
    # `Buffer.from(`, `[]byte(`, `[`: what wraps the literal
    r"(?:(?:new[ \t])?[\w.\[\]]{0,25}[(\[{][ \t]{0,2})?"
)
# A digest or a version beside the name of a provider is no credential.
_NO_KEY = (
    r"(?![\w.\- ]{0,24}"
    r"(?i:sha\d|md5|commit|digest|checksum|integrity|revision|version|public))"
)
_INDEX = r"(?:[\"']\]\[[\"'][\w.\-]{1,24})?"  # `config['name']['key']`
_OPENING = (
    r"(?:[bBrRuUfFL@$]{0,2}\\{0,3}[\"'`]{1,3})?"
    r"(?:(?i:bearer|basic|token|apikey|key|ssws|bot)(?:[ \t]{1,2}|%20))?"
)


# A value without quotes, one character of it.
BARE = r"[^\s\"'`<>,;&(){}\[\]\\|]"

# The start of a line of settings, behind a comment sign or a command that sets something.
LINE_START = (
    r"(?m)^[ \t]{0,60}(?:(?:[-#;*>!]|//){1,3}[ \t]{0,6})?"
    r"(?:(?:export|set|ENV|ARG|-e|declare|\\set)[ \t]{1,4})?"
)


def quoted(length: str) -> str:
    """A pattern for a value in quotes; `length` as in a quantifier: `4,512`."""
    return (
        r"[bBrRuUfFL@]{0,2}(?P<quote>\\{0,3}[\"'`]{1,3})"
        r"(?P<value>(?:(?!(?P=quote))(?:[^\\\r\n]|\\[^\r\n]))"
        rf"{{{length}}})(?P=quote)"
    )


def token(value: str, alphabet: str = "A-Za-z0-9") -> str:
    """A pattern for values that their own form tells, wherever they stand.

    `alphabet` (the inside of a character class) is what may not follow: a longer run of it is
    something else.
    """
    return rf"{_START}(?P<value>{value})(?![{alphabet}])"


def assigned(names: str, value: str, alphabet: str = "A-Za-z0-9") -> str:
    """A pattern for values that only their name tells.

    It covers `name = "v"`, `name: v`, `"name": "v"`, `name => 'v'`, `name := v`, `<name>v</name>`,
    `set('name', 'v')`, `--name v` and the like. A name may go on after `names` (any case): for
    `mailgun` it also is `MAILGUN_API_KEY`, `mailgunKey` or `Mailgun key`.
    """
    return (
        rf"{NAME_START}(?i:{names}){_NO_KEY}[\w.\- \t]{{0,40}}{_INDEX}{TO_VALUE}{_OPENING}"
        rf"(?P<value>{value})(?![{alphabet}])"
    )
