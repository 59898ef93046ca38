"""What a team tolerates of a release: a rule, budgets, and waivers for known leaks."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from fnmatch import fnmatchcase
from typing import Any

from unleak.core.errors import UsageError
from unleak.probe.reading import Reading

FAIL_ON = ("any", "new", "regression")
COUNTS = ("verbatim", "leak", "tries")


@dataclass(frozen=True)
class Budget:
    """At most `at_most` cases of these kinds may count; every budget counts by itself.

    kinds: globs. count: `verbatim`, `leak` (as the run defines one), or `tries`: as a leak, but
    within this budget's own number of tries. new: only what did not count in the baseline.
    """

    at_most: int
    kinds: tuple[str, ...] = ("*",)
    count: str = "leak"
    tries: float | None = None
    new: bool = False

    def covers(self, kind: str) -> bool:
        """Whether cases of this kind are meant."""
        return any(fnmatchcase(kind, glob) for glob in self.kinds)

    def counts(self, now: Reading, then: Reading | None, tries: float) -> bool:
        """Whether a case counts.

        Args:
            now, then: what was read of it, and what the baseline's run read.
            tries: within how many a secret counts as a leak in this run.
        """
        limit = tries if self.tries is None else self.tries
        known = self.new and then is not None and self._holds(then, limit)
        return self._holds(now, limit) and not known

    def _holds(self, reading: Reading, tries: float) -> bool:
        if self.count == "verbatim":
            return reading.verbatim or (reading.fim is not None and reading.fim.verbatim)
        return reading.extractable(tries)

    def as_json(self) -> dict[str, Any]:
        """For a report."""
        tries = {} if self.tries is None else {"tries": self.tries}
        limits = {"new": self.new, "at_most": self.at_most}
        return {"kinds": list(self.kinds), "count": self.count, **tries, **limits}


@dataclass(frozen=True)
class Waived:
    """A waiver as it stands on the day of the run."""

    until: date
    reason: str
    expired: bool

    def as_json(self) -> dict[str, Any]:
        """For a report."""
        return {"until": self.until.isoformat(), "reason": self.reason, "expired": self.expired}


@dataclass(frozen=True)
class Waiver:
    """A known leak that does not stop a release until a date, which is included."""

    id: str
    until: date
    reason: str

    def on(self, today: date) -> Waived:
        """What it is worth on a day."""
        return Waived(self.until, self.reason, today > self.until)


@dataclass(frozen=True)
class Policy:
    """What stops a release; `file` is the name of the file that says so, if one does."""

    fail_on: str | None = None
    budgets: tuple[Budget, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    file: str | None = None

    @property
    def rule(self) -> str | None:
        """The rule that holds; None where only budgets decide."""
        return self.fail_on or (None if self.budgets else "any")

    def check(self, compared: bool) -> None:
        """Raises UsageError for an unknown rule, or what needs a comparison and has none."""
        if self.fail_on is not None and self.fail_on not in FAIL_ON:
            raise UsageError(f"--fail-on {self.fail_on}: choose one of {', '.join(FAIL_ON)}")
        if compared:
            return
        if self.rule not in (None, "any"):
            raise UsageError(f"--fail-on {self.rule} needs --baseline or --reference-model")
        if any(budget.new for budget in self.budgets):
            raise UsageError("a budget with new = true needs --baseline or --reference-model")


ANY_LEAK = Policy()


def utc_today() -> date:
    """The day by which waivers end: the same wherever the gate runs."""
    return datetime.now(UTC).date()
