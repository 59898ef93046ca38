"""unleak guard: a scanning proxy before a model server."""

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from unleak.commands.screen import err, out
from unleak.core.errors import EvaluationError, UsageError
from unleak.core.keys import load_key
from unleak.detect.config import find_config, read_settings
from unleak.detect.settings import NO_SETTINGS, Settings

if TYPE_CHECKING:
    from unleak.service.contract import AsyncEngine

_PORT = 11435


def guard(
    upstream: Annotated[
        str | None, typer.Option(help="The model server: http://127.0.0.1:8000, say.")
    ] = None,
    host: Annotated[str, typer.Option(help="Where to listen.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any free one.")] = _PORT,
    mode: Annotated[
        str, typer.Option(help="observe: report only; redact: mask; block: end the answer.")
    ] = "redact",
    echoes: Annotated[
        bool, typer.Option("--echoes", help="Treat also what stands in the request itself.")
    ] = False,
    remote: Annotated[
        bool, typer.Option("--remote", help="Let other machines use it; needs --host.")
    ] = False,
    report: Annotated[bool, typer.Option(help="Tell the engine what was seen.")] = True,
    config: Annotated[
        Path | None, typer.Option(help="Read this and not the nearest unleak.toml.")
    ] = None,
    stats: Annotated[
        bool, typer.Option("--stats", help="Ask the guard that runs there what it counted.")
    ] = False,
) -> None:
    """Find secrets in what a model server writes, before a client shows them."""
    if stats:
        print(json.dumps(_stats(host, port), indent=2))
        return
    if upstream is None:
        raise UsageError("--upstream: name the model server, such as http://127.0.0.1:8000")
    from unleak.guard.relay import Mode
    from unleak.guard.server import Options, serve

    if mode not in list(Mode):
        raise UsageError(f"--mode {mode}: choose one of {', '.join(Mode)}")
    options = Options(upstream, host, port, Mode(mode), remote, echoes)

    def ready(address: str) -> None:
        out.print(f"guard at {address} before {upstream} ({mode})", soft_wrap=True, markup=False)

    key = load_key().fingerprinter
    asyncio.run(serve(options, key, _settings(config), _engine if report else None, ready))


async def _engine() -> "AsyncEngine":
    from unleak.service.client import aconnect

    return await aconnect()


def _settings(config: Path | None) -> Settings:
    file = config or find_config(Path.cwd())
    settings = read_settings(file) if file else NO_SETTINGS
    for warning in settings.warnings:
        err.print(f"warning: {warning}", markup=False, soft_wrap=True)
    return settings


def _stats(host: str, port: int) -> dict[str, Any]:
    import httpx

    where = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    try:
        answer = httpx.get(f"{where}/.unleak/stats", timeout=5, trust_env=False)
        found = answer.json()
    except (httpx.HTTPError, ValueError):
        found = None
    if not isinstance(found, dict) or "schema" not in found:
        raise EvaluationError(f"no guard answers at {where}; start one, or give --port")
    return found
