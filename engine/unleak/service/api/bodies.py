"""What requests may hold: every text has a greatest length, and unknown fields are refused."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from unleak.core.states import Origin, Verdict

Name = Annotated[str, StringConstraints(max_length=200)]
PathText = Annotated[str, StringConstraints(max_length=4000)]
LeakId = Annotated[str, StringConstraints(pattern=r"^L[0-9a-f]{1,32}$")]
JobId = Annotated[str, StringConstraints(pattern=r"^J[0-9a-f]{10}$")]
Fingerprint = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{24}$")]
Leaks = Annotated[list[LeakId], Field(max_length=1000)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class OneSighting(_Body):
    """One thing seen. The prefix's last 2,000 characters are kept."""

    secret: Annotated[SecretStr, Field(min_length=1, max_length=20_000)]
    kind: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    prefix: Annotated[str, StringConstraints(max_length=100_000)]
    rule: Annotated[str, StringConstraints(max_length=64)]
    model: PathText = ""
    origin: Origin = Origin.UNKNOWN
    verdict: Verdict | None = None
    hint: Annotated[float, Field(allow_inf_nan=False)] | None = None
    client: Name = ""


class Sightings(_Body):
    """What was seen, at most 1,000 at once."""

    sightings: Annotated[list[OneSighting], Field(max_length=1000)]


class Fingerprints(_Body):
    """Secrets to look for."""

    fingerprints: Annotated[list[Fingerprint], Field(max_length=10_000)]


class Confirmation(_Body):
    """A confirm job."""

    leaks: Annotated[Leaks, Field(min_length=1)]
    model: PathText | None = None
    trust_remote_code: bool = False


class Erasure(_Body):
    """An erase job. `keep` is a suite of other secrets, whose fate is reported."""

    leaks: Annotated[Leaks, Field(min_length=1)]
    model: PathText | None = None
    out: PathText | None = None
    method: Name = "auto"
    verify: Name = "standard"
    keep: PathText | None = None
    trust_remote_code: bool = False


class Verification(_Body):
    """A verify job."""

    leaks: Annotated[Leaks, Field(min_length=1)]
    model: PathText
    reference: PathText | None = None
    verify: Name = "standard"


class GateRun(_Body):
    """A gate job. `suite` is a path, "demo", or "erased": the engine's own."""

    model: PathText
    suite: PathText
    tries: Annotated[float, Field(ge=1, allow_inf_nan=False)] = 1e6


class Link(_Body):
    """A name that a server uses, and where the model lies."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    path: PathText


class Use(_Body):
    """A version of the registry."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    version: Annotated[str, StringConstraints(pattern=r"^v\d{4,9}$")]
