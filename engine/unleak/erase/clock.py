"""Where the time of an erasure went."""

import time


class Clock:
    """Seconds by stage; `lap` gives the time since the last lap to a stage."""

    def __init__(self) -> None:
        self._seconds = {"load": 0.0, "statistics": 0.0, "edit": 0.0, "train": 0.0, "verify": 0.0}
        self._started = self._last = time.perf_counter()

    def lap(self, stage: str) -> float:
        """End a stage; the seconds it took."""
        now = time.perf_counter()
        taken, self._last = now - self._last, now
        self._seconds[stage] += taken
        return round(taken, 3)

    @property
    def erasing(self) -> float:
        """Seconds that went into erasing itself."""
        return sum(self._seconds[stage] for stage in ("statistics", "edit", "train"))

    def rounded(self) -> dict[str, float]:
        """For the report, with the total."""
        stages = {**self._seconds, "total": time.perf_counter() - self._started}
        return {stage: round(seconds, 3) for stage, seconds in stages.items()}
