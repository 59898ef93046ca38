"""The guard between a scripted upstream and a recording client, without a network."""

import asyncio
import itertools
import json
from dataclasses import dataclass, field

import httpx

from unleak.core.secret import Fingerprinter
from unleak.detect.settings import NO_SETTINGS
from unleak.guard.app import Guard
from unleak.guard.blocklist import Blocked
from unleak.guard.relay import Mode
from unleak.guard.server import shield_of
from unleak.guard.stats import Stats
from unleak.guard.upstream import Upstream

KEY = Fingerprinter(b"k" * 32)
SHIELD = shield_of(KEY, NO_SETTINGS, Blocked(KEY))


class Chunks(httpx.AsyncByteStream):
    def __init__(self, chunks, closed=None, fail=False):
        self.chunks, self.closed, self.fail = chunks, closed, fail

    async def __aiter__(self):
        for chunk in self.chunks:
            yield chunk
        if self.fail:
            raise httpx.ReadError("broken")

    async def aclose(self):
        if self.closed is not None:
            self.closed.append(True)


@dataclass
class Script(httpx.AsyncBaseTransport):
    """Answers every request with the same thing, in exactly these chunks."""

    chunks: list = field(default_factory=list)
    kind: str = "application/json"
    status: int = 200
    headers: dict = field(default_factory=dict)
    fail: bool = False
    requests: list = field(default_factory=list)
    closed: list = field(default_factory=list)

    async def handle_async_request(self, request):
        self.requests.append(request)
        stream = Chunks(self.chunks, self.closed, self.fail)
        return httpx.Response(
            self.status, headers={"content-type": self.kind, **self.headers}, stream=stream
        )


@dataclass
class Answer:
    status: int
    headers: dict
    chunks: list
    guard: Guard
    stats: Stats
    sightings: list

    @property
    def body(self):
        return b"".join(self.chunks)


async def asked(guard, path, body, *, headers=(), method="POST"):
    """One request to an ASGI application: (status, headers, chunks)."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = [{"type": "http.request", "body": data, "more_body": False}]
    got = []

    async def receive():
        if sent:
            return sent.pop()
        await asyncio.Event().wait()

    async def send(message):
        got.append(message)

    scope = {
        "type": "http", "method": method, "path": path, "raw_path": path.encode(),
        "query_string": b"", "headers": [(b"host", b"127.0.0.1:1"), *headers],
    }  # fmt: skip
    await guard(scope, receive, send)
    return got[0]["status"], dict(got[0]["headers"]), [m["body"] for m in got[1:] if m["body"]]


def ask(script, path, body, *, mode=Mode.REDACT, shield=SHIELD, headers=(), method="POST"):
    """One request through a guard of its own."""
    stats, sightings = Stats(), []

    async def run():
        upstream = Upstream("http://model.test", script)
        guard = Guard(upstream, shield, mode, sightings.append, stats)
        try:
            return guard, await asked(guard, path, body, headers=headers, method=method)
        finally:
            await upstream.close()

    guard, (status, found, chunks) = asyncio.run(run())
    return Answer(status, found, chunks, guard, stats, sightings)


def cut(data: bytes, places) -> list[bytes]:
    """Bytes in chunks that end at some places, taken modulo the length."""
    at = sorted({place % (len(data) + 1) for place in places} | {0, len(data)})
    return [data[a:b] for a, b in itertools.pairwise(at) if a < b]
