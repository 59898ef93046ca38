"""A model behind an OpenAI-compatible server.

What is sent holds secrets, and what comes back may repeat them: of an answer's body nothing goes
into a message, of a request nothing goes into a log.
"""

import asyncio
import json
import logging
import os
import random
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from unleak.core.errors import EvaluationError, UsageError

if TYPE_CHECKING:
    import httpx

KEY = "UNLEAK_ENDPOINT_KEY"
_COMMON_KEY = "OPENAI_API_KEY"
_LONGEST_BACK_OFF = 30.0  # seconds
_LONGEST_WAIT = 300.0  # seconds that a server may ask for
_GIVEN_UP = 10  # requests in a row without an answer, each after all its retries
_REFUSED = {400, 413, 422, 501}
_WRONG_USE = {401, 403, 404, 405}
_T = TypeVar("_T")


class RefusedError(EvaluationError):
    """The server takes requests, but not this one."""


class Endpoint:
    """Sends requests to one server, several at once, and again where that may help.

    Args:
        url: http(s)://HOST[:PORT][/PATH], with or without /v1.
        model: the served name.
        key: default $UNLEAK_ENDPOINT_KEY, else $OPENAI_API_KEY (never over plain HTTP to
            another machine); an empty one sends none.
        concurrency: requests at once.
        requests_per_minute: at most so many, evenly spread; None for no limit.
        retries: after a time-out, a lost connection, or HTTP 408, 409, 429 and 5xx.
        timeout: seconds for one request as a whole.
        clock, wall_clock, sleep: seconds, seconds since 1970, and how to wait.

    Raises:
        UsageError: no such address or key can be used.
    """

    def __init__(
        self,
        url: str,
        model: str,
        *,
        key: str | None = None,
        concurrency: int = 8,
        requests_per_minute: float | None = None,
        retries: int = 5,
        timeout: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.url, self.model = _address(url), model
        self._headers = {"Content-Type": "application/json", **_authorization(self.url, key)}
        self._concurrency, self._retries, self._timeout = concurrency, retries, timeout
        self._clock, self._wall_clock, self._sleep = clock, wall_clock, sleep
        self._interval = 60 / requests_per_minute if requests_per_minute else 0.0
        self._next = 0.0  # when the next request may go out
        self._answered = False
        self._failed_in_a_row = 0

    def served(self) -> list[str] | None:
        """The names of the models that the server says it has; None where it does not say.

        Raises:
            UsageError: it refuses the key.
            EvaluationError: it cannot be reached.
        """

        async def ask() -> "httpx.Response":
            async with self._client() as client:
                return await self._send(client, "GET", "/v1/models")

        response = _run(ask())
        if response.status_code in (401, 403):
            raise self._wrong_use(response.status_code)
        if response.status_code != 200:
            return None
        try:
            names = [entry["id"] for entry in response.json()["data"]]
        except (ValueError, TypeError, KeyError, RecursionError):
            return None
        return [name for name in names if isinstance(name, str)] or None

    def complete(self, bodies: Iterable[dict[str, Any]]) -> list[dict[str, Any] | EvaluationError]:
        """POST /v1/completions for each body.

        Returns:
            For each, in order, the answer's JSON object or what went wrong with it.

        Raises:
            UsageError: key, address or model are wrong; only while nothing was answered yet.
        """
        asked = [{"model": self.model, **body} for body in bodies]
        answers: list[dict[str, Any] | EvaluationError | None] = [None] * len(asked)
        left = iter(enumerate(asked))

        async def work(client: "httpx.AsyncClient") -> None:
            for index, body in left:  # shared: each worker takes the next
                try:
                    answers[index] = await self._complete(client, body)
                except EvaluationError as error:
                    answers[index] = error

        async def all_of_them() -> None:
            async with self._client() as client, asyncio.TaskGroup() as group:
                for _ in range(min(self._concurrency, len(asked))):
                    group.create_task(work(client))

        try:
            _run(all_of_them())
        except ExceptionGroup as group:
            raise group.exceptions[0] from None
        return [answer for answer in answers if answer is not None]

    async def _complete(self, client: "httpx.AsyncClient", body: dict[str, Any]) -> dict[str, Any]:
        if self._failed_in_a_row >= max(_GIVEN_UP, 2 * self._concurrency):
            # A whole suite's retries against a dead server would take hours.
            raise EvaluationError("not asked: the server stopped answering")
        try:
            response = await self._send(client, "POST", "/v1/completions", body)
        except EvaluationError:
            self._failed_in_a_row += 1
            raise
        self._failed_in_a_row = 0
        status = response.status_code
        if status in _WRONG_USE or response.is_redirect:
            if not self._answered:
                raise self._wrong_use(status)
            raise EvaluationError(f"the server refused the request (HTTP {status})")
        self._answered = True
        if status in _REFUSED:
            raise RefusedError(
                f"the server refused the request (HTTP {status}); "
                "prefix and secret may be longer than its context"
            )
        if status != 200:
            raise EvaluationError(f"the server answered HTTP {status}")
        try:
            answer = json.loads(response.content)
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            raise EvaluationError("the server's answer is not a JSON object; check --endpoint")
        return answer

    async def _send(
        self, client: "httpx.AsyncClient", method: str, path: str, body: object = None
    ) -> "httpx.Response":
        import httpx

        # Escaped, so that any text can be sent, half a surrogate pair too.
        content = None if body is None else json.dumps(body).encode()
        problem = ""
        for attempt in range(self._retries + 1):
            if attempt and problem:
                await self._sleep(_back_off(attempt))
            await self._turn()
            try:
                # httpx limits each read; a server that drips would be waited for without end.
                async with asyncio.timeout(self._timeout):
                    response = await client.request(method, self.url + path, content=content)
            except (TimeoutError, httpx.TimeoutException):
                problem = f"no answer within {self._timeout:g} s"
                continue
            except httpx.RequestError as error:
                problem = f"no connection ({_root(error)})"
                continue
            if not _worth_another_try(response.status_code):
                return response
            problem = f"HTTP {response.status_code}"
            wait = _retry_after(response.headers.get("Retry-After"), self._wall_clock())
            if wait is not None and attempt < self._retries:
                if wait > _LONGEST_WAIT:
                    raise EvaluationError(
                        f"the server asks to wait {wait:.0f} s ({problem}); try again later"
                    )
                # For all requests: the others would be turned away as well.
                self._next = max(self._next, self._clock() + wait)
                problem = ""
        tries = self._retries + 1
        raise EvaluationError(
            f"{self.url}: gave no answer in {tries} {'try' if tries == 1 else 'tries'} ({problem})"
        )

    async def _turn(self) -> None:
        """Wait until the rate limit lets the next request go."""
        now = self._clock()
        mine = max(now, self._next)
        self._next = mine + self._interval
        if mine > now:
            await self._sleep(mine - now)

    def _client(self) -> "httpx.AsyncClient":
        import httpx

        for name in ("httpx", "httpcore"):  # they log what a server sends as its headers
            logging.getLogger(name).setLevel(logging.WARNING)
        return httpx.AsyncClient(
            headers=self._headers,
            timeout=self._timeout,
            limits=httpx.Limits(max_connections=self._concurrency),
            follow_redirects=False,  # the key and the secret would go along
        )

    def _wrong_use(self, status: int) -> UsageError:
        if status in (401, 403):
            return UsageError(
                f"{self.url}: the server refuses the key (HTTP {status}); put it into ${KEY}"
            )
        if status in (404, 405):
            return UsageError(
                f"{self.url}: no /v1/completions there, or no model of this name "
                f"(HTTP {status}); check --endpoint and --model"
            )
        return UsageError(
            f"{self.url}: redirects to another address (HTTP {status}), which is not followed; "
            "give the final one"
        )


def _run(work: Coroutine[Any, Any, _T]) -> _T:
    with asyncio.Runner() as runner:
        # Tasks that an interrupt ends are nobody's news, least of all with a traceback.
        runner.get_loop().set_exception_handler(lambda loop, context: None)
        return runner.run(work)


def _address(url: str) -> str:
    """Scheme, host and path, without /v1."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not host or not url.isprintable() or " " in url:
        raise UsageError("--endpoint: give an address such as http://localhost:8000")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise UsageError(
            f"--endpoint: give the address alone, without a user, a password or a query; "
            f"a key goes into ${KEY}"
        )
    shown = f"[{host}]" if ":" in host else host
    where = f"{parts.scheme}://{shown}" + (f":{port}" if port else "")
    return where + parts.path.rstrip("/").removesuffix("/v1").rstrip("/")


def _authorization(url: str, key: str | None) -> dict[str, str]:
    if key is None:
        key = os.environ.get(KEY)
    if key is None and (url.startswith("https:") or _is_here(urlsplit(url).hostname or "")):
        key = os.environ.get(_COMMON_KEY)
    key = (key or "").strip()
    if not (key.isascii() and key.isprintable()):
        raise UsageError(f"${KEY} (or ${_COMMON_KEY}) holds characters that no key has")
    return {"Authorization": f"Bearer {key}"} if key else {}


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _worth_another_try(status: int) -> bool:
    return status in (408, 409, 429) or (status >= 500 and status not in _REFUSED)


def _back_off(attempt: int) -> float:
    """Seconds before retry `attempt` (from 1): doubled each time, and spread."""
    return min(_LONGEST_BACK_OFF, 0.5 * 2.0 ** (attempt - 1)) * random.uniform(0.5, 1.0)


def _retry_after(value: str | None, now: float) -> float | None:
    """Seconds that a Retry-After header asks for: it is a number of them, or a date."""
    if value is None:
        return None
    if value.strip().isdecimal():
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - now)
    except (ValueError, OverflowError):
        return None


def _root(error: BaseException) -> str:
    """The class of an error's first cause: whether it was the name, the port or the TLS."""
    for cause in _causes(error):
        error = cause
    return type(error).__name__


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    cause = error.__cause__ or error.__context__
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        cause = cause.__cause__ or cause.__context__
