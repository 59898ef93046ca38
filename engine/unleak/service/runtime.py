"""Where the local daemon is found: its lock, its socket, its address; one for each data folder."""

import hashlib
import json
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, Final

from unleak.core.errors import EngineError
from unleak.core.files import write_file
from unleak.core.keys import home

HAS_UNIX_SOCKETS: Final = os.name == "posix"
_LONGEST: Final = 100  # bytes in the path of a Unix socket; Linux takes 107, macOS 103


@dataclass(frozen=True, slots=True)
class Address:
    """Where a daemon listens. `socket` is a path; else `url` says it."""

    pid: int
    version: str
    socket: str = ""
    url: str = ""


def lock_file() -> Path:
    """Held by the daemon as long as it lives."""
    return home() / "engine.lock"


def address_file() -> Path:
    """Says where the daemon listens."""
    return home() / "engine.json"


def log_file() -> Path:
    """What the daemon reports; 0600."""
    return home() / "engine.log"


def token_file() -> Path:
    """The local user's own token, in clear; 0600."""
    return home() / "engine.token"


def default_socket() -> Path:
    """The daemon's socket, in a folder that only its owner may enter.

    Raises:
        EngineError: the folder is somebody else's.
    """
    given = os.environ.get("XDG_RUNTIME_DIR")
    base = Path(given) if given and Path(given).is_dir() else Path(tempfile.gettempdir())
    folder = base / ("unleak" if given and base == Path(given) else f"unleak-{os.getuid()}")
    private_folder(folder)
    name = hashlib.sha256(str(home().absolute()).encode()).hexdigest()[:12]
    path = folder / f"{name}.sock"
    if len(os.fsencode(path)) > _LONGEST:
        raise EngineError(f"{path}: too long for a socket; set XDG_RUNTIME_DIR to a shorter folder")
    return path


def private_folder(folder: Path) -> None:
    """Make a folder 0700.

    Raises:
        EngineError: it cannot be made, is a link, or others own it or may enter it.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.lstat()
    except OSError as error:
        raise EngineError(f"cannot make {folder}: {error.strerror}") from None
    if os.name != "posix":
        return
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid() or status.st_mode & 0o077:
        raise EngineError(
            f"{folder}: must be a folder of yours that nobody else may enter; remove it, or set "
            "XDG_RUNTIME_DIR"
        )


def read_address() -> Address | None:
    """Where a daemon listens, or did; None if that is not known."""
    try:
        data = json.loads(address_file().read_text("utf-8"))
        return Address(
            int(data["pid"]), str(data["version"]), str(data["socket"]), str(data["url"])
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_address(address: Address) -> None:
    """Tell clients where to find this daemon."""
    write_file(address_file(), json.dumps(asdict(address)) + "\n", mode=0o600)


@contextmanager
def held(path: Path, *, wait: bool = False) -> Iterator[bool]:
    """Hold a lock file; unless told to wait, yields False at once if another holds it.

    The system lets go of it however the process ends. The file stays.

    Raises:
        EngineError: the file cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise EngineError(f"cannot make {path}: {error.strerror}") from None
    with os.fdopen(descriptor, "r+b") as file:
        yield _lock(file, wait)


def is_held(path: Path) -> bool:
    """Whether a process holds a lock file."""
    if not path.exists():
        return False
    with held(path) as mine:
        return not mine


def _lock(file: IO[Any], wait: bool) -> bool:
    try:
        if os.name == "posix":
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        else:
            import msvcrt

            mode = msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK  # type: ignore[attr-defined,unused-ignore]
            msvcrt.locking(file.fileno(), mode, 1)  # type: ignore[attr-defined,unused-ignore]
    except OSError:
        return False
    return True
