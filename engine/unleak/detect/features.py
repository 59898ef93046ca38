"""What the classifier sees of a candidate: its characters, its name, and what stands around it.

Only the candidate's own line counts, and of it nothing behind the character that closes the value:
a text still being written gives the same numbers as the whole file.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from unleak.detect.checks import entropy

LONGEST_VALUE = 200  # characters of a value that are looked at
LONGEST_BEFORE = 160  # characters in front of it

_NAME = re.compile(r"[A-Za-z_$][\w$.\-]*(?=[^A-Za-z_$]*$)")
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_SEPARATOR = re.compile(
    r"(=>|:=|==|!=|[=:(,>\[]|[ \t])[ \t\w.(\[]{0,12}[bBrRuUfFL@$\\]{0,4}[\"'`]*$"
)

# Words in a name that say what its value is.
_NAME_WORDS = (
    "pass", "pwd", "secret", "token", "key", "auth", "cred", "private", "access", "api", "client",
    "hash", "salt", "user", "id", "name", "url", "file", "path", "type", "field", "label", "title",
    "text", "message", "error", "header", "param", "class", "public", "confirm", "new", "old",
    "reset", "forgot", "length", "valid", "input", "form", "hint", "default", "encrypt", "sign",
    "cert", "session", "cookie", "algorithm", "policy", "column", "bearer", "basic", "root", "admin",
    "db", "kind", "primary", "foreign", "event", "code", "prefix", "format", "env", "ref", "store",
)  # fmt: skip
# Words at the end of a name that say it is about a secret, not one.
_NAME_ENDS = (
    "id", "ids", "name", "names", "length", "size", "path", "file", "url", "uri", "type", "kind", "hash", "count", "vault",
    "field", "label", "hint", "text", "color", "ref", "env", "header", "param", "policy", "algorithm", "version", "alias",
    "arn", "endpoint", "format", "prefix", "selector", "index", "method", "mode", "provider", "class", "user", "store",
)  # fmt: skip
# Words in front of the value, anywhere in the line.
_LINE_WORDS = (
    "test", "mock", "assert", "expect", "example", "sample", "dummy", "fake", "todo", "def ", "func",
    "return", "import", "class", "const", "var", "let ", "export", "get", "set", "log", "print",
    "throw", "error", "if ", "case", "require", "describe", "it(", "usage", "translate", "i18n",
    "description", "select", "document", "query", "http", "curl", "docker", "env", "getenv", "login",
    "connect", "hash", "sha", "md5", "encrypt", "decode", "new ", "struct", "type", "json:", "public",
)  # fmt: skip
# Words in the value.
_VALUE_WORDS = (
    "pass", "pwd", "secret", "token", "key", "auth", "user", "test", "example", "sample", "foo",
    "bar", "dummy", "fake", "change", "your", "my", "invalid", "wrong", "null", "none", "true",
    "false", "string", "value", "name", "id", "http", "www", "env", "config", "default", "admin",
    "root", "enter", "confirm", "reset", "login", "password", "abc", "123", "1234", "qwerty", "xxx",
)  # fmt: skip

_SHAPES = tuple(
    re.compile(pattern)
    for pattern in (
        r"[0-9a-f]+\Z|[0-9A-F]+\Z",  # hexadecimal
        r"[A-Za-z0-9+/]{8,}={0,2}\Z",  # base64
        r"[A-Za-z0-9_\-]{8,}\Z",  # base64url
        r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z",  # UUID
        r"[a-z]+\Z",
        r"[A-Z]+\Z",
        r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\Z",  # CONSTANT
        r"[a-z][a-z0-9]*(?:_[a-z0-9]+)+\Z",  # snake_case
        r"[a-zA-Z][a-z0-9]*(?:-[a-zA-Z0-9]+)+\Z",  # kebab-case
        r"[a-z]+(?:[A-Z][a-z]+)+\Z",  # camelCase
        r"(?:[A-Z][a-z]+)+\Z",  # Words
        r"[a-z]+[0-9]{1,4}\Z",  # word12
        r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+\Z",  # a.b.c
        r"\d+(?:\.\d+)*\Z",  # a number, a version
        r"[.~]{0,2}/|\w:\\|.*/.*\.\w{1,5}\Z",  # path
        r"\w+://",  # URL
        r"[$%#@&]?[{(\[<]|[$%][A-Za-z]|\S*\$\{|.*[{<(]\w*[})>]",  # interpolation
        r".*[()\[\]{};]",  # code
        r".* .* ",  # a sentence
        r".*[.!?:,;]\Z",
        r"[#.\[][A-Za-z\-]",  # a CSS selector
        r"\$\d\w?\$|\{?[A-Z0-9]{3,8}\}",  # a digest with its method
        r".*\\[nrtxu]",
        r".*[*x]{3}|.*\.\.\.|.*…",
        r".*(.)\1\1",
        r".*(?:0123|1234|2345|abcd|bcde|ABCD|qwer)",
        r"(?=.*[a-z])(?=.*[A-Z])(?=.*\d)",
        r"(?=.*[A-Za-z])(?=.*\d)",
        r".*[!@#$%^&*]",
    )
)
_QUOTES = ("", '"', "'", "`", "\\", ">", "=", ":", " ", "(", ",")
_CLOSINGS = ("", "\n", '"', "'", "`", "\\", "<", ",", ";", ")", " ", "&", "}", "]", ".", "|", "/")
_SEPARATORS = ("", "=>", ":=", "==", "!=", "=", ":", "(", ",", ">", "[", " ")


_ALPHABET = {c: i for i, c in enumerate(" abcdefghijklmnopqrstuvwxyz")}


def triples(word: str) -> list[int]:
    """For each letter its place in a table of triples: the two before it and itself.

    Anything but the letters a to z counts as a word's end.
    """
    letters = [0, 0, *(_ALPHABET.get(c, 0) for c in word), 0]
    return [
        (a * 27 + b) * 27 + c for a, b, c in zip(letters, letters[1:], letters[2:], strict=False)
    ]


def surprise(word: str, letters: bytes) -> float:
    """Bits a letter under a model of words in code: some 2 for a word, 5 or more for noise.

    Args:
        letters: 16 times the bits of each triple.
    """
    places = triples(word)
    return sum(map(letters.__getitem__, places)) / (16 * len(places))


def _class(character: str) -> str:
    if character.islower():
        return "a"
    if character.isupper():
        return "A"
    return "0" if character.isdigit() else " " if character.isspace() else "-"


@dataclass(frozen=True, slots=True, repr=False)
class Candidate:
    """line[start:end], which `rule` found and gives `score`; a line without its end."""

    rule: str
    score: float
    line: str
    start: int
    end: int


def features(candidate: Candidate, rules: Sequence[str], letters: bytes) -> list[float]:
    """Numbers that describe a candidate.

    Args:
        candidate: what to describe.
        rules: the rules that are told apart.
        letters: as `surprise` takes it.
    """
    line, start, end = candidate.line, candidate.start, candidate.end
    value = line[start:end][:LONGEST_VALUE]
    before = line[max(0, start - LONGEST_BEFORE) : start]
    closing = line[end : end + 1]
    row = [float(candidate.rule == known) for known in rules]
    row.append(candidate.score)
    row += _of_value(value, end - start, letters)
    lowered = value.lower()
    row += [float(word in lowered) for word in _VALUE_WORDS]
    found = _NAME.search(before)
    name = found[0] if found else ""
    low = name.lower()
    row += [float(word in low) for word in _NAME_WORDS]
    words = _WORD.findall(name)
    last = words[-1].lower() if words else ""
    row += [float(last == word) for word in _NAME_ENDS]
    row += (
        float(len(name)),
        float(name.isupper()),
        float("." in name),
        float(bool(name) and name[0].isupper()),
        float(found is not None and before[: found.start()].endswith(('"', "'"))),
        float(bool(low) and low in lowered),
        _shared(low, lowered),
    )
    front = before.lower()
    row += [float(word in front) for word in _LINE_WORDS]
    stripped = before.lstrip()
    separator = _SEPARATOR.search(before)
    row += (
        float(start),
        float(len(stripped)),
        float(stripped.startswith(("#", "//", "*", "/*", "--", "<!--", ";"))),
        float(stripped.startswith(("<", "{", "[", "-"))),
        float(before.count('"') + before.count("'")),
        float(before.count("(")),
        float(before.count(" ")),
        float(_SEPARATORS.index(separator[1]) if separator and separator[1] in _SEPARATORS else 0),
        float(_QUOTES.index(before[-1:]) if before[-1:] in _QUOTES else len(_QUOTES)),
        float(_CLOSINGS.index(closing) if closing in _CLOSINGS else len(_CLOSINGS)),
    )
    return row


def _of_value(value: str, length: int, letters: bytes) -> list[float]:
    n = len(value)
    classes = "".join(map(_class, value))
    counts = Counter(classes)
    changes = sum(a != b for a, b in pairwise(classes))
    words = _WORD.findall(value)
    bits = entropy(value)
    plain = [surprise(word.lower(), letters) for word in words if len(word) > 2]
    return [
        float(length),
        math.log1p(length),
        *(counts[c] / n for c in "aA0 -"),
        len(set(value)) / n,
        bits,
        bits / math.log2(n) if n > 1 else 0.0,
        changes / n,
        float(max((len(run) for run in re.findall(r"[a-z]+", value)), default=0)),
        float(max((len(run) for run in re.findall(r"\d+", value)), default=0)),
        float(len(words)),
        sum(map(len, words)) / n,
        sum(plain) / len(plain) if plain else -1.0,
        max(plain, default=-1.0),
        surprise(value.lower(), letters),
        *(float(bool(shape.match(value))) for shape in _SHAPES),
    ]


def _shared(name: str, value: str) -> float:
    """The part of a value that repeats words of its name."""
    words = [word for word in re.findall(r"[a-z]{3,}", name) if word in value]
    return sum(map(len, words)) / len(value) if value else 0.0
