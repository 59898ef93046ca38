"""A model server that streams at a steady pace; each event says when it was sent.

    python -m guarding.upstream PORT

The request's `n_events`, `pace` (seconds) and `text` say what to stream.
"""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import uvicorn

_Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
_Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


async def app(scope: MutableMapping[str, Any], receive: _Receive, send: _Send) -> None:
    """Answer one request."""
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    asked = json.loads(body)
    streamed = asked.get("stream") is True
    kind = b"text/event-stream" if streamed else b"application/json"
    start = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]}
    await send(start)
    texts = asked["texts"]
    if not streamed:
        whole = {"sent": time.monotonic(), "choices": [{"index": 0, "text": "".join(texts)}]}
        await send({"type": "http.response.body", "body": json.dumps(whole).encode()})
        return
    due = time.monotonic()
    for text in texts:
        due += asked["pace"]
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        event = {"sent": time.monotonic(), "choices": [{"index": 0, "text": text}]}
        data = b"data: " + json.dumps(event).encode() + b"\n\n"
        await send({"type": "http.response.body", "body": data, "more_body": True})
    await send({"type": "http.response.body", "body": b"data: [DONE]\n\n"})


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="critical", lifespan="off")
