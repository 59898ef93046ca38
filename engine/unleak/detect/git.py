"""What git knows and the working tree does not show: the staged change, and the history."""

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryFile

from unleak.core.errors import UsageError
from unleak.detect.files import Located, locate
from unleak.detect.scanner import Scanner

_HUNK = re.compile(r"@@ -\S+ \+(\d+)(?:,\d+)? @@")
# Without context, colours, external programs or quoting; what a user's configuration says is not
# asked.
_DIFF = (
    "--unified=0", "--no-color", "--no-ext-diff", "--no-textconv", "--no-renames",
    "--src-prefix=a/", "--dst-prefix=b/",
)  # fmt: skip


def scan_staged(scanner: Scanner, folder: Path) -> list[Located]:
    """Findings in the lines that are staged for the next commit."""
    return list(_scan(scanner, folder, ["diff", "--cached", *_DIFF]))


def scan_history(scanner: Scanner, folder: Path) -> list[Located]:
    """Findings in the lines that any commit added, paths as `commit:path`."""
    command = ["log", "--all", "--reverse", "--patch", "--format=commit %h", *_DIFF]
    return list(_scan(scanner, folder, command))


def root_of(folder: Path) -> Path:
    """The root of the repository that a folder is in; the folder itself if that has no files.

    Raises:
        UsageError: the folder is in no repository.
    """
    # Not the absolute path that git knows: a link may have led to the folder.
    up = "".join(_lines(folder, ["rev-parse", "--show-cdup"])).rstrip("\n")
    return Path(os.path.abspath(folder / up))


def _scan(scanner: Scanner, folder: Path, arguments: list[str]) -> Iterator[Located]:
    """Each hunk's added lines are one text."""
    root = root_of(folder)
    allow = scanner.settings.allow
    commit, path, line = "", "", 1
    added: list[str] = []

    def hunk() -> Iterator[Located]:
        text = "".join(added)
        added.clear()
        if not text or allow.file(root / path):
            return
        found = [f for f in scanner.scan(text) if not allow.rule_in(root / path, f.rule)]
        where = f"{commit}:{path}" if commit else path
        for located in locate(where, text, found):
            yield replace(
                located,
                line=located.line + line - 1,
                end_line=located.end_line + line - 1,
            )

    in_hunk = False
    for text in _lines(folder, arguments):
        if in_hunk and text.startswith("+"):
            added.append(text[1:])
        elif in_hunk and text.startswith(("-", "\\")):
            continue
        else:
            yield from hunk()
            in_hunk = False
            if match := _HUNK.match(text):
                line, in_hunk = int(match[1]), True
            elif text.startswith("commit "):
                commit = text.split()[1]
            elif text.startswith("+++ b/"):
                path = text[6:].rstrip("\n").rstrip("\t")
    yield from hunk()


def _lines(folder: Path, arguments: list[str]) -> Iterator[str]:
    command = ["git", "-c", "core.quotepath=off", "-C", str(folder), *arguments]
    try:
        # Its messages go to a file: a pipe that nobody empties would stop it.
        with TemporaryFile() as messages:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=messages)
            with process:
                for line in process.stdout or ():
                    yield line.decode("utf-8", "replace")
            messages.seek(0)
            trouble = messages.read().decode("utf-8", "replace").strip()
    except OSError as error:
        raise UsageError(f"git cannot be run: {error.strerror}") from None
    if process.returncode:
        raise UsageError(f"{folder}: {trouble.splitlines()[0] if trouble else 'git failed'}")
