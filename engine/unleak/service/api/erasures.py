"""/v1/erasures: one click, and all that follows it."""

from typing import Any

from fastapi import APIRouter

from unleak.service.api.access import Eraser
from unleak.service.api.bodies import Erasure

router = APIRouter(tags=["erasures"])


@router.post("/erasures", status_code=202)
def erase(body: Erasure, engine: Eraser) -> dict[str, Any]:
    """Erase confirmed leaks; they are in the block list before this answers.

    A job that erases them already is given instead of a second one.
    """
    found = engine.erase(
        body.leaks,
        model=body.model,
        out=body.out,
        method=body.method,
        verify=body.verify,
        keep=body.keep,
        trust_remote_code=body.trust_remote_code,
    )
    return found.as_json()
