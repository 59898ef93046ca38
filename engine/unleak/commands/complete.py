"""unleak complete: ask a model for a completion and scan it, as an editor would."""

import json
from pathlib import Path
from typing import Annotated

import typer

from unleak.commands.options import FormatOption, ModelOption, TrustOption, check_format, text_of
from unleak.commands.screen import out, progress
from unleak.core.errors import ExitCode
from unleak.core.finding import Finding, redact
from unleak.core.formats import preview
from unleak.core.secret import Fingerprinter
from unleak.core.states import Origin
from unleak.detect.scanner import Scanner
from unleak.ledger.ledger import Ledger
from unleak.ledger.records import Leak


def complete(
    model: ModelOption,
    prompt_file: Annotated[
        Path | None, typer.Option(help="Text before the cursor; default standard input.")
    ] = None,
    tokens: Annotated[int, typer.Option(min=1, help="Most tokens to write.")] = 64,
    temperature: Annotated[float, typer.Option(min=0.0, help="0 is greedy.")] = 0.0,
    seed: Annotated[int, typer.Option(help="For a temperature above 0.")] = 0,
    record: Annotated[bool, typer.Option(help="Put what is found into the ledger.")] = True,
    trust_remote_code: TrustOption = False,
    format: FormatOption = "text",
) -> None:
    """Complete a prompt with a model; mask and record the secrets in the completion."""
    check_format(format, "text", "json")
    prefix = text_of(prompt_file)
    from unleak.models.complete import complete as ask
    from unleak.models.load import load

    ledger = Ledger.default()
    with progress(format == "json") as show:
        show("load", 0.0)
        asked = load(model, trust_remote_code=trust_remote_code)
    answer = ask(asked, prefix, tokens=tokens, temperature=temperature, seed=seed)
    found = in_completion(ledger.fingerprinter, prefix, answer)
    leaks: list[Leak | None] = [None] * len(found)
    if record and found:
        ledger.add_model(asked.digest, model)
        leaks = [
            ledger.sight(
                f.secret,
                (prefix + answer)[: f.start],
                rule=f.rule,
                model=asked.digest,
                origin=Origin.COMPLETION,
            )
            for f in found
        ]
    masked = redact(prefix + answer, found)[len(prefix) :]
    if format == "json":
        print(json.dumps({"completion": masked, "findings": [
            {"kind": f.kind, "rule": f.rule, "alert": f.alert, "fingerprint": f.fingerprint,
             "preview": preview(f.secret.reveal()), "leak": leak.id if leak else None}
            for f, leak in zip(found, leaks, strict=True)
        ]}, indent=2))  # fmt: skip
    else:
        out.print(masked, markup=False, soft_wrap=True)
        for f, leak in zip(found, leaks, strict=True):
            id = f"  leak {leak.id}" if leak else ""
            out.print(f"[red]flagged[/] {f.kind} {preview(f.secret.reveal())}{id}")
        if any(leaks):
            first = next(leak.id for leak in leaks if leak)
            out.print(f"next: unleak confirm --model {model} --leak {first}", soft_wrap=True)
    if any(f.alert for f in found):
        raise typer.Exit(ExitCode.LEAK)


def in_completion(fingerprinter: Fingerprinter, prefix: str, answer: str) -> list[Finding]:
    """Findings that stand, at least in part, in the completion.

    The prefix is scanned along: a secret may begin in what was typed.
    """
    found = Scanner(fingerprinter).scan(prefix + answer)
    return [finding for finding in found if finding.end > len(prefix)]
