import json
from collections import Counter

import pytest

from unleak.ci.journal import Journaled
from unleak.core.errors import EvaluationError
from unleak.core.secret import Fingerprinter
from unleak.probe.local import LocalProber
from unleak.probe.reading import Ask, Reading, Sampled
from unleak.probe.suite import Case

CANARY = "canary-9f2c41"


class Counting:
    """A prober that answers from a table, and stops where it is told to."""

    tokenizer = "t"

    def __init__(self, stop_after=10**9, name="m", ask=None):
        self.model = {"name": name, "digest": "d"}
        self.ask = ask or Ask()
        self.cost = Counter()
        self.seen = []
        self.left = stop_after

    def read(self, cases):
        answers = []
        for case in cases:
            if self.left == 0:
                raise KeyboardInterrupt
            self.left -= 1
            self.seen.append(case.id)
            self.cost["forward"] += 10
            answers.append(
                EvaluationError("server down")
                if case.id.endswith("7")
                else Reading(
                    False,
                    0.25,
                    float("-inf") if case.id.endswith("3") else -len(case.id) / 3,
                    4,
                    el={3: 0.5},
                    sampled=Sampled(9, 1),
                    fim=Reading(True),
                )
            )
        return answers


@pytest.fixture
def cases(fingerprinter):
    return [
        Case(f"case-{i:04}", f"# {i}", fingerprinter.secret(f"{CANARY}-{i}", "k"))
        for i in range(700)
    ]


def test_an_interrupted_run_goes_on_where_it_stopped(cases, fingerprinter, tmp_path):
    path = tmp_path / "journal"
    whole = Counting().read(cases)
    first = Counting(stop_after=600)
    with pytest.raises(KeyboardInterrupt):
        Journaled(first, fingerprinter, path).read(cases)
    assert len(first.seen) == 600  # two chunks are written, the third is lost
    # As a kill in the middle of a write leaves it.
    path.write_text(path.read_text() + '{"case": "12')
    for _ in range(2):
        second = Counting()
        again = Journaled(second, fingerprinter, path)
        found = again.read(cases)
        assert [str(f) for f in found] == [str(w) for w in whole]
        missing = [case.id for case in cases if case.id not in second.seen]
        assert len(missing) == again.resumed > 0
    # What could not be asked is asked again, and nothing else.
    assert second.seen == [case.id for case in cases if case.id.endswith("7")]


def test_costs_add_up(cases, fingerprinter, tmp_path):
    path = tmp_path / "journal"
    with pytest.raises(KeyboardInterrupt):
        Journaled(Counting(stop_after=300), fingerprinter, path).read(cases)
    second = Journaled(Counting(), fingerprinter, path)
    second.read(cases)
    errors = sum(case.id.endswith("7") for case in cases[:256])
    assert second.cost == {"forward": 10 * (len(cases) + errors)}


def test_another_run_begins_anew(cases, fingerprinter, tmp_path):
    path = tmp_path / "journal"
    Journaled(Counting(), fingerprinter, path).read(cases)
    for other in (
        Journaled(Counting(name="other"), fingerprinter, path),
        Journaled(Counting(ask=Ask(seed=1)), fingerprinter, path),
        Journaled(Counting(), Fingerprinter(b"o" * 32), path),
    ):
        other.read(cases)
        assert other.resumed == 0
    path.write_text("\x00 not a journal\n")
    third = Journaled(Counting(), fingerprinter, path)
    third.read(cases)
    assert third.resumed == 0


def test_it_holds_no_secret_and_belongs_to_its_owner(cases, fingerprinter, tmp_path):
    path = tmp_path / "journal"
    Journaled(Counting(), fingerprinter, path).read(cases)
    assert CANARY not in path.read_text()
    assert path.stat().st_mode & 0o077 == 0
    assert json.loads(path.read_text().split("\n")[0])["schema"] == "unleak.gate-journal/1"


def test_progress_is_told(cases, fingerprinter, tmp_path):
    told = []
    Journaled(Counting(), fingerprinter, None, told.append).read(cases)
    assert told == sorted(told)
    assert told[0] == 0
    assert told[-1] == 1


def test_a_real_model_in_two_runs(demo, memorised, fingerprinter, tmp_path):
    ask = Ask(likelihood=True)
    some = memorised[:3]
    whole = LocalProber(demo, ask).read(some)
    path = tmp_path / "journal"
    Journaled(LocalProber(demo, ask), fingerprinter, path).read(some[:2])
    again = Journaled(LocalProber(demo, ask), fingerprinter, path)
    assert again.read(some) == whole
    assert again.resumed == 2
