"""/v1/suites: the suite that grows with every erasure."""

from typing import Any

from fastapi import APIRouter

from unleak.service.api.access import Reporter

router = APIRouter(tags=["suites"])


@router.get("/suites")
def suites(engine: Reporter) -> dict[str, Any]:
    """Name, path, number of cases, keyed digest."""
    return {"suites": engine.suites()}
