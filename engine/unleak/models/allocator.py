"""Keep freed memory for the next tensor instead of handing it back to the system."""

import ctypes
import sys

# Of mallopt(3): the size from which memory is mapped anew for each request, and how much free
# memory stays at the heap's end. 32 MiB is the largest glibc takes for the first.
_MMAP_THRESHOLD, _TRIM_THRESHOLD = -3, -1
_LARGEST, _FREE = 32 << 20, 1 << 30


def keep_freed_memory() -> bool:
    """Tell glibc to reuse what tensors freed; elsewhere nothing happens.

    By default each activation of some megabytes is mapped, filled page by page by the kernel and
    unmapped again, which takes longer than the arithmetic on it.

    Returns:
        Whether it was done.
    """
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    return bool(mallopt(_MMAP_THRESHOLD, _LARGEST) and mallopt(_TRIM_THRESHOLD, _FREE))
