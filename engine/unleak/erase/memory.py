"""How much memory something took."""

import sys
from pathlib import Path

import psutil
import torch

_STATUS, _RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


class Peak:
    """The most memory in use since it was made: of an accelerator if there is one, else resident.

    Where the system cannot forget an earlier peak of this process, that one counts, too.
    """

    def __init__(self, device: torch.device) -> None:
        self._cuda = device if device.type == "cuda" else None
        if self._cuda:
            torch.cuda.reset_peak_memory_stats(self._cuda)
        elif sys.platform.startswith("linux"):
            try:
                _RESET.write_text("5")  # see proc(5): the peak becomes what is resident now
            except OSError:
                return

    @property
    def bytes(self) -> int:
        """So far."""
        if self._cuda:
            return int(torch.cuda.max_memory_allocated(self._cuda))
        if sys.platform.startswith("linux"):
            for line in _STATUS.read_text().splitlines():
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
        return _since_start()


def resident() -> int:
    """Bytes of this process that are in memory now."""
    return int(psutil.Process().memory_info().rss)


def _since_start() -> int:
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
