"""Writing so that nothing is ever half-written: temporary name, fsync, rename."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from unleak.core.errors import OutputError


def _explain(error: OSError, path: Path) -> OutputError:
    reason = {
        errno.ENOSPC: "the disk is full; free some space",
        errno.EDQUOT: "the disk quota is used up; free some space",
        errno.EROFS: "the file system is read-only; choose another place",
        errno.EACCES: "permission denied; choose another place",
        errno.EPERM: "permission denied; choose another place",
        errno.ENOTDIR: "a part of the path is a file; choose another place",
    }.get(error.errno or 0, error.strerror or type(error).__name__)
    return OutputError(f"cannot write {path}: {reason}")


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn an OSError, or a library's own error about a full disk, into an OutputError."""
    try:
        yield
    except OSError as error:
        raise _explain(error, path) from None
    except Exception as error:
        # safetensors wraps the operating system's error in its own class.
        if "No space left" in str(error) or "os error 28" in str(error):
            raise _explain(OSError(errno.ENOSPC, ""), path) from None
        raise


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_file(path: Path, content: bytes | str, mode: int = 0o644) -> None:
    """Write a whole file or nothing.

    Raises:
        OutputError: it cannot be written; an older file is left as it was.
    """
    data = content.encode() if isinstance(content, str) else content
    temporary = path.with_name(f".{path.name}.{uuid4().hex[:8]}.tmp")
    with explained(path):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)


class Discard(Exception):  # noqa: N818 - it is no error
    """Raised inside `new_folder` to leave it without an error and without a folder."""


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Yield a temporary folder that becomes `path` at the end, or vanishes on any error.

    Raises:
        OutputError: `path` exists and is not an empty folder, or cannot be written.
    """
    if path.is_file() or (path.is_dir() and any(path.iterdir())):
        raise OutputError(f"{path} already exists: choose another output, or remove it first")
    temporary = path.parent / f".{path.name}.{uuid4().hex[:8]}.tmp"
    with explained(path):
        try:
            temporary.mkdir(parents=True)
            yield temporary
            for file in sorted(temporary.rglob("*")):
                if file.is_file():
                    _sync(file)
            if path.is_dir():
                path.rmdir()
            temporary.rename(path)
            if os.name == "posix":
                _sync(path.parent)
        except Discard:
            pass
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
