"""Ending the local daemon."""

from contextlib import closing

from unleak.core.errors import EngineError
from unleak.service.remote import HttpEngine, Running
from unleak.service.starting import running, wait_until_gone

_PATIENCE = 30.0  # seconds


def stop_running() -> bool:
    """Stop the daemon, if one runs; its job goes on when it is next started.

    Returns:
        Whether there was one.

    Raises:
        EngineError: it does not stop.
    """
    address = running()
    if address is None:
        return False
    with closing(HttpEngine(Running(address), any_version=True)) as engine:
        engine.stop()
    if not wait_until_gone(_PATIENCE):
        raise EngineError(f"the engine (pid {address.pid}) does not stop; end it yourself")
    return True
