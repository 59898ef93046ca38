"""unleak erase: remove secrets from a model's weights, with proof."""

import json
import os
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
from rich.markup import escape

from unleak.commands.options import SuiteOption, TrustOption
from unleak.commands.screen import out, progress
from unleak.commands.verify import attack_line, utility_lines
from unleak.core.errors import ExitCode, UsageError
from unleak.core.files import write_file
from unleak.core.states import LeakState, Origin
from unleak.ledger.ledger import Ledger
from unleak.models.digest import CERTIFICATE
from unleak.service.contract import JobState

# Erased already, or being erased by a job.
_OTHERS_BUSINESS = {LeakState.ERASED, LeakState.QUEUED, LeakState.ERASING, LeakState.VERIFYING}


def erase(
    ids: Annotated[list[str] | None, typer.Argument(help="Leak ids, or their beginnings.")] = None,
    model: Annotated[
        str | None,
        typer.Option(
            help="A folder, a .gguf file, a hub id, or 'demo'; of leaks by default their own."
        ),
    ] = None,
    out_folder: Annotated[
        Path | None,
        typer.Option(
            "--out", help="The new model's folder; of leaks by default the registry's next version."
        ),
    ] = None,
    suite: SuiteOption = None,
    method: Annotated[str, typer.Option(help="auto or edit")] = "auto",
    verify: Annotated[str, typer.Option(help="standard or full")] = "standard",
    report: Annotated[Path | None, typer.Option(help="Where to write the erasure JSON.")] = None,
    keep: Annotated[
        str | None, typer.Option(help="A suite of other secrets; what becomes of them is reported.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done.")] = False,
    trust_remote_code: TrustOption = False,
) -> None:
    """Erase leaks from a model; writes a new model and leaves the old one as it is."""
    if bool(ids) == bool(suite):
        raise UsageError("give leak ids or --suite")
    asked = _Asked(method, verify, keep, dry_run, trust_remote_code)
    if ids:
        found, where = _by_job(ids, model, out_folder, asked, report)
    elif suite and model and out_folder:
        found, where = _suite(suite, model, out_folder, asked, report)
    else:
        raise UsageError("--suite needs --model and --out")
    if found is None:
        return
    show_report(found)
    if where:
        out.print(f"new model    {where}", soft_wrap=True, markup=False)
        out.print(f"certificate  {where / CERTIFICATE}", soft_wrap=True, markup=False)
        out.print("Revoke or rotate the secret as well: an erased secret is still a leaked one.")
    if found["verdict"] != "erased":
        raise typer.Exit(ExitCode.LEAK)


class _Asked(NamedTuple):
    method: str
    verify: str
    keep: str | None
    dry_run: bool
    trust_remote_code: bool

    def would(self, count: int, model: str, where: object) -> None:
        out.print(f"would erase {count} secrets from {model} into {where},", markup=False)
        out.print(f"method {self.method}, verification {self.verify}; nothing was done")


_Found = tuple[dict[str, Any] | None, Path | None]


def _by_job(
    ids: list[str], model: str | None, folder: Path | None, asked: _Asked, report: Path | None
) -> _Found:
    """Leaks of the ledger: a job of the engine, the same that an editor starts."""
    from unleak.commands.following import followed, full
    from unleak.service.client import connect

    where = os.path.abspath(folder) if folder else None
    keep = asked.keep if asked.keep in (None, "demo") else os.path.abspath(str(asked.keep))
    with closing(connect()) as engine:
        if asked.dry_run:
            for id in ids:
                engine.leak(id)
            asked.would(len(ids), model or "their own model", where or "the registry")
            return None, None
        with progress() as show:
            job = engine.erase(
                ids,
                model=full(model),
                out=where,
                method=asked.method,
                verify=asked.verify,
                keep=keep,
                trust_remote_code=asked.trust_remote_code,
            )
            done = followed(engine, job, show)
    if done.result is None:
        raise KeyboardInterrupt if done.state == JobState.CANCELLED else done.failure()
    if report:
        write_file(report, json.dumps(done.result, indent=2) + "\n")
    return done.result, Path(done.out) if done.result.get("out") else None


def _suite(suite: str, model: str, folder: Path, asked: _Asked, report: Path | None) -> _Found:
    """A suite's cases: in this process; what was erased enters the ledger as imported."""
    from unleak.erase.erasure import erase as run
    from unleak.probe.suite import read_secrets

    ledger = Ledger.default()
    cases = read_secrets(suite, ledger.key)
    others = read_secrets(asked.keep, ledger.key) if asked.keep else []
    mine = {case.secret.fingerprint for case in cases}
    others = [case for case in others if case.secret.fingerprint not in mine]
    if asked.dry_run:
        asked.would(len(cases), model, folder)
        return None, None
    with progress() as show:
        done = run(
            model,
            cases,
            folder,
            method=asked.method,
            depth=asked.verify,
            others=others,
            trust_remote_code=asked.trust_remote_code,
            progress=show,
            attacked=lambda name, found: show.line(attack_line(name, found)),
        )
    if report:
        write_file(report, json.dumps(done.report, indent=2) + "\n")
    _keep(ledger, model, folder, cases, done)
    return done.report, folder if done.certificate else None


def _keep(ledger: Ledger, model: str, folder: Path, cases: list[Any], done: Any) -> None:
    """Put the outcome into the ledger."""
    old = done.report["model"]["digest"]
    ledger.add_model(old, model, path=os.path.abspath(model) if Path(model).exists() else None)
    if done.new_digest:
        ledger.add_model(done.new_digest, model, parent=old, path=os.path.abspath(folder))
    verdicts = {entry["id"]: entry["verdict"] for entry in done.report["secrets"]}
    outcomes: dict[str, str] = {}
    for case in cases:
        verdict = verdicts[case.id]
        if verdict == "not-memorised":
            continue
        leak = ledger.sight(case.secret, case.prefix, rule="suite", model=old, origin=Origin.IMPORT)
        if leak.state in _OTHERS_BUSINESS:
            continue
        if leak.state == LeakState.FLAGGED:
            ledger.move(leak.id, LeakState.CONFIRMED)
        ledger.move(leak.id, LeakState.QUEUED, LeakState.ERASING)
        outcomes[leak.id] = verdict
        if verdict == "erased":
            ledger.move(leak.id, LeakState.VERIFYING, LeakState.ERASED)
        else:
            ledger.move(leak.id, LeakState.FAILED)
    ledger.add_erasure(
        old,
        done.new_digest,
        done.report["verdict"],
        done.certificate or done.report,
        leaks=outcomes,
    )


def show_report(report: dict[str, Any]) -> None:
    """An erasure for people."""
    for entry in report["secrets"]:
        verdict = entry["verdict"]
        colour = {"erased": "green", "not-memorised": "yellow"}.get(verdict, "red")
        attacks = entry.get("attacks", {})
        recovered = [name for name, outcome in attacks.items() if outcome["recovered"]]
        ma = f"MA {entry['before']['ma']:.2f}"
        if "after" in entry:
            ma += f" -> {entry['after']['ma']:.2f}"
        tail = (
            f"recovered by {', '.join(recovered)}"
            if recovered
            else f"not recovered by {len(attacks)} attacks"
        )
        out.print(f"[{colour}]{verdict}[/]  {escape(entry['id'])}  {ma}  {tail if attacks else ''}")
    if "reason" in report:
        out.print(report["reason"])
    for line in utility_lines(report["utility"]):
        out.print(line)
    seconds = report["seconds"]
    out.print(
        f"edited in {seconds['edit']:.1f} s, verified in {seconds['verify']:.0f} s,"
        f" {seconds['total']:.0f} s in all"
    )
    untried = report["verification"]["attacks_not_run"]
    out.print(f"not tried: {', '.join(untried)}")
