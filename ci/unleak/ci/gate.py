"""The gate: does this release give up secrets, and which did it not give up before?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from unleak.ci.baseline import Baseline, Terms
from unleak.ci.comparison import Comparison, change_of, compare
from unleak.ci.outcome import SCHEMA
from unleak.ci.policy import ANY_LEAK, Budget, Policy, Waived, utc_today
from unleak.ci.result import CaseResult
from unleak.core.errors import UnleakError
from unleak.core.secret import Fingerprinter
from unleak.detect.user_rules import near
from unleak.models.decoding import Decoding
from unleak.probe.reading import EXTRACTABLE, Prober, Reading
from unleak.probe.suite import Case, case_digest, suite_digest

KNOWN_CONTROL = "the model 'knows' this decoy that exists nowhere"
SEED = 0


@dataclass(frozen=True)
class Spent:
    """What a budget came to: the cases that count."""

    budget: Budget
    counted: list[CaseResult]

    @property
    def exceeded(self) -> bool:
        """Whether there are more than it allows."""
        return len(self.counted) > self.budget.at_most

    def as_json(self) -> dict[str, Any]:
        """For a report."""
        return {
            **self.budget.as_json(),
            "counted": len(self.counted),
            "exceeded": self.exceeded,
        }


@dataclass(frozen=True)
class Gate:
    """A gate run; `failed` says whether the release is stopped.

    tries: a secret with an even chance below this many samples is a leak. tokenizer, decoding,
    key: see `Terms`. suite: the suite's digest. cost: token positions, by what for. limits:
    what could not be measured.
    """

    model: Mapping[str, str]
    results: list[CaseResult]
    policy: Policy = ANY_LEAK
    tries: float = EXTRACTABLE
    comparison: Comparison | None = None
    suite: str = ""
    tokenizer: str | None = None
    decoding: Decoding = field(default_factory=Decoding)
    key: str = ""
    cost: Mapping[str, int] = field(default_factory=dict)
    limits: str = ""
    seed: int = SEED

    @cached_property
    def tested(self) -> list[CaseResult]:
        """The results that count: all but controls."""
        return [r for r in self.results if not r.case.control]

    @property
    def controls(self) -> int:
        """Decoys that no model can know."""
        return len(self.results) - len(self.tested)

    @cached_property
    def controls_known(self) -> int:
        """Decoys that this model knows all the same."""
        return sum(r.case.control and r.error == KNOWN_CONTROL for r in self.results)

    @cached_property
    def leaks(self) -> int:
        """Cases that leak, waived ones too."""
        return sum(r.status == "leak" for r in self.tested)

    @cached_property
    def errors(self) -> int:
        """Cases that could not be asked."""
        return sum(r.status == "error" for r in self.tested)

    @property
    def clean(self) -> int:
        """Cases that do not leak."""
        return len(self.tested) - self.leaks - self.errors

    @cached_property
    def waived(self) -> list[CaseResult]:
        """Leaks that a waiver in force tolerates."""
        return [r for r in self.tested if r.status == "leak" and r.tolerated]

    @cached_property
    def expired(self) -> list[CaseResult]:
        """Leaks whose waiver has expired."""
        return [r for r in self.tested if r.status == "leak" and r.waived and not r.tolerated]

    @property
    def evaluated(self) -> bool:
        """Whether at least one case could be asked, and no control was known."""
        return self.errors < len(self.tested) and not self.controls_known

    @property
    def failed(self) -> bool:
        """Whether the release is stopped."""
        return bool(self._stopping)

    @cached_property
    def changes(self) -> dict[str, int]:
        """How many cases changed in which way; empty without a baseline."""
        changes = [r.change for r in self.tested if r.change]
        return {change: changes.count(change) for change in sorted(set(changes))}

    @cached_property
    def spent(self) -> list[Spent]:
        """What each budget came to."""
        return [Spent(budget, self._counted(budget)) for budget in self.policy.budgets]

    @cached_property
    def warnings(self) -> list[str]:
        """What in the policy fits no case of the suite: most likely a slip of the pen."""
        ids, kinds = {r.case.id for r in self.tested}, {r.case.kind for r in self.tested}
        waivers = [w.id for w in self.policy.waivers if w.id not in ids]
        globs = [
            ", ".join(budget.kinds)
            for budget in self.policy.budgets
            if not any(budget.covers(kind) for kind in kinds)
        ]
        return [
            *(f"the waiver of {id} fits no case of the suite{near(id, ids)}" for id in waivers),
            *(
                f"a budget for {glob} fits no kind of the suite{near(glob, kinds)}"
                for glob in globs
            ),
        ]

    def stops(self, result: CaseResult) -> bool:
        """Whether this case stops the release."""
        return result.case.id in self._stopping

    @cached_property
    def _stopping(self) -> frozenset[str]:
        if not self.evaluated:
            return frozenset()
        exceeded = [r for spent in self.spent if spent.exceeded for r in spent.counted]
        ruled = [r for r in self.tested if not r.tolerated and self._ruled_out(r)]
        return frozenset(r.case.id for r in (*exceeded, *ruled, *self.expired))

    def _ruled_out(self, result: CaseResult) -> bool:
        rule = self.policy.rule
        if rule == "any":
            return result.status == "leak"
        changes = {"new": {"new"}, "regression": {"new", "worse"}}
        return rule is not None and result.change in changes[rule]

    def _counted(self, budget: Budget) -> list[CaseResult]:
        return [
            r
            for r in self.tested
            if r.measured
            and not r.tolerated
            and budget.covers(r.case.kind)
            and budget.counts(r.measured, r.then, self.tries)
        ]

    def as_json(self) -> dict[str, Any]:
        """The gate JSON."""
        return {
            "schema": SCHEMA,
            "model": dict(self.model),
            "tokenizer": self.tokenizer,
            "suite": {
                "digest": self.suite,
                "cases": len(self.tested),
                "controls": self.controls,
            },
            "decoding": self.decoding.as_json(),
            "key": self.key,
            "seed": self.seed,
            "tries": self.tries,
            "cost": dict(self.cost),
            "limits": self.limits,
            "summary": {
                "cases": len(self.tested),
                "leaks": self.leaks,
                "waived": len(self.waived),
                "waivers_expired": len(self.expired),
                "clean": self.clean,
                "errors": self.errors,
                "controls": self.controls,
                "controls_known": self.controls_known,
                "fail_on": self.policy.rule,
                "failed": self.failed,
                "changes": self.changes,
            },
            "policy": self.policy.file,
            "budgets": [spent.as_json() for spent in self.spent],
            "warnings": self.warnings,
            "comparison": self.comparison.as_json() if self.comparison else None,
            "cases": [r.as_json() for r in self.results],
        }


def run(
    prober: Prober,
    cases: Sequence[Case],
    *,
    fingerprinter: Fingerprinter,
    policy: Policy = ANY_LEAK,
    baseline: Baseline | None = None,
    tries: float = EXTRACTABLE,
    today: date | None = None,
    seed: int = SEED,
) -> Gate:
    """Measure every case and compare it with the baseline.

    Args:
        prober: the release.
        cases: the suite.
        fingerprinter: of the key under which `cases` were read.
        policy: what stops the release.
        baseline: an earlier run, see `read_baseline`.
        tries: within how many samples for an even chance a secret counts as a leak.
        today: the day by which waivers count.
        seed: of the bootstrap.

    Raises:
        UsageError: the policy needs a baseline, or this one cannot be compared with.
    """
    policy.check(baseline is not None)
    if baseline:
        baseline.check(Terms.of(prober, fingerprinter))
    readings = prober.read(cases)
    terms = Terms.of(prober, fingerprinter)
    digests = [case_digest(case, fingerprinter) for case in cases]
    if baseline:
        baseline.check(terms)  # a server may tell what it is only when it is asked
        if not (terms.tokenizer and baseline.terms.tokenizer):
            measured = zip(digests, readings, strict=True)
            baseline.check_tokens({d: r for d, r in measured if isinstance(r, Reading)})
    day = today or utc_today()
    waivers = {waiver.id: waiver.on(day) for waiver in policy.waivers}
    results = [
        _result(case, digest, reading, baseline, tries, waivers.get(case.id))
        for case, digest, reading in zip(cases, digests, readings, strict=True)
    ]
    return Gate(
        dict(prober.model),
        results,
        policy,
        tries,
        compare(results, baseline, seed) if baseline else None,
        suite=suite_digest(cases, fingerprinter),
        tokenizer=terms.tokenizer,
        decoding=prober.ask.decoding,
        key=terms.key,
        cost=dict(prober.cost),
        limits=prober.limits,
        seed=seed,
    )


def _result(
    case: Case,
    digest: str,
    reading: Reading | UnleakError,
    baseline: Baseline | None,
    tries: float,
    waived: Waived | None,
) -> CaseResult:
    if isinstance(reading, UnleakError):
        return CaseResult(
            case, "error", None, None, error=str(reading), waived=waived, digest=digest
        )
    leaks = reading.extractable(tries)
    if case.control:
        if leaks:
            return CaseResult(case, "error", None, reading, error=KNOWN_CONTROL, digest=digest)
        return CaseResult(case, "clean", None, reading, digest=digest)
    then = baseline.reading(digest) if baseline else None
    change = change_of(reading, then, tries) if baseline else None
    return CaseResult(
        case,
        "leak" if leaks else "clean",
        change,
        reading,
        then=then,
        waived=waived,
        digest=digest,
    )
