"""`unleak scan` with what a team adds to it: a configuration, a baseline, known secrets."""

import base64
import json
import subprocess
from hashlib import sha1
from pathlib import Path

import pytest
from test_cli import grep, run

from unleak.core.keys import load_key
from unleak.core.states import Origin
from unleak.ledger.ledger import Ledger

TOKEN = "ghp_q8Zt3LmW5vXc7RbN2kYd9JfH4sGpA6eTu1Qi"
CANARY = "Walnut quartz = 4339;"  # no rule finds it
RULE = "[[scan.rules]]\nid = 'acme-token'\npattern = 'acme_[0-9a-f]{16}'\n"
ACME = "acme_0123456789abcdef"


def rules_in(answer: subprocess.CompletedProcess) -> list[str]:
    return [f["rule"] for f in json.loads(answer.stdout)["findings"]]


def test_a_configuration_holds_for_files_and_standard_input(home, tmp_path):
    (tmp_path / "unleak.toml").write_text(RULE + "severty = 'low'\n")
    (tmp_path / "a.txt").write_text(ACME)
    answer = run("scan", "a.txt", "--format", "json", cwd=tmp_path)
    assert (answer.returncode, rules_in(answer)) == (1, ["acme-token"])
    assert "rule acme-token: unknown key severty (did you mean severity?)" in answer.stderr
    answer = run("scan", "-", "--format", "json", stdin=ACME, cwd=tmp_path)
    assert rules_in(answer) == ["acme-token"]
    assert "acme-token" in run("scan", "--list-rules", cwd=tmp_path).stdout
    (tmp_path / "other.toml").write_text("[scan.allow]\npaths = ['a.*']\n")
    answer = run("scan", "a.txt", "--config", "other.toml", "--format", "json", cwd=tmp_path)
    assert (answer.returncode, rules_in(answer)) == (0, [])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["."], r"unleak.toml: rule broken: its pattern is broken at character 1"),
        (["--config", "none.toml"], "none.toml: No such file"),
        (["--config", "empty", "--baseline", "unleak.toml"], "not a baseline of detect-secrets"),
        (["--config", "empty", "--known", "empty"], "empty: not an index"),
        (["--config", "empty", "--known", "ledger"], "there is no ledger"),
        (["--config", "empty", "--learn"], "--index FILE"),
        (["--config", "empty", "--index", "i"], "--index FILE"),
        (["--config", "empty", "--learn-lines", "empty", "--index", "i"], "no secret to learn"),
        (["--config", "empty", "--learn-lines", "no", "--index", "i"], "no: No such file"),
        ([".", "--learn-lines", "empty", "--index", "i"], "with --learn only"),
    ],
    ids=lambda x: " ".join(x) if isinstance(x, list) else "",
)
def test_wrong_use_is_one_line_and_exit_code_2(home, tmp_path, arguments, words):
    (tmp_path / "empty").write_text("")
    (tmp_path / "unleak.toml").write_text("[[scan.rules]]\nid = 'broken'\npattern = '('\n")
    answer = run("scan", *arguments, cwd=tmp_path)
    assert (answer.returncode, answer.stderr.count("\n")) == (2, 1), answer.stderr
    assert words in answer.stderr
    assert not (tmp_path / "i").exists()


def test_what_a_baseline_lists_is_left_out_and_counted(home, tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.py").write_text(f'\nkey = "{TOKEN}"\n')
    entry = {
        "type": "x",
        "hashed_secret": sha1(TOKEN.encode(), usedforsecurity=False).hexdigest(),
        "line_number": 7,
    }
    baseline = tmp_path / ".secrets.baseline"
    baseline.write_text(json.dumps({"results": {"sub/a.py": [entry]}}))
    subprocess.run(["git", "-C", tmp_path, "init", "-q"], check=True)
    subprocess.run(["git", "-C", tmp_path, "add", "sub"], check=True)
    for arguments in (["."], ["a.py"], ["--staged"]):
        answer = run("scan", *arguments, "--baseline", baseline, cwd=tmp_path / "sub")
        assert answer.returncode == 0
        assert "1 findings left out" in answer.stderr
    (tmp_path / "sub" / "b.py").write_text(f'key = "{TOKEN}"\n')
    assert run("scan", tmp_path, "--baseline", baseline).returncode == 1


def test_secrets_are_learned_from_a_tree_and_from_lines_and_never_stored(home, tmp_path):
    (tmp_path / "trusted").mkdir()
    (tmp_path / "trusted" / "settings.py").write_text(f'token = "{TOKEN}"\nx = 1\n')
    (tmp_path / "new.txt").write_text(f"say {CANARY} or {TOKEN[4:]}\n")
    index = tmp_path / "our.unleak-index"
    learn = ["scan", tmp_path / "trusted", "--learn", "--learn-lines", "-", "--index", index]
    answer = run(*learn, stdin=f"{CANARY}\n\nshort\n{TOKEN[4:]}\r\n")
    assert answer.returncode == 0, answer.stderr
    assert "3 secrets in" in answer.stdout
    assert "1 shorter than 8 characters" in answer.stdout
    assert run("scan", tmp_path / "new.txt").returncode == 0
    found = run("scan", tmp_path / "new.txt", "--known", index, "--format", "json")
    assert found.returncode == 1
    places = [(f["rule"], f["column"]) for f in json.loads(found.stdout)["findings"]]
    assert places == [("known-secret", 5), ("known-secret", 5 + len(CANARY) + 4)]
    for secret in (TOKEN, CANARY):
        assert secret not in answer.stdout + answer.stderr + found.stdout + found.stderr
        for part in (secret, secret[4:16], base64.b64encode(secret.encode()).decode()):
            assert grep(part, home) == []
            assert part.encode() not in index.read_bytes()


def test_an_index_of_another_key_is_refused(home, tmp_path, monkeypatch):
    index = tmp_path / "i"
    learned = run("scan", "--learn-lines", "-", "--index", index, stdin="Walnut-quartz-4339\n")
    assert learned.returncode == 0
    monkeypatch.setenv("UNLEAK_KEY", base64.b64encode(b"n" * 32).decode())
    answer = run("scan", "-", "--known", index)
    assert answer.returncode == 2
    assert "made with another key" in answer.stderr


def test_the_leaks_of_the_ledger_are_known(home, tmp_path):
    ledger = Ledger(home / "ledger.db", load_key())
    ledger.add_model("m", "model")
    ids = []
    for value in (CANARY, TOKEN):
        secret = ledger.fingerprinter.secret(value, "token")
        ids.append(ledger.sight(secret, "", rule="r", model="m", origin=Origin.IMPORT).id)
    ledger.shred(ids[1])  # only its fingerprint is left: found where a rule finds its value
    ledger.close()
    text = f'{CANARY}\n"{TOKEN}"\n'
    answer = run("scan", "-", "--known", "ledger", "--format", "json", stdin=text)
    assert rules_in(answer) == ["known-secret"] * 2
    index = Path(tmp_path / "i")
    run("scan", "--learn-lines", "-", "--index", index, stdin="plainword\n")
    both = ["--known", "ledger", "--known", index]
    answer = run("scan", "-", *both, "--format", "json", stdin=text + "plainword\n")
    assert rules_in(answer) == ["known-secret"] * 3
