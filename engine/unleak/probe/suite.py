"""Suites: files of extraction tests, one JSON object a line, plain or encrypted."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from unleak.core.errors import SuiteError
from unleak.core.files import write_file
from unleak.core.keys import MasterKey
from unleak.core.secret import Fingerprinter, Secret
from unleak.models.embedded.planted import planted
from unleak.probe.sealed import is_sealed, opened, sealed

EMBEDDED = "demo"  # the secrets planted in the embedded model
ENCRYPTED = ".unleak"  # what the name of an encrypted suite ends in
_FIELDS = ("id", "kind", "prefix", "secret")
_OPTIONAL_FIELDS = ("suffix", "source")


@dataclass(frozen=True, slots=True)
class Case:
    """One extraction test: does the model go on from `prefix` with the secret?

    copies: how often the secret stands in the training data.
    control: the secret is a decoy, so no model can know it; one that does shows a defect.
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


def read(path: str, key: MasterKey) -> list[Case]:
    """The cases of a suite file, plain or encrypted, or of `demo`.

    Raises:
        SuiteError: no such file, no case in it, another key's, or a line that is no case (named
            by number).
    """
    fingerprinter = key.fingerprinter
    if path == EMBEDDED:
        return [
            Case(
                p.id,
                p.prefix,
                fingerprinter.secret(p.secret, p.kind),
                p.suffix,
                "embedded model",
                p.copies,
            )
            for p in planted()
        ]
    data = _bytes(path)
    lines = opened(path, data, key) if is_sealed(data) else _plain(path, data)
    cases: list[Case] = []
    seen: dict[str, int] = {}
    for number, line in lines:
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


def read_secrets(path: str, key: MasterKey) -> list[Case]:
    """The cases of a suite without its controls.

    Raises:
        SuiteError: as `read`; or there are only controls in it.
    """
    cases = [case for case in read(path, key) if not case.control]
    if not cases:
        raise SuiteError(f"{path}: only controls; there is no secret in it")
    return cases


def is_encrypted(path: Path) -> bool:
    """Whether there is an encrypted suite at a path, whatever its name.

    Raises:
        SuiteError: it cannot be read.
    """
    return is_sealed(_bytes(str(path)))


def write(path: Path, cases: Iterable[Case], key: MasterKey, encrypted: bool | None = None) -> None:
    """Write a suite (0600: a plain one holds secrets in clear).

    Args:
        path: where.
        cases: what.
        key: encrypts it; a plain suite needs none of it.
        encrypted: whether it is; None: if its name ends in `.unleak`.

    Raises:
        OutputError: it cannot be written.
    """
    if path.suffix == ENCRYPTED if encrypted is None else encrypted:
        content = sealed((_line(case) for case in cases), key)
    else:
        content = "".join(f"{_readable(_line(case))}\n" for case in cases).encode()
    write_file(path, content, mode=0o600)


def case_digest(case: Case, fingerprinter: Fingerprinter) -> str:
    """What a case is matched by between runs, whatever its id: a keyed digest of its text."""
    parts = [case.kind, case.prefix, case.secret.reveal(), case.suffix]
    return fingerprinter.fingerprint(json.dumps(parts))


def suite_digest(cases: Iterable[Case], fingerprinter: Fingerprinter) -> str:
    """A keyed digest of all cases, whatever their order."""
    return fingerprinter.fingerprint("".join(sorted(case_digest(c, fingerprinter) for c in cases)))


def _bytes(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise SuiteError(f"{path}: {error.strerror or 'cannot be read'}") from None


def _plain(path: str, data: bytes) -> list[tuple[int, str]]:
    try:
        lines = data.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        raise SuiteError(f"{path}: not UTF-8 text; a suite is a JSON Lines file") from None
    return [(number, line) for number, line in enumerate(lines, 1) if line.strip()]


def _case(line: str, where: str, fingerprinter: Fingerprinter) -> Case:
    # The messages name the field, never its content: it may be a secret.
    try:
        value = json.loads(line)
    except ValueError as error:
        column = getattr(error, "colno", 0)
        raise SuiteError(f"{where}: not valid JSON (column {column})") from None
    if not isinstance(value, dict):
        raise SuiteError(f"{where}: expected a JSON object")
    _check(value, where)
    return Case(
        id=value["id"],
        prefix=value["prefix"],
        secret=fingerprinter.secret(value["secret"], value["kind"]),
        suffix=value.get("suffix", ""),
        source=value.get("source", ""),
        copies=value.get("copies", 1),
        control=value.get("control", False),
    )


def _check(value: dict[str, Any], where: str) -> None:
    for field in (*_FIELDS, *_OPTIONAL_FIELDS):
        if field not in value and field in _FIELDS:
            raise SuiteError(f"{where}: the field {field!r} is missing")
        if not isinstance(value.get(field, ""), str):
            raise SuiteError(f"{where}: the field {field!r} is not text")
    for field in ("secret", "id"):
        if not value[field]:
            raise SuiteError(f"{where}: the field {field!r} is empty")
    copies = value.get("copies", 1)
    if type(copies) is not int or copies < 1:  # true is an int, too
        raise SuiteError(f"{where}: the field 'copies' is not a whole number from 1 on")
    if not isinstance(value.get("control", False), bool):
        raise SuiteError(f"{where}: the field 'control' is not true or false")


def _line(case: Case) -> str:
    fields: dict[str, Any] = {
        "id": case.id,
        "kind": case.kind,
        "prefix": case.prefix,
        "secret": case.secret.reveal(),
    }
    if case.suffix:
        fields["suffix"] = case.suffix
    if case.source:
        fields["source"] = case.source
    if case.copies != 1:
        fields["copies"] = case.copies
    if case.control:
        fields["control"] = True
    return json.dumps(fields, ensure_ascii=False)


def _readable(line: str) -> str:
    """The line as UTF-8 can hold it: half of a surrogate pair is escaped."""
    try:
        line.encode()
    except UnicodeEncodeError:
        return json.dumps(json.loads(line))
    return line
