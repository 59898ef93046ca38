import os
import subprocess
from pathlib import Path

import pytest

from unleak.core.errors import LedgerError, OutputError
from unleak.core.files import Discard, new_folder, write_file
from unleak.core.keys import load_key


def left_over(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


def test_a_file_is_replaced_whole(tmp_path):
    write_file(tmp_path / "a", "one")
    write_file(tmp_path / "a", b"two", mode=0o600)
    assert (tmp_path / "a").read_text() == "two"
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600
    assert left_over(tmp_path) == ["a"]


def test_a_folder_appears_only_at_the_end(tmp_path):
    out = tmp_path / "out"
    with new_folder(out) as folder:
        (folder / "x").write_text("1")
        assert not out.exists()
    assert left_over(tmp_path) == ["out"]
    assert left_over(out) == ["x"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_error_leaves_no_folder(tmp_path, error):
    def write() -> None:
        with new_folder(tmp_path / "out") as folder:
            (folder / "x").write_text("1")
            raise error

    with pytest.raises(error):
        write()
    assert left_over(tmp_path) == []


def test_discard_leaves_no_folder_and_no_error(tmp_path):
    with new_folder(tmp_path / "out"):
        raise Discard
    assert left_over(tmp_path) == []


def test_an_existing_folder_is_never_overwritten(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").write_text("1")
    with pytest.raises(OutputError, match="already exists"), new_folder(tmp_path / "out"):
        pass
    assert left_over(tmp_path / "out") == ["mine"]


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="file"):
        write_file(tmp_path / "file" / "below", "x")


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small file system needs root")
def test_a_full_disk_is_named_and_leaves_the_old_file(tmp_path):
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", tmp_path], check=True)
    try:
        write_file(tmp_path / "a", "old")
        with pytest.raises(OutputError, match="disk is full"):
            write_file(tmp_path / "a", b"x" * 200_000)
        assert (tmp_path / "a").read_text() == "old"
        assert left_over(tmp_path) == ["a"]
    finally:
        subprocess.run(["umount", tmp_path], check=True)


def test_the_key_is_made_once_and_private(home):
    assert load_key().material == load_key().material
    assert (home / "key").stat().st_mode & 0o777 == 0o600
    assert left_over(home) == ["key"]


def test_a_key_that_others_may_read_is_refused(home):
    load_key()
    (home / "key").chmod(0o644)
    with pytest.raises(LedgerError, match="chmod 600"):
        load_key()


def test_a_malformed_key_is_refused_without_showing_it(home, monkeypatch):
    monkeypatch.setenv("UNLEAK_KEY", "not-a-key-canary")
    with pytest.raises(LedgerError) as caught:
        load_key()
    assert "canary" not in str(caught.value)
