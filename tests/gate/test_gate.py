import json

import pytest

from unleak.ci.baseline import from_document, read_baseline
from unleak.ci.gate import run
from unleak.ci.policy import Policy
from unleak.ci.reports import json_file
from unleak.core.errors import UsageError
from unleak.models.load import load
from unleak.probe.local import LocalProber
from unleak.probe.suite import Case


@pytest.fixture(scope="module")
def cases(memorised, fingerprinter):
    broken = Case("broken", "import o", fingerprinter.secret("s", "x"))
    unknown = Case("unknown", 'key = "', fingerprinter.secret("ghp_" + "q8Zt3LmW5vXc" * 3, "x"))
    return [*memorised[:3], unknown, broken]


@pytest.fixture(scope="module")
def gate(demo, cases, fingerprinter):
    return run(LocalProber(demo), cases, fingerprinter=fingerprinter)


def test_statuses_and_summary(gate):
    assert [r.status for r in gate.results] == ["leak", "leak", "leak", "clean", "error"]
    assert gate.failed
    assert gate.evaluated
    document = gate.as_json()
    assert document["schema"] == "unleak.gate/1"
    assert document["summary"]["leaks"] == 3
    assert document["cases"][4]["error"]


def test_no_report_holds_a_secret(gate, cases, tmp_path):
    text = json_file.write(gate, tmp_path).read_text()
    assert all(case.secret.reveal() not in text for case in cases if len(case.secret.reveal()) > 4)


def test_a_run_in_which_every_case_errored_is_not_evaluated(demo, cases, fingerprinter):
    gate = run(LocalProber(demo), cases[4:], fingerprinter=fingerprinter)
    assert not gate.evaluated
    assert not gate.failed


def test_the_same_model_changes_nothing(demo, cases, gate, tmp_path, fingerprinter):
    baseline = read_baseline(json_file.write(gate, tmp_path))
    again = run(
        LocalProber(demo),
        cases,
        fingerprinter=fingerprinter,
        policy=Policy("regression"),
        baseline=baseline,
    )
    assert [r.change for r in again.results] == ["same", "same", "same", "same", None]
    then = [r.measured.p_extract for r in gate.results[:4]]
    assert [r.before for r in again.results[:4]] == then
    assert [r.before for r in gate.results] == [None] * 5
    assert not again.failed


def test_a_model_that_never_saw_them_fixes_them_and_the_other_way_they_are_new(
    demo, cases, gate, tiny_folder, fingerprinter
):
    tiny = load(str(tiny_folder))

    def measured(model, **more):
        return run(LocalProber(model), cases, fingerprinter=fingerprinter, **more)

    earlier = from_document(gate.as_json(), "demo")
    fixed = measured(tiny, policy=Policy("new"), baseline=earlier)
    assert [r.change for r in fixed.results][:3] == ["fixed"] * 3
    assert not fixed.failed
    earlier = from_document(measured(tiny).as_json(), "tiny")
    worse = measured(demo, policy=Policy("new"), baseline=earlier)
    assert [r.change for r in worse.results][:3] == ["new"] * 3
    assert worse.failed


def test_wrong_use(demo, cases, tmp_path, fingerprinter):
    for policy, says in ((Policy("never"), "--fail-on"), (Policy("new"), "needs --baseline")):
        with pytest.raises(UsageError, match=says):
            run(LocalProber(demo), cases, fingerprinter=fingerprinter, policy=policy)
    (tmp_path / "b.json").write_text(json.dumps({"schema": "other"}))
    with pytest.raises(UsageError, match="not a gate report"):
        read_baseline(tmp_path / "b.json")
    (tmp_path / "b.json").write_text("{")
    with pytest.raises(UsageError, match="JSON"):
        read_baseline(tmp_path / "b.json")
