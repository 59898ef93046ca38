"""Files that are not what one hopes for."""

import os
import tracemalloc
from pathlib import Path

import pytest

from unleak.core.errors import UsageError
from unleak.core.secret import Fingerprinter
from unleak.detect import files
from unleak.detect.files import files_of, scan_path
from unleak.detect.scanner import Scanner

SCANNER = Scanner(Fingerprinter(b"k" * 32))
TOKEN = "ghp_q8Zt3LmW5vXc7RbN2kYd9JfH4sGpA6eTu1Qi"


def found(path: Path) -> list[tuple[int, int]]:
    located, unread = scan_path(SCANNER, path)
    assert unread == []
    assert all(f.finding.secret.reveal() == TOKEN for f in located)
    return [(f.line, f.column) for f in located]


@pytest.mark.parametrize(
    "data",
    [
        b'\xff\xfe\xfd\n"%s" \xc3\n',
        b'\xc0\x80\n"%s\xff"\n',
        b'\r\n"%s"\r\n',
        b'\xed\xa0\x80\n"%s"\n',
    ],
)
def test_invalid_utf8_hides_nothing(tmp_path, data):
    data = data % TOKEN.encode()
    if data.startswith(b"\xff\xfe"):
        data = b"x" + data  # else it is taken for UTF-16
    (tmp_path / "a").write_bytes(data)
    assert found(tmp_path / "a") == [(2, 2)]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_is_read_by_its_mark(tmp_path, encoding):
    (tmp_path / "a").write_bytes(f'\ufeffä\n"{TOKEN}"\n'.encode(encoding))
    assert found(tmp_path / "a") == [(2, 2)]
    (tmp_path / "a").write_bytes(f'\ufeffä\n"{TOKEN}"\n'.encode(encoding)[:-1])
    assert found(tmp_path / "a") == [(2, 2)]


def test_nul_bytes_at_the_start_mean_a_binary_file_and_later_ones_do_not(tmp_path):
    (tmp_path / "a").write_bytes(b"\0" + TOKEN.encode())
    assert found(tmp_path / "a") == []
    (tmp_path / "a").write_bytes(b"x" * 9000 + b'\n\0"%s"\0\n' % TOKEN.encode())
    assert found(tmp_path / "a") == [(2, 3)]


def test_a_file_that_vanishes_is_named_and_the_others_are_scanned(tmp_path, monkeypatch):
    (tmp_path / "b.py").write_text(f'"{TOKEN}"')
    listed = files_of(tmp_path)[0]
    monkeypatch.setattr(files, "files_of", lambda path: ([path / "a.py", *listed], []))
    located, unread = scan_path(SCANNER, tmp_path)
    assert [f.path for f in located] == [str(tmp_path / "b.py")]
    assert unread == [f"{tmp_path / 'a.py'}: No such file or directory"]


def test_a_folder_that_cannot_be_read_is_named_and_the_others_are_scanned(tmp_path, monkeypatch):
    # A superuser may read everything: the refusal is simulated.
    for name in ("open", "shut"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.py").write_text(f'"{TOKEN}"')
    scandir = os.scandir

    def refusing(path="."):
        if Path(path).name == "shut":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    located, unread = scan_path(SCANNER, tmp_path)
    assert [f.path for f in located] == [str(tmp_path / "open" / "a.py")]
    assert unread == [f"{tmp_path / 'shut'}: Permission denied"]


def test_a_file_that_is_too_large_is_named(tmp_path, monkeypatch):
    (tmp_path / "a").write_text("x" * 100)
    monkeypatch.setattr(files, "LARGEST_FILE", 99)
    assert scan_path(SCANNER, tmp_path)[1] == [f"{tmp_path / 'a'}: larger than 0 MB"]


def test_what_is_no_file_is_refused_or_left_out(tmp_path):
    with pytest.raises(UsageError, match="no such file or folder"):
        files_of(tmp_path / "none")
    (tmp_path / "link").symlink_to(tmp_path / "none")
    (tmp_path / "loop").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "a").write_text("")
    assert files_of(tmp_path) == ([tmp_path / "a"], [])


@pytest.mark.parametrize("filling", ["A", "password ", "x = 1; ", "=\n"])
def test_memory_for_a_long_text_does_not_follow_its_keywords(filling):
    # Every place of the first filling ends several keywords.
    text = filling * (200_000 // len(filling)) + f' "{TOKEN}"'
    tracemalloc.start()
    try:
        located = SCANNER.lines(text)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert located
    assert peak < 60_000_000


@pytest.mark.slow
def test_a_line_of_fifty_megabytes(tmp_path):
    (tmp_path / "a").write_text("x = 1; " * 7_200_000 + f'"{TOKEN}"' + "; y = 2" * 10)
    assert found(tmp_path / "a") == [(1, 50_400_002)]
