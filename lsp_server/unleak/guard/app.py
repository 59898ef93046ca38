"""The guard as an ASGI application: every request goes to the upstream, every answer comes back."""

import asyncio
import contextlib
import json
import zlib
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

import httpx

from unleak.core.finding import REDACT_SCORE
from unleak.core.states import Origin, Verdict
from unleak.guard.answer import StreamAnswer, Unreadable, is_stream, whole_answer
from unleak.guard.decoding import LONGEST_BODY, Decoder, TooLongError
from unleak.guard.dialects import spoken
from unleak.guard.dialects.dialect import Asked, Dialect
from unleak.guard.hint import hint
from unleak.guard.relay import Mode, Relay, encoded
from unleak.guard.stats import Stats
from unleak.guard.track import Found, Shield
from unleak.guard.upstream import Headers, Upstream, end_to_end, is_here
from unleak.service.contract import Sighting

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

OWN_PATHS: Final = "/.unleak/"
_ANSWERED: Final = 200
_FORBIDDEN, _NOT_FOUND, _TOO_LARGE, _MISDIRECTED, _BAD_GATEWAY = 403, 404, 413, 421, 502


class Guard:
    """See the module.

    Args:
        upstream: the model server.
        shield: what completions are held against; may be replaced while running.
        mode: what is done about a secret.
        put: takes what was seen.
        any_host: answer to any name, not only to this machine's own. A web page may otherwise
            reach the guard under a name of its own that leads here.
    """

    def __init__(
        self,
        upstream: Upstream,
        shield: Shield,
        mode: Mode,
        put: Callable[[Sighting], None],
        stats: Stats,
        *,
        any_host: bool = False,
    ) -> None:
        self.shield = shield
        self._upstream, self._mode, self._put, self._stats = upstream, mode, put, stats
        self._any_host = any_host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":  # no completion comes over a web socket
            return
        if not (self._any_host or _is_named_here(scope)):
            await _say(send, _MISDIRECTED, "the guard answers to this machine's own names only")
        elif scope["path"].startswith(OWN_PATHS):
            await self._own(scope["path"], send)
        else:
            await self._proxied(scope, receive, send)

    async def _own(self, path: str, send: Send) -> None:
        if path == f"{OWN_PATHS}metrics":
            await _body(send, self._stats.as_prometheus().encode(), b"text/plain; version=0.0.4")
        elif path == f"{OWN_PATHS}stats":
            shown = {"mode": self._mode, "upstream": self._upstream.url, **self._stats.as_json()}
            await _body(send, json.dumps(shown).encode(), b"application/json")
        else:
            await _say(send, _NOT_FOUND, "there is /.unleak/stats and /.unleak/metrics")

    async def _proxied(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await _read(receive)
        if body is None:
            await _say(send, _TOO_LARGE, f"a request may have {LONGEST_BODY} bytes")
            return
        self._stats.gauges["open_requests"] += 1
        work = asyncio.create_task(self._answer(scope, body, send))
        gone = asyncio.create_task(_gone(receive))
        try:
            await asyncio.wait((work, gone), return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                self._stats.count("disconnects")
                return
            await work
        finally:
            self._stats.gauges["open_requests"] -= 1
            for task in (work, gone):
                task.cancel()
            await asyncio.gather(work, gone, return_exceptions=True)

    async def _answer(self, scope: Scope, body: bytes, send: Send) -> None:
        path = scope["path"]
        dialect, asked = _spoken(scope["method"], path, body)
        if dialect:
            self._stats.count("requests", dialect=dialect.name)
        else:
            self._stats.count("unknown_requests")
        headers = end_to_end(scope["headers"], b"host")
        if dialect and self._mode is not Mode.OBSERVE:
            headers = [(name, value) for name, value in headers if name != b"accept-encoding"]
            headers.append((b"accept-encoding", b"identity"))
        raw_path = scope.get("raw_path", path.encode()).partition(b"?")[0].decode("latin-1")
        try:
            response = await self._upstream.send(
                scope["method"], raw_path, scope["query_string"], headers, body
            )
        except httpx.HTTPError as error:
            self._stats.count("upstream_errors")
            problem = f"{self._upstream.url} gave no answer ({type(error).__name__})"
            await _say(send, _BAD_GATEWAY, f"{problem}; is the model server running?")
            return
        try:
            await self._passed(dialect, asked, response, send)
        except httpx.HTTPError:
            # The client has to see that the answer is cut short: its connection breaks, too.
            self._stats.count("upstream_errors")
            raise ConnectionError("the upstream broke off") from None
        finally:
            await response.aclose()

    async def _passed(
        self, dialect: Dialect | None, asked: Asked, response: httpx.Response, send: Send
    ) -> None:
        encoding = response.headers.get("content-encoding", "")
        if dialect is None or response.status_code != _ANSWERED:
            await _untouched(response, send)
            return
        try:
            Decoder(encoding)
        except ValueError:
            self._stats.count("unreadable_answers")
            await _untouched(response, send)
            return
        relay = Relay(
            dialect, asked, self.shield, self._mode, lambda found: self._report(found, asked)
        )
        if is_stream(response, dialect, asked):
            await self._streamed(
                StreamAnswer(relay, dialect, encoding, self._stats), response, send
            )
        else:
            await self._whole(dialect, relay, encoding, response, send)

    async def _streamed(self, answer: StreamAnswer, response: httpx.Response, send: Send) -> None:
        observing = self._mode is Mode.OBSERVE
        without = () if observing else (b"content-encoding", b"content-length")
        await _start(send, response.status_code, end_to_end(response.headers.raw, *without))
        readable = True
        async for chunk in response.aiter_raw():
            if observing:
                await _more(send, chunk)
            try:
                passed = answer.feed(chunk) if readable else b""
            except Unreadable:
                if not observing:  # what was announced cannot be kept
                    raise ConnectionError("the answer cannot be read") from None
                readable = False
                continue
            if not observing and passed:
                await _more(send, passed)
            if answer.blocked:
                break
        rest = answer.end()
        await _more(send, b"" if observing else rest, last=True)

    async def _whole(
        self, dialect: Dialect, relay: Relay, encoding: str, response: httpx.Response, send: Send
    ) -> None:
        received = b""
        chunks = response.aiter_raw()
        async for chunk in chunks:
            received += chunk
            if len(received) > LONGEST_BODY:
                self._stats.count("unreadable_answers")
                await _start(send, _ANSWERED, end_to_end(response.headers.raw))
                await _more(send, received)
                async for more in chunks:
                    await _more(send, more)
                await _more(send, b"", last=True)
                return
        try:
            plain = Decoder(encoding).feed(received)
            passed = whole_answer(relay, plain, self._stats)
        except (zlib.error, TooLongError):
            self._stats.count("unreadable_answers")
            plain = passed = received
        if relay.blocked:
            body = encoded(dialect.blocked(), None)
            await _body(send, body, b"application/json", _FORBIDDEN)
        elif self._mode is Mode.OBSERVE or passed == plain:
            await _start(send, _ANSWERED, end_to_end(response.headers.raw))
            await _more(send, received, last=True)
        else:
            kept = end_to_end(response.headers.raw, b"content-encoding", b"content-length")
            size = (b"content-length", str(len(passed)).encode())
            await _start(send, _ANSWERED, [*kept, size])
            await _more(send, passed, last=True)

    def _report(self, found: Found, asked: Asked) -> None:
        finding = found.finding
        self._stats.count("findings", kind=finding.kind, done=self._done(found))
        if found.echoed or not (finding.alert or found.blocked):
            return
        suggested = hint(found.logprob)
        before = found.before
        if not asked.prefix and asked.further:
            before = f"{asked.further[-1]}\n{before}"
        self._put(
            Sighting(
                finding.secret, before[-2000:], finding.rule, asked.model, Origin.GUARD,
                None if suggested is Verdict.UNKNOWN else suggested, found.logprob, "guard",
            )
        )  # fmt: skip

    def _done(self, found: Found) -> str:
        if found.echoed:
            return "echoed"
        if self._mode is Mode.OBSERVE or found.finding.score < REDACT_SCORE:
            return "observed"
        if self._mode is Mode.BLOCK and (found.finding.alert or found.blocked):
            return "blocked"
        return "masked"


def _spoken(method: str, path: str, body: bytes) -> tuple[Dialect | None, Asked]:
    nothing: tuple[Dialect | None, Asked] = None, Asked("")
    if method != "POST" or not body:
        return nothing
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return nothing
    dialect = spoken(path, said) if isinstance(said, dict) else None
    return (dialect, dialect.asked(path, said)) if dialect else nothing


def _is_named_here(scope: Scope) -> bool:
    host = next((value for name, value in scope["headers"] if name == b"host"), b"")
    name = host.decode("latin-1").rsplit(":", 1)[0] if b"]" not in host else (
        host.decode("latin-1").partition("]")[0] + "]"
    )  # fmt: skip
    return is_here(name)


async def _read(receive: Receive) -> bytes | None:
    """The request's body; None if it is too long."""
    parts, size = [], 0
    while True:
        message = await receive()
        part = message.get("body", b"")
        parts.append(part)
        size += len(part)
        if size > LONGEST_BODY:
            return None
        if not message.get("more_body"):
            return b"".join(parts)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _untouched(response: httpx.Response, send: Send) -> None:
    await _start(send, response.status_code, end_to_end(response.headers.raw))
    async for chunk in response.aiter_raw():
        await _more(send, chunk)
    await _more(send, b"", last=True)


async def _start(send: Send, status: int, headers: Headers) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})


async def _more(send: Send, chunk: bytes, *, last: bool = False) -> None:
    await send({"type": "http.response.body", "body": chunk, "more_body": not last})


async def _body(send: Send, body: bytes, kind: bytes, status: int = _ANSWERED) -> None:
    size = str(len(body)).encode()
    await _start(send, status, [(b"content-type", kind), (b"content-length", size)])
    await _more(send, body, last=True)


async def _say(send: Send, status: int, message: str) -> None:
    said = {"error": {"message": f"unleak guard: {message}", "type": "unleak_guard"}}
    with contextlib.suppress(OSError):
        await _body(send, json.dumps(said).encode(), b"application/json", status)
