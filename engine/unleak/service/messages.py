"""What daemon and worker say to each other: JSON, one message a line, over the worker's pipes.

Secrets travel here, in clear, and nowhere else: never in arguments, the environment or a file.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

from unleak.core.secret import Fingerprinter, Secret
from unleak.probe.suite import Case
from unleak.service.contract import JobKind


@dataclass(frozen=True, slots=True, repr=False)
class Task:
    """A job as the worker gets it.

    model: what to load; a folder, a GGUF file or "demo".
    own: ids of the cases that were read in the model's own completions.
    others: further secrets whose fate an erasure reports.
    """

    id: str
    kind: JobKind
    model: str
    fingerprinter: Fingerprinter
    cases: Sequence[Case]
    own: frozenset[str] = frozenset()
    others: Sequence[Case] = ()
    out: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """With secrets and the fingerprints' key in clear: for the pipe only."""
        return {
            "type": "task",
            "id": self.id,
            "kind": str(self.kind),
            "model": self.model,
            "key": base64.b64encode(self.fingerprinter.key).decode(),
            "cases": [_case(case) for case in self.cases],
            "own": sorted(self.own),
            "others": [_case(case) for case in self.others],
            "out": self.out,
            "options": dict(self.options),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Task":
        """The inverse of `as_json`."""
        return cls(
            id=data["id"],
            kind=JobKind(data["kind"]),
            model=data["model"],
            fingerprinter=Fingerprinter(base64.b64decode(data["key"])),
            cases=[_read_case(case) for case in data["cases"]],
            own=frozenset(data["own"]),
            others=[_read_case(case) for case in data["others"]],
            out=data["out"],
            options=data["options"],
        )

    def __repr__(self) -> str:
        return f"<Task {self.id} {self.kind}>"


def send(stream: IO[bytes], message: Mapping[str, Any]) -> None:
    """Write a message at once."""
    stream.write(json.dumps(message).encode() + b"\n")
    stream.flush()


def receive(stream: IO[bytes]) -> dict[str, Any] | None:
    """The next message; None at the end."""
    line = stream.readline()
    return json.loads(line) if line.endswith(b"\n") else None


def _case(case: Case) -> dict[str, Any]:
    return {
        "id": case.id,
        "prefix": case.prefix,
        "value": case.secret.reveal(),
        "kind": case.secret.kind,
        "fingerprint": case.secret.fingerprint,
        "suffix": case.suffix,
        "source": case.source,
        "copies": case.copies,
        "control": case.control,
    }


def _read_case(data: Mapping[str, Any]) -> Case:
    rest = {name: data[name] for name in ("suffix", "source", "copies", "control")}
    secret = Secret(data["value"], data["kind"], data["fingerprint"])
    return Case(data["id"], data["prefix"], secret, **rest)
