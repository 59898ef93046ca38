"""The model registry: a folder with a folder a model, a folder a version, and which one counts.

    models/NAME/v0001/    as an erasure wrote it
    models/NAME/current   a link to the version in use (where there are no links: a file naming it)

All of it is the registry's own. A model that an erasure starts from is its user's, and only read.
"""

import json
import os
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import uuid4

from unleak.core.errors import ModelError, OutputError, UsageError
from unleak.core.files import explained, write_file
from unleak.core.keys import home
from unleak.models.digest import CERTIFICATE

_VERSION: Final = re.compile(r"v(\d{4,})")
_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a model, as its certificate describes it."""

    name: str
    version: str
    path: Path
    digest: str
    parent: str
    current: bool


class Registry:
    """The models under a folder; by default `models` in the user's data folder."""

    def __init__(self, root: Path | None = None) -> None:
        self.root = root or home() / "models"

    def folder(self, name: str) -> Path:
        """Where the versions of a model lie."""
        return self.root / slug(name)

    def next_version(self, name: str, taken: Iterable[str] = ()) -> Path:
        """A folder for the next version, which does not exist yet and is not among `taken`."""
        folder = self.folder(name)
        others = [Path(path) for path in taken if Path(path).parent == folder]
        numbers = [*self._numbers(name), *(int(other.name[1:]) for other in others)]
        return folder / f"v{max([0, *numbers]) + 1:04}"

    def current(self, name: str) -> Path | None:
        """The version in use, if an erasure made one."""
        mark = self.folder(name) / "current"
        try:
            version = os.readlink(mark) if mark.is_symlink() else mark.read_text("ascii").strip()
        except (OSError, UnicodeDecodeError):
            return None
        path = mark.parent / version
        return path if _VERSION.fullmatch(version) and path.is_dir() else None

    def use(self, name: str, version: str) -> Path:
        """Put a version in use: at any moment, either the old one or the new one is.

        Raises:
            UsageError: there is no such version.
        """
        path = self.folder(name) / version
        if not _VERSION.fullmatch(version) or not path.is_dir():
            raise UsageError(f"{name}: no version {version}; see `unleak models list`")
        mark = path.parent / "current"
        with explained(mark):
            if os.name == "posix":
                fresh = mark.with_name(f".current.{uuid4().hex[:8]}.tmp")
                fresh.symlink_to(version)
                fresh.replace(mark)
            else:
                write_file(mark, version + "\n")
        return path

    def versions(self) -> list[Version]:
        """All versions, by name and number."""
        found = []
        for folder in sorted(self.root.iterdir()) if self.root.is_dir() else []:
            current = self.current(folder.name)
            for number in sorted(self._numbers(folder.name)):
                path = folder / f"v{number:04}"
                old, new = _digests(path)
                found.append(Version(folder.name, path.name, path, new, old, current == path))
        return found

    def forget_older(self, name: str) -> list[str]:
        """Remove all versions but the one in use; which ones."""
        current = self.current(name)
        gone = []
        for number in sorted(self._numbers(name)):
            path = self.folder(name) / f"v{number:04}"
            if current is not None and path != current:
                remove(path)
                gone.append(path.name)
        return gone

    def owns(self, path: Path) -> bool:
        """Whether a path is a version's folder."""
        return path.parent.parent == self.root and _VERSION.fullmatch(path.name) is not None

    def _numbers(self, name: str) -> list[int]:
        folder = self.folder(name)
        matches = (
            _VERSION.fullmatch(entry.name)
            for entry in (folder.iterdir() if folder.is_dir() else ())
        )
        return [int(match[1]) for match in matches if match]


def slug(name: str) -> str:
    """A folder's name for a model's name: "Qwen/Coder 7B" becomes "Qwen--Coder-7B".

    Raises:
        ModelError: nothing of it can stand in a folder's name.
    """
    made = re.sub(r"[^A-Za-z0-9._-]+", "-", name.strip("/").replace("/", "--")).strip(".-")[:100]
    if not _NAME.fullmatch(made):
        raise ModelError("this model's name cannot name a folder; link it under another one")
    return made


def remove(path: Path) -> None:
    """Remove a version at once for whoever looks, then from the disk."""
    doomed = path.with_name(f".{path.name}.{uuid4().hex[:8]}.tmp")
    try:
        path.rename(doomed)
    except FileNotFoundError:
        return
    except OSError as error:
        raise OutputError(f"cannot remove {path}: {error.strerror}") from None
    shutil.rmtree(doomed, ignore_errors=True)


def sweep(out: Path) -> None:
    """Remove what a killed erasure left beside its output; the output itself stays."""
    for left in out.parent.glob(f".{out.name}.*.tmp"):
        shutil.rmtree(left, ignore_errors=True)


def read_certificate(folder: Path) -> dict[str, object] | None:
    """The certificate in a model's folder, if there is one.

    It is written last, before the folder gets its name: where it stands, the model is whole.
    """
    try:
        found = json.loads((folder / CERTIFICATE).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _digests(path: Path) -> tuple[str, str]:
    model = (read_certificate(path) or {}).get("model")
    if not isinstance(model, dict):
        return "", ""
    return str(model.get("old", "")), str(model.get("new", ""))
