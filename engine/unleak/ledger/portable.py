"""The format of exports: the fields of each entry, and how they are checked on their way in.

What is no export makes a KeyError, a TypeError or a ValueError; its message could quote a value and
must not be shown.
"""

from collections.abc import Mapping
from typing import Any, Final

from unleak.core.states import LeakState, Origin, Verdict
from unleak.ledger.book import storable

SCHEMA: Final = "unleak.leaks/1"
HISTORY: Final = ("at", "before", "after", "actor")
SEEN: Final = ("at", "origin", "actor", "client", "served", "verdict", "hint")
EVIDENCE: Final = ("at", "model", "figures")
MODEL: Final = ("digest", "name", "parent")
ERASURE: Final = ("at", "model", "new_model", "verdict", "report")
SUITE: Final = ("suite", "case", "path", "at")

Entry = Mapping[str, Any]


def text(value: object) -> str:
    """The value, if it is text; a TypeError otherwise."""
    if not isinstance(value, str):
        raise TypeError
    return value


def checked_sighting(entry: Entry) -> dict[str, Any]:
    """A sighting as a row."""
    verdict, hint = entry["verdict"], entry["hint"]
    return {
        **{name: storable(text(entry[name])) for name in ("at", "actor", "client", "served")},
        "origin": str(Origin(entry["origin"])),
        "verdict": None if verdict is None else str(Verdict(verdict)),
        "hint": None if hint is None else float(hint),
    }


def checked_evidence(entry: Entry) -> dict[str, Any]:
    """Evidence as a row."""
    return {
        "at": storable(text(entry["at"])),
        "model": storable(text(entry["model"])),
        "figures": dict(entry["figures"]),
    }


def checked_step(step: Entry) -> tuple[str, str | None, str, str]:
    """A transition, its fields in the order of HISTORY."""
    before = step["before"]
    return (
        storable(text(step["at"])),
        None if before is None else str(LeakState(before)),
        str(LeakState(step["after"])),
        storable(text(step["actor"])),
    )
