"""How often a tool cries wolf over ordinary code: Python's own library and installed packages."""

import hashlib
import re
import shutil
import sysconfig
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from detection.tools import Tool

_TESTS = re.compile(
    r"(?:^|/)(?:tests?|testing|idle_test)(?:/|$)|(?:^|/)(?:test_[^/]*|[^/]*_test|conftest)\.py$"
)
_PACKAGES = re.compile(r"(?:^|/)(?:site|dist)-packages/")


def library_files() -> list[tuple[Path, str]]:
    """(file, path below the library) of the standard library without tests and packages."""
    root = Path(sysconfig.get_paths()["stdlib"])
    return [(f, p) for f, p in _files(root) if not _PACKAGES.search(p)]


def package_files() -> list[tuple[Path, str]]:
    """The same of what is installed beside unleak, without unleak."""
    found = _files(Path(sysconfig.get_paths()["purelib"]))
    return [(f, p) for f, p in found if not p.startswith("unleak/")]


def _files(root: Path) -> list[tuple[Path, str]]:
    found = ((f, f.relative_to(root).as_posix()) for f in sorted(root.rglob("*.py")))
    return [(f, p) for f, p in found if not _TESTS.search(p) and f.is_file()]


def sample(files: list[tuple[Path, str]], megabytes: float) -> list[tuple[Path, str]]:
    """Whole files in an order drawn from their names, about so many megabytes; 0 is all."""
    if not megabytes:
        return files
    drawn, size = [], 0.0
    for file, path in sorted(files, key=lambda f: hashlib.sha256(f[1].encode()).digest()):
        if size >= megabytes * 1e6:
            break
        drawn.append((file, path))
        size += file.stat().st_size
    return sorted(drawn, key=lambda f: f[1])


def laid_out(files: list[tuple[Path, str]], folder: Path) -> tuple[int, int]:
    """Copy files below a folder whose name no tool knows; how many lines and bytes they have.

    gitleaks skips what lies below `lib/python3.*`.
    """
    lines = size = 0
    for file, path in files:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
        data = target.read_bytes()
        lines += data.count(b"\n")
        size += len(data)
    return lines, size


def measure(
    tools: Sequence[Tool], megabytes: float, say: Callable[[str], None]
) -> dict[str, dict[str, Any]]:
    """Section c: flagged lines in 1,000, and where the first tool's alerts are."""
    answers = {}
    for name, files in (("standard library", library_files()), ("packages", package_files())):
        with tempfile.TemporaryDirectory(prefix="bench-") as place:
            folder = Path(place)
            chosen = sample(files, megabytes)
            lines, size = laid_out(chosen, folder)
            say(f"{name}: {len(chosen)} of {len(files)} files, {lines} lines; {len(tools)} tools")
            found = {tool.name: tool.flags(folder) for tool in tools}
        counts = {
            tool: len({(p, line) for p, fs in flags.items() for f in fs if f.alert
                       for line in range(f.first, f.last + 1)})
            for tool, flags in found.items()
        }  # fmt: skip
        answers[name] = {
            "files": len(chosen),
            "of_files": len(files),
            "lines": lines,
            "bytes": size,
            "flagged": counts,
            "per_1000": {tool: 1000 * count / lines for tool, count in counts.items()},
            "alerts": [
                {"rule": f.rule, "path": f"{p}:{f.first}", "preview": f.preview}
                for p, fs in sorted(found[tools[0].name].items())
                for f in fs
                if f.alert
            ],
        }
    return answers
