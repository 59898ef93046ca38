"""unleak erase: remove secrets from a model's weights, with proof."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from unleak.commands.options import ModelOption, SuiteOption, TrustOption
from unleak.commands.screen import out, progress
from unleak.commands.verify import attack_line, utility_lines
from unleak.core.errors import ExitCode, LedgerError, UsageError
from unleak.core.files import write_file
from unleak.core.states import LeakState, Origin
from unleak.ledger.ledger import Ledger, many

_BUSY = {LeakState.QUEUED, LeakState.ERASING, LeakState.VERIFYING}


def erase(
    ids: Annotated[list[str] | None, typer.Argument(help="Leak ids, or their beginnings.")] = None,
    model: ModelOption = ...,  # type: ignore[assignment]
    out_folder: Annotated[Path, typer.Option("--out", help="The new model's folder.")] = ...,  # type: ignore[assignment]
    suite: SuiteOption = None,
    method: Annotated[
        str, typer.Option(help="auto, edit, or one of the literature: see docs/erasing.md.")
    ] = "auto",
    setting: Annotated[
        list[str] | None, typer.Option(help="NAME=VALUE of the method; may be repeated.")
    ] = None,
    budget: Annotated[
        str, typer.Option(help="What it may cost: perplexity=1%,agreement=97%,seconds=60.")
    ] = "",
    verify: Annotated[str, typer.Option(help="standard or full")] = "standard",
    report: Annotated[Path | None, typer.Option(help="Where to write the erasure JSON.")] = None,
    keep: Annotated[
        str | None, typer.Option(help="A suite of other secrets; what becomes of them is reported.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done.")] = False,
    trust_remote_code: TrustOption = False,
) -> None:
    """Erase leaks from a model; writes a new model and leaves the old one as it is."""
    from unleak.erase.budget import budget as limits
    from unleak.erase.erasure import Erasure
    from unleak.erase.erasure import erase as run
    from unleak.probe.suite import Case, read_secrets

    ledger = Ledger.default()
    if bool(ids) == bool(suite):
        raise UsageError("give leak ids or --suite")
    leaks = many(ledger, ids or [])
    _check(ledger, leaks)
    cases = (
        read_secrets(suite, ledger.key) if suite else [Case(id, *ledger.reveal(id)) for id in leaks]
    )
    others = read_secrets(keep, ledger.key) if keep else []
    mine = {case.secret.fingerprint for case in cases}
    others = [case for case in others if case.secret.fingerprint not in mine]
    options: dict[str, Any] = {
        "method": method,
        "settings": _settings(setting or []),
        "depth": verify,
        "trust_remote_code": trust_remote_code,
    }
    cost = limits(budget)
    if dry_run:
        _show_plan(model, cases, options)
        return
    _begin(ledger, leaks)
    done: Erasure | None = None
    try:
        with progress() as show:
            done = run(
                model,
                cases,
                out_folder,
                budget=cost,
                others=others,
                **options,
                progress=show,
                attacked=lambda name, found: show.line(attack_line(name, found)),
            )
    except KeyboardInterrupt:
        _end(ledger, leaks, LeakState.CANCELLED)
        leaks = []
        raise
    finally:
        if done is None:
            _end(ledger, leaks, LeakState.FAILED)
    if report:
        write_file(report, json.dumps(done.report, indent=2) + "\n")
    _keep(ledger, model, leaks, cases, done)
    show_report(done.report)
    if done.certificate:
        out.print(f"new model    {out_folder}", soft_wrap=True)
        out.print(f"certificate  {out_folder / 'unleak-certificate.json'}", soft_wrap=True)
        out.print("Revoke or rotate the secret as well: an erased secret is still a leaked one.")
    if not done.erased:
        raise typer.Exit(ExitCode.LEAK)


def _settings(given: Sequence[str]) -> dict[str, str]:
    found = dict(piece.partition("=")[::2] for piece in given)
    if any("=" not in piece for piece in given):
        raise UsageError("--setting: say NAME=VALUE")
    return found


def _show_plan(model: str, cases: Sequence[Any], options: dict[str, Any]) -> None:
    from unleak.erase.plan import plan

    planned = plan(model, cases, **options)
    for entry in planned.secrets:
        known = {"failed": "known to the model"}.get(entry["verdict"], entry["verdict"])
        out.print(f"{escape(entry['id'])}  {known}  {escape(entry.get('reason', ''))}".rstrip())
    for step in planned.steps:
        out.print(f"would {step}" if not step.startswith("not ") else step)
    seconds = ", ".join(f"{stage} {value:.0f} s" for stage, value in planned.seconds.items())
    rate = planned.tokens_per_second
    out.print(f"estimated from a forward timed here ({rate:,.0f} tokens/s): {seconds}")
    if "verify" not in planned.seconds:
        out.print("how long this verification takes was not estimated")
    out.print("nothing was changed or written")


def _check(ledger: Ledger, leaks: Sequence[str]) -> None:
    for id in leaks:
        state = ledger.get(id).state
        if state in {LeakState.FLAGGED, LeakState.DISMISSED}:
            raise LedgerError(
                f"leak {id} is {state}, not confirmed; run `unleak confirm --leak {id}` first: "
                "only what a model memorised can be erased from it"
            )
        if state == LeakState.ERASED:
            raise LedgerError(f"leak {id} is already erased; `unleak verify` checks another model")


def _begin(ledger: Ledger, leaks: Sequence[str]) -> None:
    for id in leaks:
        if ledger.get(id).state in _BUSY:  # an earlier run was killed
            ledger.move(id, LeakState.FAILED)
        ledger.move(id, LeakState.QUEUED, LeakState.ERASING)


def _end(ledger: Ledger, leaks: Sequence[str], state: LeakState) -> None:
    for id in leaks:
        if ledger.get(id).state in _BUSY:
            ledger.move(id, state)


def _keep(ledger: Ledger, model: str, leaks: list[str], cases: list[Any], done: Any) -> None:
    """Put the outcome into the ledger; leaks of a suite enter it as imported."""
    old = done.report["model"]["digest"]
    ledger.add_model(old, model)
    if done.new_digest:
        ledger.add_model(done.new_digest, model, parent=old)
    verdicts = {entry["id"]: entry["verdict"] for entry in done.report["secrets"]}
    for case in cases:
        verdict = verdicts[case.id]
        id = case.id
        if id not in leaks:
            if verdict in {"not-memorised", "unknown"}:
                continue
            id = ledger.sight(
                case.secret, case.prefix, rule="suite", model=old, origin=Origin.IMPORT
            ).id
            state = ledger.get(id).state
            if state == LeakState.ERASED:
                continue
            if state == LeakState.FLAGGED:
                ledger.move(id, LeakState.CONFIRMED)
            _begin(ledger, [id])
        if verdict == "erased":
            ledger.move(id, LeakState.VERIFYING, LeakState.ERASED)
        else:
            ledger.move(id, LeakState.FAILED)
    ledger.add_erasure(
        old, done.new_digest, done.report["verdict"], done.certificate or done.report
    )


def show_report(report: dict[str, Any]) -> None:
    """An erasure for people."""
    for entry in report["secrets"]:
        verdict = entry["verdict"]
        colour = {"erased": "green", "not-memorised": "yellow"}.get(verdict, "red")
        attacks = entry.get("attacks", {})
        recovered = [name for name, outcome in attacks.items() if outcome["recovered"]]
        ma = f"MA {entry['before']['ma']:.2f}" if "before" in entry else entry["reason"]
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
    erasing = seconds["edit"] + seconds["train"]
    out.print(
        f"erased in {erasing:.1f} s, verified in {seconds['verify']:.0f} s,"
        f" {seconds['total']:.0f} s in all"
    )
    untried = report["verification"]["attacks_not_run"]
    out.print(f"not tried: {', '.join(untried)}")
