# ruff: noqa: D102 - what AsyncEngine's methods do stands at Engine's
"""What front ends and engine say to each other: the types of the API, and the Engine itself.

JSON is what travels: `as_json` and `from_json` are each other's inverse. Only a `Sighting` holds a
secret, and only on its way into the engine; nothing that comes out of the engine does.
"""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import Any, Final, Protocol, Self

from unleak.core.errors import UnleakError, error_named
from unleak.core.secret import Fingerprinter, Secret
from unleak.core.states import LeakState, Origin, Verdict

PREFIX_LIMIT: Final = 2000  # characters of the text before a secret; the tail is what counts


class JobKind(StrEnum):
    """What a job does."""

    CONFIRM = "confirm"
    ERASE = "erase"
    VERIFY = "verify"
    GATE = "gate"


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def over(self) -> bool:
        """Whether nothing more will happen to the job."""
        return self not in (JobState.QUEUED, JobState.RUNNING)


@dataclass(frozen=True, slots=True)
class Sighting:
    """One thing seen, by any front end.

    model: the name as the serving side calls it, or a folder, or a digest; "" if unknown.
    verdict, hint: what the front end can tell without asking the model: that it is an echo, or
    the mean log-probability per token where the backend gave it.
    client: which front end; "vscode", "guard", ...
    """

    secret: Secret
    prefix: str
    rule: str
    model: str
    origin: Origin
    verdict: Verdict | None = None
    hint: float | None = None
    client: str = ""

    def as_json(self) -> dict[str, Any]:
        """With the secret in clear: for the body of a request, and nothing else."""
        return {
            "secret": self.secret.reveal(),
            "kind": self.secret.kind,
            "prefix": self.prefix[-PREFIX_LIMIT:],
            "rule": self.rule,
            "model": self.model,
            "origin": str(self.origin),
            "verdict": str(self.verdict) if self.verdict else None,
            "hint": self.hint,
            "client": self.client,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any], fingerprinter: Fingerprinter) -> Self:
        """The fingerprint is made here, with the engine's key; one that was sent counts nothing."""
        return cls(
            secret=fingerprinter.secret(data["secret"], data["kind"]),
            prefix=data["prefix"][-PREFIX_LIMIT:],
            rule=data["rule"],
            model=data.get("model", ""),
            origin=Origin(data.get("origin", Origin.UNKNOWN)),
            verdict=Verdict(data["verdict"]) if data.get("verdict") else None,
            hint=data.get("hint"),
            client=data.get("client", ""),
        )


@dataclass(frozen=True, slots=True)
class LeakView:
    """A leak as everybody may see it; never the secret.

    model: the model's digest, or "served:NAME" where only a server named it.
    verdict: of the latest evidence, or the sighting's hint.
    reason: "" or the evidence's sentence.
    """

    id: str
    kind: str
    rule: str
    fingerprint: str
    preview: str
    model: str
    model_name: str
    origin: Origin
    state: LeakState
    verdict: Verdict
    sightings: int
    shredded: bool
    first_seen: str
    last_seen: str
    reason: str = ""

    def as_json(self) -> dict[str, Any]:
        """All fields."""
        return _plain(asdict(self))

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Unknown fields, of a newer engine, are left out."""
        known = _known(cls, data)
        return cls(
            **{
                **known,
                "origin": Origin(known["origin"]),
                "state": LeakState(known["state"]),
                "verdict": Verdict(known["verdict"]),
            }
        )


@dataclass(frozen=True, slots=True)
class BlockList:
    """The fingerprints that must not be shown: all leaks' but the flagged and the dismissed.

    lengths: of the values behind them, in characters, so that a text can be asked for them.
    """

    revision: int
    fingerprints: frozenset[str]
    lengths: frozenset[int]

    def as_json(self) -> dict[str, Any]:
        """Sorted, so that equal lists are equal texts."""
        return {
            "revision": self.revision,
            "fingerprints": sorted(self.fingerprints),
            "lengths": sorted(self.lengths),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of `as_json`."""
        return cls(
            int(data["revision"]), frozenset(data["fingerprints"]), frozenset(data["lengths"])
        )


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of work for the worker, as it stands.

    done: share of the stage that is done, 0 to 1.
    result: the report of the work as JSON (an erasure, a verification, a gate); no secret.
    error: why it failed, in one line; "" if it did not. error_type: that error's class.
    """

    id: str
    kind: JobKind
    state: JobState
    stage: str
    done: float
    message: str
    leaks: tuple[str, ...]
    model: str
    out: str
    result: dict[str, Any] | None
    error: str
    created: str
    started: str | None = None
    ended: str | None = None
    error_type: str = ""

    def failure(self) -> UnleakError:
        """The error of a failed job."""
        return error_named(self.error_type, self.error)

    def as_json(self) -> dict[str, Any]:
        """All fields."""
        return _plain(asdict(self))

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Unknown fields, of a newer engine, are left out."""
        known = _known(cls, data)
        return cls(
            **{
                **known,
                "kind": JobKind(known["kind"]),
                "state": JobState(known["state"]),
                "leaks": tuple(known["leaks"]),
            }
        )


class EventKind(StrEnum):
    """What an event is about."""

    LEAK = "leak"
    JOB = "job"
    BLOCK_LIST = "block-list"
    MODEL = "model"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that changed. Ids only grow; ask on from the last one seen.

    data: a LeakView for "leak", a Job for "job", {"revision"} for "block-list", an entry of
    `models` for "model"; each as JSON. Where the thing is gone by now: {"id"}.
    """

    id: int
    kind: EventKind
    data: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """All fields."""
        return {"id": self.id, "kind": str(self.kind), "data": self.data}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of `as_json`."""
        return cls(int(data["id"]), EventKind(data["kind"]), dict(data["data"]))


class Engine(Protocol):
    """The engine, the same whether in this process, in the local daemon, or on a server.

    Every method raises only errors of the tree in `unleak.core.errors`: EngineError if the engine
    cannot be reached or refuses, UsageError and its kin for what the caller can mend.
    """

    def health(self) -> dict[str, Any]:
        """Version, schema, revision, pid, key id."""
        ...

    def fingerprinter(self) -> Fingerprinter:
        """What makes this engine's fingerprints; it cannot decrypt anything."""
        ...

    def sight(self, sightings: Sequence[Sighting]) -> list[LeakView]:
        """Record what was seen, all in one transaction; the leaks in the order given."""
        ...

    def leaks(self, *, model: str | None = None, state: LeakState | None = None) -> list[LeakView]:
        """All leaks, oldest first, or those of a model (name or digest) or in a state."""
        ...

    def leak(self, id: str) -> dict[str, Any]:
        """A LeakView's fields, and history, evidence, certificate."""
        ...

    def find(self, fingerprints: Sequence[str]) -> list[LeakView]:
        """The leaks of these fingerprints, in any model."""
        ...

    def dismiss(self, id: str) -> LeakView:
        """Mark a leak as no leak."""
        ...

    def shred(self, id: str) -> LeakView:
        """Destroy a leak's secret; the fingerprint stays."""
        ...

    def block_list(self) -> BlockList:
        """What must not be shown."""
        ...

    def confirm(
        self, leaks: Sequence[str], *, model: str | None = None, trust_remote_code: bool = False
    ) -> Job:
        """Ask the model whether it memorised them; None: the leaks' own model.

        trust_remote_code: run code of the model's folder; only the local engine does, for its
        machine's user.
        """
        ...

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
        """Erase leaks. They stand in the block list before this returns.

        Args:
            leaks: ids of confirmed leaks.
            model: folder or name; None: the leaks' own model.
            out: the new model's folder; None: the next version in the registry.
            method: how.
            verify: how deeply the new model is attacked.
            keep: a suite of other secrets; what becomes of them is reported.
            trust_remote_code: as for `confirm`.
        """
        ...

    def verify(
        self,
        leaks: Sequence[str],
        *,
        model: str,
        reference: str | None = None,
        verify: str = "standard",
    ) -> Job:
        """Attack a model for these leaks."""
        ...

    def gate(self, *, model: str, suite: str, **options: Any) -> Job:
        """Run a suite against a model."""
        ...

    def jobs(self) -> list[Job]:
        """All jobs that are kept, oldest first."""
        ...

    def job(self, id: str) -> Job:
        """One job."""
        ...

    def cancel(self, id: str) -> Job:
        """Stop a job; what it wrote vanishes. A job that is over stays as it is."""
        ...

    def wait(self, id: str, progress: Callable[[Job], None] | None = None) -> Job:
        """Return the job once it is over; `progress` is called at every change."""
        ...

    def events(self, *, since: int | None = None) -> Iterator[Event]:
        """What changes, as it changes; from `since` on, or from now."""
        ...

    def models(self) -> list[dict[str, Any]]:
        """digest, name, path, parent, current of each model."""
        ...

    def link(self, name: str, path: str) -> dict[str, Any]:
        """Say where the model lies that a server calls by a name; its entry of `models`."""
        ...

    def use(self, name: str, version: str) -> dict[str, Any]:
        """Put a version of the registry in use; its name, version and path."""
        ...

    def certificate(self, leak_or_digest: str) -> dict[str, Any]:
        """The certificate of a leak's last erasure, or of a model that one made."""
        ...

    def close(self) -> None:
        """Let go of the connection."""
        ...


class AsyncEngine(Protocol):
    """`Engine` for asynchronous front ends; see there."""

    async def health(self) -> dict[str, Any]: ...
    async def fingerprinter(self) -> Fingerprinter: ...
    async def sight(self, sightings: Sequence[Sighting]) -> list[LeakView]: ...
    async def leaks(
        self, *, model: str | None = None, state: LeakState | None = None
    ) -> list[LeakView]: ...
    async def leak(self, id: str) -> dict[str, Any]: ...
    async def find(self, fingerprints: Sequence[str]) -> list[LeakView]: ...
    async def dismiss(self, id: str) -> LeakView: ...
    async def shred(self, id: str) -> LeakView: ...
    async def block_list(self) -> BlockList: ...
    async def confirm(
        self, leaks: Sequence[str], *, model: str | None = None, trust_remote_code: bool = False
    ) -> Job: ...
    async def erase(
        self,
        leaks: Sequence[str],
        *,
        model: str | None = None,
        out: str | None = None,
        method: str = "auto",
        verify: str = "standard",
        keep: str | None = None,
        trust_remote_code: bool = False,
    ) -> Job: ...
    async def verify(
        self,
        leaks: Sequence[str],
        *,
        model: str,
        reference: str | None = None,
        verify: str = "standard",
    ) -> Job: ...
    async def gate(self, *, model: str, suite: str, **options: Any) -> Job: ...
    async def jobs(self) -> list[Job]: ...
    async def job(self, id: str) -> Job: ...
    async def cancel(self, id: str) -> Job: ...
    async def wait(self, id: str, progress: Callable[[Job], None] | None = None) -> Job: ...
    def events(self, *, since: int | None = None) -> AsyncIterator[Event]: ...
    async def models(self) -> list[dict[str, Any]]: ...
    async def link(self, name: str, path: str) -> dict[str, Any]: ...
    async def use(self, name: str, version: str) -> dict[str, Any]: ...
    async def certificate(self, leak_or_digest: str) -> dict[str, Any]: ...
    async def close(self) -> None: ...


def _plain(data: dict[str, Any]) -> dict[str, Any]:
    return {
        name: str(value) if isinstance(value, StrEnum) else
        list(value) if isinstance(value, tuple) else value
        for name, value in data.items()
    }  # fmt: skip


def _known(cls: type[Any], data: Mapping[str, Any]) -> dict[str, Any]:
    names = {entry.name for entry in fields(cls)}
    return {name: value for name, value in data.items() if name in names}
