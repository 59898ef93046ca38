"""Controls: decoys in the place of a suite's secrets. A model that knows one shows a defect."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from unleak.core.secret import Fingerprinter
from unleak.probe.decoys import decoy_bits, decoys
from unleak.probe.suite import Case

LEAST_BITS = 40.0  # a decoy with less randomness may be guessed
_TRIES = 4  # decoys drawn; one that is a real secret, or drawn before, is passed over


def controls(cases: Sequence[Case], count: int, fingerprinter: Fingerprinter) -> list[Case]:
    """Up to `count` controls, at most one a case, spread over the kinds.

    The same cases give the same controls, in any order; a further case moves few of them. Where a
    decoy would have too little randomness there is none.
    """
    by_kind: dict[str, list[Case]] = defaultdict(list)
    for case in sorted(cases, key=lambda case: (case.secret.fingerprint, case.id)):
        if not case.control and decoy_bits(case.secret.reveal()) >= LEAST_BITS:
            by_kind[case.kind].append(case)
    taken = {case.secret.fingerprint for case in cases}
    made: list[Case] = []
    while len(made) < count and any(by_kind.values()):
        for kind in sorted(by_kind):
            if by_kind[kind] and len(made) < count:
                made += _control(by_kind[kind].pop(0), taken, fingerprinter)
    return made


def _control(case: Case, taken: set[str], fingerprinter: Fingerprinter) -> list[Case]:
    # The seed is keyed: other users' decoys, which may be published, are others.
    seed = int(case.secret.fingerprint, 16)
    for value in decoys(case.secret.reveal(), _TRIES, seed):
        secret = fingerprinter.secret(value, case.kind)
        if secret.fingerprint not in taken:
            taken.add(secret.fingerprint)
            return [replace(case, id=f"control-{case.id}", secret=secret, copies=1, control=True)]
    return []
