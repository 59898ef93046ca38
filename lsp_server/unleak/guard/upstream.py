"""The model server behind the guard."""

import logging
import ssl
from collections.abc import Iterable
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

import httpx

from unleak.core.errors import UsageError

Headers = list[tuple[bytes, bytes]]

# Of one connection only; RFC 9110, section 7.6.1.
_HOP_BY_HOP: Final = frozenset((
    b"connection", b"keep-alive", b"proxy-connection", b"proxy-authenticate",
    b"proxy-authorization", b"te", b"trailer", b"transfer-encoding", b"upgrade",
))  # fmt: skip
_CONNECT: Final = 10.0  # seconds
_MOST_CONNECTIONS: Final = 1000


class Upstream:
    """Sends requests on; one pool of connections for all of them.

    Args:
        url: http(s)://HOST[:PORT][/PATH], which requests' paths are put behind.
        transport: in the place of the network.

    Raises:
        UsageError: no such address can be used.
    """

    def __init__(self, url: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self.url = _address(url)
        parts = urlsplit(self.url)
        self._host = parts.netloc.encode("ascii")
        for name in ("httpx", "httpcore", "hpack"):  # they log headers
            logging.getLogger(name).setLevel(logging.WARNING)
        self._client = httpx.AsyncClient(
            http2=True,  # where TLS agrees on it
            verify=ssl.create_default_context() if parts.scheme == "https" else False,
            timeout=httpx.Timeout(None, connect=_CONNECT),
            limits=httpx.Limits(
                max_connections=_MOST_CONNECTIONS, max_keepalive_connections=100
            ),
            trust_env=not is_here(parts.hostname or ""),  # a proxy leads away from this machine
            follow_redirects=False,
            transport=transport,
        )  # fmt: skip

    async def send(
        self, method: str, path: str, query: bytes, headers: Headers, body: bytes
    ) -> httpx.Response:
        """Send a request; the body of the answer is still to be read.

        Raises:
            httpx.HTTPError: it was not answered.
        """
        url = self.url + path + (f"?{query.decode('latin-1')}" if query else "")
        own = [(name, value) for name, value in headers if name != b"host"]
        request = httpx.Request(method, url, headers=[(b"host", self._host), *own], content=body)
        return await self._client.send(request, stream=True)

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()


def end_to_end(headers: Iterable[tuple[bytes, bytes]], *without: bytes) -> Headers:
    """Headers without those of one connection, and without some others; names in lower case."""
    listed = [(name.lower(), value) for name, value in headers]
    named = {
        part.strip().lower()
        for name, value in listed
        if name == b"connection"
        for part in value.split(b",")
    }
    left_out = _HOP_BY_HOP | named | frozenset(without)
    return [(name, value) for name, value in listed if name not in left_out]


def is_here(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _address(url: str) -> str:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and (parts.port or True)
    except ValueError:
        usable, parts = False, urlsplit("")
    if not usable or not url.isprintable() or not url.isascii() or " " in url:
        raise UsageError("--upstream: give an address such as http://127.0.0.1:8000")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise UsageError(
            "--upstream: give the address alone, without a user, a password or a query; "
            "the client's own headers are passed on"
        )
    return url.rstrip("/")
