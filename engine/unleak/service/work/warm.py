"""Models that stay loaded between jobs."""

import contextlib
import copy
from dataclasses import dataclass, replace
from pathlib import Path

from unleak.core.errors import UnleakError
from unleak.models.load import Model, embedded_folder, load


@dataclass
class _Kept:
    model: Model
    stamp: tuple[tuple[str, int, int], ...]
    bytes: int


class Warm:
    """Loads models, and keeps the last ones within a budget of bytes.

    A kept model is given again as long as its files are what they were.
    """

    def __init__(self, budget: int) -> None:
        self._budget = budget
        self._kept: dict[str, _Kept] = {}  # the one used last stands last

    def load(self, spec: str, *, trust_remote_code: bool = False) -> Model:
        """The model, to be read only; as `unleak.models.load.load`."""
        stamp = _stamp(spec)
        kept = self._kept.pop(spec, None)
        if kept is None or kept.stamp != stamp or trust_remote_code:
            del kept  # before the next one takes its place
            model = load(spec, trust_remote_code=trust_remote_code)
            if trust_remote_code:
                return model
            kept = _Kept(model, stamp, _bytes(model))
        self._keep(spec, kept)
        return kept.model

    def take(self, spec: str, *, trust_remote_code: bool = False) -> Model:
        """The model, to be changed: a copy where the budget has room for one."""
        model = self.load(spec, trust_remote_code=trust_remote_code)
        kept = self._kept.get(spec)
        if kept is None:
            return model
        if 2 * kept.bytes > self._budget:
            del self._kept[spec]
            return model
        return replace(model, net=copy.deepcopy(model.net))

    def prepare(self, spec: str) -> None:
        """Load a model before it is asked for; whether it can be loaded shows when it is."""
        with contextlib.suppress(UnleakError, OSError):
            self.load(spec)

    def _keep(self, spec: str, kept: _Kept) -> None:
        if kept.bytes > self._budget:
            return
        self._kept[spec] = kept
        while sum(entry.bytes for entry in self._kept.values()) > self._budget:
            del self._kept[next(iter(self._kept))]


def _stamp(spec: str) -> tuple[tuple[str, int, int], ...]:
    path = embedded_folder() if spec == "demo" else Path(spec)
    files = [path] if path.is_file() else sorted(path.iterdir()) if path.is_dir() else []
    found = []
    for file in files:
        status = file.stat()
        found.append((file.name, status.st_size, status.st_mtime_ns))
    return tuple(found)


def _bytes(model: Model) -> int:
    return sum(p.numel() * p.element_size() for p in model.net.parameters())
