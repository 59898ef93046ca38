"""Leaks, models, erasures and suites in the ledger, on both databases."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from unleak.core.errors import LedgerError
from unleak.core.keys import MasterKey
from unleak.core.states import LeakState, Origin, Verdict
from unleak.ledger.ledger import Ledger, many
from unleak.ledger.records import Seen

CANARY = "canary-7d1e55-secret"
OLD, NEW = "d" * 64, "e" * 64
S = LeakState
ERASED = (S.CONFIRMED, S.QUEUED, S.ERASING, S.VERIFYING, S.ERASED)


def seen(ledger, value=CANARY, model=OLD, **more):
    secret = ledger.fingerprinter.secret(value, "password")
    return Seen(secret, f"prefix-{CANARY[:13]} = ", "r", model, Origin.COMPLETION, **more)


def sight(ledger, value=CANARY, model=OLD):
    return ledger.sight_many([seen(ledger, value, model)])[0]


def test_the_same_secret_in_the_same_model_is_one_leak(ledger):
    first, second = sight(ledger), sight(ledger)
    assert (first.sightings, second.id, second.sightings) == (1, first.id, 2)
    assert first.model_name == "model"
    assert [leak.id for leak in ledger.leaks()] == [first.id]
    assert [one.served for one in ledger.sightings(first.id)] == [OLD, OLD]


def test_sight_takes_the_parts_of_a_sighting(ledger):
    secret = ledger.fingerprinter.secret(CANARY, "password")
    leak = ledger.sight(secret, "p", rule="r", model=OLD, origin=Origin.GUARD, actor="somebody")
    assert (leak.kind, leak.rule, leak.origin) == ("password", "r", Origin.GUARD)
    assert ledger.history(leak.id)[0][1:] == ("flagged", "somebody")
    assert ledger.sightings(leak.id)[0].actor == "somebody"


def test_many_sightings_are_one_transaction_and_keep_their_order(ledger):
    before = ledger.revision()
    leaks = ledger.sight_many(
        [seen(ledger, "one-1"), seen(ledger, "two-2"), seen(ledger, "one-1"), seen(ledger, "three")]
    )
    assert [leak.id for leak in leaks] == [leaks[n].id for n in (0, 1, 0, 3)]
    assert [leak.sightings for leak in leaks] == [2, 1, 2, 1]
    assert {change.subject for change in ledger.changes(before)} == {leak.id for leak in leaks}
    assert len({change.at for change in ledger.changes(before)}) == 1
    assert ledger.sight_many([]) == []


def test_what_a_front_end_tells_counts_until_there_is_evidence(ledger):
    leak = sight(ledger)
    assert (leak.verdict, leak.reason) == (Verdict.UNKNOWN, "")
    told = seen(ledger, verdict=Verdict.ECHOED, hint=-1.5, client="vscode")
    assert ledger.sight_many([told])[0].verdict == Verdict.ECHOED
    assert sight(ledger).verdict == Verdict.ECHOED
    last = ledger.sightings(leak.id)[1]
    assert (last.verdict, last.hint, last.client) == (Verdict.ECHOED, -1.5, "vscode")
    ledger.add_evidence(leak.id, OLD, {"verdict": "invented", "reason": "first"})
    ledger.add_evidence(leak.id, OLD, {"verdict": "memorised", "reason": "it knows it"})
    ledger.sight_many([told])
    found = ledger.get(leak.id)
    assert (found.verdict, found.reason) == (Verdict.MEMORISED, "it knows it")
    assert [e["reason"] for e in ledger.evidence(leak.id)] == ["first", "it knows it"]


def test_states_follow_the_architecture(ledger):
    leak = sight(ledger)
    with pytest.raises(LedgerError, match="cannot become"):
        ledger.move(leak.id, S.ERASED)
    ledger.move(leak.id, *ERASED)
    assert [state for _, state, _ in ledger.history(leak.id)] == ["flagged", *map(str, ERASED)]


def test_a_refused_step_takes_back_the_whole_move(ledger):
    one, two = sight(ledger), sight(ledger, "another")
    with pytest.raises(LedgerError):
        ledger.move(one.id, S.CONFIRMED, S.ERASED)
    ledger.move(one.id, S.CONFIRMED)
    before = ledger.revision()
    with pytest.raises(LedgerError, match=f"{two.id} is flagged"):
        ledger.move_all([one.id, two.id], S.QUEUED)
    assert [ledger.get(id).state for id in (one.id, two.id)] == [S.CONFIRMED, S.FLAGGED]
    assert len(ledger.history(one.id)) == 2
    assert ledger.revision() == before


def test_of_many_that_queue_the_same_leaks_one_succeeds(ledger):
    ids = [sight(ledger, f"secret-{n}").id for n in range(4)]
    ledger.move_all(ids, S.CONFIRMED)
    start = threading.Barrier(8)

    def queue(number):
        start.wait()
        try:
            ledger.move_all(ids if number % 2 else ids[::-1], S.QUEUED)
        except LedgerError as error:
            return str(error)
        return ""

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(queue, range(8)))
    assert answers[0] == ""
    assert all("cannot become" in answer for answer in answers[1:])


def test_no_sighting_of_many_at_once_is_lost(place, master):
    """Each client is a ledger of its own, as programs are; all see the same few secrets."""
    Ledger(place, master).close()
    clients, rounds, values = 8, 6, [f"shared-secret-{n}" for n in range(5)]
    start = threading.Barrier(clients)

    def report(number):
        ledger = Ledger(place, master)
        start.wait()
        for turn in range(rounds):
            order = values if (number + turn) % 2 else values[::-1]
            ledger.sight_many([seen(ledger, value, "served-model") for value in order])
            ledger.sight_many([seen(ledger, f"own-{number}-{turn}", f"model-{number}")])
        ledger.close()

    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(report, range(clients)))
    ledger = Ledger(place, master)
    shared = ledger.leaks(model="served-model")
    assert sorted(leak.sightings for leak in shared) == [clients * rounds] * len(values)
    assert all(len(ledger.sightings(leak.id)) == clients * rounds for leak in shared)
    assert all(len(ledger.history(leak.id)) == 1 for leak in shared)
    assert len(ledger.leaks()) == len(values) + clients * rounds
    ledger.close()


def test_readers_of_the_change_log_miss_nothing(place, master):
    """A reader that goes on from the last number it saw sees every change once, in order."""
    Ledger(place, master).close()
    writers, rounds = 4, 10
    seen_changes, done = [], threading.Event()

    def read():
        ledger = Ledger(place, master)
        last = 0
        while True:
            over = done.is_set()
            new = ledger.changes(last, limit=7)
            seen_changes.extend(new)
            last = new[-1].id if new else last
            if over and not new:
                ledger.close()
                return

    def write(number):
        ledger = Ledger(place, master)
        for turn in range(rounds):
            ledger.sight_many([seen(ledger, f"{number}-{turn}", "m")])
        ledger.close()

    with ThreadPoolExecutor(writers + 1) as pool:
        reader = pool.submit(read)
        list(pool.map(write, range(writers)))
        done.set()
        reader.result()
    ids = [change.id for change in seen_changes]
    assert ids == sorted(set(ids))
    assert len({c.subject for c in seen_changes if c.kind == "leak"}) == writers * rounds


def test_another_key_is_refused_with_both_ids(ledger, place, open_ledger):
    other = MasterKey(b"o" * 32)
    with pytest.raises(LedgerError, match=f"key {ledger.key.id}, yours is {other.id}"):
        open_ledger(place, other)


def test_ids_may_be_shortened(ledger):
    leak = sight(ledger)
    assert ledger.matching(leak.id[:7]) == leak.id
    assert many(ledger, [leak.id, leak.id[:7]]) == [leak.id]
    with pytest.raises(LedgerError, match="no leak"):
        ledger.matching("Lnothing")
    with pytest.raises(LedgerError, match="no leak"):
        ledger.matching("L%")
    sight(ledger, "another")
    with pytest.raises(LedgerError, match="2 leaks"):
        ledger.matching("L")


def test_leaks_are_found_by_model_state_and_fingerprint(ledger):
    one, two = sight(ledger), sight(ledger, "two", model="tabby")
    three = sight(ledger, CANARY, model="tabby")
    ledger.move(two.id, S.CONFIRMED)

    def ids(leaks):
        return [leak.id for leak in leaks]

    assert ids(ledger.leaks()) == [one.id, two.id, three.id]
    assert ids(ledger.leaks(model=OLD)) == ids(ledger.leaks(model="model")) == [one.id]
    assert ids(ledger.leaks(model="tabby")) == [two.id, three.id]
    assert ids(ledger.leaks(model="tabby", state=S.CONFIRMED)) == [two.id]
    assert ids(ledger.leaks(state=S.ERASED)) == []
    assert ids(ledger.find([one.fingerprint, "0" * 24])) == [one.id, three.id]
    assert ids(ledger.find([])) == []


def test_the_order_is_that_of_arrival_even_if_the_clock_runs_backwards(ledger, monkeypatch):
    times = iter(f"2030-01-01T00:00:{59 - n:02}.000+00:00" for n in range(60))
    for module in ("sight", "transaction", "merge"):
        monkeypatch.setattr(f"unleak.ledger.{module}.now", lambda: next(times))
    leaks = [sight(ledger, f"secret-{n}") for n in range(5)]
    assert ledger.leaks() == leaks
    assert [leak.first_seen for leak in leaks] == sorted(
        (leak.first_seen for leak in leaks), reverse=True
    )
    ledger.move(leaks[0].id, *ERASED)
    assert [state for _, state, _ in ledger.history(leaks[0].id)] == ["flagged", *map(str, ERASED)]
    ids = [change.id for change in ledger.changes()]
    assert ids == sorted(ids)


def test_the_block_list_holds_what_was_confirmed_and_not_dismissed(ledger):
    one, two = sight(ledger), sight(ledger, "another-value-of-31-characters!")
    assert ledger.block_list().fingerprints == frozenset()
    empty = ledger.block_list().revision
    ledger.move(one.id, S.CONFIRMED)
    first = ledger.block_list()
    assert first.fingerprints == {one.fingerprint}
    assert first.lengths == {len(CANARY)}
    assert first.revision > empty
    sight(ledger)
    ledger.move(one.id, S.QUEUED, S.ERASING, S.VERIFYING, S.ERASED)
    assert ledger.block_list() == first
    ledger.move(two.id, S.CONFIRMED)
    both = ledger.block_list()
    assert both.fingerprints == {one.fingerprint, two.fingerprint}
    assert both.lengths == {len(CANARY), 31}
    ledger.move(two.id, S.DISMISSED)
    last = ledger.block_list()
    assert (last.fingerprints, last.revision > both.revision) == (first.fingerprints, True)
    kinds = [change.kind for change in ledger.changes() if change.kind == "block-list"]
    assert len(kinds) == 3


def test_text_that_no_database_holds_is_replaced(ledger):
    secret = ledger.fingerprinter.secret("a\0b\ud800c", "kind\0")
    odd = Seen(secret, "\0\udfff", "rule\0", "model\ud800\0", Origin.GUARD, client="c\0")
    leak = ledger.sight_many([odd], actor="who\0")[0]
    assert leak.kind == "kind\ufffd"
    prefix, found = ledger.reveal(leak.id)
    assert (prefix, found.reveal()) == ("\0\udfff", "a\0b\ud800c")
    assert ledger.sight_many([odd])[0].sightings == 2
    assert ledger.find([secret.fingerprint])[0].model == "served:model\ufffd\ufffd"


def test_models_are_remembered_with_what_becomes_known_later(ledger):
    ledger.add_model(NEW, "new")
    ledger.add_model(NEW, "other name", parent=OLD, path="/models/new")
    model = ledger.model(NEW)
    assert (model.name, model.parent, model.path) == ("new", OLD, "/models/new")
    ledger.add_model(NEW, "new", parent="f" * 64, path="/elsewhere")
    assert (ledger.model(NEW).parent, ledger.model(NEW).path) == (OLD, "/elsewhere")
    for name in (NEW, "new", "/elsewhere", "eeee"):
        assert ledger.model(name).digest == NEW
    with pytest.raises(LedgerError, match="no such models"):
        ledger.model("unknown")
    before = ledger.revision()
    ledger.add_model(NEW, "new", path="/elsewhere")
    assert ledger.revision() == before


def test_lineage_goes_back_to_the_first_model(ledger):
    third, stranger = "f" * 64, "0" * 64
    ledger.add_model(NEW, "new")
    number = ledger.add_erasure(OLD, NEW, "erased", {"c": 1})
    ledger.add_model(third, "third", parent=NEW)
    ledger.add_model(stranger, "stranger")
    line = ledger.lineage(third)
    assert [(m.digest, m.erasure) for m in line] == [(OLD, None), (NEW, number), (third, None)]
    ledger.set_current(NEW)
    ledger.set_current(stranger)
    ledger.set_current(third)
    assert {m.digest for m in ledger.models() if m.current} == {third, stranger}
    with pytest.raises(LedgerError, match="not in the ledger"):
        ledger.set_current("1" * 64)


def test_a_model_that_only_a_server_names_may_be_linked_later(ledger):
    both, only = sight(ledger, CANARY, "my-model"), sight(ledger, "only-served", "my-model")
    known = sight(ledger)
    ledger.move(both.id, S.CONFIRMED)
    assert (both.model, both.model_name) == ("served:my-model", "my-model")
    ledger.link("my-model", OLD)
    assert ledger.get(only.id).model == OLD
    merged = ledger.get(both.id)  # its own id still leads to it
    assert (merged.id, merged.sightings, merged.state) == (known.id, 2, S.CONFIRMED)
    assert ledger.matching(both.id) == known.id
    assert len(ledger.sightings(known.id)) == 2
    assert ledger.reveal(both.id)[1].reveal() == CANARY
    assert ledger.block_list().fingerprints == {known.fingerprint}
    assert sight(ledger, "later", "my-model").model == OLD
    ledger.add_model(NEW, "new")
    ledger.link("my-model", NEW)  # the server got another model
    assert sight(ledger, CANARY, "my-model").model == NEW
    assert ledger.get(known.id).model == OLD
    with pytest.raises(LedgerError, match="not in the ledger"):
        ledger.link("my-model", "1" * 64)


def test_a_merge_does_not_undo_what_was_decided(ledger):
    served = [sight(ledger, value, "m").id for value in ("one", "two", "three")]
    known = [sight(ledger, value).id for value in ("one", "two", "three")]
    ledger.move(known[0], S.DISMISSED)
    ledger.move(known[1], *ERASED)
    ledger.move_all(served[1:2], S.CONFIRMED)
    ledger.move(served[2], S.DISMISSED)
    ledger.add_erasure(OLD, None, "failed", {}, leaks={served[0]: "failed", known[0]: "failed"})
    ledger.link("m", OLD)
    assert [ledger.get(id).state for id in known] == [S.DISMISSED, S.ERASED, S.DISMISSED]
    assert ledger.erasures(known[0])[0].leaks == {known[0]: "failed"}


def test_a_folder_stands_for_the_model_in_it(ledger):
    ledger.add_model(NEW, "new", path="/models/new")
    assert sight(ledger, model="/models/new").model == NEW
    assert sight(ledger, model="a" * 64).model == "a" * 64
    assert sight(ledger, model="").model == "served:"


def test_erasures_and_certificates_are_found_by_leak_and_by_model(ledger):
    leak = sight(ledger)
    with pytest.raises(LedgerError, match="no certificate"):
        ledger.certificate(leak.id)
    ledger.add_erasure(OLD, None, "failed", {"report": 1}, leaks={leak.id: "failed"})
    with pytest.raises(LedgerError, match="no certificate"):
        ledger.certificate(leak.id)
    ledger.add_model(NEW, "new")
    number = ledger.add_erasure(OLD, NEW, "erased", {"cert": 2}, leaks={leak.id: "erased"})
    assert ledger.certificate(leak.id) == ledger.certificate(NEW) == {"cert": 2}
    assert [(e.verdict, e.leaks[leak.id]) for e in ledger.erasures(leak.id)] == [
        ("failed", "failed"),
        ("erased", "erased"),
    ]
    assert ledger.model(NEW).erasure == number == ledger.erasures()[-1].number


def test_suites_remember_which_leaks_they_came_of(ledger, tmp_path):
    one, two = sight(ledger), sight(ledger, "two")
    ledger.add_suite(tmp_path / "s.unleak", "digest-1", {"case-1": one.id, "case-2": two.id})
    ledger.add_suite(tmp_path / "t.unleak", "digest-1", {"case-1": one.id})
    found = ledger.suites(one.id)
    assert [(c.suite, c.case, c.path) for c in found] == [
        ("digest-1", "case-1", str(tmp_path / "t.unleak"))
    ]
    with pytest.raises(LedgerError, match="no such leak"):
        ledger.add_suite(tmp_path / "s", "digest-2", {"case": "Lnothing"})
    assert len(ledger.suites(two.id)) == 1


@pytest.mark.parametrize("call", ["get", "reveal", "history", "evidence", "sightings", "shred"])
def test_an_unknown_leak_is_named(ledger, call):
    with pytest.raises(LedgerError, match="Lnothing: no such leak"):
        getattr(ledger, call)("Lnothing")
