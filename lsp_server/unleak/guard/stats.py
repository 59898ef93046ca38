"""What the guard counts, as JSON and in Prometheus' text format. Numbers only: no text, no path.

Reference: https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from collections import Counter
from typing import Any, Final

_HELP: Final = {
    "requests": "Requests, by the dialect of the completion that was asked for.",
    "unknown_requests": "Requests of no known dialect, passed on untouched.",
    "unknown_messages": "Messages of no known shape in answers, passed on untouched.",
    "unreadable_answers": "Answers that could not be read (their encoding, their length).",
    "findings": "Secrets in completions, by kind, and by what was done.",
    "upstream_errors": "Requests that the upstream did not answer, or broke off.",
    "disconnects": "Requests whose client left before the end.",
    "sightings_sent": "Sightings that the engine took.",
    "sightings_dropped": "Sightings that were lost because the queue was full.",
    "chunks": "Chunks of streams.",
}
_BUCKETS: Final = (0.0001, 0.00025, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.05)  # seconds


class Stats:
    """Counters, gauges and one histogram."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, tuple[tuple[str, str], ...]]] = Counter()
        self._buckets = [0] * (len(_BUCKETS) + 1)
        self._seconds = 0.0
        self.gauges: dict[str, float] = {"open_requests": 0, "blocked_fingerprints": 0}
        self.longest_held = 0  # characters

    def count(self, name: str, by: int = 1, **labels: str) -> None:
        """Count something that has a line in _HELP."""
        self._counts[name, tuple(sorted(labels.items()))] += by

    def chunk(self, seconds: float, held: int) -> None:
        """A chunk of a stream, how long the guard worked on it, and how much is held behind it."""
        self._seconds += seconds
        place = next((i for i, most in enumerate(_BUCKETS) if seconds <= most), len(_BUCKETS))
        self._buckets[place] += 1
        self.longest_held = max(self.longest_held, held)

    def as_json(self) -> dict[str, Any]:
        """Everything, as `unleak guard --stats` shows it."""
        counts: dict[str, Any] = {name: {} for name in _HELP if name != "chunks"}
        for (name, labels), n in sorted(self._counts.items()):
            counts[name][" ".join(value for _, value in labels) or "total"] = n
        chunks = sum(self._buckets)
        return {
            "schema": "unleak.guard-stats/1",
            **counts,
            **self.gauges,
            "chunks": chunks,
            "chunk_seconds_mean": self._seconds / chunks if chunks else None,
            "longest_held_characters": self.longest_held,
        }

    def as_prometheus(self) -> str:
        """Everything, in the text format 0.0.4."""
        lines = []
        for name, text in _HELP.items():
            lines += [f"# HELP unleak_guard_{name}_total {text}"]
            lines += [f"# TYPE unleak_guard_{name}_total counter"]
            if name == "chunks":
                lines.append(f"unleak_guard_chunks_total {sum(self._buckets)}")
            for (counted, labels), n in sorted(self._counts.items()):
                if counted == name:
                    shown = ",".join(f'{key}="{_escaped(value)}"' for key, value in labels)
                    lines.append(f"unleak_guard_{name}_total{{{shown}}} {n}" if shown else
                                 f"unleak_guard_{name}_total {n}")  # fmt: skip
        for gauge, value in {**self.gauges, "longest_held_characters": self.longest_held}.items():
            lines += [f"# TYPE unleak_guard_{gauge} gauge", f"unleak_guard_{gauge} {value:g}"]
        lines.append("# TYPE unleak_guard_chunk_seconds histogram")
        total = 0
        for most, n in zip((*map(str, _BUCKETS), "+Inf"), self._buckets, strict=True):
            total += n
            lines.append(f'unleak_guard_chunk_seconds_bucket{{le="{most}"}} {total}')
        lines.append(f"unleak_guard_chunk_seconds_sum {self._seconds:.6f}")
        lines.append(f"unleak_guard_chunk_seconds_count {total}")
        return "\n".join(lines) + "\n"


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
