"""/v1/sightings: what front ends report; /v1/fingerprinter, /v1/block-list: what they need."""

import base64
from typing import Any

from fastapi import APIRouter, Request

from unleak.service.api.access import Reporter
from unleak.service.api.bodies import OneSighting, Sightings
from unleak.service.contract import Sighting

router = APIRouter(tags=["sightings"])


@router.post("/sightings")
def report(body: Sightings, engine: Reporter, request: Request) -> dict[str, Any]:
    """Record sightings, all or none; the leaks they are of, in the same order."""
    seen = [_sighting(one, engine) for one in body.sightings]
    leaks = engine.sight(seen)
    request.app.state.metrics.sightings.inc(len(seen))
    return {"leaks": [leak.as_json() for leak in leaks]}


@router.get("/fingerprinter")
def fingerprinter(engine: Reporter) -> dict[str, str]:
    """The key of fingerprints, which decrypts nothing."""
    found = engine.fingerprinter()
    return {"id": found.id, "key": base64.b64encode(found.key).decode()}


@router.get("/block-list")
def block_list(engine: Reporter) -> dict[str, Any]:
    """Fingerprints of what must not be shown, and the lengths of the values behind them."""
    return engine.block_list().as_json()


def _sighting(one: OneSighting, engine: Reporter) -> Sighting:
    data = {**one.model_dump(exclude={"secret"}), "secret": one.secret.get_secret_value()}
    return Sighting.from_json(data, engine.fingerprinter())
