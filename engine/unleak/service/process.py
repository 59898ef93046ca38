"""What engine processes set for themselves, and read of each other."""

import ctypes
import os
import sys
from pathlib import Path

from unleak.core.errors import EngineError


def no_core_dumps() -> None:
    """A crash must not write memory, which holds secrets, to a disk."""
    if os.name != "posix":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE: a piped core handler, too


def limit_memory(more: int) -> None:
    """Let this process take so many bytes beyond what it has; what exceeds that is refused.

    Linux only: elsewhere the daemon watches the worker's size from outside.
    """
    if sys.platform != "linux" or more <= 0:
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (_of_status("self", "VmData") + more, hard))


def resident(pid: int) -> int:
    """Bytes of memory that a process holds; 0 where that cannot be told."""
    if sys.platform == "linux":
        return _of_status(str(pid), "VmRSS")
    try:
        import psutil

        return int(psutil.Process(pid).memory_info().rss)
    except Exception:  # not installed, or the process is gone
        return 0


def machine_memory() -> int:
    """Bytes of memory of this machine, or of what a container may have of it."""
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        try:
            import psutil

            return int(psutil.virtual_memory().total)
        except ImportError:
            raise EngineError("this machine's memory is unknown; set [engine] memory") from None
    try:
        return min(total, int(Path("/sys/fs/cgroup/memory.max").read_text("ascii")))
    except (OSError, ValueError):
        return total


def _of_status(pid: str, name: str) -> int:
    try:
        for line in Path(f"/proc/{pid}/status").read_text("ascii", "replace").splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0
