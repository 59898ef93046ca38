"""The certificate: what was erased, how it was attacked, and what is not guaranteed.

An in-toto Statement v1 (https://github.com/in-toto/attestation/tree/main/spec/v1) about the files
of a model, in a DSSE envelope (https://github.com/secure-systems-lab/dsse) signed with Ed25519 (RFC
8032). It holds no secret: what was erased stands there by fingerprint.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)

from unleak.core.errors import ExitCode, UnleakError, UsageError
from unleak.core.keys import MasterKey, load_key
from unleak.models.load import CERTIFICATE
from unleak.probe.suite import Case

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "urn:unleak:certificate:2"
PAYLOAD = "application/vnd.in-toto+json"
# Texts for people, which may be changed without changing the model.
_PROSE = ("README*", "LICENSE*", "NOTICE*", "USE_POLICY*")

NOT_GUARANTEED = (
    "Attacks that were not run may succeed; those that were run are named above.",
    "Whoever holds both the old and the new model, or a patch between them, can read the erased "
    "secrets off the difference. Do not publish both; destroy or lock away the old one.",
    "Erasing a secret from a model does not make it secret again. Revoke or rotate it.",
    "Further training on text that holds the secret brings it back.",
)


class CertificateError(UnleakError):
    """A certificate that proves nothing about this model; the message says why."""

    exit_code = ExitCode.LEAK


def subjects(model: Path) -> list[dict[str, Any]]:
    """Name and digest of each file that makes a model, as a Statement's `subject`.

    All files of a folder but the certificate, hidden ones and texts for people; or a single file.
    """
    files = [model]
    if model.is_dir():
        files = sorted(file for file in model.rglob("*") if _counts(file, model))
    root = model if model.is_dir() else model.parent
    found = []
    for file in files:
        with file.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        found.append({"name": file.relative_to(root).as_posix(), "digest": {"sha256": digest}})
    return found


def _counts(file: Path, root: Path) -> bool:
    inside = file.relative_to(root)
    hidden = any(part.startswith(".") for part in inside.parts)
    prose = len(inside.parts) == 1 and any(file.match(pattern) for pattern in _PROSE)
    return file.is_file() and not hidden and not prose and inside.as_posix() != CERTIFICATE


def certificate(
    *,
    method: str,
    old_digest: str,
    new_digest: str,
    model: Path,
    report: Mapping[str, Any],
    cases: Sequence[Case],
    key: MasterKey | None = None,
) -> dict[str, Any]:
    """What `statement` says, signed: an envelope, as JSON data.

    Args:
        method, old_digest, new_digest, model, report, cases: as `statement` takes them.
        key: whose signature; default the user's.
    """
    content = statement(
        method=method,
        old_digest=old_digest,
        new_digest=new_digest,
        model=model,
        report=report,
        cases=cases,
    )
    return signed(content, key or load_key())


def statement(
    *,
    method: str,
    old_digest: str,
    new_digest: str,
    model: Path,
    report: Mapping[str, Any],
    cases: Sequence[Case],
) -> dict[str, Any]:
    """What a certificate says, before it is signed.

    Args:
        method: how it was erased.
        old_digest, new_digest: of the input and the output model, as unleak names models.
        model: the output model's folder.
        report: the erasure's report.
        cases: what was to be erased, in the report's order.
    """
    ran = [list(entry.get("attacks", {})) for entry in report["secrets"]]
    return {
        "_type": STATEMENT,
        "subject": subjects(model),
        "predicateType": PREDICATE,
        "predicate": {
            "tool": {"name": "unleak", "version": version("unleak")},
            "made": datetime.now(UTC).isoformat(timespec="seconds"),
            "method": method,
            "model": {"old": old_digest, "new": new_digest},
            "verification": {
                **report["verification"],
                "attacks_run": list(dict.fromkeys(name for names in ran for name in names)),
            },
            "secrets": [
                {**entry, "kind": case.kind, "fingerprint": case.secret.fingerprint}
                for entry, case in zip(report["secrets"], cases, strict=True)
            ],
            "utility": report["utility"],
            "verdict": report["verdict"],
            "not_guaranteed": list(NOT_GUARANTEED),
        },
    }


def signed(content: Mapping[str, Any], key: MasterKey) -> dict[str, Any]:
    """A statement in its envelope, signed with the user's key."""
    private = Ed25519PrivateKey.from_private_bytes(key.certificates)
    body = json.dumps(content, indent=1, ensure_ascii=False).encode()
    return {
        "payloadType": PAYLOAD,
        "payload": base64.b64encode(body).decode(),
        "signatures": [
            {
                "keyid": key_id(private.public_key()),
                "sig": base64.b64encode(private.sign(_signed_bytes(PAYLOAD, body))).decode(),
            }
        ],
    }


def _signed_bytes(kind: str, body: bytes) -> bytes:
    """DSSE's pre-authentication encoding: what is signed tells its own type and lengths."""
    return b"DSSEv1 %d %s %d %s" % (len(kind.encode()), kind.encode(), len(body), body)


def public_key(key: MasterKey) -> Ed25519PublicKey:
    """What checks this user's certificates."""
    return Ed25519PrivateKey.from_private_bytes(key.certificates).public_key()


def pem(key: Ed25519PublicKey) -> str:
    """A public key as a file holds it (RFC 8410)."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def key_id(key: Ed25519PublicKey) -> str:
    """What tells one key from another: the start of SHA-256 over its public bytes."""
    return hashlib.sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()[:16]


def read_public_key(path: Path) -> Ed25519PublicKey:
    """From a PEM file.

    Raises:
        UsageError: there is none.
    """
    try:
        key = load_pem_public_key(path.read_bytes())
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or 'cannot be read'}") from None
    except ValueError:
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise UsageError(
            f"{path}: no Ed25519 public key in PEM; `unleak verify --print-public-key` prints one"
        )
    return key


def content_of(envelope: Mapping[str, Any]) -> dict[str, Any]:
    """What an envelope says, whoever signed it; `check` says whether to believe it.

    Raises:
        UsageError: it is no certificate of this kind.
    """
    try:
        content = json.loads(base64.b64decode(envelope["payload"], validate=True))
    except (KeyError, TypeError, ValueError, binascii.Error):
        content = None
    if (
        not isinstance(content, dict)
        or envelope.get("payloadType") != PAYLOAD
        or content.get("_type") != STATEMENT
    ):
        raise UsageError("not a certificate: no in-toto statement in a DSSE envelope")
    if content.get("predicateType") != PREDICATE:
        raise UsageError(
            f"a statement of another kind ({content.get('predicateType')}); "
            f"this version checks {PREDICATE}"
        )
    return content


def new_digest_of(envelope: Mapping[str, Any]) -> str:
    """Of the model that a certificate is about, as unleak names models."""
    return str(content_of(envelope)["predicate"]["model"]["new"])


def check(path: Path, model: Path, key: Ed25519PublicKey) -> dict[str, Any]:
    """Check a certificate's signature, then the files that it is about.

    Args:
        path: the certificate.
        model: the model's folder or file.
        key: whose signature is asked for.

    Returns:
        The statement, which may be believed as far as the key's owner may.

    Raises:
        CertificateError: it is not signed, not by this key, was changed, or is about other files.
        UsageError: it cannot be read, or is no certificate.
    """
    envelope = _read(path)
    _check_signature(envelope, key, path)
    try:
        content = content_of(envelope)
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from None
    if not model.exists():
        raise UsageError(f"{model}: no such folder or file")
    _check_subjects(content.get("subject"), model)
    return content


def _read(path: Path) -> dict[str, Any]:
    try:
        envelope = json.loads(path.read_bytes())
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or 'cannot be read'}") from None
    except ValueError:
        raise UsageError(f"{path}: not JSON, so no certificate") from None
    if not isinstance(envelope, dict) or "payload" not in envelope:
        raise UsageError(f"{path}: not a certificate: no DSSE envelope")
    return envelope


def _check_signature(envelope: Mapping[str, Any], key: Ed25519PublicKey, path: Path) -> None:
    signatures = envelope.get("signatures")
    if not isinstance(signatures, list) or not signatures:
        raise CertificateError(f"{path}: not signed; it proves nothing")
    try:
        body = base64.b64decode(envelope["payload"], validate=True)
        told = _signed_bytes(str(envelope.get("payloadType")), body)
        pairs = [(str(s.get("keyid")), base64.b64decode(s["sig"])) for s in signatures]
    except (KeyError, TypeError, ValueError, AttributeError):
        raise CertificateError(f"{path}: damaged: payload or signature is not base64") from None
    for _, signature in pairs:
        try:
            key.verify(signature, told)
        except InvalidSignature:
            continue
        return
    own = key_id(key)
    if any(id == own for id, _ in pairs):
        raise CertificateError(f"{path}: changed after it was signed; do not believe it")
    raise CertificateError(
        f"{path}: signed with another key ({', '.join(id for id, _ in pairs)}) than {own}; give "
        "its signer's public key with --public-key"
    )


def _check_subjects(subject: Any, model: Path) -> None:
    try:
        told = {entry["name"]: entry["digest"]["sha256"] for entry in subject}
    except (KeyError, TypeError):
        raise CertificateError("the certificate names no files") from None
    found = {entry["name"]: entry["digest"]["sha256"] for entry in subjects(model)}
    faults = [f"{name} is missing" for name in told if name not in found]
    faults += [f"{n} was changed" for n in told if n in found and found[n] != told[n]]
    faults += [f"{name} is not part of what was certified" for name in found if name not in told]
    if faults:
        raise CertificateError(f"{model} is not the model of this certificate: {'; '.join(faults)}")
