"""Known secrets for `unleak scan`: where they come from, and how they are learned."""

import sys
from collections.abc import Iterable
from pathlib import Path

from unleak.commands.screen import out
from unleak.core.errors import LedgerError, UsageError
from unleak.core.keys import MasterKey
from unleak.detect.files import Located
from unleak.detect.known import SHORTEST, Known, Learner
from unleak.detect.known_file import read_known, write_known

LEDGER = "ledger"  # stands for the user's ledger where a file is expected


def known_of(names: Iterable[str], key: MasterKey) -> Known | None:
    """The index that some files and the ledger make up together; None for no names.

    Raises:
        UsageError: one of them cannot be used.
    """
    indexes = [_of_ledger(key) if name == LEDGER else read_known(Path(name), key) for name in names]
    if len(indexes) < 2:
        return indexes[0] if indexes else None
    learner = Learner(key.fingerprinter)
    for index in indexes:
        learner.add_all(index)
    return learner.known()


def lines_of(name: str) -> list[str]:
    """The secrets in a file, or in standard input for `-`: one a line, blank lines left out.

    Raises:
        UsageError: the file cannot be read.
    """
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        lines = data.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        raise UsageError(f"{name}: not UTF-8 text") from None
    except OSError as error:
        raise UsageError(f"{name}: {error.strerror or 'cannot be read'}") from None
    return [line for line in (line.removesuffix("\r") for line in lines) if line.strip()]


def learn(found: Iterable[Located], lines: Iterable[str], index: Path, key: MasterKey) -> None:
    """Write the index of what was found and of what was given, and say how much it holds."""
    learner = Learner(key.fingerprinter)
    for located in found:
        learner.add(located.finding.secret.reveal())
    for line in lines:
        learner.add(line)
    known = learner.known()
    if not len(known.entries):
        raise UsageError("no secret to learn: nothing was written")
    write_known(index, known, key)
    refused = learner.too_short + learner.without_anchor
    more = (
        f"; {refused} not learned: {learner.too_short} shorter than {SHORTEST} characters, "
        f"{learner.without_anchor} without two letters or digits side by side"
        if refused
        else ""
    )
    out.print(f"{len(known.entries)} secrets in {index}{more}", soft_wrap=True, markup=False)


def _of_ledger(key: MasterKey) -> Known:
    """The ledger's leaks; of one that was shredded only the fingerprint is left."""
    from unleak.ledger.ledger import Ledger  # slow to import, and seldom asked
    from unleak.ledger.place import default_place, file_of

    path = file_of(default_place())
    if path and not path.exists():
        raise LedgerError(f"--known {LEDGER}: there is no ledger at {path}")
    ledger = Ledger.default(key)
    learner = Learner(key.fingerprinter)
    try:
        for leak in ledger.leaks():
            if leak.shredded:
                learner.add_fingerprint(leak.fingerprint)
            else:
                learner.add(ledger.reveal(leak.id)[1].reveal())
    finally:
        ledger.close()
    return learner.known()
