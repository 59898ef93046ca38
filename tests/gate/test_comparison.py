"""The release against an earlier run: what is refused, what is matched, and the statistics."""

import itertools
import json
import math
import random

import pytest
from answers import Answers
from hypothesis import given
from hypothesis import strategies as st

from unleak.ci.baseline import from_document, read_baseline
from unleak.ci.comparison import RESAMPLES, change_of, mcnemar, shift, verbatim
from unleak.ci.gate import run
from unleak.ci.policy import Policy
from unleak.core.errors import SuiteError, UsageError
from unleak.core.secret import Fingerprinter
from unleak.models.decoding import Decoding
from unleak.probe.reading import Reading, Sampled
from unleak.probe.suite import Case

PLAIN = Decoding()
LEAK, CLEAN = Reading(True, 1.0, -1.0, 10), Reading(False, 0.2, -90.0, 10)


@pytest.fixture
def ask(fingerprinter):
    """Runs the gate on readings by id; `then` are those of the baseline's run."""

    def asked(now, then=None, *, terms=(), earlier=(), under=None, controls=(), **more):
        def ran(readings, prober, key, **options):
            cases = [
                Case(id, f"prefix {id}", key.secret(f"secret {id}", "x"), control=id in controls)
                for id in readings
            ]
            return run(
                Answers(readings, **{"cost": {"forward": 12}, **dict(prober)}),
                cases,
                fingerprinter=key,
                **options,
            )

        if then is not None:
            document = ran(then, earlier, under or fingerprinter).as_json()
            more["baseline"] = from_document(json.loads(json.dumps(document)), "old.json")
        return ran(now, terms, fingerprinter, **more)

    return asked


# What is refused


@pytest.mark.parametrize(
    ("terms", "earlier", "says"),
    [
        ({"tokenizer": "t1"}, {"tokenizer": "t2"}, r"another tokenizer \(t2, now t1\)"),
        ({}, {"decoding": Decoding(0.5)}, r"another decoding \(temperature 0.5, .*now temp.* 1.0"),
    ],
)
def test_figures_under_other_terms_are_refused_with_the_reason(ask, terms, earlier, says):
    with pytest.raises(UsageError, match=rf"^old.json: .*{says}"):
        ask({"a": LEAK}, {"a": LEAK}, terms=terms, earlier=earlier)


def test_a_baseline_under_another_key_is_refused_and_neither_key_is_shown(ask):
    other = Fingerprinter(b"o" * 32)
    with pytest.raises(UsageError, match=rf"another key \({other.id}.*UNLEAK_KEY") as caught:
        ask({"a": LEAK}, {"a": LEAK}, under=other)
    assert other.key.hex()[:8] not in str(caught.value)
    assert len({other.id, Fingerprinter(b"k" * 32).id}) == 2
    assert all(len(key.id) == 8 for key in (other, Fingerprinter(b"")))


@pytest.mark.parametrize(("here", "there"), [(None, "t2"), ("t1", None), (None, None)])
def test_where_a_tokenizer_is_not_told_the_numbers_of_tokens_have_to_agree(ask, here, there):
    terms, earlier = {"tokenizer": here}, {"tokenizer": there}
    gate = ask({"a": LEAK, "b": CLEAN}, {"a": LEAK}, terms=terms, earlier=earlier)
    assert gate.comparison.verbatim.cases == 1
    other = Reading(True, 1.0, -1.0, 11)
    with pytest.raises(UsageError, match="1 of 2 cases have another number of tokens"):
        ask({"a": LEAK, "b": CLEAN}, {"a": other, "b": CLEAN}, terms=terms, earlier=earlier)
    untold = Reading(True)
    assert ask({"a": untold}, {"a": LEAK}, terms=terms, earlier=earlier).changes == {"same": 1}


def test_the_terms_are_checked_before_the_model_is_asked(ask, fingerprinter):
    class Silent(Answers):
        def read(self, cases):
            raise AssertionError("asked")

    baseline = from_document(ask({"a": LEAK}).as_json(), "old.json")
    with pytest.raises(UsageError, match="tokenizer"):
        run(Silent({}, "t2"), [], fingerprinter=fingerprinter, baseline=baseline)


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.pop("key"),
        lambda d: d.pop("tokenizer"),
        lambda d: d.update(tokenizer=3),
        lambda d: d.update(decoding=None),
        lambda d: d.update(cases=None),
        lambda d: d["cases"][0].pop("digest"),
        lambda d: d["cases"][0].update(verbatim="yes"),
        lambda d: d["cases"][0].update(log_p="-1"),
        lambda d: d["cases"][0].update(log_p=math.nan),
        lambda d: d["cases"][0].update(fim={"verbatim": 1}),
        lambda d: d["summary"].pop("controls_known"),
    ],
)
def test_a_report_with_missing_or_wrong_parts_is_no_baseline(ask, change, tmp_path):
    document = ask({"a": LEAK}).as_json()
    change(document)
    (tmp_path / "gate.json").write_text(json.dumps(document))
    with pytest.raises(UsageError, match=r"gate\.json: parts of the gate report"):
        read_baseline(tmp_path / "gate.json")


def test_another_schema_and_a_run_that_was_not_evaluated_are_no_baseline(ask, tmp_path):
    document = ask({"a": LEAK}).as_json() | {"schema": "unleak.gate/2"}
    (tmp_path / "gate.json").write_text(json.dumps(document))
    with pytest.raises(UsageError, match=r"unleak\.gate/1"):
        read_baseline(tmp_path / "gate.json")
    with pytest.raises(UsageError, match=r"'knows' decoys .*\(1\)"):
        ask({"a": LEAK}, {"a": LEAK, "d": LEAK}, controls=("d",))


# What is matched


def test_cases_are_matched_by_what_they_ask_whatever_their_id(fingerprinter):
    def ran(id, prefix, **more):
        cases = [Case(id, prefix, fingerprinter.secret("s", "x"))]
        return run(Answers({id: LEAK}), cases, fingerprinter=fingerprinter, **more)

    earlier = from_document(ran("old name", "p").as_json(), "old.json")
    assert ran("new name", "p", baseline=earlier).changes == {"same": 1}
    moved = ran("old name", "another prefix", baseline=earlier)
    assert moved.changes == {"new": 1}
    assert moved.comparison.only_here == moved.comparison.only_in_baseline == ("old name",)


def test_cases_on_one_side_only_are_named_but_no_controls(ask):
    now, then = {"a": LEAK, "b": CLEAN, "d": CLEAN}, {"a": LEAK, "c": LEAK, "e": CLEAN}
    gate = ask(now, then, controls=("d", "e"))
    said = gate.as_json()["comparison"]
    assert (said["only_here"], said["only_in_baseline"]) == (["b"], ["c"])
    assert said["verbatim"]["cases"] == 1
    assert gate.as_json()["suite"] == {"digest": gate.suite, "cases": 2, "controls": 1}


def test_an_error_on_either_side_is_compared_with_nothing(ask):
    error = SuiteError("no")
    gate = ask({"a": LEAK, "b": error, "c": LEAK}, {"a": error, "b": LEAK, "c": LEAK})
    assert [r.change for r in gate.results] == ["new", None, "same"]
    assert gate.comparison.verbatim.cases == gate.comparison.log_p.cases == 1


def test_what_a_case_was_comes_from_its_figures_not_from_the_limit_of_that_time(ask):
    reading = {"a": Reading(False, 0.5, math.log(1e-4), 10)}
    gate = ask(reading, reading, tries=1e3)
    assert gate.changes == {"same": 1}
    assert gate.leaks == 0


# Changes


def probable(log10, is_verbatim=False):
    return Reading(is_verbatim, 0.5, log10 * math.log(10), 10)


@pytest.mark.parametrize(
    ("now", "then", "change"),
    [
        (probable(-3), None, "new"),
        (probable(-30), None, None),
        (probable(-3), probable(-9), "new"),
        (probable(-9), probable(-3), "fixed"),
        (probable(-3), probable(-4.1), "worse"),
        (probable(-4.1), probable(-3), "better"),
        (probable(-3), probable(-3.9), "same"),
        (probable(-30), probable(-9), "same"),
        (probable(-2), probable(-3.1, True), "worse"),
        (Reading(True), None, "new"),
        (Reading(True), Reading(False), "new"),
        (Reading(True), Reading(True), "same"),
        (Reading(False), Reading(True), "fixed"),
        (Reading(False), Reading(False), "same"),
        (Reading(True), probable(-1, True), "same"),
        (Reading(True, 1.0, -math.inf), probable(-1, True), "same"),
        (Reading(False, sampled=Sampled(10, 1)), Reading(False, sampled=Sampled(10, 0)), "new"),
        (Reading(False, fim=Reading(True)), Reading(False, fim=Reading(False)), "new"),
    ],
)
def test_changes(now, then, change):
    assert change_of(now, then, 1e6) == change


def test_every_way_of_asking_survives_the_file(ask):
    readings = {
        "fim": Reading(False, 0.1, -90.0, 10, fim=Reading(True, 1.0, -1.0, 9)),
        "sampled": Reading(False, 0.1, -90.0, 10, sampled=Sampled(100, 1)),
        "impossible": Reading(False, 0.0, -math.inf, 10),
        "closed": Reading(True),
    }
    gate = ask(readings, readings)
    assert gate.changes == {"same": 4}
    entries = {entry["id"]: entry for entry in gate.as_json()["cases"]}
    assert entries["fim"]["fim"]["verbatim"] is True
    assert entries["sampled"]["sampled"] == {"samples": 100, "hits": 1}
    assert entries["impossible"]["log_p"] is None
    assert entries["impossible"]["p_extract"] == entries["impossible"]["before"] == 0.0
    assert entries["closed"]["p_extract"] is entries["closed"]["before"] is None


# Statistics


def by_enumeration(gained, lost):
    """Every way in which the pairs that differ could have fallen, if nothing but chance chose."""
    n, seen = gained + lost, abs(gained - lost)
    ways = [abs(sum(signs)) >= seen for signs in itertools.product((1, -1), repeat=n)]
    return sum(ways) / len(ways)


@given(st.integers(0, 6), st.integers(0, 6))
def test_mcnemar_counts_sign_flips(gained, lost):
    assert mcnemar(gained, lost) == pytest.approx(by_enumeration(gained, lost))


@given(st.integers(0, 3000), st.integers(0, 3000))
def test_mcnemar_is_symmetric_and_a_probability(gained, lost):
    assert mcnemar(gained, lost) == mcnemar(lost, gained)
    assert 0 <= mcnemar(gained, lost) <= 1
    assert mcnemar(gained, gained) == 1
    if gained > lost:
        assert mcnemar(gained + 1, lost) < mcnemar(gained, lost) or mcnemar(gained, lost) == 0


def test_mcnemar_of_textbook_tables():
    # scipy.stats.binomtest(b, b + c).pvalue
    assert mcnemar(3, 0) == 0.25
    assert mcnemar(5, 15) == pytest.approx(0.04138946533203125)
    assert mcnemar(121, 59) == pytest.approx(4.4344492637551645e-06)
    assert mcnemar(40_000, 0) == 0.0


def pairs(differences):
    return [(Reading(False, log_p=d - 9.0), Reading(False, log_p=-9.0)) for d in differences]


def test_verbatim_counts_gains_and_losses():
    found = verbatim([(LEAK, CLEAN)] * 3 + [(CLEAN, LEAK)] + [(LEAK, LEAK)] * 6)
    assert (found.gained, found.lost, found.cases) == (3, 1, 10)
    assert found.p == mcnemar(3, 1)


def test_the_interval_is_that_of_all_resamples_where_they_can_be_listed():
    differences = [-4.0, -2.5, -2.0, -0.5, 1.0]
    means = sorted(sum(drawn) / 5 for drawn in itertools.product(differences, repeat=5))
    found = shift(pairs(differences), 0)
    assert found.mean == pytest.approx(-1.6)
    assert found.low == pytest.approx(means[round(0.025 * len(means))], abs=0.1)
    assert found.high == pytest.approx(means[round(0.975 * len(means))], abs=0.1)


def test_the_interval_holds_the_truth_about_as_often_as_it_says():
    draw = random.Random(1)
    held = 0
    for seed in range(60):
        found = shift(pairs([draw.gauss(-2.0, 1.0) for _ in range(40)]), seed)
        held += found.low <= -2.0 <= found.high
    assert 50 <= held <= 60


@given(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=30), st.integers(0, 9))
def test_the_interval_is_the_same_each_time_and_lies_among_the_differences(differences, seed):
    found = shift(pairs(differences), seed)
    assert found == shift(pairs(differences), seed)
    slack = 1e-9
    assert min(differences) - slack <= found.low <= found.high <= max(differences) + slack


def test_many_cases_are_resampled_in_parts():
    found = shift(pairs([-1.0, 1.0] * 2_000), 0)
    assert found.cases == 4_000
    assert found.high - found.low == pytest.approx(2 * 1.96 / math.sqrt(4_000), rel=0.1)
    assert RESAMPLES == 10_000


def test_what_was_not_measured_on_both_sides_is_left_out():
    assert shift([(Reading(True), LEAK), (LEAK, Reading(True))], 0) is None
    one = shift([*pairs([-2.0]), (Reading(False, log_p=-math.inf), LEAK)], 0)
    assert (one.mean, one.low, one.high, one.cases) == (-2.0, None, None, 1)


def test_the_run_says_under_what_it_measured(ask, fingerprinter):
    document = ask({"a": LEAK}, {"a": LEAK}, policy=Policy("new")).as_json()
    assert document["tokenizer"] == "t1"
    assert document["decoding"] == {"temperature": 1.0, "top_k": 0, "top_p": 1.0}
    assert document["key"] == fingerprinter.id
    assert document["cost"] == {"forward": 12}
    assert document["seed"] == 0
    assert document["comparison"]["model"]["name"] == "some model"
    assert document["cases"][0]["tokens"] == 10
    assert fingerprinter.key.hex() not in json.dumps(document)
