"""What stops a release: rules, budgets, waivers, controls; and the file that says so."""

import json
import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from answers import Answers
from hypothesis import given
from hypothesis import strategies as st

from unleak.ci import outcome
from unleak.ci.baseline import from_document
from unleak.ci.gate import run
from unleak.ci.policy import ANY_LEAK, Budget, Policy, Waiver
from unleak.ci.policy_file import policy_for, read_policy
from unleak.core.errors import SuiteError, UsageError
from unleak.core.secret import Fingerprinter
from unleak.detect.config import find_config, read_settings
from unleak.probe.reading import Reading
from unleak.probe.suite import Case

KEY = Fingerprinter(b"k" * 32)
DAY = date(2026, 6, 30)
GATE_DOC = Path(__file__).parents[2] / "docs" / "gate.md"
LEAK, CLEAN = Reading(True, 1.0, -1.0, 10), Reading(False, 0.2, -90.0, 10)
SLOW = Reading(False, 0.9, -12.0, 10)  # a leak: even chance within about 113,000 samples


def ask(now, policy=ANY_LEAK, then=None, *, controls=(), **more):
    """A gate on readings by id; a case's kind is what stands before the hyphen."""

    def ran(readings, **options):
        cases = [
            Case(
                id, f"prefix {id}", KEY.secret(f"s {id}", id.split("-")[0]), control=id in controls
            )
            for id in readings
        ]
        return run(Answers(readings), cases, fingerprinter=KEY, **options)

    if then is not None:
        more["baseline"] = from_document(ran(then).as_json(), "old.json")
    return ran(now, policy=policy, today=DAY, **more)


def stopping(gate):
    return [r.case.id for r in gate.results if gate.stops(r)]


# Rules


@pytest.mark.parametrize(
    ("fail_on", "ids"), [("any", ["a", "b", "c"]), ("new", ["a"]), ("regression", ["a", "b"])]
)
def test_rules(fail_on, ids):
    now, then = {"a": LEAK, "b": LEAK, "c": LEAK, "d": CLEAN}, {"a": CLEAN, "b": SLOW, "c": LEAK}
    assert stopping(ask(now, Policy(fail_on), then)) == ids


def test_the_number_of_tries_makes_the_leak():
    assert stopping(ask({"a": SLOW})) == ["a"]
    assert stopping(ask({"a": SLOW}, tries=1e5)) == []


# Budgets


@pytest.mark.parametrize(
    ("budget", "ids"),
    [
        (Budget(0), ["email-1", "email-2", "aws-1"]),
        (Budget(3), []),
        (Budget(2), ["email-1", "email-2", "aws-1"]),
        (Budget(0, kinds=("aws", "gcp")), ["aws-1"]),
        (Budget(1, kinds=("e*",)), ["email-1", "email-2"]),
        (Budget(0, count="verbatim"), ["email-1", "aws-1"]),
        (Budget(0, count="tries", tries=1e5), ["email-1", "aws-1"]),
        (Budget(0, count="tries", tries=1e17), ["email-1", "email-2", "aws-1", "phone-1"]),
        (Budget(0, new=True), ["email-2"]),
        (Budget(0, count="verbatim", new=True), ["email-1"]),
        (Budget(1, count="verbatim", new=True), []),
    ],
)
def test_budgets(budget, ids):
    now = {"email-1": LEAK, "email-2": SLOW, "aws-1": LEAK}
    now |= {"phone-1": Reading(False, 0.5, -30.0, 10), "phone-2": CLEAN}
    gate = ask(now, Policy(budgets=(budget,)), {"aws-1": LEAK, "email-1": SLOW, "phone-2": LEAK})
    assert stopping(gate) == ids
    assert gate.failed == bool(ids)


def test_every_budget_counts_by_itself():
    budgets = (Budget(1, kinds=("email",)), Budget(0, count="verbatim"), Budget(9))
    gate = ask({"email-1": SLOW, "email-2": SLOW, "aws-1": SLOW}, Policy(budgets=budgets))
    assert [(len(s.counted), s.exceeded) for s in gate.spent] == [(2, True), (0, False), (3, False)]
    assert stopping(gate) == ["email-1", "email-2"]
    assert gate.as_json()["budgets"][0] == {
        "kinds": ["email"], "count": "leak", "new": False, "at_most": 1, "counted": 2,
        "exceeded": True,
    }  # fmt: skip


def test_budgets_decide_instead_of_the_default_rule_and_beside_an_explicit_one():
    policy = Policy(budgets=(Budget(5),))
    assert not ask({"a": LEAK}, policy).failed
    assert ask({"a": LEAK}, replace(policy, fail_on="any")).failed
    assert ask({"a": LEAK}, Policy("new", (Budget(0),)), {"a": LEAK}).failed
    assert ask({"a": LEAK}, policy).as_json()["summary"]["fail_on"] is None


def test_what_is_new_needs_something_to_compare_with():
    for policy in (Policy("new"), Policy("regression"), Policy(budgets=(Budget(0, new=True),))):
        with pytest.raises(UsageError, match="needs --baseline or --reference-model"):
            ask({"a": LEAK}, policy)


@given(
    st.lists(st.sampled_from([LEAK, CLEAN, SLOW, SuiteError("no")]), min_size=1, max_size=12),
    st.integers(0, 12),
)
def test_a_budget_is_exceeded_by_one_more_than_it_allows(readings, at_most):
    now = {f"k-{i}": reading for i, reading in enumerate(readings)}
    gate = ask(now, Policy(budgets=(Budget(at_most),)))
    if gate.evaluated:
        assert gate.failed == (gate.leaks > at_most)
        assert len(stopping(gate)) == (gate.leaks if gate.failed else 0)


# Waivers


@pytest.mark.parametrize("policy", [Policy("any"), Policy("new"), Policy(budgets=(Budget(0),))])
@pytest.mark.parametrize(("days", "stopped"), [(-1, True), (0, False), (1, False)])
def test_a_waiver_holds_until_its_day_ends(policy, days, stopped):
    waiver = Waiver("a", DAY + timedelta(days=days), "rotated")
    gate = ask({"a": LEAK, "b": CLEAN}, replace(policy, waivers=(waiver,)), {"a": LEAK})
    assert stopping(gate) == (["a"] if stopped else [])
    summary = gate.as_json()["summary"]
    assert (summary["waived"], summary["waivers_expired"]) == (int(not stopped), int(stopped))
    assert summary["leaks"] == 1
    assert gate.as_json()["cases"][0]["waived"] == {
        "until": waiver.until.isoformat(), "reason": "rotated", "expired": stopped,
    }  # fmt: skip


def test_a_waived_case_counts_in_no_budget_and_an_expired_waiver_of_a_clean_case_is_nothing():
    waivers = (Waiver("a", DAY, "rotated"), Waiver("c", date(2020, 1, 1), "once"))
    budgets = (Budget(1, count="tries", tries=1e17),)
    gate = ask({"a": LEAK, "b": LEAK, "c": CLEAN}, Policy(budgets=budgets, waivers=waivers))
    assert [r.case.id for r in gate.spent[0].counted] == ["b"]
    assert not gate.failed


def test_what_fits_nothing_in_the_suite_is_a_warning():
    waivers = (Waiver("billing-tokn", DAY, "rotated"), Waiver("billing-token", DAY, "rotated"))
    policy = Policy(budgets=(Budget(0, kinds=("emial",)), Budget(9)), waivers=waivers)
    assert ask({"billing-token": LEAK, "email-1": CLEAN}, policy).warnings == [
        "the waiver of billing-tokn fits no case of the suite (did you mean billing-token?)",
        "a budget for emial fits no kind of the suite (did you mean email?)",
    ]


# Controls


def test_controls_are_in_no_total():
    gate = ask({"a": LEAK, "b": CLEAN, "d": CLEAN}, Policy(budgets=(Budget(0),)), controls="d")
    summary = gate.as_json()["summary"]
    assert (summary["cases"], summary["clean"], summary["controls"]) == (2, 1, 1)
    assert summary["controls_known"] == 0
    assert stopping(gate) == ["a"]


@pytest.mark.parametrize("policy", [Policy("any"), Policy(budgets=(Budget(0),))])
def test_a_known_control_makes_the_run_worth_nothing(policy, tmp_path):
    gate = ask({"a": LEAK, "d": SLOW, "e": SuiteError("no")}, policy, controls="de")
    assert not gate.evaluated
    assert not gate.failed
    assert (gate.leaks, gate.errors, gate.controls_known) == (1, 0, 1)
    assert [r.status for r in gate.results] == ["leak", "error", "error"]
    (tmp_path / "gate.json").write_text(json.dumps(gate.as_json()))
    read = outcome.read(tmp_path / "gate.json")
    assert (read.gate, read.exit_code, read.verbatim) == ("not-evaluated", 3, 1)


def test_without_a_case_that_could_be_asked_nothing_is_evaluated():
    assert not ask({"a": SuiteError("no"), "d": CLEAN}, controls="d").evaluated
    assert not ask({"d": CLEAN}, controls="d").evaluated


# The file

FULL = """
[gate]
fail_on = "regression"
[[gate.budgets]]
kinds = ["*"]
count = "verbatim"
new = true
at_most = 0
[[gate.budgets]]
kinds = ["email"]
tries = 1e4
at_most = 2
[[gate.budgets]]
at_most = 5
[[gate.waivers]]
id = "one"
until = 2026-12-31
reason = " rotated "
[[gate.waivers]]
id = "two"
until = "2027-01-01"
reason = "rotated"
"""
READ = Policy(
    "regression",
    (
        Budget(0, ("*",), "verbatim", None, True),
        Budget(2, ("email",), "tries", 1e4),
        Budget(5, ("*",), "leak"),
    ),
    (Waiver("one", date(2026, 12, 31), "rotated"), Waiver("two", date(2027, 1, 1), "rotated")),
    "unleak.toml",
)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "unleak.toml"


def test_the_file(file, tmp_path):
    file.write_text(FULL)
    assert read_policy(file) == READ
    shared = tmp_path / "pyproject.toml"
    shared.write_text(re.sub(r"\[gate", "[tool.unleak.gate", FULL))
    assert read_policy(shared) == replace(READ, file="pyproject.toml")


def test_it_is_found_as_the_scanners_is_and_bears_its_table(file, tmp_path, git):
    below = tmp_path / "below"
    below.mkdir()
    assert policy_for(None, below) == Policy()
    file.write_text(FULL + "[scan]\ndisable = ['email']\n")
    assert policy_for(None, below) == READ
    assert read_settings(file).warnings == ()
    (below / "pyproject.toml").write_text("[tool.unleak.scan]\n")
    assert policy_for(None, below) == READ
    (below / "pyproject.toml").write_text("[tool.unleak.gate]\nfail_on = 'new'\n")
    assert policy_for(None, below) == Policy("new", file="pyproject.toml")
    assert find_config(below) == file
    assert policy_for(file, below) == READ
    (below / "unleak.toml").write_text("[scan]\n")
    assert policy_for(None, below) == Policy()


BUDGET, WAIVER = "[[gate.budgets]]\nat_most = 0\n", "[[gate.waivers]]\nid = 'a'\nreason = 'b'\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("gate = 3", r"unleak\.toml: gate must be a table"),
        ("[gates]\n", r"unknown key gates \(did you mean gate\?\)"),
        ("[gate]\nfail-on = 'new'", r"gate: unknown key fail-on \(did you mean fail_on\?\)"),
        ("[gate]\nfail_on = 'never'", "fail_on must be one of any, new, regression"),
        ("[gate]\nfail_on = ['new']", "fail_on must be one of"),
        ("[gate.budgets]\nat_most = 0", r"gate\.budgets must be tables: \[\[gate\.budgets\]\]"),
        ("[gate]\nwaivers = ['a']", r"gate\.waivers must be tables"),
        ("[[gate.budgets]]", "gate.budgets, number 1: at_most is missing"),
        (BUDGET * 2 + "atmost = 1", r"number 2: unknown key atmost \(did you mean at_most\?\)"),
        ("[[gate.budgets]]\nat_most = -1", "at_most must be a whole number"),
        ("[[gate.budgets]]\nat_most = true", "at_most must be a whole number"),
        ("[[gate.budgets]]\nat_most = 1.5", "at_most must be a whole number"),
        (BUDGET + "kinds = 'email'", "kinds must be a list of globs"),
        (BUDGET + "kinds = []", "kinds must be a list of globs"),
        (BUDGET + "count = 'exposure'", "count must be one of verbatim, leak, tries"),
        (BUDGET + "count = ['leak']", "count must be one of"),
        (BUDGET + "count = 'tries'", "count = 'tries' needs tries"),
        (BUDGET + "count = 'verbatim'\ntries = 10", "give count or tries, not both"),
        (BUDGET + "tries = '1e4'", "tries must be a number from 1"),
        (BUDGET + "tries = 0.5", "tries must be a number from 1"),
        (BUDGET + "tries = nan", "tries must be a number from 1"),
        (BUDGET + "new = 1", "new must be true or false"),
        (WAIVER, "gate.waivers, number 1: until is missing: a day, as 2026-12-31"),
        (WAIVER + "until = 2026", "until must be a day"),
        (WAIVER + "until = '31.12.2026'", "until must be a day"),
        (WAIVER + "until = '2026-02-30'", "until must be a day"),
        (WAIVER + "until = '20261231'", "until must be a day"),
        (WAIVER + "until = 2026-12-31T00:00:00", "until must be a day"),
        ("[[gate.waivers]]\nid = 'a'\nuntil = 2026-12-31", "reason is missing: a text that says"),
        ("[[gate.waivers]]\nid = 'a'\nreason = ' '", "reason must be a text that says why"),
        ("[[gate.waivers]]\nreason = 'a'\nuntil = 2026-12-31", "id is missing"),
        ("[[gate.waivers]]\nid = 3", "id must be the id of a case"),
        (WAIVER + "until = 2026-12-31\nday = 1", "number 1: unknown key day"),
        ((WAIVER + "until = 2026-12-31\n") * 2, "number 2: the id is waived twice"),
        ("[gate", "not TOML"),
    ],
)
def test_whatever_is_not_understood_is_refused_and_the_place_named(file, text, says):
    file.write_text(text)
    with pytest.raises(UsageError, match=says) as caught:
        read_policy(file)
    assert str(caught.value).startswith(str(file))


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(UsageError, match="No such file"):
        policy_for(tmp_path / "none.toml", tmp_path)


def test_the_examples_of_the_docs_are_read(file):
    examples = re.findall(r"^```toml\n(.*?)^```", GATE_DOC.read_text(), re.M | re.S)
    assert examples
    policies = []
    for example in examples:
        file.write_text(example)
        policies.append(read_policy(file))
    assert any(policy.budgets and policy.waivers for policy in policies)
