"""The daemon: `unleak engine serve`, or what a client starts when it first needs an engine.

Exactly one for each data folder. Imports are late: the process that comes second finds the lock
taken, and is gone before it has loaded anything.
"""

import argparse
import asyncio
import ipaddress
import logging
import os
import socket
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

from unleak.core.errors import EngineError, ExitCode, UnleakError, UsageError
from unleak.service.process import no_core_dumps
from unleak.service.runtime import (
    HAS_UNIX_SOCKETS,
    Address,
    address_file,
    default_socket,
    held,
    lock_file,
    private_folder,
    write_address,
)

if TYPE_CHECKING:
    from fastapi import FastAPI

    from unleak.service.api.bounds import Bounds
    from unleak.service.core import Core
    from unleak.service.tokens import Tokens

_LOOK: Final = 0.5  # seconds between two looks whether the daemon is idle, or its socket gone


@dataclass(frozen=True, slots=True)
class Serving:
    """How to serve. Without socket and host: a Unix socket, where there are any.

    certificate, key: PEM files; with them TLS is spoken.
    idle_minutes: stop after so long without anything to do; 0: never.
    """

    socket: Path | None = None
    host: str = ""
    port: int = 0
    certificate: Path | None = None
    key: Path | None = None
    idle_minutes: float = 0.0

    def check(self) -> None:
        """Raises UsageError where the options do not fit together, or secrets would go in clear."""
        if self.socket and (self.host or self.port):
            raise UsageError("give --socket, or --host and --port, not both")
        if bool(self.certificate) != bool(self.key):
            raise UsageError("--certificate and --key go together")
        if self.certificate and not self.host:
            raise UsageError("TLS needs --host and --port")
        if self.host and not self.certificate and not is_loopback(self.host):
            raise UsageError(
                f"--host {self.host}: leaks would travel in clear; give --certificate and --key, "
                "or serve on 127.0.0.1 behind a proxy that speaks TLS"
            )

    @property
    def local(self) -> bool:
        """Whether only this machine's users can reach it."""
        return not self.host or (is_loopback(self.host) and not self.certificate)


def is_loopback(host: str) -> bool:
    """Whether an address stays on this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def serve(serving: Serving, open_core: Callable[[], "Core"] | None = None) -> bool:
    """Serve until told to stop; False, at once, if another daemon of this data folder does.

    open_core: opens what is served; by default the user's ledger.

    Raises:
        UnleakError: it cannot serve.
    """
    serving.check()
    no_core_dumps()
    with held(lock_file()) as mine:
        if not mine:
            return False
        _serve(serving, open_core)
    return True


def _serve(serving: Serving, open_core: Callable[[], "Core"] | None) -> None:
    from unleak.service.core import Core
    from unleak.service.log import log_to_file
    from unleak.service.tokens import Tokens

    log_to_file()
    tokens = Tokens()
    tokens.owner()
    core = (open_core or Core)()
    try:
        core.runner()
        listener, address = _bind(serving)
        try:
            write_address(address)
            asyncio.run(_run(serving, core, tokens, listener, address))
        finally:
            listener.close()
            address_file().unlink(missing_ok=True)
            if address.socket:
                with suppress(OSError):
                    os.unlink(address.socket)
    finally:
        core.close()


async def _run(
    serving: Serving, core: "Core", tokens: "Tokens", listener: socket.socket, address: Address
) -> None:
    import uvicorn

    from unleak.service.api.app import application

    def stop() -> None:
        app.state.stopping.set()
        server.should_exit = True

    bounds, app = application(core, tokens, local=serving.local, stop=stop)
    config = uvicorn.Config(
        bounds,
        log_config=None,
        access_log=False,
        lifespan="off",
        http="h11",
        ws="none",
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=3,
        ssl_certfile=serving.certificate,
        ssl_keyfile=serving.key,
    )
    server = uvicorn.Server(config)
    logging.getLogger("unleak.engine").info("serving, pid %s", os.getpid())
    watching = asyncio.create_task(_watch(serving, core, bounds, address, app))
    try:
        await server.serve(sockets=[listener])
    finally:
        app.state.stopping.set()
        watching.cancel()


async def _watch(
    serving: Serving,
    core: "Core",
    bounds: "Bounds",
    address: Address,
    app: "FastAPI",
) -> None:
    """Stop once there is nothing to do, or nobody can find this daemon any more."""
    while not app.state.stopping.is_set():
        await asyncio.sleep(_LOOK)
        idle = serving.idle_minutes and bounds.idle_seconds > serving.idle_minutes * 60
        lost = address.socket and not os.path.exists(address.socket)
        if lost or (idle and not await asyncio.to_thread(core.jobs.active)):
            app.state.stop()


def _bind(serving: Serving) -> tuple[socket.socket, Address]:
    named = version("unleak")
    try:
        if serving.host or not HAS_UNIX_SOCKETS:
            host = serving.host or "127.0.0.1"
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, os.name == "posix")
            listener.bind((host, serving.port))
            listener.listen(512)
            port = listener.getsockname()[1]
            shown = f"[{host}]" if ":" in host else host
            scheme = "https" if serving.certificate else "http"
            return listener, Address(os.getpid(), named, url=f"{scheme}://{shown}:{port}")
        path = serving.socket.absolute() if serving.socket else default_socket()
        if serving.socket:
            private_folder(path.parent)
        path.unlink(missing_ok=True)  # a dead daemon's: the lock is ours
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        before = os.umask(0o177)
        try:
            listener.bind(str(path))
        finally:
            os.umask(before)
        listener.listen(512)
        return listener, Address(os.getpid(), named, socket=str(path))
    except OSError as error:
        raise EngineError(f"cannot listen: {error.strerror}; choose another address") from None


def main(arguments: Sequence[str] | None = None) -> int:
    """What a client starts: serve on the usual socket, and stop when idle."""
    parser = argparse.ArgumentParser(prog="unleak-engine")
    parser.add_argument("--idle-minutes", type=float, default=15.0)
    options = parser.parse_args(arguments)
    try:
        serve(Serving(idle_minutes=options.idle_minutes))
    except UnleakError as error:
        print(f"unleak: {error}", file=sys.stderr)
        return int(error.exit_code)
    return int(ExitCode.CLEAN)


if __name__ == "__main__":
    sys.exit(main())
