"""The configuration of detection, and where any is found: unleak.toml, or pyproject.toml."""

import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from unleak.core.errors import UsageError
from unleak.detect.allow import Allowlist, Paths, globs
from unleak.detect.detect_secrets_source import ids as source_ids
from unleak.detect.known import KNOWN
from unleak.detect.rules import all_rules
from unleak.detect.settings import NO_SETTINGS, Settings
from unleak.detect.user_rules import (
    check_speed,
    compiled,
    is_texts,
    near,
    unknown_keys,
    user_rule,
)

OWN: Final = "unleak.toml"
SHARED: Final = "pyproject.toml"
TABLES: Final = ("scan", "gate")
_SCAN_KEYS: Final = ("rules", "disable", "allow")
_ALLOW_KEYS: Final = ("paths", "rules", "fingerprints", "patterns")


def find_config(path: Path, table: str = "scan") -> Path | None:
    """The configuration for what is at a path: the nearest one up to the root of the repository.

    A pyproject.toml counts if it has the table; an unleak.toml always does.
    Outside of a repository only the folder itself is looked at: what lies above may be anybody's.
    """
    start = Path(os.path.abspath(path))
    start = start if start.is_dir() else start.parent
    for folder in _up_to_root(start):
        if (folder / OWN).is_file():
            return folder / OWN
        if (folder / SHARED).is_file() and table in read_document(folder / SHARED):
            return folder / SHARED
    return None


def settings_for(path: Path) -> Settings:
    """The settings for what is at a path.

    Raises:
        UsageError: its configuration cannot be used.
    """
    config = find_config(path)
    return read_settings(config) if config else NO_SETTINGS


def read_settings(file: Path) -> Settings:
    """The settings in a file. Globs are relative to its folder.

    Raises:
        UsageError: it cannot be read, or says what cannot be done.
    """
    document = read_document(file)
    scan = document.get("scan", {})
    if not isinstance(scan, dict):
        raise UsageError(f"{file}: scan must be a table")
    warnings = unknown_keys(document, TABLES, str(file))
    warnings += unknown_keys(scan, _SCAN_KEYS, f"{file}: scan")
    rules = []
    tables = scan.get("rules", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise UsageError(f"{file}: scan.rules must be tables: [[scan.rules]]")
    for number, table in enumerate(tables, 1):
        rule, unknown = user_rule(table, str(file), number)
        rules.append(rule)
        warnings += unknown
    disabled = frozenset(_texts(scan, "disable", f"{file}: scan"))
    built_in = {*(rule.id for rule in all_rules()), *source_ids()}
    _check_ids(file, disabled, built_in)
    taken = built_in - disabled | {KNOWN}
    for rule in rules:
        if rule.id in taken:
            raise UsageError(f"{file}: rule {rule.id}: there is one of this id; choose another")
        taken.add(rule.id)
    allow, unknown = _allowlist(scan.get("allow", {}), file)
    _check_ids(file, (rule for rule, _ in allow.in_paths), taken)
    check_speed(
        [
            *((f"{file}: rule {rule.id}", rule.pattern) for rule in rules),
            *((f"{file}: scan.allow.patterns", pattern.pattern) for pattern in allow.patterns),
        ]
    )
    return Settings(tuple(rules), disabled, allow, str(file), (*warnings, *unknown))


def _allowlist(table: Any, file: Path) -> tuple[Allowlist, list[str]]:
    where = f"{file}: scan.allow"
    if not isinstance(table, dict):
        raise UsageError(f"{where} must be a table: [scan.allow]")
    in_paths = table.get("rules", {})
    if not isinstance(in_paths, dict):
        raise UsageError(f"{where}.rules must be a table: rule-id = ['glob', ...]")
    fingerprints = _texts(table, "fingerprints", where)
    for number, fingerprint in enumerate(fingerprints, 1):
        # A bad one is not shown: it may be a secret that was put in the wrong place.
        if len(fingerprint) != 24 or not set(fingerprint) <= set("0123456789abcdef"):
            raise UsageError(
                f"{where}.fingerprints: number {number} is none; take it from `unleak scan "
                "--format json`: 24 hexadecimal digits"
            )
    allow = Allowlist(
        paths=(_globs(table, "paths", where, file),),
        in_paths=tuple((rule, _globs(in_paths, rule, f"{where}.rules", file)) for rule in in_paths),
        fingerprints=frozenset(fingerprints),
        patterns=tuple(
            compiled(pattern, f"{where}.patterns") for pattern in _texts(table, "patterns", where)
        ),
    )
    return allow, unknown_keys(table, _ALLOW_KEYS, where)


def _globs(table: Mapping[str, Any], key: str, where: str, file: Path) -> Paths:
    try:
        return globs(file.parent, _texts(table, key, where))
    except ValueError as error:
        raise UsageError(f"{where}.{key}: {error}") from None


def _check_ids(file: Path, named: Any, known: set[str]) -> None:
    for name in named:
        if name not in known:
            raise UsageError(
                f"{file}: there is no rule {name}{near(name, known)}; see --list-rules"
            )


def _texts(table: Mapping[str, Any], key: str, where: str) -> list[str]:
    value = table.get(key, [])
    if not is_texts(value):
        raise UsageError(f"{where}.{key} must be a list of texts")
    return list(value)


def _up_to_root(folder: Path) -> Iterator[Path]:
    above = [folder, *folder.parents]
    roots = (number for number, place in enumerate(above) if (place / ".git").exists())
    return iter(above[: next(roots, 0) + 1])


def read_document(file: Path) -> dict[str, Any]:
    """What a file says to unleak: its tables by name.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        data = file.read_bytes()
        if file.name == SHARED and b"unleak" not in data:
            return {}  # it need not even be TOML
        document = tomllib.loads(data.decode("utf-8"))
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror or 'cannot be read'}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{file}: not UTF-8 text") from None
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{file}: not TOML: {error}") from None
    if file.name == SHARED:
        tools = document.get("tool")
        document = tools.get("unleak", {}) if isinstance(tools, dict) else {}
    return document if isinstance(document, dict) else {}
