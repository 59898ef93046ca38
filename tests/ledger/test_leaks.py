import sqlite3

import pytest

from unleak.core.errors import LedgerError
from unleak.core.keys import MasterKey
from unleak.core.states import LeakState, Origin
from unleak.ledger.ledger import Ledger

CANARY = "canary-7d1e55-secret"
S = LeakState


@pytest.fixture
def ledger(tmp_path):
    opened = Ledger(tmp_path / "ledger.db", MasterKey(b"m" * 32))
    opened.add_model("d" * 64, "model")
    yield opened
    opened.close()


def sight(ledger, value=CANARY):
    secret = ledger.fingerprinter.secret(value, "password")
    return ledger.sight(
        secret, f"prefix-{CANARY[:13]} = ", rule="r", model="d" * 64, origin=Origin.COMPLETION
    )


def test_the_same_secret_in_the_same_model_is_one_leak(ledger):
    first, second = sight(ledger), sight(ledger)
    assert (first.id, first.sightings, second.id, second.sightings) == (first.id, 1, first.id, 2)
    assert [leak.id for leak in ledger.leaks()] == [first.id]


def test_secret_and_prefix_come_back_and_stand_nowhere_in_the_file(ledger, tmp_path):
    leak = sight(ledger)
    prefix, secret = ledger.reveal(leak.id)
    assert secret.reveal() == CANARY
    assert prefix.endswith(" = ")
    ledger.add_evidence(leak.id, "d" * 64, {"verdict": "memorised"})
    ledger.move(leak.id, S.CONFIRMED)
    ledger.close()
    for file in tmp_path.iterdir():
        assert CANARY[:13].encode() not in file.read_bytes()
        assert file.stat().st_mode & 0o077 == 0


def test_states_follow_the_architecture(ledger):
    leak = sight(ledger)
    with pytest.raises(LedgerError, match="cannot become"):
        ledger.move(leak.id, S.ERASED)
    ledger.move(leak.id, S.CONFIRMED, S.QUEUED, S.ERASING, S.VERIFYING, S.ERASED)
    assert [state for _, state, _ in ledger.history(leak.id)] == [
        "flagged", "confirmed", "queued", "erasing", "verifying", "erased",
    ]  # fmt: skip


def test_a_refused_step_takes_back_the_whole_move(ledger):
    leak = sight(ledger)
    with pytest.raises(LedgerError):
        ledger.move(leak.id, S.CONFIRMED, S.ERASED)
    assert ledger.get(leak.id).state == S.FLAGGED
    assert len(ledger.history(leak.id)) == 1


def test_shredding_destroys_the_secret_and_keeps_the_fingerprint(ledger, tmp_path):
    leak = sight(ledger)
    with sqlite3.connect(tmp_path / "ledger.db") as raw:
        sealed = raw.execute("select sealed from leaks").fetchone()[0]
    raw.close()
    ledger.shred(leak.id)
    assert ledger.get(leak.id).fingerprint == leak.fingerprint
    with pytest.raises(LedgerError, match="shredded"):
        ledger.reveal(leak.id)
    ledger.close()
    assert all(sealed not in file.read_bytes() for file in tmp_path.iterdir())


def test_another_key_cannot_read_it(ledger, tmp_path):
    leak = sight(ledger)
    other = Ledger(tmp_path / "ledger.db", MasterKey(b"o" * 32))
    with pytest.raises(LedgerError, match="another key"):
        other.reveal(leak.id)
    other.close()


def test_rows_cannot_be_swapped(ledger, tmp_path):
    one, two = sight(ledger), sight(ledger, "another-secret-value")
    with sqlite3.connect(tmp_path / "ledger.db") as raw:
        sealed = raw.execute("select sealed from leaks where id=?", (one.id,)).fetchone()[0]
        raw.execute("update leaks set sealed=? where id=?", (sealed, two.id))
    raw.close()
    with pytest.raises(LedgerError):
        ledger.reveal(two.id)


def test_a_damaged_file_is_named(tmp_path):
    (tmp_path / "ledger.db").write_bytes(b"this is no database, not at all" * 100)
    with pytest.raises(LedgerError, match="damaged"):
        Ledger(tmp_path / "ledger.db", MasterKey(b"m" * 32))


def test_a_newer_ledger_is_refused(ledger, tmp_path):
    with sqlite3.connect(tmp_path / "ledger.db") as raw:
        raw.execute("pragma user_version=99")
    raw.close()
    with pytest.raises(LedgerError, match="newer"):
        Ledger(tmp_path / "ledger.db", MasterKey(b"m" * 32))


def test_ids_may_be_shortened(ledger):
    leak = sight(ledger)
    assert ledger.matching(leak.id[:5]) == leak.id
    with pytest.raises(LedgerError, match="no leak"):
        ledger.matching("Lnothing")
