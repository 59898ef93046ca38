"""One erasure: erase in memory, write the new model, attack what was written, certify it."""

import gc
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from unleak.core.errors import EvaluationError, UsageError
from unleak.core.files import Discard, new_folder, write_file
from unleak.erase.attacks.attack import Outcome
from unleak.erase.attempts import Attempt, Progress, attempts, carry_out, different, shown_by
from unleak.erase.budget import Budget
from unleak.erase.certificate import certificate, new_digest_of
from unleak.erase.clock import Clock
from unleak.erase.memory import Peak
from unleak.erase.methods.registry import method_of
from unleak.erase.methods.trainee import is_out_of_memory
from unleak.erase.utility import Baseline, agreement, predictions
from unleak.erase.verdicts import entry_of, judge, known, mean_ma, others_of
from unleak.erase.verify import attacks, not_run, recovered, verify
from unleak.models.load import CERTIFICATE, Model, digest_of, load
from unleak.models.save import clear, save
from unleak.probe.suite import Case

SCHEMA = "unleak.erasure/1"

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


@dataclass
class _Run:
    """The state of one erasure."""

    method: str
    depth: str
    trust_remote_code: bool
    progress: Progress
    attacked: Attacked
    budget: Budget
    clock: Clock
    load_input: Callable[[str], Model] | None
    tried: list[dict[str, Any]]

    def load(self, spec: str) -> Model:
        self.progress("load", 0.0)
        model = (
            self.load_input(spec)
            if self.load_input
            else load(spec, trust_remote_code=self.trust_remote_code)
        )
        self.clock.lap("load")
        return model

    def change(
        self,
        attempt: Attempt,
        model: Model,
        cases: Sequence[Case],
        before: Baseline,
        watched: Sequence[Case],
    ) -> str:
        """Carry out an attempt in memory.

        watched: what an earlier attempt erased.

        Returns:
            Why its outcome is not to be kept, or nothing.
        """
        entry = attempt.as_json() | {"secrets": len(cases)}
        self.tried.append(entry)
        limit = self.budget.seconds
        left = None if limit is None else limit - self.clock.erasing
        if left is not None and left <= 0:
            entry["discarded"] = f"not begun: the {limit:g} s of --budget were used up"
            return str(entry["discarded"])
        try:
            entry |= carry_out(
                attempt, model, different(cases), self.clock, self.progress, left, watched
            )
            trouble = ""
            if self.budget.of_utility:
                _round(model)
                trouble = self.budget.exceeded(before, predictions(model))
                self.clock.lap("verify")
        except EvaluationError as error:
            trouble = str(error)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            trouble = "out of memory; erase fewer secrets at once"
        if trouble:
            entry["discarded"] = trouble
        return trouble

    def write(self, model: Model, folder: Path, secrets: int) -> Model:
        """Save, forget what is in memory, and load what was written."""
        self.progress("write", 0.0)
        clear(folder)
        save(model, folder, _card(self.method, secrets, self.depth))
        return self.again(model, folder)

    def again(self, model: Model, folder: Path) -> Model:
        """Load what was written in the place of what is in memory."""
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
        self.tried[-1]["recovered"] = sum(bool(recovered(result)) for result in results)
        return results


def erase(
    spec: str,
    cases: Sequence[Case],
    out: Path,
    *,
    method: str = "auto",
    settings: Mapping[str, str] | None = None,
    budget: Budget | None = None,
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
        method: one of `registry.METHODS`; `auto` goes on with more force where an attack succeeded.
        settings: of the method, as text; see `registry`.
        budget: what it may cost. An attempt that costs more utility is not kept: an earlier one
            of `auto` within the budget is, and if there is none no model is written.
        depth: of the verification.
        others: further secrets that the model knows; what becomes of them is reported.
        trust_remote_code: as `load` takes it.
        progress: called with (stage, share done).
        attacked: called after each attack with its name and outcomes.
        load_input: gives the input model, which is changed in memory; by default it is loaded.

    Raises:
        UsageError, ModelError, SuiteError, OutputError: nothing was written.
    """
    how = method_of(method, settings or {})
    if not cases:
        raise UsageError("nothing to erase: give leak ids or a suite")
    attacks(depth)
    budget = budget or Budget()
    run = _Run(
        method, depth, trust_remote_code, progress, attacked, budget, Clock(), load_input, []
    )
    report: dict[str, Any] = {}
    paper = None
    with new_folder(out) as folder:
        model = run.load(spec)
        old_digest, memory = model.digest, Peak(model.device)
        progress("measure", 0.0)
        asked = known(model, cases)
        chosen = [case for case, (_, knows) in zip(cases, asked, strict=True) if knows]
        report |= {
            "schema": SCHEMA,
            "method": method,
            "model": {"name": spec, "digest": old_digest},
            "verification": {"depth": depth, "attacks_not_run": not_run(depth)},
            "secrets": [entry_of(case, *one) for case, one in zip(cases, asked, strict=True)],
            "utility": {},
            "verdict": "failed",
            "budget": budget.as_json(),
            "attempts": run.tried,
        }
        if not chosen:
            report["reason"] = "the model does not know any of these secrets; nothing was changed"
            report["seconds"] = run.clock.rounded()
            raise Discard
        before = predictions(model)
        others_before = mean_ma(model, others)
        run.clock.lap("verify")

        results: list[dict[str, Outcome]] = []
        for attempt in attempts(method, how):
            targets = _targets(chosen, results)
            if not targets:
                break
            down = [c for c, r in zip(chosen, results, strict=False) if not recovered(r)]
            trouble = run.change(attempt, replace(model, digest=old_digest), targets, before, down)
            if trouble:
                report["reason"] = f"{attempt.name} was not kept: {trouble}"
                if results:
                    model = run.again(model, folder)  # the attempt before is kept
                break
            model = run.write(model, folder, len(chosen))
            results = run.attack(model, chosen)
        report["peak_memory"] = {"bytes": memory.bytes, "model_bytes": _bytes(model)}
        if results:
            after = predictions(model)
            report["utility"] = {
                "perplexity_before": round(before.perplexity, 4),
                "perplexity_after": round(after.perplexity, 4),
                "top1_agreement": round(agreement(before, after), 5),
                "tokens": after.tokens,
                **others_of(others, others_before, mean_ma(model, others)),
            }
            judge(report, model, chosen, results)
            run.clock.lap("verify")
        report["seconds"] = run.clock.rounded()
        if not any(entry["verdict"] == "erased" for entry in report["secrets"]):
            reason = report.get("reason", "every secret was recovered by an attack")
            report["reason"] = f"{reason}; no model was written"
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


def _targets(chosen: Sequence[Case], results: Sequence[dict[str, Outcome]]) -> list[Case]:
    """What the next attempt is for: at first all, later what an attack recovered, and where."""
    if not results:
        return list(chosen)
    return [
        each
        for case, result in zip(chosen, results, strict=True)
        if recovered(result)
        for each in (case, *shown_by(case, result))
    ]


def _bytes(model: Model) -> int:
    """Of a model's parameters in float32."""
    return 4 * sum(int(parameter.numel()) for parameter in model.net.parameters())


def _round(model: Model) -> None:
    """To what its files can hold, so that it is judged as it will be written."""
    computed = model.net.dtype
    model.net.to(model.stored_dtype).to(computed)


def _card(method: str, secrets: int, depth: str) -> str:
    day = datetime.now(UTC).date().isoformat()
    plural = "secret" if secrets == 1 else "secrets"
    return (
        f"- {day}: {secrets} {plural} erased with unleak (method `{method}`, verification "
        f"`{depth}`). See `{CERTIFICATE}` for the attacks that were run and what is not guaranteed."
    )
