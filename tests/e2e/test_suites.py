"""`unleak suite` as a user meets it: what is built, encrypted, and said when it cannot be."""

import base64
import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

UNLEAK = [sys.executable, "-m", "unleak.cli"]
TOKEN = "ghp_q8Zt3LmW5vXc7RbN2kYd9JfH4sGpA6eTu1Qi"
OTHER = "AKIAQ3EGRZ7TM2VWXKPL"
KEY = base64.b64encode(b"k" * 32).decode()
WRONG = base64.b64encode(b"w" * 32).decode()


def run(*arguments, stdin="", **variables):
    answer = subprocess.run(
        [*UNLEAK, *map(str, arguments)],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **variables},
    )
    assert "Traceback" not in answer.stderr
    assert TOKEN not in answer.stdout + answer.stderr
    assert OTHER not in answer.stdout + answer.stderr
    return answer


def good(*arguments, **options):
    answer = run(*arguments, **options)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def refused(*arguments, **options):
    answer = run(*arguments, **options)
    assert answer.returncode == 2, answer.stderr
    errors = [line for line in answer.stderr.splitlines() if not line.startswith("[")]
    assert len(errors) == 1
    return errors[0]


@pytest.fixture
def place(home, tmp_path, monkeypatch):
    """The working directory, with training data of two secrets in `data`."""
    monkeypatch.chdir(tmp_path)
    data = tmp_path / "data"
    data.mkdir()
    (data / "a.py").write_text(f'key = "{TOKEN}"\nagain = "{TOKEN}"\n')
    (data / "b.jsonl").write_text(json.dumps({"text": f'id = "{OTHER}"\n'}) + "\n")
    return tmp_path


def listed(suite, **variables):
    return json.loads(good("suite", "list", suite, "--format", "json", **variables))


def test_a_suite_is_built_encrypted_and_asked(place):
    told = good("suite", "build", "--from-text", "data", "--out", "s.unleak")
    assert [line.split() for line in told.splitlines()] == [
        ["kind", "cases", "copies", "controls"],
        ["aws-access-key", "1", "1", "1"],
        ["github-token", "1", "2", "1"],
        ["all", "2", "3", "2"],
        ["s.unleak:", "4", "cases"],
    ]
    assert (place / "s.unleak").stat().st_mode & 0o777 == 0o600
    assert TOKEN not in (place / "s.unleak").read_text()
    cases = listed("s.unleak")
    assert [case["copies"] for case in cases] == [2, 1, 1, 1]
    assert [case["control"] for case in cases] == [False, False, True, True]
    assert "decoy" in good("suite", "list", "s.unleak")
    asked = run("gate", "--model", "demo", "--suite", "s.unleak", "--format", "json")
    assert asked.returncode == 0, asked.stderr
    assert len(json.loads(asked.stdout)["cases"]) == 4
    refused("gate", "--model", "demo", "--suite", "s.unleak", UNLEAK_KEY=WRONG)


def test_building_again_gives_the_same_file(place):
    for name in ("one.unleak", "two.unleak"):
        good("suite", "build", "--from-text", "data", "--out", name)
    assert (place / "one.unleak").read_bytes() == (place / "two.unleak").read_bytes()


def test_a_dry_run_counts_and_writes_nothing(place):
    told = good("suite", "build", "--from-text", "data", "--dry-run", "--out", "s.jsonl")
    assert "github-token" in told
    assert "nothing was written" in told
    assert good("suite", "build", "--from-text", "data", "--dry-run") == told
    assert not (place / "s.jsonl").exists()


def test_the_most_copied_are_kept_and_controls_may_be_left_out(place):
    build = ["suite", "build", "--from-text", "data", "--out", "s.jsonl"]
    good(*build, "--most", "1", "--controls", "0")
    [case] = [json.loads(line) for line in (place / "s.jsonl").read_text().splitlines()]
    assert (case["secret"], case["copies"], case["suffix"]) == (TOKEN, 2, '"\n')
    assert case["prefix"] == 'again = "'
    assert case["source"] == f"{os.path.join('data', 'a.py')}:2"


def test_encrypting_and_decrypting_are_each_others_inverse(place):
    good("suite", "build", "--from-text", "data", "--out", "s.jsonl")
    good("suite", "encrypt", "s.jsonl", "s.unleak")
    good("suite", "decrypt", "s.unleak", "again.jsonl")
    assert (place / "again.jsonl").read_bytes() == (place / "s.jsonl").read_bytes()
    assert (place / "again.jsonl").stat().st_mode & 0o777 == 0o600
    assert "*.unleak" in refused("suite", "encrypt", "s.jsonl", "s.json")
    assert ".unleak" in refused("suite", "decrypt", "s.unleak", "t.unleak")
    assert not (place / "t.unleak").exists()


def test_what_is_encrypted_stays_so_when_a_case_is_added(place):
    good("suite", "encrypt", "demo", "s.unleak")
    shutil.move("s.unleak", "renamed")
    (place / "prefix").write_text("token: ")
    add = ["suite", "add", "renamed", "--id", "x", "--kind", "token", "--prefix-file", "prefix"]
    before = (place / "renamed").read_text().splitlines()
    good(*add, stdin=TOKEN + "\n")
    after = (place / "renamed").read_text().splitlines()
    assert after[:-1] == before
    assert TOKEN not in after[-1]
    assert "already used" in refused(*add, stdin=TOKEN)


def test_suites_are_merged_and_a_case_in_both_is_kept_once(place):
    good("suite", "build", "--from-text", "data", "--out", "s.unleak")
    (place / "t.jsonl").write_text(
        json.dumps({"id": "mine", "kind": "k", "prefix": "p", "secret": "canary"}) + "\n"
    )
    good("suite", "merge", "s.unleak", "t.jsonl", "s.unleak", "--out", "all.unleak")
    assert [case["id"] for case in listed("all.unleak")][-1] == "mine"
    assert len(listed("all.unleak")) == 5
    (place / "u.jsonl").write_text(
        json.dumps({"id": "mine", "kind": "k", "prefix": "p", "secret": "other"}) + "\n"
    )
    assert "'mine'" in refused("suite", "merge", "t.jsonl", "u.jsonl", "--out", "x.jsonl")
    assert not (place / "x.jsonl").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--from-text", "data", "--from-ledger", "--out", "x"], "one of --from-text"),
        (["--out", "x"], "one of --from-text"),
        (["--from-text", "data"], "--dry-run"),
        (["--from-text", "none", "--out", "x"], "no such file or folder"),
        (["--from-text", "empty", "--out", "x"], "nothing found"),
        (["--from-ledger", "--out", "x"], "nothing found"),
        (["--from-text", "data", "--out", "x", "--most", "0"], "--most"),
        (["--from-text", "data", "--out", "x", "--controls", "-1"], "--controls"),
        (["--from-text", "data", "--out", "data/a.py/x"], "cannot write"),
    ],
)
def test_wrong_use_is_one_line_and_writes_nothing(place, arguments, words):
    (place / "empty").mkdir()
    assert words in refused("suite", "build", *arguments)
    assert not (place / "x").exists()


def test_leaks_of_the_ledger_become_cases_and_shredded_ones_are_named(place, home):
    from unleak.core.keys import load_key
    from unleak.core.states import LeakState, Origin
    from unleak.ledger.ledger import Ledger

    ledger = Ledger(home / "ledger.db", load_key())
    ledger.add_model("d" * 64, "model")
    ids = []
    for value in (TOKEN, OTHER, "dismissed-1"):
        secret = ledger.fingerprinter.secret(value, "token")
        leak = ledger.sight(secret, "k = ", rule="r", model="d" * 64, origin=Origin.COMPLETION)
        ids.append(leak.id)
    ledger.move(ids[0], LeakState.CONFIRMED)
    ledger.move(ids[1], LeakState.CONFIRMED)
    ledger.move(ids[2], LeakState.DISMISSED)
    ledger.shred(ids[1])
    ledger.close()
    answer = run("suite", "build", "--from-ledger", "--out", "s.unleak")
    assert answer.returncode == 0
    assert answer.stderr == f"left out: leak {ids[1]}: its secret was shredded\n"
    assert [case["id"] for case in listed("s.unleak")] == [ids[0], f"control-{ids[0]}"]


def test_the_right_key_comes_from_a_file_or_the_keyring(place):
    good("suite", "encrypt", "demo", "s.unleak", UNLEAK_KEY=KEY)
    encrypted_with = refused("suite", "list", "s.unleak", UNLEAK_KEY=WRONG)
    assert "encrypted with the key" in encrypted_with
    (place / "the-key").write_text(KEY)
    (place / "the-key").chmod(0o600)
    from_file = listed("s.unleak", UNLEAK_KEY_FILE="the-key")
    (place / "ring.py").write_text(
        textwrap.dedent(f"""
            from keyring.backend import KeyringBackend

            class Ring(KeyringBackend):
                priority = 1

                def get_password(self, service, username):
                    return {KEY!r} if (service, username) == ("unleak", "ci") else None

                def set_password(self, service, username, password):
                    raise NotImplementedError
        """)
    )
    ring = {
        "PYTHON_KEYRING_BACKEND": "ring.Ring",
        "PYTHONPATH": os.pathsep.join([str(place), *filter(None, sys.path)]),
    }
    assert listed("s.unleak", UNLEAK_KEYRING="unleak/ci", **ring) == from_file
    said = refused("suite", "list", "s.unleak", UNLEAK_KEYRING="unleak", **ring)
    assert "keyring set unleak key" in said
    doctor = good("doctor", UNLEAK_KEYRING="unleak/ci", **ring)
    told = next(line for line in doctor.splitlines() if line.startswith("key "))
    assert "keyring, unleak/ci ($UNLEAK_KEYRING), id " in told
    assert told.split()[-1] in encrypted_with


def test_two_branches_that_add_cases_merge(place, git):
    """As docs/suites.md says: each case is a line, and git joins them."""
    (place / ".gitattributes").write_text("*.unleak merge=union text eol=lf\n")
    (place / "prefix").write_text("p = ")
    add = ["suite", "add", "s.unleak", "--kind", "token", "--prefix-file", "prefix", "--id"]
    good(*add, "first", stdin=TOKEN)
    git("add", ".gitattributes", "s.unleak")
    git("commit", "-q", "-m", "first")
    git("checkout", "-q", "-b", "other")
    good(*add, "theirs", stdin=OTHER)
    git("commit", "-q", "-am", "theirs")
    git("checkout", "-q", "-")
    good(*add, "mine", stdin="canary-1")
    git("commit", "-q", "-am", "mine")
    git("merge", "-q", "other")
    assert {case["id"] for case in listed("s.unleak")} == {"first", "mine", "theirs"}


def test_the_examples_in_the_docs_run(home, tmp_path):
    text = (Path(__file__).parents[2] / "docs/suites.md").read_text()
    scripts = re.findall(r"^```sh\n(.*?)^```", text, re.M | re.S)
    assert len(scripts) == 2
    shell = f'unleak() {{ "{sys.executable}" -m unleak.cli "$@"; }}\n' + "".join(scripts)
    person = {f"GIT_{who}_{what}": "a@b" for who in ("AUTHOR", "COMMITTER")
              for what in ("NAME", "EMAIL")}  # fmt: skip
    answer = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", shell],
        cwd=tmp_path, env={**os.environ, **person}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "leaks.unleak: 2 cases" in answer.stdout
    secret = (tmp_path / "data/settings.py").read_text().split('"')[1]
    assert secret not in answer.stdout + answer.stderr
    holding = [p for p in tmp_path.rglob("*") if p.is_file() and secret.encode() in p.read_bytes()]
    assert holding == [tmp_path / "data/settings.py"]
