"""`unleak leaks` as a user meets it."""

import base64
import io
import json
import os
import subprocess
from contextlib import redirect_stderr, redirect_stdout
from unittest.mock import patch

import pytest
from test_ledger import CANARY, ERASED, NEW, OLD, seen

from unleak import cli
from unleak.core.keys import MasterKey, load_key
from unleak.core.states import LeakState
from unleak.ledger.ledger import Ledger


def run(*arguments, **variables):
    stdout, stderr = io.StringIO(), io.StringIO()
    with (
        patch.dict(os.environ, variables),
        patch("sys.argv", ["unleak", *map(str, arguments)]),
        patch("sys.stdin", io.StringIO()),
        redirect_stdout(stdout),
        redirect_stderr(stderr),
    ):
        code = cli._run()
    answer = subprocess.CompletedProcess(arguments, code, stdout.getvalue(), stderr.getvalue())
    assert "internal error" not in answer.stderr
    assert CANARY[:13] not in answer.stdout + answer.stderr
    return answer


def good(*arguments, **variables):
    answer = run(*arguments, **variables)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def refused(*arguments, **variables):
    answer = run(*arguments, **variables)
    assert answer.returncode == 2, answer.stderr
    assert len(answer.stderr.splitlines()) == 1
    return answer.stderr


@pytest.fixture
def leaks(home, tmp_path, monkeypatch):
    """Ids of three leaks of the user: erased, confirmed, and flagged under a server's name."""
    monkeypatch.chdir(tmp_path)
    with Ledger.default() as ledger:
        ledger.add_model(OLD, "starter")
        one, two = ledger.sight_many([seen(ledger), seen(ledger, f"{CANARY}-2")])
        three = ledger.sight_many([seen(ledger, f"{CANARY}-3", "tabby", client="vscode")])[0]
        ledger.add_evidence(one.id, OLD, {"verdict": "memorised", "reason": "word for word"})
        ledger.move(one.id, *ERASED)
        ledger.move(two.id, LeakState.CONFIRMED)
        ledger.add_model(NEW, "starter-2")
        ledger.add_erasure(OLD, NEW, "erased", {"c": 1}, leaks={one.id: "erased"})
        return [one.id, two.id, three.id]


def test_list_filters_by_model_and_state(leaks):
    def ids(*options):
        return [
            leak["id"] for leak in json.loads(good("leaks", "list", "--format", "json", *options))
        ]

    assert ids() == leaks
    assert ids("--model", "tabby") == leaks[2:]
    assert ids("--model", OLD, "--state", "erased") == leaks[:1]
    assert ids("--state", "failed") == []
    assert "memorised" in good("leaks", "list")
    assert "choose one of flagged" in refused("leaks", "list", "--state", "gone")


def test_show_tells_all_but_the_secret(leaks):
    good("suite", "build", "--from-ledger", "--out", "s.unleak")
    text = good("leaks", "show", leaks[0])
    for words in ("erased", "word for word", "seen in a completion", f"new model {NEW[:12]}",
                  f"case {leaks[0]} of "):  # fmt: skip
        assert words in text
    assert "through vscode" in good("leaks", "show", leaks[2])
    told = json.loads(good("leaks", "show", leaks[0][:8], "--format", "json"))
    assert [model["name"] for model in told["lineage"]] == ["starter"]
    assert (len(told["seen"]), len(told["history"]), len(told["suites"])) == (1, 6, 1)


def test_leaks_travel_encrypted_to_another_ledger(leaks, home, tmp_path):
    export = tmp_path / "plain.json"
    good("leaks", "export", export)
    plain = json.loads(export.read_text())
    assert (plain["schema"], len(plain["leaks"])) == ("unleak.leaks/1", 3)
    assert CANARY[:13] not in export.read_text()
    there = {"UNLEAK_HOME": str(tmp_path / "there")}
    to = good("leaks", "recipient", **there).strip()
    good("leaks", "export", "for-them", "--secrets", "--to", to)
    file = tmp_path / "for-them"
    assert file.stat().st_mode & 0o777 == 0o600
    assert CANARY[:13].encode() not in file.read_bytes()
    assert "3 new leaks" in good("leaks", "import", file, **there)
    assert "0 new leaks, 3 that" in good("leaks", "import", file, **there)
    assert "for somebody else" in refused("leaks", "import", file)
    assert "left out: 3" in run("leaks", "import", export, **there).stderr
    with Ledger(tmp_path / "there" / "ledger.db", key_of(tmp_path / "there")) as ledger:
        assert ledger.reveal(leaks[0])[1].reveal() == CANARY
    (tmp_path / "words").write_text("correct horse\nbattery\n")
    good("leaks", "export", "p", "--secrets", "--passphrase-file", "words")
    assert "0 new leaks, 3" in good("leaks", "import", "p", UNLEAK_PASSPHRASE="correct horse")
    assert "is wrong" in refused("leaks", "import", "p", UNLEAK_PASSPHRASE="wrong")
    assert "--passphrase-file or" in refused("leaks", "import", "p")
    assert "--passphrase-file or" in refused("leaks", "export", "q", "--secrets")
    assert "one of --to" in refused(
        "leaks", "export", "q", "--to", to, "--passphrase-file", "words"
    )
    assert "no recipient" in refused("leaks", "export", "q", "--to", "nobody")
    assert "not an export" in refused("leaks", "import", "words")
    assert "No such file" in refused("leaks", "import", "none")
    assert not (tmp_path / "q").exists()


def key_of(folder):
    return MasterKey(base64.b64decode((folder / "key").read_text()))


def test_backup_and_restore(leaks, home, tmp_path):
    good("leaks", "backup", "b.db")
    good("leaks", "shred", leaks[0], "--yes")
    good("leaks", "restore", "b.db", "--yes")
    with Ledger.default() as ledger:
        assert ledger.reveal(leaks[0])[1].reveal() == CANARY
    (home / "ledger.db").write_bytes(b"rubbish" * 999)
    assert "unleak leaks restore" in refused("leaks", "list")
    assert "is kept as" in good("leaks", "restore", "b.db", "--yes")
    assert len(json.loads(good("leaks", "list", "--format", "json"))) == 3


def test_purge_asks_and_counts(leaks):
    assert "would remove 0 flagged" in good("leaks", "purge", "--older-than", "90d", "--dry-run")
    assert "removed 0" in good("leaks", "purge", "--older-than", "1d", "--yes")
    assert "no age" in refused("leaks", "purge", "--older-than", "soon", "--yes")
    assert run("leaks", "purge", "--older-than", "1d").returncode == 3  # nobody to answer


def test_a_new_key_takes_its_suites_along(leaks, home, tmp_path):
    good("suite", "build", "--from-ledger", "--out", "known.unleak")
    good("suite", "build", "--from-ledger", "--out", "given.unleak")
    (tmp_path / "given.unleak").rename(tmp_path / "moved.unleak")
    before = load_key()
    text = good("leaks", "rotate-key", "--suite", "moved.unleak", "--old-key", "old", "--yes")
    after = load_key()
    assert after.id != before.id
    assert f"3 leaks are under the new key, id {after.id}" in text
    for suite in ("known.unleak", "moved.unleak"):
        assert leaks[0] in good("suite", "list", suite)
    assert sorted(path.name for path in home.iterdir() if path.name.startswith("key")) == ["key"]
    assert (home / "key").stat().st_mode & 0o777 == (tmp_path / "old").stat().st_mode & 0o777
    assert (home / "key").stat().st_mode & 0o777 == 0o600
    assert f"is made with the key {after.id}" in refused("leaks", "list", UNLEAK_KEY_FILE="old")
    assert "already exists" in refused("leaks", "rotate-key", "--old-key", "old", "--yes")
    (tmp_path / "plain.jsonl").write_text("")
    assert "not encrypted" in refused("leaks", "rotate-key", "--suite", "plain.jsonl", "--yes")
    assert load_key().id == after.id
    with Ledger.default() as ledger:
        assert ledger.reveal(leaks[0])[1].reveal() == CANARY


def test_a_key_in_the_environment_is_handed_over(leaks, home, tmp_path):
    old = {"UNLEAK_KEY": (home / "key").read_text()}
    assert "give --new-key FILE" in refused("leaks", "rotate-key", "--yes", **old)
    assert "put the key in new into $UNLEAK_KEY" in good(
        "leaks", "rotate-key", "--new-key", "new", "--yes", **old
    )
    assert "is made with the key" in refused("leaks", "list", **old)
    assert leaks[0] in good("leaks", "list", UNLEAK_KEY=(tmp_path / "new").read_text())
    assert "in use" in refused("leaks", "rotate-key", "--new-key", "new", "--yes",
                               UNLEAK_KEY_FILE="new")  # fmt: skip


@pytest.mark.parametrize("way", ["environment", "settings"])
def test_the_ledger_may_be_on_a_server(home, server, template, way):
    url = server.new_database(template).replace("unleak@", "unleak:pass-w0rd@")
    there = {"UNLEAK_LEDGER": url} if way == "environment" else {}
    if way == "settings":
        home.mkdir()
        (home / "unleak.toml").write_text(f'[engine]\nledger = "{url}"\n')
    assert "no leaks yet" in good("leaks", "list", **there)
    assert not (home / "ledger.db").exists()
    answer = refused("leaks", "backup", "b.db", **there)
    assert "pg_dump" in answer
    assert "pass-w0rd" not in answer


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("postgresql://me:pass-w0rd@127.0.0.1:9/none", "cannot be reached"),
        ("postgresql://me@127.0.0.1:9/none?password=pass-w0rd", "cannot be reached"),
        ("mysql://me:pass-w0rd@host/none", "expected a file's path"),
        ("postgresql://me:pass-w0rd@host:port/none", "expected a file's path"),
        ("sqlite://", "expected a file's path"),
    ],
)
def test_a_ledger_that_is_not_there_is_named_without_its_password(home, given, words):
    answer = refused("leaks", "list", UNLEAK_LEDGER=given)
    assert words in answer
    assert "pass-w0rd" not in answer


def test_settings_that_are_none_are_refused(home):
    home.mkdir()
    for text in (
        "[engine]\nledger = 7\n",
        "engine = 7\n",
        "no toml",
        "[engine]\nledger='ftp://x'\n",
    ):
        (home / "unleak.toml").write_text(text)
        assert "unleak.toml" in refused("leaks", "list")
