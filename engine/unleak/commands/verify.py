"""unleak verify: attack a model, anybody's; or check a certificate."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from unleak.commands.options import FormatOption, SuiteOption, TrustOption, check_format
from unleak.commands.screen import Report, out, progress
from unleak.core.errors import EvaluationError, ExitCode, UsageError
from unleak.core.keys import load_key
from unleak.ledger.ledger import Ledger, many


def verify(
    model: Annotated[
        str | None, typer.Option("--model", help="A folder, a .gguf file, a hub id, or 'demo'.")
    ] = None,
    reference: Annotated[
        str | None,
        typer.Option(help="The model before the erasure; utility is compared with it."),
    ] = None,
    suite: SuiteOption = None,
    leak: Annotated[list[str] | None, typer.Option(help="A leak's id; may be repeated.")] = None,
    depth: Annotated[
        str, typer.Option("--depth", "--verify", help="standard or full")
    ] = "standard",
    attack: Annotated[
        list[str] | None,
        typer.Option(help="Only this attack; may be repeated. A wrong name lists them."),
    ] = None,
    keep: Annotated[
        str | None,
        typer.Option(help="A suite of other secrets: their MA, before (--reference) and after."),
    ] = None,
    humaneval: Annotated[
        int | None, typer.Option(help="Solve so many of HumanEval's 164 problems, in a sandbox.")
    ] = None,
    certificate: Annotated[
        Path | None, typer.Option(help="Check this certificate of --model, and do nothing else.")
    ] = None,
    public_key: Annotated[
        Path | None, typer.Option(help="Whose certificate it should be (PEM); default your own.")
    ] = None,
    print_public_key: Annotated[
        bool, typer.Option("--print-public-key", help="Print what checks your certificates.")
    ] = False,
    trust_remote_code: TrustOption = False,
    format: FormatOption = "text",
) -> None:
    """Try to get secrets out of a model by every attack of a depth; or check a certificate."""
    check_format(format, "text", "json")
    if print_public_key:
        from unleak.erase import certificate as certificates

        print(certificates.pem(certificates.public_key(load_key())), end="")
        return
    if model is None:
        raise UsageError("give --model")
    if certificate is not None:
        _check(certificate, model, public_key, format)
        return
    if public_key is not None:
        raise UsageError("--public-key goes with --certificate")
    if bool(leak) == bool(suite):
        raise UsageError("give --suite or --leak")
    from unleak.erase.attacks.attack import Outcome
    from unleak.erase.humaneval import problems
    from unleak.erase.verify import attacks, not_run, recovered
    from unleak.erase.verify import verify as run
    from unleak.models.load import Model, load
    from unleak.probe.suite import Case, read_secrets

    names = attack or []
    attacks(depth, [name for name in names if name != "diff-inspection" or not reference])
    if humaneval is not None:
        problems(humaneval)
    ledger = Ledger.default()
    cases = (
        read_secrets(suite, ledger.key)
        if suite
        else [Case(id, *ledger.reveal(id)) for id in many(ledger, leak or [])]
    )
    mine = {case.secret.fingerprint for case in cases}
    others = read_secrets(keep, ledger.key) if keep else []
    others = [case for case in others if case.secret.fingerprint not in mine]
    summary: list[tuple[str, list[Outcome]]] = []
    with progress(format == "json") as show:
        show("load", 0.0)
        asked = load(model, trust_remote_code=trust_remote_code)
        before: dict[str, Any] = {}
        old: Model | None = None
        if reference:
            old = load(reference, trust_remote_code=trust_remote_code)
            before = _utility(old, others, humaneval, show)
            if depth == "standard" and "diff-inspection" not in names:
                old = None  # only that attack needs both at once
        results = run(
            asked,
            cases,
            depth,
            lambda name, found: summary.append((name, found)),
            names=names,
            reference=old,
            progress=show,
        )
        after = _utility(asked, others, humaneval, show) if reference or others or humaneval else {}
    utility = _compared(before, after)
    hits = [recovered(result) for result in results]
    left_out = not_run(depth, names, old)
    if format == "json":
        print(json.dumps({
            "schema": "unleak.verification/1",
            "model": {"name": model, "digest": asked.digest},
            "reference": {"name": reference} if reference else None,
            "depth": depth,
            "attacks_run": [name for name, _ in summary],
            "attacks_not_run": left_out,
            "secrets": [
                {"id": case.id, "kind": case.kind, "fingerprint": case.secret.fingerprint,
                 "recovered": bool(by),
                 "attacks": {name: o.as_json() for name, o in result.items()}}
                for case, result, by in zip(cases, results, hits, strict=True)
            ],
            "utility": utility,
        }, indent=2))  # fmt: skip
    else:
        for name, outcomes in summary:
            out.print(attack_line(name, outcomes))
        for case, by in zip(cases, hits, strict=True):
            if by:
                out.print(f"[red]recovered[/]  {escape(case.id)} by {', '.join(by)}")
        for line in utility_lines(utility):
            out.print(line)
        if left_out:
            out.print(f"not tried: {', '.join(left_out)}")
    if any(hits):
        raise typer.Exit(ExitCode.LEAK)
    if all(o.recovered is None for result in results for o in result.values()):
        raise EvaluationError("no attack could be run")


def _check(path: Path, model: str, public_key: Path | None, format: str) -> None:
    from unleak.erase import certificate as certificates
    from unleak.models.load import EMBEDDED, embedded_folder

    key = (
        certificates.read_public_key(public_key)
        if public_key
        else certificates.public_key(load_key())
    )
    folder = embedded_folder() if model == EMBEDDED else Path(model)
    content = certificates.check(path, folder, key)
    said = content["predicate"]
    if format == "json":
        print(json.dumps({
            "schema": "unleak.certificate-check/1", "valid": True,
            "key": certificates.key_id(key), "statement": content,
        }, indent=2))  # fmt: skip
        return
    verification = said["verification"]
    verdicts = [entry["verdict"] for entry in said["secrets"]]
    out.print(f"[green]valid[/]  signed with key {certificates.key_id(key)}, {said['made']}")
    out.print(f"{len(content['subject'])} files are as they were certified")
    out.print(
        f"{verdicts.count('erased')} of {len(verdicts)} secrets erased, method "
        f"{escape(said['method'])}, verification {verification['depth']}"
    )
    out.print(f"attacks run: {', '.join(verification['attacks_run'])}")
    out.print(f"not run: {', '.join(verification['attacks_not_run']) or 'none'}")
    for line in said["not_guaranteed"]:
        out.print(f"not guaranteed: {escape(line)}")


def _utility(asked: Any, others: Any, humaneval: int | None, show: Report) -> dict[str, Any]:
    """What can be said of one model: predictions, HumanEval, MA of other secrets."""
    from unleak.erase.humaneval import humaneval as solve
    from unleak.erase.utility import mean_ma, predictions

    show("utility", 0.0)
    found: dict[str, Any] = {"predictions": predictions(asked)}
    if measured := mean_ma(asked, others):
        found["ma"], found["others"] = measured
    if humaneval is not None:
        show("humaneval", 0.0)
        score = solve(asked, humaneval, lambda done: show("humaneval", done))
        found["humaneval"] = score.as_json()
    return found


def _compared(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Both as the reports show them; what was not measured is not there."""
    from unleak.erase.utility import agreement

    if not after:
        return {}
    utility: dict[str, Any] = {
        "perplexity_after": after["predictions"].perplexity,
        "tokens": after["predictions"].tokens,
    }
    if before:
        utility["perplexity_before"] = before["predictions"].perplexity
        utility["top1_agreement"] = agreement(before["predictions"], after["predictions"])
    for when, found in (("before", before), ("after", after)):
        if "ma" in found:
            utility["other_secrets"] = found["others"]
            utility[f"other_secrets_ma_{when}"] = found["ma"]
        if "humaneval" in found:
            utility[f"humaneval_{when}"] = found["humaneval"]
    return utility


def attack_line(name: str, outcomes: Any) -> str:
    """One attack in one line."""
    hits = sum(bool(o.recovered) for o in outcomes)
    missing = sum(o.recovered is None for o in outcomes)
    required = all(o.figures.get("required", True) for o in outcomes)
    colour = "green" if not hits else "red" if required else "yellow"
    line = f"  {name:15} recovered [{colour}]{hits}[/] of {len(outcomes)} secrets"
    if missing:
        line += f" ({missing} could not be tried)"
    return line if required else f"{line} (reported only)"


def utility_lines(utility: dict[str, Any]) -> list[str]:
    """What an erasure did to everything else, for people; empty if it was not measured."""
    if not utility:
        return []
    lines = []
    if "perplexity_before" in utility:
        lines.append(
            f"perplexity {utility['perplexity_before']:.2f} -> {utility['perplexity_after']:.2f}, "
            f"same next token {utility['top1_agreement']:.1%} of {utility['tokens']:,} held-out "
            "tokens"
        )
    else:
        lines.append(
            f"perplexity {utility['perplexity_after']:.2f} of {utility['tokens']:,} held-out tokens"
        )
    if "other_secrets" in utility:
        shown = [
            f"{utility[name]:.3f}"
            for name in ("other_secrets_ma_before", "other_secrets_ma_after")
            if name in utility
        ]
        lines.append(f"MA of {utility['other_secrets']} other secrets {' -> '.join(shown)}")
    scores = [utility[n] for n in ("humaneval_before", "humaneval_after") if n in utility]
    if scores:
        shown = [f"{s['pass_at_1']:.1%} ({s['low']:.1%} to {s['high']:.1%})" for s in scores]
        lines.append(
            f"HumanEval pass@1 {' -> '.join(shown)}, greedy, {scores[0]['problems']} problems, "
            "95 % interval"
        )
    return lines
