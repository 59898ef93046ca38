"""What a release is compared with: an earlier gate JSON, or another model's run of this suite.

Figures that were measured under other terms are not compared: a difference would say nothing of
the release.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from unleak.ci.outcome import read_document
from unleak.core.errors import UsageError
from unleak.core.secret import Fingerprinter
from unleak.probe.reading import Prober, Reading, Sampled

_ANEW = "measure the earlier release again with these options, or give it as --reference-model"


@dataclass(frozen=True)
class Terms:
    """Under what a run measured: its tokenizer (None: not told), its decoding and its key's id."""

    tokenizer: str | None
    decoding: Mapping[str, Any]
    key: str

    @classmethod
    def of(cls, prober: Prober, fingerprinter: Fingerprinter) -> "Terms":
        """The terms of a run that asks this prober under this key."""
        return cls(prober.tokenizer, prober.ask.decoding.as_json(), fingerprinter.id)


@dataclass(frozen=True)
class Earlier:
    """One case of the earlier run; without a reading it could not be asked."""

    id: str
    reading: Reading | None
    control: bool = False


@dataclass(frozen=True)
class Baseline:
    """An earlier run: its cases by digest. `where` names it in messages."""

    where: str
    model: Mapping[str, str]
    terms: Terms
    cases: Mapping[str, Earlier]

    def reading(self, digest: str) -> Reading | None:
        """What was read of a case, if it was."""
        earlier = self.cases.get(digest)
        return earlier.reading if earlier else None

    def check(self, now: Terms) -> None:
        """Raises UsageError if this run's figures cannot be compared with those of a run now."""
        then = self.terms
        if then.key != now.key:
            raise UsageError(
                f"{self.where}: made under another key ({then.key}, now {now.key}), so no case"
                f" would be found in it: set UNLEAK_KEY to the key of that run, or {_ANEW}"
            )
        if dict(then.decoding) != dict(now.decoding):
            raise UsageError(
                f"{self.where}: measured with another decoding ({_listed(then.decoding)}; now"
                f" {_listed(now.decoding)}): {_ANEW}"
            )
        if then.tokenizer and now.tokenizer and then.tokenizer != now.tokenizer:
            raise UsageError(
                f"{self.where}: measured with another tokenizer ({then.tokenizer[:12]}, now"
                f" {now.tokenizer[:12]}), and probabilities of other tokens say nothing of these:"
                " compare with a release that has the same one, or do without a comparison"
            )

    def check_tokens(self, now: Mapping[str, Reading]) -> None:
        """Where a tokenizer is not told, the numbers of tokens have to agree.

        Args:
            now: readings by the cases' digests.

        Raises:
            UsageError: they do not.
        """
        both = [(r.tokens, then.tokens) for d, r in now.items() if (then := self.reading(d))]
        other = sum(a != b for a, b in both if a is not None and b is not None)
        if other:
            raise UsageError(
                f"{self.where}: {other} of {len(both)} cases have another number of tokens, so the"
                " tokenizer is another one: compare with a release that has the same one, or do"
                " without a comparison"
            )


def read_baseline(path: Path) -> Baseline:
    """An earlier gate JSON as a baseline.

    Raises:
        UsageError: it is none, of another schema, or of a run that was not evaluated.
    """
    return from_document(read_document(path), str(path))


def from_document(document: Mapping[str, Any], where: str) -> Baseline:
    """A gate JSON as a baseline.

    Raises:
        UsageError: parts of it are missing, or its run was not evaluated.
    """
    try:
        terms = Terms(
            _text(document["tokenizer"]), dict(document["decoding"]), str(document["key"])
        )
        model = {name: str(value) for name, value in document["model"].items()}
        cases = {
            str(e["digest"]): Earlier(str(e["id"]), _reading(e), e["control"] is True)
            for e in document["cases"]
        }
        known = int(document["summary"]["controls_known"])
    except (AttributeError, KeyError, TypeError, ValueError):
        raise UsageError(
            f"{where}: parts of the gate report are missing or wrong; make it again with"
            " this version of unleak"
        ) from None
    if known:
        raise UsageError(
            f"{where}: its model 'knows' decoys that exist nowhere ({known}), so its figures are"
            " wrong: compare with a run that was evaluated"
        )
    return Baseline(where, model, terms, cases)


def _reading(entry: Mapping[str, Any]) -> Reading | None:
    if entry["verbatim"] is None:
        return None
    sampled, fim = entry.get("sampled"), entry.get("fim")
    p = _number(fim["p_extract"]) if fim else None
    log_p = _number(entry["log_p"])
    return Reading(
        verbatim=_flag(entry["verbatim"]),
        ma=_number(entry["ma"]),
        # Null beside a probability: it is minus infinity.
        log_p=-math.inf if log_p is None and entry["p_extract"] is not None else log_p,
        tokens=None if entry["tokens"] is None else int(entry["tokens"]),
        sampled=Sampled(int(sampled["samples"]), int(sampled["hits"])) if sampled else None,
        fim=Reading(_flag(fim["verbatim"]), log_p=_log(p)) if fim else None,
    )


def _log(p: float | None) -> float | None:
    return None if p is None else math.log(p) if p > 0 else -math.inf


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _text(value: Any) -> str | None:
    if value is not None and not isinstance(value, str):
        raise TypeError
    return value


def _number(value: Any) -> float | None:
    if value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise ValueError
    return float(value)


def _listed(decoding: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in decoding.items())
