"""What the tests of the engine start, ask and end."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import httpx

from unleak.core.states import LeakState, Origin
from unleak.service.contract import Sighting
from unleak.service.remote import HttpEngine, Running
from unleak.service.runtime import read_address
from unleak.service.starting import running, wait_until_gone

CANARY = "cnry_Zx81Qpw93LmTe55RuVb20"
FAKE_WORKER = (sys.executable, str(Path(__file__).with_name("fake_worker.py")))
FAKE_DAEMON = (sys.executable, str(Path(__file__).with_name("fake_daemon.py")))


def end_daemon():
    address = read_address()
    if address is not None:
        with suppress(ProcessLookupError):
            os.kill(address.pid, signal.SIGKILL)
    assert wait_until_gone(30)


def start_fake_daemon():
    """A daemon with the fake worker, and a client of it."""
    process = subprocess.Popen(FAKE_DAEMON, start_new_session=True)
    while (address := running()) is None or address.pid != process.pid:
        assert process.poll() is None
    return process, HttpEngine(Running(address))


def plain(headers=None):
    transport = httpx.HTTPTransport(uds=read_address().socket)
    return httpx.Client(transport=transport, base_url="http://unleak", headers=headers or {})


def seen(engine, value=CANARY, model="served", **more):
    """A flagged leak."""
    secret = engine.fingerprinter().secret(value, "token")
    told = {"prefix": "key = ", "rule": "test", "origin": Origin.GUARD, "client": "test", **more}
    return engine.sight([Sighting(secret, model=model, **told)])[0]


def confirmed(engine, folder, value=CANARY):
    """A leak that the fake worker confirmed."""
    leak = seen(engine, value)
    job = engine.wait(engine.confirm([leak.id], model=folder).id)
    assert job.state == "succeeded", job.error
    assert engine.leak(leak.id)["state"] == LeakState.CONFIRMED
    return leak.id


def states(engine, id):
    """The states that a leak went through."""
    return [state for _, state, _ in engine.leak(id)["history"]]
