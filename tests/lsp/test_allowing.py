"""An entry more in unleak.toml, and nothing else of it changed."""

import tomllib

import pytest

from unleak.detect.config import read_settings
from unleak.lsp.allowing import in_config, marker, with_entry
from unleak.lsp.protocol import RefusedError

FINGERPRINT = "f3b1c0a2d4e5968778695a4b"


@pytest.mark.parametrize(
    "before",
    [
        "",
        "[scan]\ndisable = ['email']",
        "# mine\n[scan.allow] # here\npaths = ['a']\n\n[scan.allow.rules]\nx = []\n",
        "[scan.allow]\nfingerprints = []\n",
        "[scan.allow]\nfingerprints = ['000000000000000000000000'] # why\n",
        "[scan.allow]\nfingerprints = [\n    '000000000000000000000000',\n]\npaths = []\n",
    ],
)
def test_it_says_what_it_said_and_one_thing_more(before):
    after = with_entry(before, "scan.allow", "fingerprints", FINGERPRINT)
    old, new = tomllib.loads(before), tomllib.loads(after)
    assert FINGERPRINT in new["scan"]["allow"]["fingerprints"]
    new["scan"]["allow"]["fingerprints"].remove(FINGERPRINT)
    known = old.setdefault("scan", {}).setdefault("allow", {})
    known.setdefault("fingerprints", [])
    assert new == old
    for line in before.splitlines():
        if "#" in line:
            assert line.split("#")[1] in after


def test_a_file_is_allowed_for_one_rule(tmp_path):
    (tmp_path / "unleak.toml").write_text("[scan]\n")
    path = tmp_path / "src" / "a.py"
    path.parent.mkdir()
    path.write_text("")
    given = {"rule": "github-token", "fingerprint": FINGERPRINT, "path": path}
    alone = in_config("file", **given, folders=[])
    assert alone.path == tmp_path / "src" / "unleak.toml"  # no repository: only here
    edit = in_config("file", **given, folders=[tmp_path])
    assert edit.path == tmp_path / "unleak.toml"
    edit.path.write_text(edit.text)
    assert read_settings(edit.path).allow.rule_in(path, "github-token")


def test_the_repository_s_file_is_used_and_pyproject_too(tmp_path):
    (tmp_path / ".git").mkdir()
    (tmp_path / "src").mkdir()
    path = tmp_path / "src" / "a.py"
    path.write_text("")
    shared = tmp_path / "pyproject.toml"
    shared.write_text("[project]\nname = 'x'\n\n[tool.unleak.scan]\n")
    edit = in_config("file", rule="github-token", fingerprint=FINGERPRINT, path=path, folders=[])
    shared.write_text(edit.text)
    assert read_settings(shared).allow.rule_in(path, "github-token")
    shared.write_text("")
    edit = in_config("project", rule="x", fingerprint=FINGERPRINT, path=path, folders=[])
    assert (edit.path.name, edit.made) == ("unleak.toml", True)


def test_what_cannot_be_edited_safely_is_said(tmp_path):
    file = tmp_path / "unleak.toml"
    file.write_text("scan = { allow = { fingerprints = [] } }\n")
    with pytest.raises(RefusedError, match="by hand"):
        in_config(
            "project", rule="x", fingerprint=FINGERPRINT, path=tmp_path / "a", folders=[tmp_path]
        )
    with pytest.raises(RefusedError, match="no folder"):
        in_config("project", rule="x", fingerprint=FINGERPRINT, path=None, folders=[])


def test_a_marker_only_where_a_comment_may_stand():
    assert marker("python", "email") == "  # unleak:allow[email]"
    assert marker("go", "email") == "  // unleak:allow[email]"
    assert marker("json", "email") == ""
    assert marker("dotenv", "email") == ""
