"""Origins, verdicts and leak states: the closed word lists of the product."""

from enum import StrEnum


class Origin(StrEnum):
    """Where a leak was first seen."""

    COMPLETION = "completion"
    GUARD = "guard"
    ACCEPTED = "accepted"
    TYPED = "typed"
    GATE = "gate"
    IMPORT = "import"
    UNKNOWN = "unknown"


class Verdict(StrEnum):
    """What confirm says of a secret in a completion."""

    MEMORISED = "memorised"
    ECHOED = "echoed"
    INVENTED = "invented"
    UNKNOWN = "unknown"


class LeakState(StrEnum):
    """Where a leak stands."""

    FLAGGED = "flagged"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"
    QUEUED = "queued"
    ERASING = "erasing"
    VERIFYING = "verifying"
    ERASED = "erased"
    FAILED = "failed"
    CANCELLED = "cancelled"
    RESURFACED = "resurfaced"


# Of these the secret is held back from whoever writes; the others are not, or not yet, leaks.
BLOCKED: frozenset[LeakState] = frozenset(LeakState) - {LeakState.FLAGGED, LeakState.DISMISSED}

_S = LeakState
TRANSITIONS: dict[LeakState, frozenset[LeakState]] = {
    _S.FLAGGED: frozenset((_S.CONFIRMED, _S.DISMISSED)),
    _S.CONFIRMED: frozenset((_S.QUEUED, _S.DISMISSED)),
    _S.DISMISSED: frozenset((_S.CONFIRMED,)),
    _S.QUEUED: frozenset((_S.ERASING, _S.CANCELLED, _S.FAILED)),
    _S.ERASING: frozenset((_S.VERIFYING, _S.FAILED, _S.CANCELLED)),
    _S.VERIFYING: frozenset((_S.ERASED, _S.FAILED, _S.CANCELLED)),
    _S.ERASED: frozenset((_S.RESURFACED,)),
    _S.FAILED: frozenset((_S.QUEUED,)),
    _S.CANCELLED: frozenset((_S.QUEUED,)),
    _S.RESURFACED: frozenset((_S.CONFIRMED, _S.QUEUED, _S.DISMISSED)),
}
