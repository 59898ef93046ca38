"""What makes a finding allowed: a comment in its line, or an entry in unleak.toml."""

import json
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from unleak.detect.config import OWN, SHARED
from unleak.lsp.protocol import RefusedError
from unleak.lsp.scanners import config_of

Scope = Literal["here", "file", "project"]

_SLASHES: Final = frozenset(
    ("javascript", "javascriptreact", "typescript", "typescriptreact", "java", "go", "csharp",
     "rust", "php", "c", "cpp", "kotlin", "swift", "scala", "dart", "groovy")
)  # fmt: skip
_HASHES: Final = frozenset(
    ("python", "ruby", "shellscript", "bash", "sh", "zsh", "yaml", "dockercompose",
     "github-actions-workflow", "toml", "perl", "r", "julia", "elixir", "makefile", "terraform")
)  # fmt: skip


def line_comment(language: str) -> str:
    """What begins a comment that goes to the end of the line; "" if that is not known.

    A .env has none behind a value.
    """
    if language in _HASHES:
        return "#"
    if language in _SLASHES:
        return "//"
    return "--" if language in ("sql", "lua", "haskell") else ""


def marker(language: str, rule: str) -> str:
    """The comment that allows what a rule finds in a line; "" where none can stand."""
    comment = line_comment(language)
    return f"  {comment} unleak:allow[{rule}]" if comment else ""


@dataclass(frozen=True, slots=True)
class FileEdit:
    """A configuration file's new text; `made` if there was none before."""

    path: Path
    before: str
    text: str
    made: bool


def in_config(
    scope: Scope, *, rule: str, fingerprint: str, path: Path | None, folders: Sequence[Path]
) -> FileEdit:
    """The configuration with one more entry: a rule in a file, or a value everywhere.

    Raises:
        RefusedError: there is no place for it, or the file cannot be edited safely.
    """
    start = path or next(iter(folders), None)
    if start is None:
        raise RefusedError("this document lies in no folder: there is no unleak.toml to change")
    file = config_of(start, folders) or _new_place(start, folders) / OWN
    before = file.read_text("utf-8") if file.exists() else ""
    if scope == "file":
        if path is None:
            raise RefusedError("the document is not saved: there is no file to allow it in")
        name = _relative(path, file)
        table, key, value = ("scan.allow.rules", rule, f"/{name}")
    else:
        table, key, value = ("scan.allow", "fingerprints", fingerprint)
    prefix = "tool.unleak." if file.name == SHARED else ""
    text = with_entry(before, f"{prefix}{table}", key, value)
    _check(text, f"{prefix}{table}".split("."), key, value, file)
    return FileEdit(file, before, text, not before and not file.exists())


def _new_place(start: Path, folders: Sequence[Path]) -> Path:
    """Where a new configuration holds for a path: the opened folder, the repository, its own."""
    above = [start, *start.parents]
    near = next((folder for folder in above if folder in folders), None)
    root = next((folder for folder in above if (folder / ".git").exists()), None)
    return near or root or (start if start.is_dir() else start.parent)


def with_entry(text: str, table: str, key: str, value: str) -> str:
    """TOML with one more text in a list of a table; comments and order stay as they are."""
    quoted_key = key if re.fullmatch(r"[\w-]+", key) else json.dumps(key)
    entry = json.dumps(value, ensure_ascii=False)
    lines = text.splitlines(keepends=True)
    header = re.compile(rf"\s*\[\s*{re.escape(table)}\s*\]\s*(#.*)?$")
    start = next((i for i, line in enumerate(lines) if header.match(line.rstrip("\r\n"))), None)
    if start is None:
        gap = "" if not text else "\n" if text.endswith("\n") else "\n\n"
        return f"{text}{gap}[{table}]\n{quoted_key} = [{entry}]\n"
    for number in range(start + 1, len(lines)):
        if re.match(r"\s*\[", lines[number]):
            break
        match = re.match(
            rf"(\s*(?:{re.escape(key)}|{re.escape(json.dumps(key))})\s*=\s*\[)", lines[number]
        )
        if match:
            rest = lines[number][match.end() :]
            comma = "" if re.match(r"\s*\]", rest) else ", "
            if not rest.strip():  # the list goes on below
                indent = "    "
                lines.insert(number + 1, f"{indent}{entry},\n")
            else:
                lines[number] = f"{match[1]}{entry}{comma}{rest}"
            return "".join(lines)
    if not lines[start].endswith("\n"):
        lines[start] += "\n"
    lines.insert(start + 1, f"{quoted_key} = [{entry}]\n")
    return "".join(lines)


def _relative(path: Path, file: Path) -> str:
    try:
        return path.resolve().relative_to(file.parent.resolve()).as_posix()
    except ValueError:
        raise RefusedError(f"{path} does not lie below {file.parent}") from None


def _check(text: str, table: list[str], key: str, value: str, file: Path) -> None:
    """Nothing is written that does not say what was meant."""
    try:
        found = tomllib.loads(text)
        for name in table:
            found = found[name]
        good = value in found[key]
    except (tomllib.TOMLDecodeError, KeyError, TypeError):
        good = False
    if not good:
        raise RefusedError(
            f"{file} cannot be changed safely; add {json.dumps(value)} to {key} under "
            f"[{'.'.join(table)}] by hand"
        )
