"""/v1/certificates: what was erased, how it was attacked, what is not guaranteed."""

from typing import Annotated, Any

from fastapi import APIRouter, Path

from unleak.service.api.access import Reporter

router = APIRouter(tags=["certificates"])


@router.get("/certificates/{id}")
def certificate(
    id: Annotated[str, Path(pattern=r"^(L[0-9a-f]{1,32}|[0-9a-f]{64})$")], engine: Reporter
) -> dict[str, Any]:
    """Of a leak's last erasure, or of a model by its digest."""
    return engine.certificate(id)
