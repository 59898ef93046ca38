"""/v1/models: which there are, which are in use, where those lie that servers name."""

from typing import Any

from fastapi import APIRouter

from unleak.service.api.access import Admin, Reporter
from unleak.service.api.bodies import Link, Use

router = APIRouter(tags=["models"], prefix="/models")


@router.get("")
def models(engine: Reporter) -> dict[str, Any]:
    """All models."""
    return {"models": engine.models()}


@router.post("/link")
def link(body: Link, engine: Admin) -> dict[str, Any]:
    """Say where the model lies that a server calls by a name."""
    return engine.link(body.name, body.path)


@router.post("/use")
def use(body: Use, engine: Admin) -> dict[str, Any]:
    """Put a version of the registry in use."""
    return engine.use(body.name, body.version)
