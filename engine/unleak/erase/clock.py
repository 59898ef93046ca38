"""Where the time of an erasure went."""

import time


class Clock:
    """Seconds by stage; `lap` gives the time since the last lap to a stage."""

    def __init__(self) -> None:
        self._seconds = {"load": 0.0, "statistics": 0.0, "edit": 0.0, "verify": 0.0}
        self._started = self._last = time.perf_counter()

    def lap(self, stage: str) -> None:
        """End a stage."""
        now = time.perf_counter()
        self._seconds[stage] += now - self._last
        self._last = now

    def rounded(self) -> dict[str, float]:
        """For the report, with the total."""
        stages = {**self._seconds, "total": time.perf_counter() - self._started}
        return {stage: round(seconds, 3) for stage, seconds in stages.items()}
