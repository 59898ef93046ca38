"""Which paths a request may name."""

import os
from collections.abc import Iterable
from pathlib import Path

from unleak.core.errors import UsageError


class Places:
    """The folders that requests may name things in, and single paths that they may name.

    A path counts as what it is once links are followed and `..` is resolved.
    """

    def __init__(self, roots: Iterable[Path], named: Iterable[Path] = ()) -> None:
        self._roots = [_real(root) for root in roots]
        self._named = {_real(path) for path in named}

    def check(self, text: str, what: str) -> Path:
        """The path that a text names, resolved.

        Raises:
            UsageError: it is not absolute, or lies elsewhere. The path is not repeated.
        """
        if "\0" in text or not text.isprintable():
            raise UsageError(f"{what}: not a path")
        path = Path(text)
        if not path.is_absolute():
            raise UsageError(f"{what}: give an absolute path")
        real = _real(path)
        inside = any(real.is_relative_to(root) and real != root for root in self._roots)
        if not inside and real not in self._named:
            raise UsageError(
                f"{what}: outside of the folders that this engine serves; name them in [engine] "
                "roots, or link the model: unleak models link NAME PATH"
            )
        return real


class Anywhere(Places):
    """For this machine's user, who can read and write there anyway."""

    def __init__(self) -> None:
        super().__init__(())

    def check(self, text: str, what: str) -> Path:
        """The absolute path; links stay as they are."""
        if "\0" in text:
            raise UsageError(f"{what}: not a path")
        path = Path(text)
        if not path.is_absolute():
            raise UsageError(f"{what}: give an absolute path")
        return Path(os.path.normpath(path))


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))
