"""`unleak gate` with a policy: exit codes, and reports that are there whatever the code."""

import json

import pytest
import typer

from unleak.commands.gate import gate
from unleak.core.errors import UsageError
from unleak.core.keys import load_key
from unleak.probe.suite import Case, write

BUDGET = "[[gate.budgets]]\nat_most = 0\n"
WAIVER = "[[gate.waivers]]\nid = 'leaking'\nreason = 'rotated'\nuntil = "


@pytest.fixture
def place(home, tmp_path, monkeypatch, memorised):
    """A folder with a suite of one leak and one secret that the model never saw."""
    monkeypatch.chdir(tmp_path)
    key, known = load_key(), memorised[0]
    secret = key.fingerprinter.secret
    unknown = secret("ghp_" + "q8Zt3LmW5vXc" * 3, "token")
    write(
        tmp_path / "suite.jsonl",
        [
            Case("leaking", known.prefix, secret(known.secret.reveal(), "token")),
            Case("unknown", 'key = "', unknown),
        ],
        key,
    )
    return tmp_path


def call(*options):
    app = typer.Typer()
    app.command()(gate)
    arguments = ["--model", "demo", "--suite", "suite.jsonl", "--report-dir", "reports", *options]
    return typer.main.get_command(app)(list(map(str, arguments)), standalone_mode=False) or 0


def summary(place):
    return json.loads((place / "reports/gate.json").read_text())["summary"]


def test_the_policy_of_the_folder_decides_and_an_option_may_be_stricter(place, capsys):
    assert call() == 1
    (place / "unleak.toml").write_text(BUDGET.replace("0", "1"))
    assert call() == 0
    assert "budget any kind: at most 1 leaks; 1 counted: kept" in capsys.readouterr().out
    assert call("--fail-on", "any") == 1
    (place / "other.toml").write_text(BUDGET)
    assert call("--config", "other.toml") == 1
    assert summary(place)["failed"]


def test_a_waiver_and_its_end(place, capsys):
    for until, code in (("2999-12-31", 0), ("2020-01-01", 1)):
        (place / "unleak.toml").write_text(WAIVER + until)
        assert call() == code
        shown = capsys.readouterr().out
        assert f"leaking: waiver {'until' if code == 0 else 'expired on'} {until}" in shown
        assert summary(place)["leaks"] == 1
    assert call("--config", "/dev/null") == 1


def test_a_baseline_is_compared_and_one_of_other_terms_refused(place, capsys):
    assert call("--tries", "2") == 1  # verbatim it is, however many tries
    (place / "reports/gate.json").rename(place / "old.json")
    capsys.readouterr()
    assert call("--baseline", "old.json", "--fail-on", "regression") == 0
    shown = capsys.readouterr().out
    assert "verbatim: 0 gained, 0 lost of 2 (McNemar p = 1)" in shown
    assert "a secret is on average as probable as before (95 % 0.0 .. 0.0, 2 cases)" in shown
    document = json.loads((place / "old.json").read_text())
    (place / "old.json").write_text(json.dumps(document | {"key": "00000000"}))
    with pytest.raises(UsageError, match=r"old\.json: made under another key"):
        call("--baseline", "old.json")


def test_wrong_use_is_told_before_a_model_is_loaded(place, monkeypatch):
    def loaded(*_, **__):
        raise AssertionError("loaded")

    monkeypatch.setattr("unleak.models.load.load", loaded)
    (place / "unleak.toml").write_text("[gate]\nbudget = 1\n")
    with pytest.raises(UsageError, match=r"unknown key budget \(did you mean budgets\?\)"):
        call()
    (place / "unleak.toml").write_text(BUDGET + "new = true\n")
    with pytest.raises(UsageError, match="new = true needs --baseline"):
        call()


def test_no_secret_is_written_anywhere(place, memorised, capsys):
    (place / "unleak.toml").write_text(BUDGET + WAIVER + "2020-01-01\n")
    assert call() == 1
    captured = capsys.readouterr()
    texts = [path.read_text() for path in (place / "reports").iterdir()]
    assert len(texts) == 5
    secret = memorised[0].secret.reveal()
    assert not any(secret in text for text in [*texts, captured.out, captured.err])
