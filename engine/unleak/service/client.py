"""The engine's client: the same for front ends of all kinds, wherever the engine is.

    with closing(connect()) as engine:
        job = engine.wait(engine.erase(["L1f0c2a9b3d"]).id)

`connect()` finds the local daemon, and starts it when there is none. No torch comes with it.
"""

import getpass
import os

from unleak.service.asynchronous import Threaded
from unleak.service.contract import AsyncEngine, Engine
from unleak.service.settings import TOKEN_VARIABLE, EngineSettings, engine_url, read_settings

EMBEDDED = "embedded"


def connect(
    target: str | None = None, *, token: str | None = None, embedded: bool = False
) -> Engine:
    """An engine.

    Args:
        target: a URL (https://..., http:// on this machine, unix:/PATH), "embedded", or None:
            $UNLEAK_ENGINE, [engine] url of the settings, or else the local daemon.
        token: for a URL; None: $UNLEAK_ENGINE_TOKEN, or the local user's own.
        embedded: no daemon: this process opens the ledger. Jobs still run in a worker process.

    Raises:
        EngineError: it cannot be reached, refuses the token, or speaks another version.
        UsageError: the settings, the ledger or the key cannot be used.
    """
    settings = read_settings()
    target = EMBEDDED if embedded else target or engine_url(settings)
    if target == EMBEDDED:
        return _embedded(settings)
    from unleak.service.remote import HttpEngine, Local, Remote

    if not target:
        return HttpEngine(Local(settings))
    given = token or os.environ.get(TOKEN_VARIABLE)
    return HttpEngine(Remote(target, given, settings))


async def aconnect(
    target: str | None = None, *, token: str | None = None, embedded: bool = False
) -> AsyncEngine:
    """`connect` for asynchronous front ends; it blocks no event loop."""
    return await Threaded.opened(lambda: connect(target, token=token, embedded=embedded))


def _embedded(settings: EngineSettings) -> Engine:
    from unleak.service.core import Core
    from unleak.service.local import LocalEngine
    from unleak.service.places import Anywhere

    return LocalEngine(Core(settings), _user(), Anywhere(), owned=True)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return "unknown"
