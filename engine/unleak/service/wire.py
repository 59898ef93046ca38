"""The API from the client's side: for each method what is sent, and how the answer is read."""

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from unleak.core.errors import EngineError, UnleakError, error_named
from unleak.core.secret import Fingerprinter
from unleak.core.states import LeakState
from unleak.service.contract import BlockList, Job, LeakView, Sighting

T = TypeVar("T")


@dataclass(frozen=True, slots=True, repr=False)
class Call(Generic[T]):
    """A request. `repeatable`: it may be sent again where no answer came."""

    verb: str
    path: str
    read: Callable[[Any], T]
    body: Mapping[str, Any] | None = None
    query: Mapping[str, str] = field(default_factory=dict)

    @property
    def repeatable(self) -> bool:
        """Whether sending it twice does no harm."""
        return self.verb == "GET"


def _same(data: Any) -> Any:
    return data


def _leaks(data: Any) -> list[LeakView]:
    return [LeakView.from_json(entry) for entry in data["leaks"]]


def health() -> Call[dict[str, Any]]:
    """`Engine.health`."""
    return Call("GET", "/v1/health", _same)


def fingerprinter() -> Call[Fingerprinter]:
    """`Engine.fingerprinter`."""
    return Call(
        "GET", "/v1/fingerprinter", lambda data: Fingerprinter(base64.b64decode(data["key"]))
    )


def sight(sightings: Sequence[Sighting]) -> Call[list[LeakView]]:
    """`Engine.sight`."""
    body = {"sightings": [sighting.as_json() for sighting in sightings]}
    return Call("POST", "/v1/sightings", _leaks, body)


def leaks(model: str | None, state: LeakState | None) -> Call[list[LeakView]]:
    """`Engine.leaks`."""
    asked = {"model": model, "state": str(state) if state else None}
    query = {name: value for name, value in asked.items() if value is not None}
    return Call("GET", "/v1/leaks", _leaks, query=query)


def leak(id: str) -> Call[dict[str, Any]]:
    """`Engine.leak`."""
    return Call("GET", f"/v1/leaks/{_part(id)}", _same)


def find(fingerprints: Sequence[str]) -> Call[list[LeakView]]:
    """`Engine.find`."""
    return Call("POST", "/v1/leaks/find", _leaks, {"fingerprints": list(fingerprints)})


def dismiss(id: str) -> Call[LeakView]:
    """`Engine.dismiss`."""
    return Call("POST", f"/v1/leaks/{_part(id)}/dismiss", LeakView.from_json)


def shred(id: str) -> Call[LeakView]:
    """`Engine.shred`."""
    return Call("POST", f"/v1/leaks/{_part(id)}/shred", LeakView.from_json)


def block_list() -> Call[BlockList]:
    """`Engine.block_list`."""
    return Call("GET", "/v1/block-list", BlockList.from_json)


def new_job(noun: str, **body: Any) -> Call[Job]:
    """`Engine.confirm`, `erase`, `verify` or `gate`."""
    told = {name: value for name, value in body.items() if value is not None}
    return Call("POST", f"/v1/{noun}", Job.from_json, told)


def jobs() -> Call[list[Job]]:
    """`Engine.jobs`."""
    return Call("GET", "/v1/jobs", lambda data: [Job.from_json(job) for job in data["jobs"]])


def job(id: str, seen: int = 0, wait: float = 0.0) -> Call[Job]:
    """`Engine.job`, and a step of `Engine.wait`."""
    query = {"seen": str(seen), "wait": str(wait)} if wait else {}
    return Call("GET", f"/v1/jobs/{_part(id)}", Job.from_json, query=query)


def cancel(id: str) -> Call[Job]:
    """`Engine.cancel`."""
    return Call("POST", f"/v1/jobs/{_part(id)}/cancel", Job.from_json)


def models() -> Call[list[dict[str, Any]]]:
    """`Engine.models`."""
    return Call("GET", "/v1/models", lambda data: list(data["models"]))


def link(name: str, path: str) -> Call[dict[str, Any]]:
    """Say where a model lies."""
    return Call("POST", "/v1/models/link", _same, {"name": name, "path": path})


def use(name: str, version: str) -> Call[dict[str, Any]]:
    """Put a version in use."""
    return Call("POST", "/v1/models/use", _same, {"name": name, "version": version})


def certificate(id: str) -> Call[dict[str, Any]]:
    """`Engine.certificate`."""
    return Call("GET", f"/v1/certificates/{_part(id)}", _same)


def stop() -> Call[dict[str, Any]]:
    """End the daemon."""
    return Call("POST", "/v1/stop", _same)


def error_of(status: int, data: Any) -> UnleakError:
    """The error that an engine answered, of the same class as it had there."""
    told = data.get("error") if isinstance(data, dict) else None
    if not isinstance(told, dict):
        return EngineError(f"the engine answered {status}; is this an unleak engine?")
    message = str(told.get("message", f"the engine answered {status}"))
    if status == 401:
        return EngineError(f"the engine refused the token: {message}")
    return error_named(str(told.get("type")), message)


def _part(id: str) -> str:
    """An id within a path; what cannot be one becomes one that nobody has."""
    return id if id.isalnum() and id.isascii() else "-"
