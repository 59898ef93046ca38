"""The application: routers, access, bounds and metrics around one core."""

import threading
from collections.abc import Callable
from importlib.metadata import version

from fastapi import APIRouter, FastAPI

from unleak.service.api import (
    certificates,
    erasures,
    events,
    health,
    jobs,
    leaks,
    metrics,
    models,
    sightings,
    suites,
)
from unleak.service.api.access import Access
from unleak.service.api.answers import add_handlers
from unleak.service.api.bounds import Bounds
from unleak.service.core import Core
from unleak.service.tokens import Tokens

_NOUNS = (sightings, leaks, jobs, erasures, models, suites, certificates, events, health)


def application(
    core: Core, tokens: Tokens, *, local: bool, stop: Callable[[], None]
) -> tuple[Bounds, FastAPI]:
    """The ASGI application, and the FastAPI one inside of it.

    Args:
        core: what it serves; the caller closes it.
        tokens: who is let in.
        local: only this machine's users can reach it, so its owner may name any path.
        stop: ends the server.
    """
    app = FastAPI(
        title="unleak engine",
        version=version("unleak"),
        description="One ledger, one queue of jobs, for every front end.",
        docs_url=None,
        redoc_url=None,
    )
    app.state.core = core
    app.state.local = local
    app.state.stop = stop
    app.state.stopping = threading.Event()
    app.state.metrics = metrics.Metrics(core)
    v1 = APIRouter(prefix="/v1")
    for noun in _NOUNS:
        v1.include_router(noun.router)
    app.include_router(v1)
    app.include_router(health.open_router)
    app.include_router(metrics.router)
    add_handlers(app)
    inner = Access(metrics.Measured(app, app.state.metrics), tokens)
    return Bounds(inner), app
