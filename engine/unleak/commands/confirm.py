"""unleak confirm: did the model memorise it?"""

import json
import sys
from collections.abc import Mapping
from contextlib import closing
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
from unleak.core.keys import load_key
from unleak.core.states import Verdict

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
    if leak:
        cases = _by_job(leak, model, trust_remote_code, format)
    else:
        cases = _here(model, suite, prefix_file, kind, trust_remote_code, format)
    if format == "json":
        print(json.dumps(cases, indent=2))
    else:
        for case in cases:
            for line in lines(case["id"], case["kind"], case):
                out.print(line, soft_wrap=True)
    verdicts = {case["verdict"] for case in cases}
    if Verdict.MEMORISED in verdicts:
        if leak and format == "text":
            ids = " ".join(c["id"] for c in cases if c["verdict"] == Verdict.MEMORISED)
            out.print(f"next: unleak erase {ids} --model {model} --out NEW-MODEL", soft_wrap=True)
        raise typer.Exit(ExitCode.LEAK)
    if verdicts == {Verdict.UNKNOWN}:
        raise EvaluationError("no case could be asked")


def _by_job(
    leaks: list[str], model: str, trust_remote_code: bool, format: str
) -> list[dict[str, Any]]:
    """Leaks of the ledger: a job of the engine, which keeps what it finds."""
    from unleak.commands.following import followed, full
    from unleak.service.client import connect

    with closing(connect()) as engine, progress(format == "json") as show:
        job = engine.confirm(leaks, model=full(model), trust_remote_code=trust_remote_code)
        found = followed(engine, job, show)
    if found.result is None:
        raise found.failure()
    cases: list[dict[str, Any]] = found.result["cases"]
    return cases


def _here(
    model: str,
    suite: str | None,
    prefix_file: Path | None,
    kind: str,
    trust_remote_code: bool,
    format: str,
) -> list[dict[str, Any]]:
    """Cases that are no leaks of the ledger: asked in this process, and not kept."""
    from unleak.models.load import load
    from unleak.probe.confirm import confirm as decide
    from unleak.probe.suite import Case, read

    key = load_key()
    if suite:
        cases = read(suite, key)
    else:
        value = sys.stdin.read().rstrip("\r\n")
        if not value:
            raise UsageError("standard input holds no secret")
        cases = [Case("stdin", text_of(prefix_file), key.fingerprinter.secret(value, kind))]
    found: list[dict[str, Any]] = []
    with progress(format == "json") as show:
        show("load", 0.0)
        asked = load(model, trust_remote_code=trust_remote_code)
        for case in cases:
            show("measure", len(found) / len(cases))
            evidence = decide(asked, case, cases=len(cases))
            found.append(
                {
                    "id": case.id,
                    "kind": case.kind,
                    "fingerprint": case.secret.fingerprint,
                    **evidence.as_json(),
                }
            )
    return found


def lines(id: str, kind: str, evidence: Mapping[str, Any]) -> list[str]:
    """A verdict with its evidence (as JSON), for people."""
    verdict = evidence["verdict"]
    colour = {"memorised": "red", "echoed": "cyan", "invented": "green"}.get(verdict, "yellow")
    result = [f"[{colour}]{verdict}[/]  {escape(kind)} {escape(id)}: {evidence['reason']}"]
    if "verbatim" in evidence:
        verbatim = "yes" if evidence["verbatim"] else "no"
        result.append(
            f"    verbatim {verbatim}, MA {evidence['ma']:.2f} of {evidence['tokens']} tokens, "
            f"probability of one sample {evidence['p_extract']:.1g}"
        )
    if e := evidence.get("exposure"):
        # A model prefers whatever it wrote itself to a decoy, memorised or not.
        own = ", as high for anything it writes itself" if verdict == "invented" else ""
        result.append(
            f"    exposure {e['bits']:.0f} bits against {e['decoys']} decoys "
            f"({e['tail']} tail, z {e['z']:+.1f}){own if e['z'] > _HIGH_Z else ''}"
        )
    return result
