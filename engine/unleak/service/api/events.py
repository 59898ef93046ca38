"""/v1/events: what changes, as server-sent events."""

import json
import time
from collections.abc import AsyncIterator
from typing import Annotated, Any, Final

import anyio
from fastapi import APIRouter, Header, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from unleak.core.errors import UnleakError
from unleak.service.api.access import Reporter
from unleak.service.contract import Event
from unleak.service.local import PULSE

router = APIRouter(tags=["events"])
_ALIVE: Final = 10.0  # seconds between two signs of life


class _EventStream(StreamingResponse):
    media_type = "text/event-stream"


@router.get("/events", response_class=_EventStream)
async def events(
    engine: Reporter,
    request: Request,
    since: Annotated[int | None, Query(ge=0, le=2**63 - 1)] = None,
    last_event_id: Annotated[str | None, Header(max_length=20)] = None,
) -> StreamingResponse:
    """Leaks, jobs, block list, models. Goes on behind Last-Event-ID, or `since`, or from now."""
    start = int(last_event_id) if last_event_id and last_event_id.isdecimal() else since
    if start is None:
        start = await run_in_threadpool(engine.revision)
    return _EventStream(
        _stream(engine, min(start, 2**63 - 1), request.app.state.stopping),
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _stream(engine: Any, seen: int, stopping: Any) -> AsyncIterator[str]:
    yield ": unleak\n\n"  # so that a client knows at once that it is connected
    told = time.monotonic()
    while not stopping.is_set():
        try:
            found = await run_in_threadpool(engine.events_after, seen)
        except UnleakError:
            found = []  # the ledger cannot be read now; it may be later
        for event in found:
            seen = event.id
            yield _text(event)
        if found:
            told = time.monotonic()
            continue
        if time.monotonic() - told > _ALIVE:
            told = time.monotonic()
            yield ": alive\n\n"
        await anyio.sleep(PULSE)


def _text(event: Event) -> str:
    return f"id: {event.id}\nevent: {event.kind}\ndata: {json.dumps(event.data)}\n\n"
