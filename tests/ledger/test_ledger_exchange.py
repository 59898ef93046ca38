"""Leaks on their way from one ledger to another."""

import json

import pytest
from test_ledger import CANARY, ERASED, NEW, OLD, seen, sight

from unleak.core.errors import LedgerError
from unleak.core.keys import MasterKey
from unleak.core.states import LeakState, Verdict
from unleak.ledger.envelope import recipient, seal_to, seal_with_passphrase, unsealed
from unleak.ledger.export import document
from unleak.ledger.incoming import merge

S = LeakState
OTHER = MasterKey(b"o" * 32)


@pytest.fixture(params=["same key", "another key"])
def other(request, new_place, open_ledger, master):
    """Where the leaks go."""
    return open_ledger(new_place(), master if request.param == "same key" else OTHER)


@pytest.fixture
def full(ledger):
    """A ledger with some of everything."""
    one, two, three, shredded = ledger.sight_many(
        [seen(ledger, value) for value in (CANARY, "two", "three", "shredded")]
    )
    ledger.sight_many([seen(ledger, verdict=Verdict.ECHOED, hint=-0.1, client="vscode")] * 2)
    sight(ledger, "two", "served-model")
    ledger.add_evidence(one.id, OLD, {"verdict": "memorised", "reason": "it knows it"})
    ledger.move(one.id, *ERASED)
    ledger.move(two.id, S.CONFIRMED, S.QUEUED, S.ERASING)
    ledger.move(three.id, S.DISMISSED)
    ledger.move(shredded.id, S.CONFIRMED)
    ledger.shred(shredded.id)
    ledger.add_model(NEW, "new", parent=OLD)
    ledger.add_erasure(OLD, NEW, "erased", {"c": 1}, leaks={one.id: "erased"})
    ledger.add_suite("/s.unleak", "digest", {"case": one.id})
    return ledger


def travelled(document):
    return json.loads(json.dumps(document))


def dump(ledger):
    found = document(ledger, secrets=True)
    return {**found, "key": None}


def test_without_secrets_nothing_of_them_is_told(full):
    text = json.dumps(document(full, secrets=False))
    assert CANARY[:13] not in text
    assert "sealed" not in text
    assert json.loads(text)["leaks"][0]["preview"] == "… (20 characters)"


def test_with_secrets_everything_arrives(full, other):
    sent = travelled(document(full, secrets=True))
    done = merge(other, sent)
    same_key = other.key.id == full.key.id
    assert (done.new, done.known, done.left_out) == ((5, 0, 0) if same_key else (4, 0, 1))
    for leak in full.leaks():
        if leak.shredded and not same_key:
            continue
        arrived = other.get(leak.id)
        if leak.id == full.leaks()[1].id:
            assert arrived.state == S.FAILED  # its job runs elsewhere
            assert other.history(leak.id)[-1][1:] == ("failed", "import")
        else:
            assert arrived.state == leak.state
            assert other.history(leak.id) == full.history(leak.id)
        assert (arrived.verdict, arrived.reason, arrived.sightings, arrived.first_seen) == (
            leak.verdict, leak.reason, leak.sightings, leak.first_seen,
        )  # fmt: skip
        assert other.sightings(leak.id) == full.sightings(leak.id)
        assert other.evidence(leak.id) == full.evidence(leak.id)
        if not leak.shredded:
            prefix, secret = other.reveal(leak.id)
            assert (prefix, secret.reveal()) == (f"prefix-{CANARY[:13]} = ", secret.value)
            assert arrived.fingerprint == other.fingerprinter.fingerprint(secret.reveal())
    one = full.leaks()[0].id
    assert other.certificate(one) == other.certificate(NEW) == {"c": 1}
    assert [m.digest for m in other.lineage(NEW)] == [OLD, NEW]
    assert len(other.suites(one)) == (1 if same_key else 0)


def test_importing_again_changes_nothing(full, other):
    sent = travelled(document(full, secrets=True))
    merge(other, sent)
    before, revision = dump(other), other.revision()
    done = merge(other, sent)
    assert done.new == 0
    assert (dump(other), other.revision()) == (before, revision)


def test_both_ways_both_know_the_same(full, other):
    sight(other)
    sight(other, "only-there")
    merge(other, travelled(document(full, secrets=True)))
    merge(full, travelled(document(other, secrets=True)))
    merge(other, travelled(document(full, secrets=True)))
    ours = {leak.id: leak for leak in full.leaks() if not leak.shredded}
    theirs = {leak.id: leak for leak in other.leaks() if not leak.shredded}
    assert len(ours) == len(theirs) == 5
    assert sorted(leak.sightings for leak in ours.values()) == sorted(
        leak.sightings for leak in theirs.values()
    )
    canary = other.find([other.fingerprinter.fingerprint(CANARY)])[0]
    assert (canary.sightings, canary.state) == (4, S.ERASED)
    assert other.block_list().lengths >= {len(CANARY), len("two")}


def test_a_decision_made_here_stays(full, other):
    mine = sight(other, "three")
    other.move(mine.id, S.CONFIRMED)
    merge(other, travelled(document(full, secrets=True)))
    assert other.get(mine.id).state == S.CONFIRMED


def test_what_goes_on_elsewhere_goes_on_here(ledger, other):
    leak = sight(ledger)
    merge(other, travelled(document(ledger, secrets=True)))
    ledger.move(leak.id, S.CONFIRMED)
    merge(other, travelled(document(ledger, secrets=True)))
    assert other.get(leak.id).state == S.CONFIRMED
    assert len(other.block_list().fingerprints) == 1


def test_what_was_shredded_here_does_not_come_back(full, other):
    sent = travelled(document(full, secrets=True))
    merge(other, sent)
    id = other.leaks()[0].id
    other.shred(id)
    merge(other, sent)
    assert other.get(id).shredded


def test_without_secrets_fingerprints_of_another_key_are_left_out(full, other):
    done = merge(other, travelled(document(full, secrets=False)))
    if other.key.id == full.key.id:
        assert (done.new, done.left_out) == (5, 0)
        assert all(leak.shredded for leak in other.leaks())
        assert other.block_list().fingerprints == full.block_list().fingerprints
    else:
        assert (done.new, done.left_out) == (0, 5)


def test_an_id_that_is_taken_is_made_anew(ledger, other):
    theirs = sight(ledger, "theirs")
    sent = travelled(document(ledger, secrets=True))
    sent["leaks"][0]["id"] = mine = sight(other, "mine").id
    done = merge(other, sent)
    assert done.ids[mine] not in {mine, theirs.id}
    assert len(other.leaks()) == 2


@pytest.mark.parametrize(
    "spoil",
    [
        lambda d: d.pop("models"),
        lambda d: d["leaks"][0].pop("state") and d["leaks"][0].pop("history"),
        lambda d: d["leaks"][0].update(secret=7),
        lambda d: d["leaks"][0].update(prefix=None),
        lambda d: d["leaks"][0].update(origin=CANARY),
        lambda d: d["leaks"][0].update(sightings="many"),
        lambda d: d["leaks"][-1].update(history=[{"at": CANARY}]),
        lambda d: d["leaks"][-1]["seen"][0].update(hint=[]),
        lambda d: d["leaks"][-1]["evidence"].append({"at": "", "model": "", "figures": 1}),
        lambda d: d.update(leaks=7),
        lambda d: d.update(erasures=[{}]),
        lambda d: d.update(schema="unleak.leaks/99"),
        lambda d: d.clear(),
    ],
)
def test_what_is_no_export_changes_nothing_and_shows_nothing(full, open_ledger, tmp_path, spoil):
    other = open_ledger(tmp_path / "other.db", OTHER)
    sent = travelled(document(full, secrets=True))
    spoil(sent)
    with pytest.raises(LedgerError, match="export") as caught:
        merge(other, sent)
    assert CANARY[:13] not in str(caught.value)
    assert (other.leaks(), other.models(), other.revision()) == ([], [], 0)


@pytest.mark.parametrize("sent", [None, [], "text", 7])
def test_what_is_not_even_an_object_is_refused(ledger, sent):
    with pytest.raises(LedgerError, match="export"):
        merge(ledger, sent)


def test_a_passphrase_opens_what_it_sealed():
    data = seal_with_passphrase(CANARY.encode(), "correct horse")
    assert CANARY[:13].encode() not in data
    assert unsealed(data, OTHER, "correct horse") == CANARY.encode()
    assert seal_with_passphrase(CANARY.encode(), "correct horse") != data
    for wrong in ("wrong horse", ""):
        with pytest.raises(LedgerError, match="passphrase is wrong"):
            unsealed(data, OTHER, wrong)
    with pytest.raises(LedgerError, match="needs a passphrase"):
        unsealed(data, OTHER, None)


def test_only_the_recipient_opens_what_is_for_him(master):
    data = seal_to(CANARY.encode(), recipient(OTHER))
    assert CANARY[:13].encode() not in data
    assert unsealed(data, OTHER, None) == CANARY.encode()
    with pytest.raises(LedgerError, match="for somebody else"):
        unsealed(data, master, None)
    for wrong in ("", recipient(OTHER)[:-3], "unleak-recipient-é", recipient(OTHER)[17:]):
        with pytest.raises(LedgerError, match="no recipient"):
            seal_to(b"", wrong)


@pytest.mark.parametrize(
    "data", [seal_with_passphrase(b"content", "p"), seal_to(b"content", recipient(OTHER))]
)
def test_what_was_changed_is_refused(data):
    header, body, _ = data.split(b"\n")
    changed = [
        header + b"\n" + body[:-8] + b"AAAAAAA=\n",
        header.replace(b'":"', b'": "', 1) + b"\n" + body + b"\n",
        header.replace(b"/1", b"/2") + b"\n" + body + b"\n",
        header.replace(b"65536", b"67108864").replace(b'"from"', b'"form"') + b"\n" + body,
        header + b"\n!!!\n",
        header,
        b'{"schema":"unleak.sealed-leaks/1"}\n' + body,
        b"",
    ]
    for each in changed:
        with pytest.raises(LedgerError):
            unsealed(each, OTHER, "p")
