"""Baselines that detect-secrets itself makes."""

import json
import subprocess
import sys

import pytest

from unleak.core.errors import UsageError
from unleak.core.secret import Fingerprinter
from unleak.detect.baseline import read_baseline
from unleak.detect.files import scan_path
from unleak.detect.scanner import Scanner

SCANNER = Scanner(Fingerprinter(b"k" * 32))
TOKEN = "ghp_q8Zt3LmW5vXc7RbN2kYd9JfH4sGpA6eTu1Qi"
OTHER = "ghp_Zt3q8LmW5vXc7RbN2kYd9JfH4sGpA6eTu1Qi"
KEY = "-----BEGIN PRIVATE KEY-----\n" + "MIIEvQIBADANBgkqhkiG9w0BAQEF4kPz\n" * 3
KEY += "-----END PRIVATE KEY-----\n"


@pytest.fixture
def project(tmp_path):
    """Files, and what detect-secrets says of them."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.py").write_text(f'token = "{TOKEN}"\npassword = "Tr4vel-Copper!92"\n')
    (tmp_path / "key.pem").write_text(KEY)
    answer = subprocess.run(
        [sys.executable, "-m", "detect_secrets", "scan", "--all-files", "."],
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )
    (tmp_path / ".secrets.baseline").write_bytes(answer.stdout)
    return tmp_path


def new(project):
    baseline = read_baseline(project / ".secrets.baseline")
    found, _ = scan_path(SCANNER, project)
    found = [f for f in found if not f.path.endswith(".baseline")]
    return [(f.path, f.line) for f in found if not baseline.covers(f.path, f)]


def test_what_detect_secrets_listed_is_left_out(project):
    assert new(project) == []


def test_audited_findings_are_left_out_whatever_the_audit_said(project):
    file = project / ".secrets.baseline"
    document = json.loads(file.read_text())
    for number, entry in enumerate(e for es in document["results"].values() for e in es):
        entry["is_secret"] = bool(number % 2)
    file.write_text(json.dumps(document))
    assert new(project) == []


def test_a_new_secret_is_reported_and_a_moved_one_is_not(project):
    path = project / "sub" / "a.py"
    moved = '\n\npassword = "Tr4vel-Copper!92"\n'
    path.write_text(moved + 'password2 = "Tr4vel-Copper!93"\n')
    assert new(project) == [(str(path), 4)]


def test_a_new_token_in_a_listed_file_is_reported(project):
    # detect-secrets keeps only "ghp" of it, which is every token.
    path = project / "sub" / "a.py"
    path.write_text(path.read_text() + f'other = "{OTHER}"\n')
    assert new(project) == [(str(path), 3)]


def test_the_same_value_in_another_file_is_reported(project):
    path = project / "b.py"
    path.write_text('password = "Tr4vel-Copper!92"\n')
    assert new(project) == [(str(path), 1)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"results": []}',
        '{"results": {"a": [{}]}}',
        '{"results": {"a": 3}}',
        "\xff",
    ],
)
def test_what_is_no_baseline_is_refused(tmp_path, text):
    (tmp_path / "b").write_text(text, "latin-1")
    with pytest.raises(UsageError, match="not a baseline of detect-secrets"):
        read_baseline(tmp_path / "b")
    with pytest.raises(UsageError, match="No such file"):
        read_baseline(tmp_path / "none")
