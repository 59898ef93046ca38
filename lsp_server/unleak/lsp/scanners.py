"""The scanner of each document: that of the nearest configuration file, read once."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from unleak.core.errors import UsageError
from unleak.core.secret import Fingerprinter
from unleak.detect.config import find_config, read_settings
from unleak.detect.scanner import Scanner


@dataclass(frozen=True, slots=True)
class _Kept:
    stamp: tuple[int, int]  # the file's time and size
    scanner: Scanner
    problems: tuple[str, ...]


class Scanners:
    """Scanners by configuration file; a file that cannot be used leaves the rules built in."""

    def __init__(self, fingerprinter: Fingerprinter) -> None:
        self._fingerprinter = fingerprinter
        self._plain: Scanner | None = None
        self._kept: dict[Path, _Kept] = {}

    @property
    def plain(self) -> Scanner:
        """Without any configuration."""
        if self._plain is None:
            self._plain = Scanner(self._fingerprinter)
        return self._plain

    def now(self, path: Path | None, folders: Sequence[Path] = ()) -> tuple[Scanner, Path | None]:
        """The scanner for a path as far as it is known, and the file that must be read first."""
        config = config_of(path, folders)
        if config is None:
            return self.plain, None
        kept = self._kept.get(config)
        if kept is not None and kept.stamp == _stamp(config):
            return kept.scanner, None
        return (kept.scanner if kept else self.plain), config

    async def read(self, config: Path) -> tuple[str, ...]:
        """Read a configuration file; what is wrong with it, a line each.

        In a thread: rules of the user are tried on hostile lines before they may run.
        """
        stamp = _stamp(config)
        try:
            settings = await asyncio.to_thread(read_settings, config)
            scanner = Scanner(self._fingerprinter, settings=settings)
            problems = settings.warnings
        except UsageError as error:
            kept = self._kept.get(config)
            scanner = kept.scanner if kept else self.plain
            problems = (str(error),)
        self._kept[config] = _Kept(stamp, scanner, problems)
        return problems


def config_of(path: Path | None, folders: Sequence[Path]) -> Path | None:
    """The configuration for a path: as a scan finds it, else that of the opened folder it is in.

    Outside of a repository a scan looks at the file's own folder only; what a user opened as a
    workspace is theirs as a whole.
    """
    if path is None:
        return None
    try:
        found = find_config(path)
        if found is not None:
            return found
        around = [folder for folder in folders if folder == path or folder in path.parents]
        near = sorted(around, key=lambda folder: -len(folder.parts))
        return next((c for c in map(find_config, near) if c), None)
    except UsageError:
        return None  # a pyproject.toml that is no TOML: not ours to complain of


def _stamp(file: Path) -> tuple[int, int]:
    try:
        status = file.stat()
    except OSError:
        return 0, 0
    return status.st_mtime_ns, status.st_size
