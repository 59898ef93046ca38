"""Where secrets are, and where they are not: shredding, purging, rotation of the key."""

import traceback
from datetime import timedelta

import pytest
from killed import each_step
from test_ledger import CANARY, ERASED, NEW, OLD, seen, sight

from unleak.core.errors import LedgerError, UsageError
from unleak.core.key_change import finish_change, pending_key, stage
from unleak.core.keys import MasterKey, load_key, new_key
from unleak.core.states import LeakState
from unleak.ledger.ledger import Ledger
from unleak.ledger.purge import age, purge
from unleak.ledger.rotation import rotate, staged
from unleak.ledger.tables import about
from unleak.ledger.tables import leaks as leaks_table

PARTS = (CANARY.encode(), CANARY[:13].encode(), CANARY.encode("utf-16-le"))


def everything(ledger, request):
    """All bytes that the database keeps of the ledger."""
    if ledger.database.is_sqlite:
        folder = ledger.database.file.parent
    else:
        folder = request.getfixturevalue("server").folder / "data"
        with ledger.database.outside() as connection:
            connection.exec_driver_sql("checkpoint")
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def sealed_of(ledger, id):
    with ledger.database.reading() as connection:
        return connection.execute(leaks_table.select().where(leaks_table.c.id == id)).one().sealed


def test_a_secret_comes_back_and_stands_nowhere_in_clear(ledger, request):
    leak = sight(ledger)
    prefix, secret = ledger.reveal(leak.id)
    assert (prefix, secret.reveal()) == (f"prefix-{CANARY[:13]} = ", CANARY)
    ledger.add_evidence(leak.id, OLD, {"verdict": "memorised", "reason": "r"})
    ledger.move(leak.id, *ERASED)
    ledger.add_erasure(OLD, NEW, "erased", {"c": 1}, leaks={leak.id: "erased"})
    content = everything(ledger, request)
    assert sealed_of(ledger, leak.id) in content  # it is the right place to look
    assert not [part for part in PARTS if part in content]


def test_no_message_shows_it(ledger):
    leak = sight(ledger)
    for wrong in (
        lambda: ledger.move(leak.id, LeakState.ERASED),
        lambda: ledger.add_suite(CANARY, CANARY, {"c": "L"}),
        lambda: ledger.link("m", "nothing"),
        # A value that no column takes: the database's own error quotes nothing either.
        lambda: ledger.sight_many([seen(ledger), seen(ledger, hint=10**400)]),
    ):
        with pytest.raises(LedgerError) as caught:
            wrong()
        shown = "".join(traceback.format_exception(caught.value))
        assert CANARY[:13] not in shown


def test_shredding_destroys_the_secret_and_keeps_the_fingerprint(ledger, request):
    leaks = ledger.sight_many([seen(ledger, f"{CANARY}-{n}" * 9) for n in range(20)])
    gone = [sealed_of(ledger, leak.id) for leak in leaks]
    for leak in leaks:
        assert ledger.shred(leak.id).shredded
    assert ledger.find([leaks[3].fingerprint])[0].id == leaks[3].id
    with pytest.raises(LedgerError, match="shredded"):
        ledger.reveal(leaks[3].id)
    again = ledger.sight_many([seen(ledger, f"{CANARY}-3" * 9)])[0]
    assert (again.id, again.sightings, again.shredded) == (leaks[3].id, 2, True)
    if ledger.database.is_sqlite:  # PostgreSQL's own log keeps it for a while
        content = everything(ledger, request)
        assert not [sealed for sealed in gone if sealed in content]


def test_shredding_under_a_reader_that_stays_says_what_is_left(ledger, monkeypatch):
    if not ledger.database.is_sqlite:
        pytest.skip("PostgreSQL: readers hold nothing back")
    monkeypatch.setattr("unleak.ledger.database._PATIENCE", 20)
    ledger.close()  # so that new connections have less patience
    leak = sight(ledger)
    with ledger.database.reading() as connection:
        connection.execute(leaks_table.select()).all()
        with pytest.raises(LedgerError, match=r"a copy is left in .*-wal"):
            ledger.shred(leak.id)
    assert ledger.shred(leak.id).shredded


def test_purge_forgets_what_is_old_and_keeps_what_is_open(ledger, monkeypatch):
    with monkeypatch.context() as long_ago:
        for module in ("sight", "transaction", "merge", "leak_book", "model_book"):
            long_ago.setattr(f"unleak.ledger.{module}.now", lambda: "2020-01-01T00:00:00.000+00:00")
        flagged, dismissed, confirmed, erased, again, moved = ledger.sight_many(
            [seen(ledger, f"secret-{n}") for n in range(6)]
        )
        ledger.move(dismissed.id, LeakState.DISMISSED)
        ledger.move_all([confirmed.id, moved.id], LeakState.CONFIRMED)
        ledger.move_all([erased.id], *ERASED)
        ledger.add_evidence(erased.id, OLD, {"verdict": "memorised", "reason": "r"})
    sight(ledger, "secret-4")
    ledger.move(moved.id, LeakState.DISMISSED)
    before = ledger.leaks()
    block_list, revision = ledger.block_list(), ledger.revision()
    would = purge(ledger, age("90d"), dry_run=True)
    assert (would.removed, would.emptied) == (2, 1)
    assert (ledger.leaks(), ledger.revision()) == (before, revision)
    assert purge(ledger, age("90d")) == would
    left = {leak.id for leak in ledger.leaks()}
    assert left == {leak.id for leak in (confirmed, erased, again, moved)}
    assert ledger.get(erased.id).shredded
    assert (ledger.evidence(erased.id), ledger.sightings(erased.id)) == ([], [])
    assert len(ledger.history(erased.id)) == 6
    assert not ledger.get(confirmed.id).shredded
    assert ledger.block_list() == block_list
    assert ledger.revision() > revision
    assert {c.subject for c in ledger.changes(revision)} == {flagged.id, dismissed.id, erased.id}
    assert purge(ledger, age("90d")).removed == purge(ledger, age("90d")).emptied == 0
    assert purge(ledger, timedelta(days=-1)).removed == 2


@pytest.mark.parametrize("text", ["", "90", "d", "-3d", "1.5y", "9x", "999999d"])
def test_what_is_no_age_is_refused(text):
    with pytest.raises(UsageError, match="90d"):
        age(text)


def test_ages():
    assert [age(text).days for text in ("90d", "2w", "3m", "1y")] == [90, 14, 90, 365]


def test_a_new_key_changes_every_fingerprint_and_every_row(ledger, place, open_ledger):
    one, two = sight(ledger), sight(ledger, "another")
    lost = sight(ledger, "shredded")
    ledger.shred(lost.id)
    ledger.move_all([one.id, lost.id], LeakState.CONFIRMED)
    other, revision = MasterKey(b"o" * 32), ledger.block_list().revision
    done = rotate(ledger, other, lambda _: [])
    assert (done.leaks, done.lost) == (2, 1)
    for use in (lambda: sight(ledger), lambda: ledger.move(two.id, LeakState.CONFIRMED)):
        with pytest.raises(LedgerError, match=f"made with the key {other.id}"):
            use()  # who has it open with the old key writes nothing more
    with pytest.raises(LedgerError, match="cannot be decrypted"):
        ledger.reveal(one.id)
    again = open_ledger(place, other)
    assert again.reveal(one.id)[1] == other.fingerprinter.secret(CANARY, "password")
    assert again.get(one.id).fingerprint == other.fingerprinter.fingerprint(CANARY)
    assert sight(again).id == one.id
    assert again.block_list().fingerprints == {again.get(one.id).fingerprint}
    assert again.block_list().revision > revision
    with pytest.raises(LedgerError, match="yours is"):
        open_ledger(place, ledger.key)


def test_a_rotation_that_fails_changes_nothing(ledger, place, tmp_path, open_ledger):
    leak = sight(ledger)
    suites = [tmp_path / "one.unleak", tmp_path / "two.unleak"]

    def fails(key):
        for suite in suites:
            staged(suite).write_text("new")
            yield suite
        raise OSError(28, "the disk is full")

    with pytest.raises(OSError, match="full"):
        rotate(ledger, MasterKey(b"o" * 32), fails)
    assert open_ledger(place, ledger.key).reveal(leak.id)[1].reveal() == CANARY
    assert not [suite for suite in suites if staged(suite).exists()]


def test_two_rotations_at_once_cannot_lose_a_key(ledger, place, open_ledger):
    """The second one finds the ledger changed before it lays its own key anywhere."""
    rotate(ledger, MasterKey(b"o" * 32), lambda _: [])
    laid = []
    with pytest.raises(LedgerError, match="made with the key"):
        rotate(ledger, MasterKey(b"p" * 32), lambda key: laid.append(key) or [])
    assert laid == []


def test_a_crash_at_any_step_of_a_rotation_leaves_old_or_new(home, place, tmp_path, monkeypatch):
    """Whoever comes next finds a whole ledger, and the key and the suite that belong to it."""
    monkeypatch.setenv("UNLEAK_LEDGER", place.render_as_string(hide_password=False))
    suite = tmp_path / "s.unleak"
    with Ledger.default() as ledger:
        first = ledger.key
        ids = [
            leak.id for leak in ledger.sight_many([seen(ledger, f"{CANARY}-{n}") for n in range(3)])
        ]
    suite.write_text(first.id)

    def change():
        with Ledger.default() as ledger:
            key = new_key()

            def lay_ready(made):
                stage(made)
                staged(suite).write_text(made.id)
                return [suite]

            rotate(ledger, key, lay_ready)

    met = set()
    for _ in each_step(change):
        with Ledger.default() as ledger:  # finishes what was begun
            met.add(ledger.key.id)
            assert load_key().id == ledger.key.id == suite.read_text()
            for number, id in enumerate(ids):
                value = f"{CANARY}-{number}"
                assert ledger.reveal(id)[1] == ledger.fingerprinter.secret(value, "password")
    assert len(met) > 2  # both outcomes, and the next rotation went on from there
    with Ledger.default() as ledger, ledger.database.reading() as connection:
        assert len(connection.execute(about.select()).all()) == 1  # nothing is left to finish


def test_a_staged_key_of_a_rotation_that_never_was_is_not_used(home):
    with Ledger.default() as ledger:
        leak = sight(ledger)
    stage(new_key())
    with Ledger.default() as ledger:
        assert ledger.reveal(leak.id)[1].reveal() == CANARY


def test_a_key_in_a_keyring_is_replaced_there(monkeypatch, home):
    import keyring
    from keyring.backend import KeyringBackend
    from keyring.errors import PasswordDeleteError

    class Ring(KeyringBackend):
        priority = 1
        entries: dict = {}  # noqa: RUF012 - one ring for all of this test

        def get_password(self, service, username):
            return self.entries.get((service, username))

        def set_password(self, service, username, password):
            self.entries[service, username] = password

        def delete_password(self, service, username):
            if self.entries.pop((service, username), None) is None:
                raise PasswordDeleteError

    keyring.set_keyring(Ring())
    monkeypatch.setenv("UNLEAK_KEYRING", "unleak/me")
    stage(MasterKey(b"a" * 32))
    finish_change(MasterKey(b"a" * 32))
    with Ledger.default() as ledger:
        leak = sight(ledger)
        rotate(ledger, MasterKey(b"b" * 32), lambda key: stage(key) or [])
    assert load_key().material == b"b" * 32
    assert pending_key() is None
    assert set(Ring.entries) == {("unleak", "me")}
    stage(MasterKey(b"c" * 32))  # a rotation that is cut off after the ledger was written
    with Ledger.default() as ledger:
        monkeypatch.setattr("unleak.ledger.rotation.finish", lambda *_: None)
        rotate(ledger, MasterKey(b"c" * 32), lambda key: [])
    with Ledger.default() as ledger:
        assert ledger.reveal(leak.id)[1].reveal() == CANARY
    assert load_key().material == b"c" * 32


def test_a_key_in_the_environment_cannot_be_staged(monkeypatch, home):
    monkeypatch.setenv("UNLEAK_KEY", "b" * 43 + "=")
    with pytest.raises(LedgerError, match="cannot be replaced"):
        stage(new_key())
