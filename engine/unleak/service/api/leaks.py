"""/v1/leaks: the ledger."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from unleak.core.states import LeakState
from unleak.service.api.access import Admin, Eraser, Reporter
from unleak.service.api.bodies import Fingerprints, LeakId

router = APIRouter(tags=["leaks"], prefix="/leaks")


@router.get("")
def leaks(
    engine: Reporter,
    model: Annotated[str | None, Query(max_length=4000)] = None,
    state: LeakState | None = None,
) -> dict[str, Any]:
    """Leaks, oldest first; never a secret."""
    return {"leaks": [leak.as_json() for leak in engine.leaks(model=model, state=state)]}


@router.post("/find")
def find(body: Fingerprints, engine: Reporter) -> dict[str, Any]:
    """Leaks of these fingerprints, in any model."""
    return {"leaks": [leak.as_json() for leak in engine.find(body.fingerprints)]}


@router.get("/{id}")
def leak(id: LeakId, engine: Reporter) -> dict[str, Any]:
    """One leak, with history, evidence and certificate. The id's beginning is enough."""
    return engine.leak(id)


@router.post("/{id}/dismiss")
def dismiss(id: LeakId, engine: Eraser) -> dict[str, Any]:
    """Mark it as no leak."""
    return engine.dismiss(id).as_json()


@router.post("/{id}/shred")
def shred(id: LeakId, engine: Admin) -> dict[str, Any]:
    """Destroy its secret for good."""
    return engine.shred(id).as_json()
