"""Completions from a model server, in one of the guard's dialects."""

import math
import os
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from unleak.core.errors import EvaluationError, UsageError
from unleak.guard.dialects import named
from unleak.guard.dialects.dialect import Dialect
from unleak.lsp.completion.backend import Proposal

KEY: Final = "UNLEAK_ENDPOINT_KEY"
_DIALECTS: Final = {
    "openai": "openai-completions",
    "ollama": "ollama-generate",
    "llamacpp": "llamacpp",
    "tabby": "tabby",
}
_TIMEOUT: Final = 20.0  # seconds
_PREFIX: Final = 8_000  # characters
_SUFFIX: Final = 2_000


class Served:
    """One server. Its answers' bodies go into no message: they may repeat a secret."""

    def __init__(self, backend: str, url: str, model: str) -> None:
        """Nothing is sent yet.

        Raises:
            UsageError: the address cannot be used.
        """
        self.model = model
        self._dialect: Dialect = named(_DIALECTS[backend])
        self._url = _address(url)
        self._client: httpx.AsyncClient | None = None

    async def complete(self, prefix: str, suffix: str, tokens: int) -> Proposal:
        """What the server's model writes between two texts."""
        if self._client is None:
            key = os.environ.get(KEY, "") if _may_have_key(self._url) else ""
            headers = {"Authorization": f"Bearer {key}"} if key else {}
            self._client = httpx.AsyncClient(timeout=_TIMEOUT, headers=headers)
        request = self._dialect.request(
            prefix[-_PREFIX:], suffix[:_SUFFIX], model=self.model, max_tokens=tokens
        )
        path = request.path
        if self._url.endswith("/v1") and path.startswith("/v1/"):
            path = path.removeprefix("/v1")
        try:
            answer = await self._client.post(f"{self._url}{path}", json=request.body)
        except httpx.TimeoutException:
            raise EvaluationError(f"{self._url}: no completion in {_TIMEOUT:.0f} seconds") from None
        except httpx.HTTPError as error:
            raise EvaluationError(
                f"{self._url}: cannot be reached ({type(error).__name__})"
            ) from None
        if answer.status_code != httpx.codes.OK:
            raise EvaluationError(f"{self._url}{path}: HTTP {answer.status_code}")
        return self._proposal(answer)

    def _proposal(self, answer: httpx.Response) -> Proposal:
        try:
            body: Any = answer.json()
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise EvaluationError(f"{self._url}: its answer is no JSON object")
        texts = self._dialect.texts(body)
        message = self._dialect.read(body)
        parts = message.parts if message else ()
        logprobs = [
            token.logprob
            for part in parts
            if part.choice == 0
            for token in part.tokens
            if not math.isnan(token.logprob)
        ]
        mean = sum(logprobs) / len(logprobs) if logprobs else None
        return Proposal(texts[0] if texts else "", mean)

    async def close(self) -> None:
        """Close its connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()


def _address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError("unleak.completion.url must be http(s)://HOST[:PORT]")
    if parts.username or parts.password:
        raise UsageError(f"unleak.completion.url must hold no password: set ${KEY}")
    return url.rstrip("/")


def _may_have_key(url: str) -> bool:
    """A key goes over TLS, or not out of this machine."""
    parts = urlsplit(url)
    if parts.scheme == "https" or parts.hostname == "localhost":
        return True
    try:
        return ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False
