"""The table `[gate]` of unleak.toml, or `[tool.unleak.gate]` of pyproject.toml.

A gate must not pass because of a slip of the pen: whatever is not understood is an error.
"""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from unleak.ci.policy import ANY_LEAK, COUNTS, FAIL_ON, Budget, Policy, Waiver
from unleak.core.errors import UsageError
from unleak.detect.config import OWN, TABLES, find_config, read_document
from unleak.detect.user_rules import is_texts, unknown_keys

_Test = Callable[[Any], bool]
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_tries(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 1 <= value < 1e18


def _date(value: Any) -> date | None:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return None
    return None


_KEYS: Final = ("fail_on", "budgets", "waivers")
_BUDGET: Final[Mapping[str, tuple[_Test, str]]] = {
    "kinds": (lambda v: is_texts(v) and bool(v), "a list of globs, as ['email', 'aws-*']"),
    "count": (COUNTS.__contains__, f"one of {', '.join(COUNTS)}"),
    "tries": (_is_tries, "a number from 1 up to 1e18"),
    "new": (lambda v: isinstance(v, bool), "true or false"),
    "at_most": (_is_count, "a whole number from 0 on"),
}
_WAIVER: Final[Mapping[str, tuple[_Test, str]]] = {
    "id": (_is_text, "the id of a case"),
    "until": (lambda _: True, "a day, as 2026-12-31"),  # read, and tested so, by `_waiver`
    "reason": (_is_text, "a text that says why"),
}


def policy_for(config: Path | None, place: Path) -> Policy:
    """The policy in a file, or in the one found for a place; an empty one if there is none.

    Raises:
        UsageError: it cannot be read, or says what cannot be done.
    """
    file = config or find_config(place, "gate")
    return read_policy(file) if file else ANY_LEAK


def read_policy(file: Path) -> Policy:
    """The policy in a file.

    Raises:
        UsageError: it cannot be read, or says what cannot be done.
    """
    document = read_document(file)
    if file.name == OWN:
        _refuse_unknown(document, TABLES, str(file))
    if "gate" not in document:
        return ANY_LEAK
    table = document["gate"]
    if not isinstance(table, dict):
        raise UsageError(f"{file}: gate must be a table: [gate]")
    _refuse_unknown(table, _KEYS, f"{file}: gate")
    fail_on = table.get("fail_on")
    if fail_on is not None and fail_on not in FAIL_ON:
        raise UsageError(f"{file}: gate: fail_on must be one of {', '.join(FAIL_ON)}")
    budgets = tuple(_budget(t, where) for t, where in _tables(table, "budgets", _BUDGET, file))
    waivers: dict[str, Waiver] = {}
    for waiver, where in _tables(table, "waivers", _WAIVER, file):
        made = _waiver(waiver, where)
        if made.id in waivers:
            raise UsageError(f"{where}: the id is waived twice; keep one of them")
        waivers[made.id] = made
    return Policy(fail_on, budgets, tuple(waivers.values()), file.name)


def _tables(
    gate: Mapping[str, Any], name: str, keys: Mapping[str, tuple[_Test, str]], file: Path
) -> list[tuple[dict[str, Any], str]]:
    """The tables of one name, each with where it stands; their values are of the right types."""
    tables = gate.get(name, [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise UsageError(f"{file}: gate.{name} must be tables: [[gate.{name}]]")
    found = []
    for number, table in enumerate(tables, 1):
        where = f"{file}: gate.{name}, number {number}"
        _refuse_unknown(table, keys, where)
        for key, (test, expected) in keys.items():
            if key in table and not test(table[key]):
                raise UsageError(f"{where}: {key} must be {expected}")
        found.append((table, where))
    return found


def _budget(table: Mapping[str, Any], where: str) -> Budget:
    _need(table, ("at_most",), _BUDGET, where)
    tries, count = table.get("tries"), table.get("count")
    if tries is not None and count not in (None, "tries"):
        raise UsageError(f"{where}: give count or tries, not both")
    if tries is None and count == "tries":
        raise UsageError(f"{where}: count = 'tries' needs tries, as tries = 1e4")
    return Budget(
        at_most=table["at_most"],
        kinds=tuple(table.get("kinds", ("*",))),
        count="tries" if tries is not None else count or "leak",
        tries=None if tries is None else float(tries),
        new=table.get("new", False),
    )


def _waiver(table: Mapping[str, Any], where: str) -> Waiver:
    _need(table, _WAIVER, _WAIVER, where)
    until = _date(table["until"])
    if until is None:
        raise UsageError(f"{where}: until must be {_WAIVER['until'][1]}")
    return Waiver(table["id"], until, table["reason"].strip())


def _need(
    table: Mapping[str, Any],
    names: Collection[str],
    keys: Mapping[str, tuple[_Test, str]],
    where: str,
) -> None:
    for name in names:
        if name not in table:
            raise UsageError(f"{where}: {name} is missing: {keys[name][1]}")


def _refuse_unknown(table: Mapping[str, Any], known: Collection[str], where: str) -> None:
    unknown = unknown_keys(table, known, where)
    if unknown:
        raise UsageError(unknown[0])
