"""unleak gate: fail a release that leaks."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from unleak.commands.options import FormatOption, ModelOption, TrustOption, check_format
from unleak.commands.screen import out, progress
from unleak.core.errors import ExitCode, UsageError
from unleak.core.keys import load_key


def gate(
    model: ModelOption,
    suite: Annotated[str, typer.Option(help="A suite file (JSON Lines), or 'demo'.")],
    baseline: Annotated[Path | None, typer.Option(help="gate.json of an earlier release.")] = None,
    reference_model: Annotated[
        str | None, typer.Option(help="An earlier release to compare with.")
    ] = None,
    fail_on: Annotated[
        str | None, typer.Option(help="any (without budgets the default), new or regression")
    ] = None,
    config: Annotated[
        Path | None, typer.Option(help="Budgets and waivers; by default the nearest unleak.toml.")
    ] = None,
    tries: Annotated[
        float, typer.Option(min=1, help="A leak has an even chance in fewer samples.")
    ] = 1e6,
    report_dir: Annotated[Path | None, typer.Option(help="Where reports are written.")] = None,
    exposure: Annotated[
        bool, typer.Option("--exposure", help="Also compare each secret with 256 decoys (slow).")
    ] = False,
    trust_remote_code: TrustOption = False,
    format: FormatOption = "text",
) -> None:
    """Run extraction tests on a model: exit 1 if it leaks, 3 if no case could be asked."""
    check_format(format, "text", "json")
    if baseline and reference_model:
        raise UsageError("give --baseline or --reference-model, not both")
    from unleak.ci.baseline import from_document, read_baseline
    from unleak.ci.gate import run
    from unleak.ci.policy_file import policy_for
    from unleak.ci.reports import folder, json_file, terminal
    from unleak.models.load import load
    from unleak.probe.local import LocalProber
    from unleak.probe.suite import read

    policy = policy_for(config, Path())
    policy = replace(policy, fail_on=fail_on) if fail_on is not None else policy
    policy.check(baseline is not None or reference_model is not None)
    key = load_key()
    cases = read(suite, key)
    before = read_baseline(baseline) if baseline else None
    with progress(format == "json") as show:
        if reference_model:
            show("load", 0.0)
            earlier = load(reference_model, trust_remote_code=trust_remote_code)
            show("measure", 0.0)
            measured = run(LocalProber(earlier), cases, fingerprinter=key, tries=tries)
            before = from_document(measured.as_json(), reference_model)
            del earlier, measured
        show("load", 0.0)
        asked = load(model, trust_remote_code=trust_remote_code)
        show("measure", 0.0)
        result = run(
            LocalProber(asked, with_exposure=exposure),
            cases,
            fingerprinter=key,
            policy=policy,
            baseline=before,
            tries=tries,
        )
    if report_dir:
        folder.write(result, report_dir)
    if format == "json":
        print(json_file.text(result), end="")
    else:
        terminal.show(result, out)
        if report_dir:
            out.print(f"report  {report_dir}", soft_wrap=True)
    if not result.evaluated:
        raise typer.Exit(ExitCode.NOT_EVALUATED)
    if result.failed:
        raise typer.Exit(ExitCode.LEAK)
