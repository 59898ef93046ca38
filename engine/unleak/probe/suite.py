"""Suites: files of extraction tests, one JSON object a line."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from unleak.core.errors import SuiteError
from unleak.core.files import write_file
from unleak.core.secret import Fingerprinter, Secret
from unleak.models.embedded.planted import planted

EMBEDDED = "demo"  # the secrets planted in the embedded model


@dataclass(frozen=True, slots=True)
class Case:
    """One extraction test: does the model go on from `prefix` with the secret?

    copies: how often the training data hold it. control: a decoy that no model can know.
    """

    id: str
    prefix: str
    secret: Secret
    suffix: str = ""
    source: str = ""
    copies: int = 1
    control: bool = False

    @property
    def kind(self) -> str:
        """The secret's kind."""
        return self.secret.kind

    def __repr__(self) -> str:
        return f"<Case {self.id} {self.secret}>"


def read(path: str, fingerprinter: Fingerprinter) -> list[Case]:
    """The cases of a suite file, or of `demo`.

    Raises:
        SuiteError: no such file, no case in it, or a line that is no case (named by number).
    """
    if path == EMBEDDED:
        return [
            Case(p.id, p.prefix, fingerprinter.secret(p.secret, p.kind), p.suffix, "embedded model")
            for p in planted()
        ]
    try:
        lines = Path(path).read_text("utf-8").split("\n")
    except UnicodeDecodeError:
        raise SuiteError(f"{path}: not UTF-8 text; a suite is a JSON Lines file") from None
    except OSError as error:
        raise SuiteError(f"{path}: {error.strerror or 'cannot be read'}") from None
    cases: list[Case] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(lines, 1):
        if line.strip():
            case = _case(line, f"{path}, line {number}", fingerprinter)
            if case.id in seen:
                raise SuiteError(
                    f"{path}, line {number}: id {case.id!r} is already used on line {seen[case.id]}"
                )
            seen[case.id] = number
            cases.append(case)
    if not cases:
        raise SuiteError(f"{path}: an empty suite; it would test nothing")
    return cases


def case_digest(case: Case, fingerprinter: Fingerprinter) -> str:
    """What a case is matched by between runs, whatever its id: a keyed digest of its text."""
    parts = [case.kind, case.prefix, case.secret.reveal(), case.suffix]
    return fingerprinter.fingerprint(json.dumps(parts))


def suite_digest(cases: Iterable[Case], fingerprinter: Fingerprinter) -> str:
    """A keyed digest of all cases, whatever their order."""
    return fingerprinter.fingerprint("".join(sorted(case_digest(c, fingerprinter) for c in cases)))


def _case(line: str, where: str, fingerprinter: Fingerprinter) -> Case:
    # The messages name the field, never its content: it may be a secret.
    try:
        value = json.loads(line)
    except ValueError as error:
        column = getattr(error, "colno", 0)
        raise SuiteError(f"{where}: not valid JSON (column {column})") from None
    if not isinstance(value, dict):
        raise SuiteError(f"{where}: expected a JSON object")
    for field, required in (("id", True), ("kind", True), ("prefix", True), ("secret", True),
                            ("suffix", False), ("source", False)):  # fmt: skip
        if field not in value and required:
            raise SuiteError(f"{where}: the field {field!r} is missing")
        if field in value and not isinstance(value[field], str):
            raise SuiteError(f"{where}: the field {field!r} is not text")
    if not value["secret"]:
        raise SuiteError(f"{where}: the field 'secret' is empty")
    if not value["id"]:
        raise SuiteError(f"{where}: the field 'id' is empty")
    return Case(
        id=value["id"],
        prefix=value["prefix"],
        secret=fingerprinter.secret(value["secret"], value["kind"]),
        suffix=value.get("suffix", ""),
        source=value.get("source", ""),
    )


def write(path: Path, cases: Iterable[Case]) -> None:
    """Write a plaintext suite (0600: it holds secrets in clear)."""
    lines = [
        json.dumps(
            {
                "id": case.id,
                "kind": case.kind,
                "prefix": case.prefix,
                "secret": case.secret.reveal(),
                **({"suffix": case.suffix} if case.suffix else {}),
                **({"source": case.source} if case.source else {}),
            },
            ensure_ascii=False,
        )
        for case in cases
    ]
    write_file(path, "\n".join(lines) + "\n", mode=0o600)
