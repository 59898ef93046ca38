"""Baselines of detect-secrets: findings that a team has looked at already.

As in detect-secrets, all that a baseline lists is left out, also what was audited as a true
secret, and a line that moved does not matter. It knows a secret by the SHA-1 of its value.
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha1
from pathlib import Path
from typing import Any, Final

from unleak.core.errors import UsageError
from unleak.detect.files import Located

_LONGEST: Final = 128  # characters of a value whose parts are tried


@dataclass(frozen=True, slots=True)
class Baseline:
    """What is left out.

    hashes: of each file (absolute), the SHA-1 of each secret with its line, 0 where it has none.
    """

    hashes: Mapping[str, Mapping[str, int]]

    def covers(self, file: str, located: Located) -> bool:
        """Whether a finding in a file (absolute) is left out.

        It is if the file's entries have the value; or, on an entry's own line, a part of it:
        of some tokens and of private keys, detect-secrets takes only the beginning.
        """
        hashes = self.hashes.get(file)
        if not hashes:
            return False
        value = located.finding.secret.reveal()
        if _hash(value) in hashes:
            return True
        on_line = {hash for hash, line in hashes.items() if line == located.line}
        return bool(on_line) and any(_hash(part) in on_line for part in _parts(value))


def read_baseline(path: Path) -> Baseline:
    """Read a `.secrets.baseline`. Its file names are relative to its folder.

    Raises:
        UsageError: it cannot be read, or is none.
    """
    try:
        document = json.loads(path.read_text("utf-8"))
        results = document["results"].items()
        root = path.absolute().parent
        return Baseline({_absolute(root, name): _hashes(entries) for name, entries in results})
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or 'cannot be read'}") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise UsageError(
            f"{path}: not a baseline of detect-secrets; make one with `detect-secrets scan`"
        ) from None


def _absolute(root: Path, name: str) -> str:
    return os.path.abspath(root / name.replace("\\", "/"))


def _hashes(entries: list[dict[str, Any]]) -> dict[str, int]:
    return {str(entry["hashed_secret"]): int(entry.get("line_number", 0)) for entry in entries}


def _parts(value: str) -> Iterator[str]:
    line = value.split("\n")[0][:_LONGEST]
    for start in range(len(line)):
        for end in range(start + 3, len(line) + 1):
            yield line[start:end]


def _hash(value: str) -> str:
    return sha1(value.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()
