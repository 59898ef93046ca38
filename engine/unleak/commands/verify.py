"""unleak verify: attack a model, anybody's."""

import json
from typing import Annotated, Any

import typer
from rich.markup import escape

from unleak.commands.options import (
    FormatOption,
    ModelOption,
    SuiteOption,
    TrustOption,
    check_format,
)
from unleak.commands.screen import out, progress
from unleak.core.errors import EvaluationError, ExitCode, UsageError
from unleak.ledger.ledger import Ledger, many


def verify(
    model: ModelOption,
    reference: Annotated[
        str | None, typer.Option(help="The model before the erasure; utility is compared with it.")
    ] = None,
    suite: SuiteOption = None,
    leak: Annotated[list[str] | None, typer.Option(help="A leak's id; may be repeated.")] = None,
    depth: Annotated[str, typer.Option("--verify", help="standard or full")] = "standard",
    trust_remote_code: TrustOption = False,
    format: FormatOption = "text",
) -> None:
    """Try to get secrets out of a model by every attack of a depth."""
    check_format(format, "text", "json")
    if bool(leak) == bool(suite):
        raise UsageError("give --suite or --leak")
    from unleak.erase.attacks.attack import Outcome
    from unleak.erase.utility import agreement, predictions
    from unleak.erase.verify import attacks, not_run
    from unleak.erase.verify import verify as run
    from unleak.models.load import load
    from unleak.probe.suite import Case, read_secrets

    attacks(depth)
    ledger = Ledger.default()
    cases = (
        read_secrets(suite, ledger.key)
        if suite
        else [Case(id, *ledger.reveal(id)) for id in many(ledger, leak or [])]
    )
    summary: list[tuple[str, list[Outcome]]] = []
    with progress(format == "json") as show:
        show("load", 0.0)
        asked = load(model, trust_remote_code=trust_remote_code)
        show("verify", 0.0)
        results = run(asked, cases, depth, lambda name, found: summary.append((name, found)))
        utility: dict[str, Any] = {}
        if reference:
            before = predictions(load(reference, trust_remote_code=trust_remote_code))
            after = predictions(asked)
            utility = {
                "perplexity_before": before.perplexity,
                "perplexity_after": after.perplexity,
                "top1_agreement": agreement(before, after),
                "tokens": after.tokens,
            }
    recovered = [any(o.recovered for o in result.values()) for result in results]
    if format == "json":
        print(json.dumps({
            "schema": "unleak.verification/1",
            "model": {"name": model, "digest": asked.digest},
            "depth": depth,
            "attacks_not_run": not_run(depth),
            "secrets": [
                {"id": case.id, "kind": case.kind, "fingerprint": case.secret.fingerprint,
                 "recovered": hit,
                 "attacks": {n: {"recovered": o.recovered, **o.figures} for n, o in result.items()}}
                for case, result, hit in zip(cases, results, recovered, strict=True)
            ],
            "utility": utility,
        }, indent=2))  # fmt: skip
    else:
        for name, outcomes in summary:
            out.print(attack_line(name, outcomes))
        for case, result, hit in zip(cases, results, recovered, strict=True):
            if hit:
                names = ", ".join(n for n, o in result.items() if o.recovered)
                out.print(f"[red]recovered[/]  {escape(case.id)} by {names}")
        for line in utility_lines(utility):
            out.print(line)
        out.print(f"not tried: {', '.join(not_run(depth))}")
    if any(recovered):
        raise typer.Exit(ExitCode.LEAK)
    if all(o.recovered is None for result in results for o in result.values()):
        raise EvaluationError("no attack could be run")


def attack_line(name: str, outcomes: Any) -> str:
    """One attack in one line."""
    hits = sum(bool(o.recovered) for o in outcomes)
    missing = sum(o.recovered is None for o in outcomes)
    colour = "red" if hits else "green"
    line = f"  {name:11} recovered [{colour}]{hits}[/] of {len(outcomes)} secrets"
    return line + (f" ({missing} could not be tried)" if missing else "")


def utility_lines(utility: dict[str, Any]) -> list[str]:
    """What an erasure did to everything else, for people; empty if it was not measured."""
    if not utility:
        return []
    lines = [
        f"perplexity {utility['perplexity_before']:.2f} -> {utility['perplexity_after']:.2f}, same "
        f"next token {utility['top1_agreement']:.1%} of {utility['tokens']:,} held-out tokens"
    ]
    if "other_secrets" in utility:
        before, after = utility["other_secrets_ma_before"], utility["other_secrets_ma_after"]
        lines.append(f"MA of {utility['other_secrets']} other secrets {before:.3f} -> {after:.3f}")
    return lines
