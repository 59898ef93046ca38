"""unleak gate: fail a release that leaks."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from unleak.commands.options import FormatOption, ModelOption, TrustOption, check_format
from unleak.commands.screen import Report, out, progress
from unleak.core.errors import ExitCode, UsageError
from unleak.core.keys import load_key
from unleak.models.decoding import Decoding

if TYPE_CHECKING:
    from unleak.ci.gate import Gate
    from unleak.probe.reading import Ask, Prober


class _Server(NamedTuple):
    """Options of an endpoint."""

    url: str
    way: str
    concurrency: int
    requests_per_minute: float | None
    timeout: float


def gate(
    model: ModelOption,
    suite: Annotated[str, typer.Option(help="A suite file, plain or encrypted, or 'demo'.")],
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
    report_dir: Annotated[
        Path | None,
        typer.Option(help="Where reports are written. An interrupted run goes on from there."),
    ] = None,
    tries: Annotated[
        float, typer.Option(min=1, help="A leak has an even chance in fewer samples.")
    ] = 1e6,
    temperature: Annotated[float, typer.Option(help="Of the sampling that tries mean.")] = 1.0,
    top_k: Annotated[int, typer.Option(help="The same; 0: all tokens.")] = 0,
    top_p: Annotated[float, typer.Option(help="The same.")] = 1.0,
    likelihood: Annotated[
        bool, typer.Option("--likelihood", help="Also EL_3, EL_5 and EL_10.")
    ] = False,
    exposure: Annotated[
        bool, typer.Option("--exposure", help="Also compare each secret with 256 decoys (slow).")
    ] = False,
    sample: Annotated[
        int, typer.Option(min=0, help="Also generate so often for each case, as a cross-check.")
    ] = 0,
    fast: Annotated[
        bool,
        typer.Option(
            "--fast", help="bfloat16 where the processor is made for it; see docs/gate.md."
        ),
    ] = False,
    seed: Annotated[int, typer.Option(help="Of samples, decoys and intervals.")] = 0,
    device: Annotated[
        str | None,
        typer.Option(help="cpu, cuda, cuda:1, or map: spread over all. Default: the first GPU."),
    ] = None,
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
    if endpoint is not None and reference_model:
        raise UsageError("--reference-model needs a model here, not an --endpoint")
    from unleak.ci.baseline import from_document, read_baseline
    from unleak.ci.gate import run
    from unleak.ci.journal import Journals
    from unleak.ci.policy_file import policy_for
    from unleak.ci.reports import folder
    from unleak.probe.reading import Ask
    from unleak.probe.suite import read

    policy = policy_for(config, Path())
    policy = replace(policy, fail_on=fail_on) if fail_on is not None else policy
    policy.check(baseline is not None or reference_model is not None)
    ask = Ask(Decoding(temperature, top_k, top_p), likelihood, exposure, sample, seed, tries)
    key = load_key()
    cases = read(suite, key)
    before = read_baseline(baseline) if baseline else None
    measure = partial(run, cases=cases, fingerprinter=key.fingerprinter, tries=tries, seed=seed)
    journals = Journals(report_dir, key.fingerprinter)
    with progress(format == "json") as show:
        told = partial(show, "measure")
        if endpoint is None:
            options = {"trust_remote_code": trust_remote_code, "device": device, "fast": fast}
            load = partial(_local, ask=ask, options=options, show=show)
            if reference_model:
                earlier = measure(journals.around(load(reference_model), "reference", told))
                before = from_document(earlier.as_json(), reference_model)
            prober = load(model)
        else:
            server = _Server(endpoint, endpoint_way, concurrency, requests_per_minute, timeout)
            prober = _remote(model, server, ask)
        asked = journals.around(prober, "release", told)
        result = measure(asked, policy=policy, baseline=before)
    if report_dir:
        folder.write(result, report_dir)
    journals.remove()
    _show(result, report_dir, format, asked.resumed)
    if not result.evaluated:
        raise typer.Exit(ExitCode.NOT_EVALUATED)
    if result.failed:
        raise typer.Exit(ExitCode.LEAK)


def _local(spec: str, ask: "Ask", options: dict[str, Any], show: Report) -> "Prober":
    # Imported here: with an endpoint there may be no torch.
    from unleak.models.load import load
    from unleak.probe.local import LocalProber

    show("load", 0.0)
    return LocalProber(load(spec, **options), ask)


def _remote(name: str, server: _Server, ask: "Ask") -> "Prober":
    from unleak.models.endpoint import Endpoint
    from unleak.probe.remote import RemoteProber

    endpoint = Endpoint(
        server.url,
        name,
        concurrency=server.concurrency,
        requests_per_minute=server.requests_per_minute,
        timeout=server.timeout,
    )
    return RemoteProber(endpoint, ask, way=server.way)


def _show(result: "Gate", report_dir: Path | None, format: str, resumed: int) -> None:
    from unleak.ci.reports import json_file, terminal

    if format == "json":
        print(json_file.text(result), end="")
        return
    terminal.show(result, out)
    if resumed:
        out.print(f"{resumed} cases were read by an earlier run that was interrupted")
    if report_dir:
        out.print(f"report  {report_dir}", soft_wrap=True, markup=False)
