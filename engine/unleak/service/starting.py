"""Finding the local daemon, and starting it when it is first needed."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from unleak.core.errors import EngineError
from unleak.core.keys import home
from unleak.service.runtime import Address, held, is_held, lock_file, log_file, read_address
from unleak.service.settings import EngineSettings

_PATIENCE: Final = 30.0  # seconds for the daemon to come up on a busy machine
_STEP: Final = 0.01  # seconds between two tries


def running() -> Address | None:
    """Where the daemon listens, if it does."""
    address = read_address()
    return address if address is not None and _answers(address) else None


def ensure_running(settings: EngineSettings) -> Address:
    """Where the daemon listens; it is started if there is none.

    However many clients come at once, one of them starts it, and the others wait for that.

    Raises:
        EngineError: it does not come up; says why.
    """
    if (address := running()) is not None:
        return address
    with held(home() / "engine.start.lock", wait=True):
        if (address := running()) is not None:
            return address
        return _start(settings)


def wait_until_gone(seconds: float) -> bool:
    """Whether the daemon has ended, within some time."""
    until = time.monotonic() + seconds
    while is_held(lock_file()):
        if time.monotonic() > until:
            return False
        time.sleep(_STEP)
    return True


def _start(settings: EngineSettings) -> Address:
    idle = str(settings.idle_minutes)
    log = log_file()
    with os.fdopen(os.open(log, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600), "ab") as errors:
        before = errors.tell()
        daemon = subprocess.Popen(
            [sys.executable, "-m", "unleak.service.daemon", "--idle-minutes", idle],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            cwd=os.path.abspath(os.sep),  # it keeps no folder of its starter in use
            start_new_session=True,  # Ctrl-C and a closed terminal are the starter's
        )
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        if (address := running()) is not None:
            # Not waited for: it outlives this process. Nor is it a leak that Python warns of.
            daemon.returncode = 0
            return address
        if daemon.poll() not in (None, 0):
            raise EngineError(f"the engine does not start: {_last_line(log, before)}")
        time.sleep(_STEP)
    daemon.kill()
    daemon.wait()
    raise EngineError(f"the engine did not come up in {_PATIENCE:g} s; see {log}")


def _answers(address: Address) -> bool:
    try:
        if address.socket:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
                probe.settimeout(1.0)
                probe.connect(address.socket)
        else:
            parts = urlsplit(address.url)
            with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=1.0):
                pass
    except OSError:
        return False
    return True


def _last_line(log: Path, start: int) -> str:
    try:
        with log.open("rb") as file:
            file.seek(start)
            lines = file.read().decode("utf-8", "replace").strip().splitlines()
    except OSError:
        lines = []
    return lines[-1].removeprefix("unleak: ") if lines else f"see {log}"
