"""A secret's place taken by an environment variable, the way each language does it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

# A literal on one line: an optional prefix, the quote, what it holds.
_LITERAL: Final = re.compile(
    r"""(?P<prefix>\b[bBrRuUfF]{1,2}|[@$]{1,2})?(?P<q>["'`])(?P<in>(?:\\.|(?!(?P=q)).)*)(?P=q)"""
)
_NAME: Final = re.compile(
    r"""([A-Za-z_][\w.-]*)["'\]]{0,2}\s*(?::\s*[\w.<>?\[\]]+\s*)?(?:=>|:=|=|:|\()\s*$"""
)
_TOO_PLAIN: Final = frozenset(
    ("KEY", "TOKEN", "SECRET", "PASSWORD", "PASS", "PWD", "VALUE", "AUTH", "ENV", "NAME", "DATA",
     "X", "HEADER", "URL", "ID", "GETENV")
)  # fmt: skip


_SHORTEST: Final = 3  # letters of a name that tells anything


@dataclass(frozen=True, slots=True)
class Replacement:
    """Text to put in the place of columns `start` to `end` of the line, and the import it needs."""

    start: int
    end: int
    text: str
    name: str
    needs: str = ""


@dataclass(frozen=True, slots=True)
class _Language:
    """How a language reads a variable.

    read: an expression for it. join: the operator between texts; "" where there is none.
    inside: how it stands in the middle of a text without any quotes.
    """

    read: Callable[[str], str] | None = None
    join: str = "+"
    inside: Callable[[str], str] | None = None
    needs: str = ""


def _shell(name: str) -> str:
    return f"${{{name}:?}}"


_JAVASCRIPT: Final = _Language(lambda n: f"process.env.{n}")
_TYPESCRIPT: Final = _Language(lambda n: f"process.env.{n}!")
_SHELL: Final = _Language(inside=_shell)
_YAML: Final = _Language(inside=lambda n: f"${{{n}}}")
LANGUAGES: Final = {
    "python": _Language(lambda n: f'os.environ["{n}"]', needs="os"),
    "javascript": _JAVASCRIPT,
    "javascriptreact": _JAVASCRIPT,
    "typescript": _TYPESCRIPT,
    "typescriptreact": _TYPESCRIPT,
    "java": _Language(lambda n: f'System.getenv("{n}")'),
    "go": _Language(lambda n: f'os.Getenv("{n}")', needs='"os"'),
    "ruby": _Language(lambda n: f'ENV.fetch("{n}")'),
    "csharp": _Language(lambda n: f'System.Environment.GetEnvironmentVariable("{n}")'),
    "php": _Language(lambda n: f"getenv('{n}')", join="."),
    "rust": _Language(lambda n: f'std::env::var("{n}").expect("{n} is not set")', join=""),
    "shellscript": _SHELL,
    "bash": _SHELL,
    "sh": _SHELL,
    "zsh": _SHELL,
    "yaml": _YAML,
    "dockercompose": _YAML,
    "github-actions-workflow": _Language(inside=lambda n: f"${{{{ secrets.{n} }}}}"),
    "dotenv": _Language(inside=lambda n: ""),
}
_BY_SUFFIX: Final = {
    ".py": "python", ".pyi": "python", ".js": "javascript", ".mjs": "javascript",
    ".cjs": "javascript", ".jsx": "javascript", ".ts": "typescript", ".tsx": "typescript",
    ".java": "java", ".go": "go", ".rb": "ruby", ".cs": "csharp", ".php": "php", ".rs": "rust",
    ".sh": "shellscript", ".bash": "shellscript", ".zsh": "shellscript", ".yaml": "yaml",
    ".yml": "yaml",
}  # fmt: skip


def language_of(language: str, path: str) -> str:
    """The language of a document: by its name where that says more than the client does."""
    file = path.rsplit("/", 1)[-1]
    if file == ".env" or file.startswith(".env.") or file.endswith(".env"):
        return "dotenv"
    if "/.github/workflows/" in path:
        return "github-actions-workflow"
    if language in LANGUAGES:
        return language
    suffix = file[file.rfind(".") :] if "." in file else ""
    return _BY_SUFFIX.get(suffix, language)


def variable_name(before: str, kind: str) -> str:
    """A name for the variable: that of what the secret is assigned to, else of its kind."""
    match = _NAME.search(before)
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", match[1].rsplit(".", 1)[-1]) if match else ""
    name = re.sub(r"\W+", "_", name).strip("_").upper()
    if len(name) < _SHORTEST or name in _TOO_PLAIN or name[0].isdigit():
        name = re.sub(r"\W+", "_", kind).strip("_").upper()
    return name


def replacement(language: str, line: str, start: int, end: int, kind: str) -> Replacement | None:
    """What takes the place of a secret; None where the language has no way, or the place none.

    Args:
        language: as `language_of` gives it.
        line: without its end.
        start, end: columns of the secret.
        kind: of the secret.
    """
    how = LANGUAGES.get(language)
    if how is None:
        return None
    literal = next(
        (m for m in _LITERAL.finditer(line) if m.start("in") <= start and end <= m.end("in")), None
    )
    before = line[: literal.start()] if literal else line[:start]
    name = variable_name(before, kind)
    if how.inside is not None:
        return _inside(language, how.inside(name), literal, start, end, name)
    if literal is None or how.read is None:
        return None
    head, tail = line[literal.start("in") : start], line[end : literal.end("in")]
    read = how.read(name)
    if not head and not tail:
        return Replacement(literal.start(), literal.end(), _typed(literal, read), name, how.needs)
    if not how.join or literal["prefix"] or literal["q"] == "`":
        return None  # a text with rules of its own
    quote = literal["q"]
    parts = [f"{quote}{part}{quote}" if part else "" for part in (head, tail)]
    joined = f" {how.join} ".join(part for part in (parts[0], read, parts[1]) if part)
    return Replacement(literal.start(), literal.end(), f"({joined})", name, how.needs)


def _typed(literal: re.Match[str], read: str) -> str:
    """Bytes stay bytes."""
    return f"{read}.encode()" if "b" in (literal["prefix"] or "").lower() else read


def _inside(
    language: str, text: str, literal: re.Match[str] | None, start: int, end: int, name: str
) -> Replacement:
    if language == "dotenv" and literal is not None:
        return Replacement(literal.start(), literal.end(), text, name)
    # In single quotes a shell reads no variables.
    if literal is not None and literal["q"] == "'" and text.endswith(":?}"):
        whole = literal.start("in") == start and literal.end("in") == end
        if whole:
            return Replacement(literal.start(), literal.end(), f'"{text}"', name)
        return Replacement(start, end, f"'\"{text}\"'", name)
    return Replacement(start, end, text, name)


_IMPORTS_OS: Final = re.compile(r"^(?:import (?:\w+, )*os\b(?!\.)|import .*, os\b)", re.MULTILINE)
_FUTURE: Final = re.compile(r"from __future__ import ")


def missing_import(language: str, needs: str, lines: list[str]) -> tuple[int, str] | None:
    """(line, text) of an import to put in before a line; None if it is there already."""
    if not needs:
        return None
    if language == "python":
        return _python_import("".join(lines), lines)
    return _go_import(needs, lines)


def _python_import(text: str, lines: list[str]) -> tuple[int, str] | None:
    if _IMPORTS_OS.search(text):
        return None
    future = [number for number, line in enumerate(lines) if _FUTURE.match(line)]
    if future:
        return future[-1] + 1, "import os\n"
    quote, start = "", 0
    for number, line in enumerate(lines):
        bare = line.strip()
        if quote:  # inside the docstring
            if quote in bare:
                quote, start = "", number + 1
            continue
        opening = re.match(r"""[rRuU]?('''|\"\"\")""", bare)
        if opening and start == 0:
            if bare.count(opening[1]) < 2:
                quote = opening[1]
            start = number + 1
        elif bare.startswith("#") or not bare:
            if number == start and bare.startswith("#"):
                start = number + 1
        else:
            return (number if bare.startswith(("import ", "from ")) else start), "import os\n"
    return start, "import os\n"


def _go_import(needs: str, lines: list[str]) -> tuple[int, str] | None:
    for line in lines:
        if line.strip() in (needs, f"import {needs}"):
            return None
        if line.startswith(("func ", "type ", "var ", "const ")):
            break
    for number, line in enumerate(lines):
        if re.match(r"import\s*\(", line):
            return number + 1, f"\t{needs}\n"
    for number, line in enumerate(lines):
        if line.startswith("import "):
            return number, f"import {needs}\n"
    for number, line in enumerate(lines):
        if line.startswith("package "):
            return number + 1, f"\nimport {needs}\n"
    return None
