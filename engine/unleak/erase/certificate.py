"""The certificate: what was erased, how it was attacked, and what is not guaranteed."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from unleak.probe.suite import Case

SCHEMA = "unleak.certificate/1"

NOT_GUARANTEED = (
    "Attacks that were not run may succeed; those that were run are named above.",
    "Whoever holds both the old and the new model, or a patch between them, can read the erased "
    "secrets off the difference. Do not publish both; destroy or lock away the old one.",
    "Erasing a secret from a model does not make it secret again. Revoke or rotate it.",
    "Further training on text that holds the secret brings it back.",
)


def certificate(
    *,
    method: str,
    old_digest: str,
    new_digest: str,
    report: Mapping[str, Any],
    cases: Sequence[Case],
) -> dict[str, Any]:
    """The certificate as JSON data; it holds no secret.

    Args:
        method: how it was erased.
        old_digest, new_digest: sha256 over the files of the input and the output model.
        report: the erasure's report.
        cases: what was to be erased, in the report's order.
    """
    return {
        "schema": SCHEMA,
        "tool": {"name": "unleak", "version": version("unleak")},
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "method": method,
        "model": {"old": old_digest, "new": new_digest},
        "verification": report["verification"],
        "secrets": [
            {**entry, "kind": case.kind, "fingerprint": case.secret.fingerprint}
            for entry, case in zip(report["secrets"], cases, strict=True)
        ],
        "utility": report["utility"],
        "verdict": report["verdict"],
        "not_guaranteed": list(NOT_GUARANTEED),
    }
