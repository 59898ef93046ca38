"""What the user allows: paths, values and rules in paths."""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from unleak.core.finding import Finding


@dataclass(frozen=True, slots=True)
class Paths:
    """Globs as in .gitignore, relative to a folder; there is no negation."""

    root: Path
    patterns: tuple[re.Pattern[str], ...]

    def match(self, path: Path) -> bool:
        """Whether a file, or a folder above it, matches. A path outside of the root does not."""
        if not self.patterns:
            return False
        relative = os.path.relpath(path, self.root)
        name = Path(relative).as_posix()
        if name.startswith("../") or os.path.isabs(relative):
            return False
        return any(pattern.match(name) for pattern in self.patterns)


def globs(root: Path, patterns: Iterable[str]) -> Paths:
    """Compile globs.

    Raises:
        ValueError: one of them is empty or a negation.
    """
    return Paths(Path(os.path.abspath(root)), tuple(_glob(pattern) for pattern in patterns))


@dataclass(frozen=True, slots=True)
class Allowlist:
    """Each of its lists allows by itself.

    paths: files that are not scanned.
    in_paths: rule ids with the files in which they report nothing.
    fingerprints: of values that are known to be harmless.
    patterns: what such values look like, searched for in the value.
    """

    paths: tuple[Paths, ...] = ()
    in_paths: tuple[tuple[str, Paths], ...] = ()
    fingerprints: frozenset[str] = frozenset()
    patterns: tuple[re.Pattern[str], ...] = ()

    def file(self, path: Path) -> bool:
        """Whether nothing in a file is reported."""
        return any(paths.match(path) for paths in self.paths)

    def rule_in(self, path: Path, rule: str) -> bool:
        """Whether what a rule finds in a file is not reported."""
        return any(rule == id and paths.match(path) for id, paths in self.in_paths)

    def value(self, finding: Finding) -> bool:
        """Whether a value is not reported, wherever it stands."""
        if finding.fingerprint in self.fingerprints:
            return True
        value = finding.secret.reveal() if self.patterns else ""
        return any(pattern.search(value) for pattern in self.patterns)


def _glob(pattern: str) -> re.Pattern[str]:
    if pattern.startswith("!"):
        raise ValueError(f"{pattern}: a glob cannot be negated")
    text = pattern.rstrip("/")
    if not text.strip("/"):
        raise ValueError("a glob is empty")
    # A slash before the end ties a glob to the root, as in .gitignore.
    anchored = "/" in text
    text = text.removeprefix("/")
    below = "/" if pattern.endswith("/") else "(?:/|$)"
    return re.compile(f"{'' if anchored else '(?:.*/)?'}{_translated(text)}{below}", re.DOTALL)


def _translated(text: str) -> str:
    parts, at = [], 0
    while at < len(text):
        rest = text[at:]
        character_class = re.match(r"\[(!?)(\]?[^\]/]*)\]", rest)
        if rest.startswith("**/"):
            part, length = "(?:.*/)?", 3
        elif rest == "**":
            part, length = ".*", 2
        elif rest[0] == "*":
            part, length = "[^/]*", len(rest) - len(rest.lstrip("*"))
        elif rest[0] == "?":
            part, length = "[^/]", 1
        elif character_class:
            inside = re.sub(r"([\\\[\]^&~|])", r"\\\1", character_class[2])
            part = f"[{'^' if character_class[1] else ''}{inside}]"
            length = character_class.end()
        else:
            part, length = re.escape(rest[0]), 1
        parts.append(part)
        at += length
    return "".join(parts)
