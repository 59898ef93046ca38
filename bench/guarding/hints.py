"""How well token probabilities tell memorised secrets from invented ones, on the embedded model.

The model completes the prompts of its planted secrets, greedily and at temperatures. What the
scanner finds in the completions is memorised if it was planted, else invented. Thresholds are
chosen on every second case and measured on the others.
"""

from dataclasses import replace
from typing import Any

from unleak.core.finding import REDACT_SCORE
from unleak.core.keys import MasterKey
from unleak.core.states import Verdict
from unleak.detect.scanner import Scanner
from unleak.guard.hint import INVENTED_TO, MEMORISED_FROM, hint
from unleak.models.complete import complete
from unleak.models.load import load
from unleak.probe.measure import Measurement, measure
from unleak.probe.suite import Case, read

_PRECISION = 0.95  # that a threshold is chosen for
_TOKENS = 64
Sample = tuple[float, bool]  # mean log-probability of a token; whether it was planted


def samples(cases_at_most: int, temperatures: tuple[float, ...]) -> tuple[list[Sample], ...]:
    """Samples of the two splits."""
    key = MasterKey(b"b" * 32)
    model, cases = load("demo"), read("demo", key)
    planted = {case.secret.reveal() for case in cases}
    scanner = Scanner(key.fingerprinter)
    splits: tuple[list[Case], list[Case]] = [], []
    seen: set[tuple[str, str]] = set()
    for number, case in enumerate(cases[:cases_at_most]):
        for turn, temperature in enumerate(temperatures):
            text = case.prefix + complete(
                model, case.prefix, tokens=_TOKENS, temperature=temperature, seed=turn
            )
            for found in scanner.scan(text):
                fresh = (case.id, found.fingerprint) not in seen
                if found.score >= REDACT_SCORE and found.start >= len(case.prefix) and fresh:
                    seen.add((case.id, found.fingerprint))
                    splits[number % 2].append(
                        replace(case, prefix=text[: found.start], secret=found.secret)
                    )
    return tuple(
        [
            (m.log_p / m.tokens, case.secret.reveal() in planted)
            for case, m in zip(split, measure(model, split), strict=True)
            if isinstance(m, Measurement)
        ]
        for split in splits
    )


def thresholds(chosen_on: list[Sample]) -> tuple[float, float]:
    """The widest (memorised from, invented to) whose answers are right at _PRECISION."""
    values = sorted({value for value, _ in chosen_on})
    sure = [v for v in values if _precision(chosen_on, lambda x, v=v: x >= v, True) >= _PRECISION]
    unsure = [
        v for v in values if _precision(chosen_on, lambda x, v=v: x <= v, False) >= _PRECISION
    ]
    return min(sure, default=0.0), max(unsure, default=float("-inf"))


def _precision(samples: list[Sample], said: Any, right: bool) -> float:
    picked = [planted is right for value, planted in samples if said(value)]
    return sum(picked) / len(picked) if picked else 0.0


def hints(cases_at_most: int) -> dict[str, Any]:
    """The thresholds that one split suggests, and how those in use do on the other."""
    chosen_on, measured_on = samples(cases_at_most, (0.0, 0.7, 1.0, 1.3))
    suggested = thresholds(chosen_on)
    said = [(hint(value), planted) for value, planted in measured_on]

    def right(verdict: Verdict, planted: bool) -> tuple[int, int]:
        own = [truth is planted for answer, truth in said if answer is verdict]
        return sum(own), len(own)

    return {
        "chosen_on": {"planted": sum(p for _, p in chosen_on), "all": len(chosen_on)},
        "measured_on": {"planted": sum(p for _, p in measured_on), "all": len(measured_on)},
        "suggested": suggested,
        "in_use": (MEMORISED_FROM, INVENTED_TO),
        "memorised_right_of": right(Verdict.MEMORISED, True),
        "invented_right_of": right(Verdict.INVENTED, False),
        "no_answer": sum(answer is Verdict.UNKNOWN for answer, _ in said),
    }
