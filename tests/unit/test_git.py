"""The staged change and the history."""

import pytest

from unleak.core.errors import UsageError
from unleak.core.secret import Fingerprinter
from unleak.detect.files import scan_path
from unleak.detect.git import scan_history, scan_staged
from unleak.detect.scanner import Scanner

SCANNER = Scanner(Fingerprinter(b"k" * 32))
TOKEN = "ghp_q8Zt3LmW5vXc7RbN2kYd9JfH4sGpA6eTu1Qi"


@pytest.fixture
def repository(tmp_path, git):
    (tmp_path / "a b.py").write_text("one = 1\ntwo = 2\n")
    git("add", ".")
    git("commit", "-qm", "first")
    return tmp_path, git


def places(found):
    return [(f.path, f.line, f.column, f.finding.kind) for f in found]


def test_only_staged_lines_are_scanned(repository):
    folder, git = repository
    (folder / "a b.py").write_text(f'one = 1\nmid = "{TOKEN}"\ntwo = 2\n')
    assert scan_staged(SCANNER, folder) == []
    git("add", ".")
    (folder / "other.py").write_text(f'"{TOKEN}"')
    assert places(scan_staged(SCANNER, folder)) == [("a b.py", 2, 8, "github-token")]


def test_the_history_gives_what_was_removed_again(repository):
    folder, git = repository
    (folder / "é.py").write_text(f'\n\nx = "{TOKEN}"\n++ y\n')
    git("add", ".")
    git("commit", "-qm", "oops")
    git("rm", "-q", "é.py")
    git("commit", "-qm", "removed")
    [found] = places(scan_history(SCANNER, folder))
    assert found[0].endswith(":é.py")
    assert found[1:] == (3, 6, "github-token")


def test_no_repository_is_a_clear_error(tmp_path):
    with pytest.raises(UsageError, match="not a git repository"):
        scan_history(SCANNER, tmp_path)


def test_many_processes_find_what_one_finds(tmp_path):
    for number in range(450):
        (tmp_path / f"{number}.py").write_text(f'"{TOKEN}"\n' if number % 9 == 0 else "x = 1\n")
    assert scan_path(SCANNER, tmp_path, workers=2) == scan_path(SCANNER, tmp_path)
