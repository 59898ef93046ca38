"""Answers to what went wrong: one JSON form, and never a piece of the request in it."""

import logging
import traceback
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from unleak.core.errors import EngineError, EvaluationError, UnleakError, UsageError
from unleak.ledger.book import OtherKeyError

_log = logging.getLogger("unleak.engine")
_HIDDEN: Final = frozenset(("extra_forbidden", "json_invalid"))  # their place is the caller's text


def refusal(status: int, error: UnleakError) -> JSONResponse:
    """An error as JSON."""
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    return JSONResponse(_body(type(error).__name__, str(error)), status, headers)


def _body(kind: str, message: str, **more: Any) -> dict[str, Any]:
    return {"error": {"type": kind, "message": message, **more}}


def add_handlers(app: FastAPI) -> None:
    """Have all errors answered in the one form."""
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(UnleakError, _known)
    app.add_exception_handler(Exception, _defect)


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - for mypy
    fields = [
        {"at": [] if found["type"] in _HIDDEN else list(found["loc"]), "problem": found["type"]}
        for found in error.errors()
    ]
    first = fields[0] if fields else {"at": [], "problem": "unknown"}
    at = ".".join(str(part) for part in first["at"])
    message = f"the request cannot be used: {at or 'body'}: {first['problem']}"
    return JSONResponse(_body("UsageError", message, fields=fields), 422)


async def _http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - for mypy
    message = {404: "no such path", 405: "no such method here"}.get(
        error.status_code, "the request cannot be used"
    )
    return JSONResponse(_body("UsageError", message), error.status_code, error.headers)


async def _known(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, UnleakError)  # noqa: S101 - for mypy
    if isinstance(error, OtherKeyError):  # rotated behind its back: the next one has the new key
        request.app.state.stop()
    name = type(error).__name__
    if name == "ForbiddenError":
        return JSONResponse(_body("EngineError", str(error)), 403)
    if isinstance(error, UsageError):
        return refusal(404 if "no leak of this id" in str(error) else 400, error)
    if isinstance(error, EvaluationError):
        return refusal(503, error)
    return refusal(404 if isinstance(error, EngineError) else 503, error)


async def _defect(_: Request, error: Exception) -> JSONResponse:
    """Only the place is told: message and frames may hold a secret."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "an unknown place"
    _log.error("internal error: %s at %s", type(error).__name__, place)
    message = f"internal error ({type(error).__name__} at {place}); please report it"
    return JSONResponse(_body("EngineError", message), 500)
