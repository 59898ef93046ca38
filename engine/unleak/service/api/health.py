"""/healthz for whoever watches; /v1/health and /v1/stop for clients."""

from typing import Any

from fastapi import APIRouter, Request

from unleak.service.api.access import Admin, Reporter

open_router = APIRouter(tags=["health"])
router = APIRouter(tags=["health"])


@open_router.get("/healthz")
def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/health")
def health(engine: Reporter) -> dict[str, Any]:
    """Versions, revision, pid, key id; fails if the ledger cannot be read."""
    return engine.health()


@router.post("/stop", status_code=202)
def stop(engine: Admin, request: Request) -> dict[str, str]:
    """End the daemon; a running job goes back into the queue."""
    request.app.state.stop()
    return {"status": "stopping"}
