"""An erasure by method, with a budget; what it says when it does not work."""

import os
from dataclasses import replace

import pytest

from unleak.core.errors import OutputError, SuiteError, UsageError
from unleak.erase import erasure as erasure_module
from unleak.erase import verify as verify_module
from unleak.erase.attacks.attack import Outcome
from unleak.erase.attempts import attempts, shown_by
from unleak.erase.budget import Budget, budget
from unleak.erase.contexts import TRIED
from unleak.erase.erasure import erase
from unleak.erase.methods.registry import method_of
from unleak.erase.plan import plan
from unleak.models.load import digest_of, load
from unleak.probe.measure import encode_case, measure_encoded

FAST = {
    "learning_rate": "1e-3",
    "steps": "40",
    "prefix_tokens": "24",
    "retain_tokens": "32",
    "retain_windows": "16",
    "collapse": "1000",
}


@pytest.fixture(autouse=True)
def quick_verification(monkeypatch):
    """Greedy and n_half only: the attacks have tests of their own."""
    whole = verify_module.attacks
    monkeypatch.setattr(verify_module, "attacks", lambda *asked: whole(*asked)[:2])


def by_training(taught, out, cases=None, **options):
    options = {"method": "codeeraser", "settings": FAST} | options
    return erase(str(taught.folder), cases or taught.cases, out, **options)


def test_a_method_of_the_literature_gives_a_model_and_says_how(home, taught, tmp_path):
    before = digest_of(taught.folder)
    done = by_training(taught, tmp_path / "new")
    assert done.erased
    assert digest_of(taught.folder) == before
    model = load(str(tmp_path / "new"))
    assert not any(
        m.extractable
        for m in measure_encoded(model, [encode_case(model, case) for case in taught.cases])
    )
    (attempt,) = done.report["attempts"]
    assert attempt["method"] == "codeeraser"
    assert attempt["settings"]["gamma"] == 0.5
    assert attempt["settings"]["steps"] == 40
    assert 0 < attempt["steps"] <= 40
    assert attempt["texts"] == "packed"
    assert attempt["recovered"] == 0
    seconds = done.report["seconds"]
    assert seconds["train"] == attempt["seconds"] > 0
    memory = done.report["peak_memory"]
    assert memory["bytes"] > memory["model_bytes"] > 2_000_000
    for file in (tmp_path / "new").iterdir():
        for case in taught.cases:
            assert case.secret.reveal().encode() not in file.read_bytes()
    assert {path.name for path in tmp_path.iterdir()} <= {"new", "home"}


def test_what_diverges_is_reported_and_not_written(home, taught, tmp_path):
    wild = FAST | {"learning_rate": "0.5", "collapse": "2"}
    done = by_training(taught, tmp_path / "new", method="ga", settings=wild)
    assert not done.erased
    assert done.certificate is None
    assert "diverged" in done.report["reason"]
    assert "no model was written" in done.report["reason"]
    assert {entry["verdict"] for entry in done.report["secrets"]} == {"failed"}
    assert list(tmp_path.iterdir()) == []


def test_what_costs_too_much_is_not_written(home, taught, tmp_path):
    limit = Budget(agreement=1.0)
    done = by_training(taught, tmp_path / "new", budget=limit)
    assert "same next token" in done.report["reason"]
    assert "no model was written" in done.report["reason"]
    assert done.report["attempts"][0]["discarded"]
    assert list(tmp_path.iterdir()) == []


def test_time_that_is_used_up_ends_it(home, taught, tmp_path):
    done = by_training(taught, tmp_path / "new", budget=Budget(seconds=0))
    assert "not begun" in done.report["reason"]
    assert list(tmp_path.iterdir()) == []


def test_auto_keeps_the_attempt_that_was_within_the_budget(home, taught, tmp_path, monkeypatch):
    """An attack recovers one secret; going on with it costs too much: the first result stays."""
    changed = []

    def fake_change(attempt, model, cases, *_):
        changed.append((attempt.name, [case.id for case in cases]))
        model.net.base_model.norm.weight += 0.01
        return {"seconds": 0.0}

    def fake_verify(model, cases, *_, **__):
        where = {"where": ["json", "original, 2 tokens given"]}
        return [{"contexts": Outcome(case.id == taught.cases[1].id, where)} for case in cases]

    said = iter(["", "perplexity +9 %, more than asked"])
    monkeypatch.setattr(erasure_module, "carry_out", fake_change)
    monkeypatch.setattr(erasure_module, "verify", fake_verify)
    monkeypatch.setattr(Budget, "exceeded", lambda *_: next(said))
    done = erase(str(taught.folder), taught.cases, tmp_path / "new", budget=Budget(perplexity=0.01))
    failed = taught.cases[1].id
    assert changed == [
        ("edit", [case.id for case in taught.cases]),
        ("edit", [failed, f"{failed}, json"]),
    ]
    assert done.report["reason"].startswith("edit was not kept: perplexity")
    assert "no model" not in done.report["reason"]
    assert [entry["verdict"] for entry in done.report["secrets"]].count("erased") == 3
    kept, old = load(str(tmp_path / "new")), taught.model()
    moved = kept.net.base_model.norm.weight - old.net.base_model.norm.weight
    assert moved.mean().item() == pytest.approx(0.01, abs=1e-4)


def test_auto_grows_in_force_and_fails_loudly(home, taught, tmp_path, monkeypatch):
    steps = attempts("auto", method_of("auto", {}))
    assert [step.name for step in steps] == ["edit", "edit", "edit", "bounded"]
    assert steps[2].how.ridge < steps[1].how.ridge < steps[0].how.ridge
    assert [step.name for step in attempts("edit", method_of("edit", {}))] == ["edit"]
    monkeypatch.setattr(erasure_module, "carry_out", lambda *_: {"seconds": 0.0})
    monkeypatch.setattr(
        erasure_module,
        "verify",
        lambda _, cases, *__, **___: [{"greedy": Outcome(True)} for _ in cases],
    )
    done = erase(str(taught.folder), taught.cases[:1], tmp_path / "new")
    assert len(done.report["attempts"]) == 4
    assert "recovered by an attack; no model was written" in done.report["reason"]
    assert list(tmp_path.iterdir()) == []


def test_an_attack_shows_where_a_secret_is_left(taught):
    case = taught.cases[0]
    where = {"where": ["json", "json, 1 tokens given", "original", "last-line, 2 tokens given"]}
    outcomes = {"contexts": Outcome(True, where), "greedy": Outcome(False, {"where": ["comment"]})}
    assert [(c.prefix, c.secret) for c in shown_by(case, outcomes)] == [
        (TRIED["json"], case.secret)
    ]


def test_an_interrupt_while_training_leaves_nothing(home, taught, tmp_path):
    def interrupt(stage, done):
        if stage == "train" and done > 0:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        by_training(taught, tmp_path / "new", progress=interrupt)
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_named_before_any_work(home, taught, tmp_path):
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "a").write_text("")
    loaded = []
    with pytest.raises(OutputError, match="already exists"):
        by_training(taught, tmp_path / "new", progress=lambda *stage: loaded.append(stage))
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot write"):
        by_training(taught, tmp_path / "file" / "new", progress=lambda *s: loaded.append(s))
    assert loaded == []


def test_each_secret_of_a_batch_has_its_own_verdict(home, taught, tmp_path, fingerprinter):
    """Twice the same, one inside another, one token long, unknown, and one that cannot be asked."""
    key, token = taught.cases[2], taught.cases[0]
    value = key.secret.reveal()
    cases = [
        key,
        replace(key, id="again"),
        replace(
            key,
            id="inside",
            prefix=key.prefix + value[:8],
            secret=fingerprinter.secret(value[8:], "part"),
        ),
        replace(
            taught.cases[3],
            id="one-token",
            prefix="def connect():\n    return open_session(user='",
            secret=fingerprinter.secret("root", "user"),
        ),
        replace(
            token,
            id="unknown",
            secret=fingerprinter.secret("ghp_Pu6Ho4yBv93KwXcE51tRzS8aDgMnJ7Lq0iFT", "token"),
        ),
        replace(token, id="no-token", prefix="pass", secret=fingerprinter.secret("word", "x")),
    ]
    done = by_training(taught, tmp_path / "new", cases)
    verdicts = {entry["id"]: entry["verdict"] for entry in done.report["secrets"]}
    assert verdicts == {
        key.id: "erased",
        "again": "erased",
        "inside": "erased",
        "one-token": "erased",
        "unknown": "not-memorised",
        "no-token": "unknown",
    }
    assert "no token of its own" in done.report["secrets"][-1]["reason"]
    assert not done.erased  # one is left in doubt
    assert (tmp_path / "new" / "config.json").exists()
    with pytest.raises(SuiteError, match="no token of its own"):
        by_training(taught, tmp_path / "other", cases[-1:])
    done = by_training(taught, tmp_path / "other", cases[4:5])
    assert "nothing was changed" in done.report["reason"]
    assert not (tmp_path / "other").exists()


def test_budgets_are_read_strictly():
    assert budget("perplexity=1%, seconds=60") == Budget(perplexity=0.01, seconds=60)
    assert budget("agreement=97%") == Budget(agreement=0.97)
    assert budget("agreement=0.97") == Budget(agreement=0.97)
    assert budget("") == Budget()
    for text in ("perplexity", "perplexity=", "speed=1", "seconds=5%", "seconds=-1",
                 "perplexity=nan", "perplexity=inf", "agreement=101%", "1%"):  # fmt: skip
        with pytest.raises(UsageError, match="--budget"):
            budget(text)


def test_a_plan_measures_and_changes_nothing(home, taught, tmp_path, fingerprinter):
    before = digest_of(taught.folder)
    stranger = replace(
        taught.cases[0], id="unknown", secret=fingerprinter.secret("ghp_" + "Zx81" * 9, "token")
    )
    planned = plan(
        str(taught.folder), [*taught.cases, stranger], method="ga-sequential", settings=FAST
    )
    assert [entry["verdict"] for entry in planned.secrets] == ["failed"] * 4 + ["not-memorised"]
    assert planned.steps[0].startswith("erase 4 of 5 secrets")
    assert "40 steps" in planned.steps[1]
    assert planned.tokens_per_second > 0
    assert all(seconds > 0 for seconds in planned.seconds.values())
    assert set(planned.seconds) == {"load", "measure", "erase", "verify"}
    assert "verify" not in plan(str(taught.folder), taught.cases[:1], depth="full").seconds
    assert digest_of(taught.folder) == before
    assert os.listdir(tmp_path) in ([], ["home"])
    nothing = plan(str(taught.folder), [stranger])
    assert nothing.steps == ["not change anything: it knows none of them"]
    with pytest.raises(UsageError, match="no such setting"):
        plan(str(taught.folder), taught.cases, settings={"speed": "1"})
