"""Run the guard: the application, its server, and what keeps in touch with the engine."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable
from dataclasses import dataclass

import uvicorn

from unleak.core.errors import UsageError
from unleak.core.secret import Fingerprinter
from unleak.detect.classifier import shipped
from unleak.detect.scanner import Scanner
from unleak.detect.settings import Settings
from unleak.detect.stream import StreamScanner
from unleak.guard.app import Guard
from unleak.guard.blocklist import Blocked
from unleak.guard.relay import Mode
from unleak.guard.reporter import Connect, Reporter
from unleak.guard.stats import Stats
from unleak.guard.track import Shield
from unleak.guard.upstream import Upstream, is_here
from unleak.service.contract import BlockList

PORT = 11435


@dataclass(frozen=True, slots=True)
class Options:
    """How to run.

    remote: listen for other machines, too.
    echoes: treat what stands in the request like anything else.
    """

    upstream: str
    host: str = "127.0.0.1"
    port: int = PORT
    mode: Mode = Mode.REDACT
    remote: bool = False
    echoes: bool = False


def shield_of(
    fingerprinter: Fingerprinter, settings: Settings, blocked: Blocked, echoes: bool = False
) -> Shield:
    """What completions are held against.

    Comments that allow a finding count nothing: the model wrote them.
    """
    return Shield(Scanner(fingerprinter, settings=settings, markers=False), blocked, echoes)


async def serve(
    options: Options,
    key: Fingerprinter,
    settings: Settings,
    connect: Connect | None,
    ready: Callable[[str], None] = lambda address: None,
) -> None:
    """Serve until a signal or cancellation.

    Args:
        options: how.
        key: makes fingerprints until the engine has said which key it uses.
        settings: of detection.
        connect: how to reach the engine; None: nothing is reported.
        ready: told the guard's address once it listens.

    Raises:
        UsageError: the address cannot be used.
    """
    if not options.remote and not is_here(options.host):
        raise UsageError(
            f"--host {options.host}: others on the network could use the guard; "
            "say --remote if they shall"
        )
    shield = shield_of(key, settings, Blocked(key), options.echoes)
    _warm(shield)
    stats, upstream = Stats(), Upstream(options.upstream)

    def renew(fingerprinter: Fingerprinter, blocked: BlockList) -> None:
        stats.gauges["blocked_fingerprints"] = len(blocked.fingerprints)
        known = Blocked(fingerprinter, blocked)
        if fingerprinter == guard.shield.scanner.fingerprinter:
            guard.shield = Shield(guard.shield.scanner, known, options.echoes)
        else:
            guard.shield = shield_of(fingerprinter, settings, known, options.echoes)

    reporter = Reporter(connect, renew, stats) if connect else None
    guard = Guard(
        upstream, shield, options.mode, reporter.put if reporter else lambda sighting: None, stats,
        any_host=options.remote,
    )  # fmt: skip
    listener = _listen(options.host, options.port)
    shown = f"[{options.host}]" if ":" in options.host else options.host
    config = uvicorn.Config(
        guard, log_level=logging.WARNING, access_log=False, lifespan="off", ws="none",
        server_header=False, date_header=False, timeout_graceful_shutdown=3,
    )  # fmt: skip
    background = [asyncio.create_task(reporter.run())] if reporter else []
    try:
        ready(f"http://{shown}:{listener.getsockname()[1]}")
        await uvicorn.Server(config).serve(sockets=[listener])
    finally:
        for task in background:
            task.cancel()
        await asyncio.gather(*background, return_exceptions=True)
        if reporter:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(reporter.flush(), 3)
        await upstream.close()
        listener.close()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        made = socket.create_server((host, port), family=family, backlog=1024)
        # asyncio sends at once (TCP_NODELAY) only on sockets that say that they are TCP; else an
        # answer's second piece waits 40 ms for the first one to be acknowledged.
        return socket.socket(made.family, made.type, socket.IPPROTO_TCP, made.detach())
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"cannot listen on {host} port {port}: {reason}") from None


def _warm(shield: Shield) -> None:
    """Compile patterns and load the classifier before the first completion, not during it."""
    shipped()
    StreamScanner(shield.scanner).feed('password = "hunter2 hunter2"\nkey = "a1b2')
