"""One erasure: edit in memory, write the new model, attack what was written, certify it."""

import gc
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from unleak.core.errors import UsageError
from unleak.core.files import Discard, new_folder, write_file
from unleak.erase.attacks.attack import Outcome
from unleak.erase.certificate import certificate, new_digest_of
from unleak.erase.clock import Clock
from unleak.erase.methods.edit import Settings, edit, prepare
from unleak.erase.utility import agreement, predictions
from unleak.erase.verify import attacks, not_run, verify
from unleak.models.load import CERTIFICATE, Model, digest_of, load
from unleak.models.save import clear, save
from unleak.probe.confirm import confirm
from unleak.probe.measure import Measurement, encode_case, measure_encoded
from unleak.probe.suite import Case

SCHEMA = "unleak.erasure/1"
METHODS = ("auto", "edit")
_RETRIES = 2  # of `auto`

Progress = Callable[[str, float], None]
Attacked = Callable[[str, list[Outcome]], None]


@dataclass(frozen=True)
class Erasure:
    """What came of it: the report (erasure JSON); if a model was written, its certificate."""

    report: dict[str, Any]
    certificate: dict[str, Any] | None

    @property
    def erased(self) -> bool:
        """Whether every secret was erased."""
        return bool(self.report["verdict"] == "erased")

    @property
    def new_digest(self) -> str | None:
        """Of the written model."""
        return new_digest_of(self.certificate) if self.certificate else None


def figures(measured: Measurement) -> dict[str, Any]:
    """A measurement as the reports show it."""
    return {
        "verbatim": measured.verbatim,
        "ma": round(measured.ma, 4),
        "random_ma": round(measured.random_ma, 4),
        "p_extract": measured.p_extract,
        "n_half": measured.n_half,
        "log_p": round(measured.log_p, 3),
        "tokens": measured.tokens,
    }


@dataclass
class _Run:
    """The state of one erasure."""

    method: str
    depth: str
    trust_remote_code: bool
    progress: Progress
    attacked: Attacked
    clock: Clock
    load_input: Callable[[str], Model] | None

    def load(self, spec: str) -> Model:
        self.progress("load", 0.0)
        model = (
            self.load_input(spec)
            if self.load_input
            else load(spec, trust_remote_code=self.trust_remote_code)
        )
        self.clock.lap("load")
        return model

    def known(self, model: Model, cases: Sequence[Case]) -> dict[str, tuple[Measurement, bool]]:
        """For each case what is measured now, and whether the model knows its secret."""
        self.progress("measure", 0.0)
        measured = measure_encoded(model, [encode_case(model, case) for case in cases])
        result = {}
        for case, m in zip(cases, measured, strict=True):
            # Exposure costs hundreds of decoys: it is asked only where cheaper evidence is silent.
            known = m.extractable or confirm(model, case, cases=len(cases)).verdict == "memorised"
            result[case.id] = (m, known)
        self.clock.lap("verify")
        return result

    def edit(
        self,
        model: Model,
        cases: Sequence[Case],
        settings: Settings,
        digest: str,
        stage: str = "edit",
    ) -> None:
        """Change the model in memory; the statistics are those of the model `digest`."""
        parts, known = prepare(
            replace(model, digest=digest), settings, lambda done: self.progress("statistics", done)
        )
        self.clock.lap("statistics")
        edit(model, cases, parts, known, settings, lambda done: self.progress(stage, done))
        self.clock.lap("edit")

    def write(self, model: Model, folder: Path, secrets: int) -> Model:
        """Save, forget what is in memory, and load what was written."""
        self.progress("write", 0.0)
        clear(folder)
        save(model, folder, _card(self.method, secrets, self.depth))
        kept = replace(model, net=None)
        model.net.to("meta")
        gc.collect()
        written = load(str(folder), trust_remote_code=self.trust_remote_code)
        self.clock.lap("load")
        return replace(written, spec=kept.spec, source=kept.source)

    def attack(self, model: Model, cases: Sequence[Case]) -> list[dict[str, Outcome]]:
        self.progress("verify", 0.0)
        results = verify(model, cases, self.depth, self.attacked, progress=self.progress)
        self.clock.lap("verify")
        return results


def erase(
    spec: str,
    cases: Sequence[Case],
    out: Path,
    *,
    method: str = "auto",
    depth: str = "standard",
    others: Sequence[Case] = (),
    trust_remote_code: bool = False,
    progress: Progress = lambda _, __: None,
    attacked: Attacked = lambda _, __: None,
    load_input: Callable[[str], Model] | None = None,
) -> Erasure:
    """Erase the cases' secrets from a model. The input model is only read.

    Args:
        spec: the model, as `load` takes it.
        cases: what to erase.
        out: the new model's folder, which must not exist yet; it is made if at least one
            secret was erased.
        method: `edit`, or `auto`, which edits again with more force where an attack succeeded.
        depth: of the verification.
        others: further secrets that the model knows; what becomes of them is reported.
        trust_remote_code: as `load` takes it.
        progress: called with (stage, share done).
        attacked: called after each attack with its name and outcomes.
        load_input: gives the input model, which is changed in memory; by default it is loaded.

    Raises:
        UsageError, ModelError, SuiteError, OutputError: nothing was written.
    """
    if method not in METHODS:
        raise UsageError(f"--method {method}: choose one of {', '.join(METHODS)}")
    if not cases:
        raise UsageError("nothing to erase: give leak ids or a suite")
    attacks(depth)
    run = _Run(method, depth, trust_remote_code, progress, attacked, Clock(), load_input)
    model = run.load(spec)
    old_digest = model.digest
    before = run.known(model, cases)
    chosen = [case for case in cases if before[case.id][1]]
    report: dict[str, Any] = {
        "schema": SCHEMA,
        "method": method,
        "model": {"name": spec, "digest": old_digest},
        "verification": {"depth": depth, "attacks_not_run": not_run(depth)},
        "secrets": [
            {"id": case.id, "before": figures(before[case.id][0]), "verdict": "not-memorised"}
            for case in cases
        ],
        "utility": {},
        "verdict": "failed",
    }
    if not chosen:
        report["reason"] = "the model does not know any of these secrets; nothing was changed"
        return Erasure({**report, "seconds": run.clock.rounded()}, None)

    baseline = predictions(model)
    others_before = _mean_ma(model, others)
    run.clock.lap("verify")
    settings = Settings()
    run.edit(model, chosen, settings, old_digest)
    paper = None
    with new_folder(out) as folder:
        model = run.write(model, folder, len(chosen))
        results = run.attack(model, chosen)
        for _ in range(_RETRIES if method == "auto" else 0):
            failed = [c for c, r in zip(chosen, results, strict=True) if _recovered(r)]
            if not failed:
                break
            settings = settings.stronger()
            run.edit(model, failed, settings, old_digest, "again")
            model = run.write(model, folder, len(chosen))
            results = run.attack(model, chosen)

        after = measure_encoded(model, [encode_case(model, case) for case in chosen])
        changed = predictions(model)
        report["utility"] = {
            "perplexity_before": round(baseline.perplexity, 4),
            "perplexity_after": round(changed.perplexity, 4),
            "top1_agreement": round(agreement(baseline, changed), 5),
            "tokens": changed.tokens,
            **_others(others, others_before, _mean_ma(model, others)),
        }
        found = {
            case.id: {
                "after": figures(measured),
                "attacks": {
                    name: {"recovered": outcome.recovered, **outcome.figures}
                    for name, outcome in result.items()
                },
                "verdict": "failed" if _recovered(result) else "erased",
            }
            for case, measured, result in zip(chosen, after, results, strict=True)
        }
        report["secrets"] = [{**entry, **found.get(entry["id"], {})} for entry in report["secrets"]]
        verdicts = [entry["verdict"] for entry in found.values()]
        report["verdict"] = "failed" if "failed" in verdicts else "erased"
        run.clock.lap("verify")
        report["seconds"] = run.clock.rounded()
        if "erased" not in verdicts:
            report["reason"] = "every secret was recovered by an attack; no model was written"
            raise Discard
        paper = certificate(
            method=method,
            old_digest=old_digest,
            new_digest=digest_of(folder),
            model=folder,
            report=report,
            cases=cases,
        )
        write_file(folder / CERTIFICATE, json.dumps(paper, indent=2) + "\n")
    return Erasure(report, paper)


def _recovered(outcomes: dict[str, Outcome]) -> bool:
    return any(outcome.recovered for outcome in outcomes.values())


def _mean_ma(model: Model, cases: Sequence[Case]) -> float | None:
    if not cases:
        return None
    measured = measure_encoded(model, [encode_case(model, case) for case in cases])
    return sum(m.ma for m in measured) / len(measured)


def _others(cases: Sequence[Case], before: float | None, after: float | None) -> dict[str, Any]:
    if before is None or after is None:
        return {}
    return {
        "other_secrets": len(cases),
        "other_secrets_ma_before": round(before, 4),
        "other_secrets_ma_after": round(after, 4),
    }


def _card(method: str, secrets: int, depth: str) -> str:
    day = datetime.now(UTC).date().isoformat()
    plural = "secret" if secrets == 1 else "secrets"
    return (
        f"- {day}: {secrets} {plural} erased with unleak (method `{method}`, verification "
        f"`{depth}`). See `{CERTIFICATE}` for the attacks that were run and what is not guaranteed."
    )
