"""Ordinary code that is on every machine: the running Python's standard library.

It serves wherever unleak needs code that holds no secret of the user's: to train the embedded
model, to estimate what an edit must leave alone, and to measure what it did leave alone. The
three uses are kept apart by splits that depend only on a file's name.
"""

import hashlib
import sysconfig
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Literal

Split = Literal["train", "retain", "held-out"]

# Tests and generated tables are not what a programmer writes.
_SKIPPED = frozenset(
    ("site-packages", "dist-packages", "test", "tests", "idle_test", "__pycache__", "encodings",
     "pydoc_data", "lib2to3", "idlelib", "turtledemo", "ensurepip", "config")
)  # fmt: skip


def _split(name: str) -> Split:
    digit = hashlib.sha256(name.encode()).digest()[0] % 16
    return "held-out" if digit == 0 else "retain" if digit <= 4 else "train"


def standard_library() -> Iterator[tuple[Split, str]]:
    """Yield (split, text) of each module, in an order that depends only on the names."""
    root = Path(sysconfig.get_paths()["stdlib"])
    names = (path.relative_to(root) for path in root.rglob("*.py"))
    chosen = (name for name in names if not _SKIPPED.intersection(name.parts))
    for name in sorted(chosen, key=lambda name: hashlib.sha256(name.as_posix().encode()).digest()):
        try:
            text = (root / name).read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        if text.strip():
            yield _split(name.as_posix()), text


@lru_cache(maxsize=4)  # some ask again in every few steps
def code(split: Split, characters: int) -> str:
    """Up to `characters` of one split, whole modules joined."""
    pieces: list[str] = []
    room = characters
    for where, text in standard_library():
        if where == split:
            pieces.append(text[:room])
            room -= len(pieces[-1])
            if room <= 0:
                break
    return "\n".join(pieces)
