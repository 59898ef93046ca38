"""unleak gate: fail a release that leaks."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from unleak.commands.options import FormatOption, ModelOption, TrustOption, check_format
from unleak.commands.screen import out, progress
from unleak.core.errors import ExitCode, UsageError
from unleak.core.keys import load_key

if TYPE_CHECKING:
    from unleak.probe.reading import Prober


def gate(
    model: ModelOption,
    suite: Annotated[str, typer.Option(help="A suite file (JSON Lines), or 'demo'.")],
    baseline: Annotated[Path | None, typer.Option(help="gate.json of an earlier release.")] = None,
    reference_model: Annotated[
        str | None, typer.Option(help="An earlier release to compare with.")
    ] = None,
    fail_on: Annotated[str, typer.Option(help="any, new or regression")] = "any",
    report_dir: Annotated[Path | None, typer.Option(help="Where reports are written.")] = None,
    exposure: Annotated[
        bool, typer.Option("--exposure", help="Also compare each secret with 256 decoys (slow).")
    ] = False,
    endpoint: Annotated[
        str | None,
        typer.Option(help="Ask an OpenAI-compatible server here; --model is the served name."),
    ] = None,
    endpoint_way: Annotated[
        str, typer.Option(help="auto, prompt_logprobs, echo or generate (measures less)")
    ] = "auto",
    concurrency: Annotated[int, typer.Option(min=1, help="Requests at once.")] = 8,
    requests_per_minute: Annotated[
        float | None, typer.Option(min=0.01, help="At most so many; default no limit.")
    ] = None,
    timeout: Annotated[float, typer.Option(min=0.01, help="Seconds for one request.")] = 60.0,
    trust_remote_code: TrustOption = False,
    format: FormatOption = "text",
) -> None:
    """Run extraction tests on a model: exit 1 if it leaks, 3 if no case could be asked."""
    check_format(format, "text", "json")
    if baseline and reference_model:
        raise UsageError("give --baseline or --reference-model, not both")
    if endpoint is not None and (reference_model or exposure):
        raise UsageError("--reference-model and --exposure need a model here, not an --endpoint")
    from unleak.ci.gate import check, entries, read_baseline, run
    from unleak.ci.reports import folder, json_file, terminal
    from unleak.models.endpoint import Endpoint
    from unleak.probe.remote import RemoteProber
    from unleak.probe.suite import read

    prober: Prober
    check(fail_on, baseline is not None or reference_model is not None)
    cases = read(suite, load_key().fingerprinter)
    before = read_baseline(baseline) if baseline else None
    with progress(format == "json") as show:
        if endpoint is not None:
            show("measure", 0.0)
            server = Endpoint(
                endpoint,
                model,
                concurrency=concurrency,
                requests_per_minute=requests_per_minute,
                timeout=timeout,
            )
            prober = RemoteProber(server, way=endpoint_way)
        else:
            from unleak.models.load import load  # here: with an endpoint there may be no torch
            from unleak.probe.local import LocalProber

            if reference_model:
                show("load", 0.0)
                earlier = load(reference_model, trust_remote_code=trust_remote_code)
                show("measure", 0.0)
                before = entries(run(LocalProber(earlier), cases).as_json())
                del earlier
            show("load", 0.0)
            asked = load(model, trust_remote_code=trust_remote_code)
            show("measure", 0.0)
            prober = LocalProber(asked, with_exposure=exposure)
        result = run(prober, cases, fail_on=fail_on, baseline=before)
    if report_dir:
        folder.write(result, report_dir)
    if format == "json":
        print(json_file.text(result), end="")
    else:
        terminal.show(result, out)
        if isinstance(prober, RemoteProber):
            out.print(f"measured by {prober.limits}", soft_wrap=True)
        if report_dir:
            out.print(f"report  {report_dir}", soft_wrap=True)
    if not result.evaluated:
        raise typer.Exit(ExitCode.NOT_EVALUATED)
    if result.failed:
        raise typer.Exit(ExitCode.LEAK)
