"""Who is asking, and what they may do. Without a token nothing but /healthz answers."""

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from unleak.core.errors import EngineError, UnleakError
from unleak.service.api.answers import refusal
from unleak.service.core import Core
from unleak.service.local import LocalEngine
from unleak.service.places import Anywhere
from unleak.service.tokens import OWNER, Role, Tokens

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

OPEN: Final = "/healthz"
_BEARER: Final = b"bearer "


@dataclass(frozen=True, slots=True)
class Caller:
    """The token that a request came with."""

    name: str
    role: Role


class ForbiddenError(EngineError):
    """The token's role is too low."""


class Access:
    """Lets requests with a known token through, and no other; a new route is closed by itself."""

    def __init__(self, app: App, tokens: Tokens) -> None:
        self._app = app
        self._tokens = tokens

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 401, or pass the request on."""
        if scope["type"] != "http" or scope["path"] == OPEN:
            await self._app(scope, receive, send)
            return
        given = next((v for k, v in scope["headers"] if k == b"authorization"), b"")
        try:
            known = (
                self._tokens.role(given[len(_BEARER) :].strip().decode("latin-1"))
                if given[: len(_BEARER)].lower() == _BEARER
                else None
            )
        except UnleakError as damaged:
            await refusal(503, damaged)(scope, receive, send)
            return
        if known is None:
            refused = EngineError(
                "this engine asks for a token: `unleak engine token add` makes one; give it in "
                "$UNLEAK_ENGINE_TOKEN"
            )
            await refusal(401, refused)(scope, receive, send)
            return
        scope.setdefault("state", {})["caller"] = Caller(*known)
        await self._app(scope, receive, send)


# Only for the OpenAPI document: `Access` has looked at the token before.
_documented = HTTPBearer(auto_error=False, description="A token of `unleak engine token add`.")


def _engine(role: Role) -> Any:
    def engine(request: Request, _: Annotated[Any, Depends(_documented)]) -> LocalEngine:
        caller: Caller = request.state.caller
        if caller.role < role:
            raise ForbiddenError(
                f"the token {caller.name!r} may {caller.role.word}; this takes {role.word}"
            )
        core: Core = request.app.state.core
        is_here = request.app.state.local and caller.name == OWNER
        return LocalEngine(core, caller.name, Anywhere() if is_here else core.lineage.places())

    return engine


Reporter = Annotated[LocalEngine, Depends(_engine(Role.REPORT))]
Eraser = Annotated[LocalEngine, Depends(_engine(Role.ERASE))]
Admin = Annotated[LocalEngine, Depends(_engine(Role.ADMIN))]
