"""unleak confirm: did the model memorise it?"""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from unleak.commands.options import (
    FormatOption,
    ModelOption,
    SuiteOption,
    TrustOption,
    check_format,
    text_of,
)
from unleak.commands.screen import out, progress
from unleak.core.errors import EvaluationError, ExitCode, UsageError
from unleak.core.states import LeakState, Origin, Verdict
from unleak.ledger.ledger import Ledger, many

_HIGH_Z = 3.0  # standard deviations


def confirm(
    model: ModelOption,
    leak: Annotated[list[str] | None, typer.Option(help="A leak's id; may be repeated.")] = None,
    suite: SuiteOption = None,
    prefix_file: Annotated[Path | None, typer.Option(help="Text before the secret.")] = None,
    secret_stdin: Annotated[
        bool, typer.Option("--secret-stdin", help="Read the secret from standard input.")
    ] = False,
    kind: Annotated[str, typer.Option(help="Of the secret on standard input.")] = "secret",
    trust_remote_code: TrustOption = False,
    format: FormatOption = "text",
) -> None:
    """Ask a model whether it memorised, echoed or invented a secret."""
    check_format(format, "text", "json")
    if sum((bool(leak), bool(suite), prefix_file is not None)) != 1:
        raise UsageError("give one of --leak, --suite, or --prefix-file with --secret-stdin")
    if (prefix_file is not None) != secret_stdin:
        raise UsageError("--prefix-file and --secret-stdin go together")
    from unleak.models.load import load
    from unleak.probe.confirm import Evidence
    from unleak.probe.confirm import confirm as decide
    from unleak.probe.suite import Case, read

    ledger = Ledger.default()
    cases: list[tuple[Case, bool]] = []
    if leak:
        for id in many(ledger, leak):
            prefix, secret = ledger.reveal(id)
            # Greedy decoding gives a completion's own text by construction.
            own = ledger.get(id).origin == Origin.COMPLETION
            cases.append((Case(id, prefix, secret), own))
    elif suite:
        cases = [(case, False) for case in read(suite, ledger.key)]
    else:
        value = sys.stdin.read().rstrip("\r\n")
        if not value:
            raise UsageError("standard input holds no secret")
        secret = ledger.fingerprinter.secret(value, kind)
        cases = [(Case("stdin", text_of(prefix_file), secret), False)]
    found: list[tuple[Case, Evidence]] = []
    with progress(format == "json") as show:
        show("load", 0.0)
        asked = load(model, trust_remote_code=trust_remote_code)
        for case, own in cases:
            show("measure", len(found) / len(cases))
            found.append((case, decide(asked, case, own_completion=own, cases=len(cases))))
    if leak:
        for case, evidence in found:
            _record(ledger, case.id, asked.digest, evidence)
    if format == "json":
        print(json.dumps([{"id": c.id, "kind": c.kind, "fingerprint": c.secret.fingerprint,
                           **e.as_json()} for c, e in found], indent=2))  # fmt: skip
    else:
        for case, evidence in found:
            for line in lines(case.id, case.kind, evidence):
                out.print(line, soft_wrap=True)
    verdicts = {evidence.verdict for _, evidence in found}
    if Verdict.MEMORISED in verdicts:
        if leak and format == "text":
            ids = " ".join(c.id for c, e in found if e.verdict == Verdict.MEMORISED)
            out.print(f"next: unleak erase {ids} --model {model} --out NEW-MODEL", soft_wrap=True)
        raise typer.Exit(ExitCode.LEAK)
    if verdicts == {Verdict.UNKNOWN}:
        raise EvaluationError("no case could be asked")


def _record(ledger: Ledger, id: str, model: str, evidence: Any) -> None:
    ledger.add_evidence(id, model, evidence.as_json())
    state = ledger.get(id).state
    if evidence.verdict == Verdict.MEMORISED:
        if state in {LeakState.FLAGGED, LeakState.DISMISSED, LeakState.RESURFACED}:
            ledger.move(id, LeakState.CONFIRMED)
        elif state == LeakState.ERASED:
            ledger.move(id, LeakState.RESURFACED, LeakState.CONFIRMED)
    elif evidence.verdict != Verdict.UNKNOWN and state == LeakState.FLAGGED:
        ledger.move(id, LeakState.DISMISSED)


def lines(id: str, kind: str, evidence: Any) -> list[str]:
    """A verdict with its evidence, for people."""
    colour = {"memorised": "red", "echoed": "cyan", "invented": "green"}.get(
        evidence.verdict, "yellow"
    )
    result = [f"[{colour}]{evidence.verdict}[/]  {escape(kind)} {escape(id)}: {evidence.reason}"]
    m, e = evidence.measurement, evidence.exposure
    if m:
        verbatim = "yes" if m.verbatim else "no"
        result.append(
            f"    verbatim {verbatim}, MA {m.ma:.2f} of {m.tokens} tokens, "
            f"probability of one sample {m.p_extract:.1g}"
        )
    if e:
        # A model prefers whatever it wrote itself to a decoy, memorised or not.
        own = ", as high for anything it writes itself" if evidence.verdict == "invented" else ""
        result.append(
            f"    exposure {e.bits:.0f} bits against {e.decoys} decoys "
            f"({e.tail} tail, z {e.z:+.1f}){own if e.z > _HIGH_Z else ''}"
        )
    return result
