"""/v1/jobs: how far they are; /v1/confirmations, /v1/verifications, /v1/gates: new ones."""

import time
from typing import Annotated, Any

import anyio
from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from unleak.service.api.access import Eraser, Reporter
from unleak.service.api.bodies import Confirmation, GateRun, JobId, Verification
from unleak.service.local import JOB_PULSE

router = APIRouter(tags=["jobs"])
VERSION_HEADER = "ETag"


@router.get("/jobs")
def jobs(engine: Reporter) -> dict[str, Any]:
    """All jobs, oldest first."""
    return {"jobs": [job.as_json() for job in engine.jobs()]}


@router.get("/jobs/{id}")
async def job(
    id: JobId,
    engine: Reporter,
    request: Request,
    response: Response,
    seen: Annotated[int, Query(ge=0, le=2**31)] = 0,
    wait: Annotated[float, Query(ge=0, le=30)] = 0.0,
) -> dict[str, Any]:
    """One job; with `wait`, as soon as it is newer than `seen`, or after so many seconds.

    The header ETag holds the number to give as `seen`.
    """
    until = time.monotonic() + wait
    while True:
        found, version = await run_in_threadpool(engine.versioned_job, id)
        over = found.state.over or request.app.state.stopping.is_set()
        if version > seen or over or time.monotonic() >= until:
            response.headers[VERSION_HEADER] = f'"{version}"'
            return found.as_json()
        await anyio.sleep(JOB_PULSE)


@router.post("/jobs/{id}/cancel")
def cancel(id: JobId, engine: Eraser) -> dict[str, Any]:
    """Stop it; what it wrote vanishes."""
    return engine.cancel(id).as_json()


@router.post("/confirmations", status_code=202)
def confirm(body: Confirmation, engine: Eraser) -> dict[str, Any]:
    """Ask the model whether it memorised leaks."""
    found = engine.confirm(body.leaks, model=body.model, trust_remote_code=body.trust_remote_code)
    return found.as_json()


@router.post("/verifications", status_code=202)
def verify(body: Verification, engine: Eraser) -> dict[str, Any]:
    """Attack a model for leaks."""
    found = engine.verify(
        body.leaks, model=body.model, reference=body.reference, verify=body.verify
    )
    return found.as_json()


@router.post("/gates", status_code=202)
def gate(body: GateRun, engine: Eraser) -> dict[str, Any]:
    """Run a suite against a model."""
    return engine.gate(model=body.model, suite=body.suite, tries=body.tries).as_json()
