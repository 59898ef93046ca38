"""What the ledger takes and gives. Only what goes in holds a secret."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from unleak.core.secret import Secret
from unleak.core.states import LeakState, Origin, Verdict

SERVED: Final = "served:"  # before the name of a model that is known only by what a server calls it


class Sighted(Protocol):
    """Something seen, as any front end reports it.

    model: a digest, a folder, or the name that the serving side uses; "" if unknown.
    verdict, hint: what the front end can tell by itself: that it is an echo, say, or the mean
    log-probability of a token.
    """

    @property
    def secret(self) -> Secret: ...  # noqa: D102 - see above
    @property
    def prefix(self) -> str: ...  # noqa: D102
    @property
    def rule(self) -> str: ...  # noqa: D102
    @property
    def model(self) -> str: ...  # noqa: D102
    @property
    def origin(self) -> Origin: ...  # noqa: D102
    @property
    def verdict(self) -> Verdict | None: ...  # noqa: D102
    @property
    def hint(self) -> float | None: ...  # noqa: D102
    @property
    def client(self) -> str: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Seen:
    """The plainest thing that is `Sighted`."""

    secret: Secret
    prefix: str
    rule: str
    model: str
    origin: Origin
    verdict: Verdict | None = None
    hint: float | None = None
    client: str = ""


@dataclass(frozen=True, slots=True)
class Leak:
    """A leak, without the secret.

    model: a digest, or "served:NAME". verdict: of the latest evidence; before there is any, what a
    front end told. reason: the evidence's sentence, or nothing.
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
    reason: str


@dataclass(frozen=True, slots=True)
class Sighting:
    """One time that a leak was seen. served: what the front end called the model."""

    at: str
    origin: Origin
    actor: str
    client: str
    served: str
    verdict: Verdict | None
    hint: float | None


@dataclass(frozen=True, slots=True)
class Model:
    """A model.

    digest: of its files, or "served:NAME". parent: the model it was erased from; erasure: the
    number of the erasure that made it. current: the version in use of those that were made of each
    other. linked: the digest behind a served name.
    """

    digest: str
    name: str
    parent: str | None
    path: str | None
    erasure: int | None
    current: bool
    linked: str | None
    added: str


@dataclass(frozen=True, slots=True)
class Erasure:
    """One run of a method. leaks: what came of each leak, by its id."""

    number: int
    model: str
    new_model: str | None
    verdict: str
    leaks: Mapping[str, str]
    at: str


@dataclass(frozen=True, slots=True)
class SuiteCase:
    """A case of a suite that came of a leak; `suite` is the suite's keyed digest."""

    suite: str
    case: str
    leak: str
    path: str
    at: str


@dataclass(frozen=True, slots=True)
class Change:
    """A line of the change log. Its ids grow in the order of the commits."""

    id: int
    at: str
    kind: str
    subject: str


@dataclass(frozen=True, slots=True)
class BlockList:
    """What no front end lets through.

    revision: it grows when the list changes. fingerprints: of every leak that was ever confirmed,
    unless it was dismissed after. lengths: of the secrets, in characters; nothing of another
    length needs to be looked up.
    """

    revision: int
    fingerprints: frozenset[str]
    lengths: frozenset[int]
