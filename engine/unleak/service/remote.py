"""The engine over HTTP: the local daemon's socket, or a server."""

import json
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, Protocol, TypeVar
from urllib.parse import urlsplit

import httpx

from unleak.core.errors import EngineError, UnleakError
from unleak.core.secret import Fingerprinter
from unleak.core.states import LeakState
from unleak.service import wire
from unleak.service.contract import BlockList, Event, Job, LeakView, Sighting
from unleak.service.daemon import is_loopback
from unleak.service.runtime import Address, token_file
from unleak.service.settings import EngineSettings
from unleak.service.starting import ensure_running
from unleak.service.tokens import read_token

T = TypeVar("T")
API: Final = 1  # of `unleak.service.local`
_TIMEOUT: Final = httpx.Timeout(60.0, connect=5.0)
_POLL: Final = 20.0  # seconds that a question for a job's progress may stay open
_LONGER: Final = 10.0  # seconds beyond the engine's signs of life
_PATIENCE: Final = 60.0  # seconds without an engine before `wait` gives up
_PORTION: Final = 500  # sightings in one request


class Way(Protocol):
    """How an engine is reached."""

    name: str

    def open(self) -> httpx.Client:
        """A new connection; raises UnleakError."""


class Running:
    """The local daemon, where it listens now."""

    name = "the local engine"

    def __init__(self, address: Address) -> None:
        self._address = address

    def open(self) -> httpx.Client:
        """With the local user's own token."""
        address = self._address
        headers = _headers(read_token(token_file()))
        if address.socket:
            transport = httpx.HTTPTransport(uds=address.socket, limits=_limits())
            return httpx.Client(
                transport=transport, base_url="http://unleak", headers=headers, timeout=_TIMEOUT
            )
        return httpx.Client(
            base_url=address.url, headers=headers, timeout=_TIMEOUT, trust_env=False
        )


class Local:
    """The local daemon, started whenever it is not there."""

    name = Running.name

    def __init__(self, settings: EngineSettings) -> None:
        self._settings = settings

    def open(self) -> httpx.Client:
        """Start the daemon if need be."""
        return Running(ensure_running(self._settings)).open()


class Remote:
    """An engine at a URL."""

    def __init__(self, url: str, token: str | None, settings: EngineSettings) -> None:
        """Check the URL.

        Raises:
            EngineError: it is none, or secrets would travel in clear.
        """
        self._url = url.rstrip("/")
        self._token = token
        self._settings = settings
        parts = urlsplit(url)
        self.name = f"the engine at {parts.hostname or parts.path}"
        if parts.scheme not in ("http", "https", "unix") or (
            parts.scheme != "unix" and not parts.hostname
        ):
            raise EngineError("the engine's URL must begin with https://, http:// or unix:/")
        if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
            raise EngineError(f"{self.name}: leaks would travel in clear; use https://")
        if parts.username or parts.password:
            raise EngineError(
                f"{self.name}: give the token in $UNLEAK_ENGINE_TOKEN, not in the URL"
            )
        self._socket = parts.path if parts.scheme == "unix" else ""

    def open(self) -> httpx.Client:
        """A connection with the token."""
        token = self._token
        if token is None and self._socket and token_file().exists():
            token = read_token(token_file())
        if not token:
            raise EngineError(f"{self.name} asks for a token; give it in $UNLEAK_ENGINE_TOKEN")
        if self._socket:
            transport = httpx.HTTPTransport(uds=self._socket, limits=_limits())
            return httpx.Client(
                transport=transport,
                base_url="http://unleak",
                headers=_headers(token),
                timeout=_TIMEOUT,
            )
        verify: ssl.SSLContext | bool = True
        if self._settings.ca:
            try:
                verify = ssl.create_default_context(cafile=self._settings.ca)
            except (OSError, ssl.SSLError):
                raise EngineError(f"[engine] ca: {self._settings.ca} cannot be read") from None
        return httpx.Client(
            base_url=self._url,
            headers=_headers(token),
            timeout=_TIMEOUT,
            verify=verify,
            limits=_limits(),
            trust_env=not is_loopback(urlsplit(self._url).hostname or ""),
        )


class HttpEngine:
    """`Engine` over HTTP. Threads may share it."""

    def __init__(self, way: Way, *, any_version: bool = False) -> None:
        """Connect, and check that both speak the same version, unless any will do."""
        self._way = way
        self._client = way.open()
        told = self._call(wire.health())
        if told.get("api") != API and not any_version:
            self.close()
            raise EngineError(
                f"{way.name} is of unleak {told.get('version')}, which this one cannot speak to: "
                "use the same version; `unleak engine stop` ends a local engine"
            )

    def health(self) -> dict[str, Any]:
        """See Engine; so for all that follows."""
        return self._call(wire.health())

    def fingerprinter(self) -> Fingerprinter:
        """Fetched each time: the engine's key may change."""
        return self._call(wire.fingerprinter())

    def sight(self, sightings: Sequence[Sighting]) -> list[LeakView]:
        """In portions, each all or nothing."""
        found: list[LeakView] = []
        for start in range(0, len(sightings), _PORTION):
            portion: list[LeakView] = self._call(wire.sight(sightings[start : start + _PORTION]))
            found += portion
        return found

    def leaks(self, *, model: str | None = None, state: LeakState | None = None) -> list[LeakView]:
        """Leaks."""
        return self._call(wire.leaks(model, state))

    def leak(self, id: str) -> dict[str, Any]:
        """One leak."""
        return self._call(wire.leak(id))

    def find(self, fingerprints: Sequence[str]) -> list[LeakView]:
        """By fingerprint."""
        return self._call(wire.find(fingerprints))

    def dismiss(self, id: str) -> LeakView:
        """No leak."""
        return self._call(wire.dismiss(id))

    def shred(self, id: str) -> LeakView:
        """Destroy a secret."""
        return self._call(wire.shred(id))

    def block_list(self) -> BlockList:
        """What must not be shown."""
        return self._call(wire.block_list())

    def confirm(
        self, leaks: Sequence[str], *, model: str | None = None, trust_remote_code: bool = False
    ) -> Job:
        """A confirm job."""
        return self._call(
            wire.new_job(
                "confirmations",
                leaks=list(leaks),
                model=model,
                trust_remote_code=trust_remote_code,
            )
        )

    def erase(
        self,
        leaks: Sequence[str],
        *,
        model: str | None = None,
        out: str | None = None,
        method: str = "auto",
        verify: str = "standard",
        keep: str | None = None,
        trust_remote_code: bool = False,
    ) -> Job:
        """An erase job."""
        return self._call(
            wire.new_job(
                "erasures",
                leaks=list(leaks),
                model=model,
                out=out,
                method=method,
                verify=verify,
                keep=keep,
                trust_remote_code=trust_remote_code,
            )
        )

    def verify(
        self,
        leaks: Sequence[str],
        *,
        model: str,
        reference: str | None = None,
        verify: str = "standard",
    ) -> Job:
        """A verify job."""
        return self._call(
            wire.new_job(
                "verifications", leaks=list(leaks), model=model, reference=reference, verify=verify
            )
        )

    def gate(self, *, model: str, suite: str, **options: Any) -> Job:
        """A gate job."""
        return self._call(wire.new_job("gates", model=model, suite=suite, **options))

    def jobs(self) -> list[Job]:
        """All jobs."""
        return self._call(wire.jobs())

    def job(self, id: str) -> Job:
        """One job."""
        return self._call(wire.job(id))

    def cancel(self, id: str) -> Job:
        """Stop a job."""
        return self._call(wire.cancel(id))

    def wait(self, id: str, progress: Callable[[Job], None] | None = None) -> Job:
        """Through a crash of the engine, too: the local one is started again and goes on."""
        seen, lost = 0, 0.0
        while True:
            call = wire.job(id, seen, _POLL)
            try:
                answer = self._answer(call)
            except _LostError:
                lost = lost or time.monotonic()
                if time.monotonic() - lost > _PATIENCE:
                    raise
                time.sleep(0.2)
                continue
            lost = 0.0
            job = call.read(answer.json())
            version = int(answer.headers.get("etag", '"0"').strip('"'))
            if version != seen:
                seen = version
                if progress:
                    progress(job)
            if job.state.over:
                return job

    def events(self, *, since: int | None = None) -> Iterator[Event]:
        """Goes on by itself where the connection was lost."""
        seen = since if since is not None else int(self.health()["revision"])
        lost = 0.0
        while True:
            try:
                for event in self._stream(seen):
                    seen, lost = event.id, 0.0
                    yield event
            except (httpx.TransportError, _LostError):
                pass
            lost = lost or time.monotonic()
            if time.monotonic() - lost > _PATIENCE:
                raise EngineError(f"{self._way.name} is gone")
            time.sleep(0.2)
            if self._client.is_closed:
                return

    def models(self) -> list[dict[str, Any]]:
        """All models."""
        return self._call(wire.models())

    def link(self, name: str, path: str) -> dict[str, Any]:
        """Say where the model lies that a server calls by a name."""
        return self._call(wire.link(name, path))

    def use(self, name: str, version: str) -> dict[str, Any]:
        """Put a version of the registry in use."""
        return self._call(wire.use(name, version))

    def certificate(self, leak_or_digest: str) -> dict[str, Any]:
        """A certificate."""
        return self._call(wire.certificate(leak_or_digest))

    def stop(self) -> None:
        """End the daemon."""
        self._call(wire.stop())

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()

    def _call(self, call: wire.Call[T]) -> T:
        answer = self._answer(call)
        try:
            return call.read(answer.json())
        except (ValueError, KeyError, TypeError):
            raise EngineError(f"{self._way.name} answered what is no answer") from None

    def _answer(self, call: wire.Call[Any]) -> httpx.Response:
        for attempt in (1, 2):
            try:
                answer = self._client.request(
                    call.verb, call.path, json=call.body, params=call.query or None
                )
                break
            except httpx.ConnectError:
                again, why = True, "it cannot be reached"
            except httpx.TimeoutException:
                raise EngineError(f"{self._way.name} does not answer in time") from None
            except httpx.TransportError:
                again, why = call.repeatable, "the connection was lost"
            if attempt == 2 or not again:
                raise _LostError(f"{self._way.name}: {why}; is it running?") from None
            self._reconnect()
        if answer.is_success:
            return answer
        try:
            data = answer.json()
        except ValueError:
            data = None
        raise wire.error_of(answer.status_code, data)

    def _reconnect(self) -> None:
        try:
            fresh = self._way.open()
        except UnleakError as error:
            raise _LostError(str(error)) from None
        self._client.close()
        self._client = fresh

    def _stream(self, seen: int) -> Iterator[Event]:
        timeout = httpx.Timeout(_LONGER * 2, connect=5.0)
        query = {"since": str(seen)}
        try:
            with self._client.stream("GET", "/v1/events", params=query, timeout=timeout) as answer:
                if not answer.is_success:
                    answer.read()
                    raise wire.error_of(answer.status_code, _json(answer))
                yield from _events(answer.iter_lines())
        except httpx.ConnectError:
            self._reconnect()


class _LostError(EngineError):
    """Nobody answers."""


def _events(lines: Iterator[str]) -> Iterator[Event]:
    fields: dict[str, str] = {}
    for line in lines:
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
            continue
        if "data" in fields:
            yield Event.from_json(
                {"id": fields["id"], "kind": fields["event"], "data": json.loads(fields["data"])}
            )
        fields = {}


def _json(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return None


def _headers(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _limits() -> httpx.Limits:
    return httpx.Limits(max_connections=100, max_keepalive_connections=20)
