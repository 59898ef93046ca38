"""The ledger as a file of SQLite: its permissions, its age, what goes wrong with disks."""

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from importlib import import_module
from pathlib import Path

import pytest
from killed import each_step
from sqlalchemy import Engine, event
from test_ledger import CANARY, ERASED, OLD, seen

from unleak.core.errors import LedgerError
from unleak.core.states import LeakState, Origin, Verdict
from unleak.ledger.backup import back_up, restore
from unleak.ledger.ledger import Ledger
from unleak.ledger.place import place_of

OF_0_1 = Path(__file__).parent / "data" / "ledger-0.1.sql"


@pytest.fixture
def file(tmp_path):
    return tmp_path / "ledger.db"


@pytest.fixture
def ledger(file, master):
    with Ledger(file, master) as opened:
        opened.add_model(OLD, "model")
        yield opened


@pytest.fixture
def of_0_1(file):
    """A ledger that unleak 0.1 made."""
    with closing(sqlite3.connect(file)) as raw:
        raw.executescript(OF_0_1.read_text("utf-8"))
    return file


def values(file, question):
    with closing(sqlite3.connect(file)) as raw:
        return raw.execute(question).fetchall()


def test_nobody_else_may_read_any_of_its_files(file, ledger, tmp_path):
    ledger.sight_many([seen(ledger)])
    found = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert found == dict.fromkeys(("ledger.db", "ledger.db-wal", "ledger.db-shm"), 0o600)


def test_one_that_others_could_read_is_closed_to_them(of_0_1, master):
    of_0_1.chmod(0o644)
    Ledger(of_0_1, master).close()
    assert of_0_1.stat().st_mode & 0o777 == 0o600


def test_a_ledger_of_0_1_loses_nothing(of_0_1, master):
    with Ledger(of_0_1, master) as ledger:
        first, second, third = ledger.leaks()
        assert (first.state, first.verdict, first.reason, first.sightings) == (
            LeakState.ERASED, Verdict.MEMORISED, "written word for word", 2,
        )  # fmt: skip
        assert (second.state, second.verdict) == (LeakState.DISMISSED, Verdict.INVENTED)
        assert (third.shredded, third.origin) == (True, Origin.IMPORT)
        assert first.first_seen == first.last_seen
        prefix, secret = ledger.reveal(first.id)
        assert (prefix, secret.reveal()) == ("db_password = ", CANARY)
        assert [state for _, state, _ in ledger.history(first.id)] == ["flagged", *map(str, ERASED)]
        assert ledger.block_list().fingerprints == {first.fingerprint}
        assert ledger.block_list().lengths == {len(CANARY)}
        assert [m.digest for m in ledger.lineage("e" * 64)] == [OLD, "e" * 64]
        assert ledger.certificate(first.id)["schema"] == "unleak.certificate/1"
        assert [e.leaks for e in ledger.erasures()] == [
            {first.id: "erased"},
            {second.id: "failed"},
        ]
        assert ledger.evidence(first.id)[0]["ma"] == 1.0
        again = ledger.sight_many([seen(ledger)])[0]
        assert (again.id, again.sightings) == (first.id, 3)
        assert len(ledger.sightings(first.id)) == 1  # 0.1 only counted
        assert ledger.leaks()[0].id == first.id


def test_a_ledger_of_0_1_with_another_key_is_refused(of_0_1, key):
    with pytest.raises(LedgerError, match="another key"):
        Ledger(of_0_1, key)


def test_0_1_refuses_what_this_program_made(ledger, file):
    """It looks at the user_version, which it knows only as 1."""
    assert values(file, "pragma user_version")[0][0] > 1


def test_a_crash_at_any_step_of_a_migration_leaves_it_usable(of_0_1, master, tmp_path):
    before = "\n".join(sqlite3.connect(of_0_1).iterdump())
    copies = iter(range(10_000))

    def migrate():
        Ledger(work, master).close()

    import_module("alembic.command")  # here once, not in each child
    work = tmp_path / "work.db"
    shutil.copy(of_0_1, work)
    steps = 0
    for _ in each_step(migrate, stride=4):
        steps += 1
        with closing(sqlite3.connect(work)) as raw:
            dump = "\n".join(raw.iterdump())
            assert dump == before or "alembic_version" in dump
        if steps % 5 == 0:
            copy = tmp_path / f"copy-{next(copies)}.db"
            shutil.copy(work, copy)
            with Ledger(copy, master) as ledger:
                assert len(ledger.leaks()) == 3
    assert steps > 10
    with Ledger(work, master) as ledger:
        assert len(ledger.leaks()) == 3


@pytest.mark.parametrize(
    "change",
    ["update alembic_version set version_num='9999'", "drop table alembic_version"],
)
def test_a_newer_ledger_is_refused(ledger, file, master, change):
    ledger.close()
    with closing(sqlite3.connect(file)) as raw:
        raw.execute(change)
        raw.execute("pragma user_version=99")
        raw.commit()
    with pytest.raises(LedgerError, match="newer"):
        Ledger(file, master)


def test_rows_cannot_be_swapped(ledger, file):
    one, two = ledger.sight_many([seen(ledger), seen(ledger, "another-secret-value")])
    with closing(sqlite3.connect(file)) as raw:
        sealed = raw.execute("select sealed from leaks where id=?", (one.id,)).fetchone()[0]
        raw.execute("update leaks set sealed=? where id=?", (sealed, two.id))
        raw.commit()
    with pytest.raises(LedgerError, match="cannot be decrypted"):
        ledger.reveal(two.id)


def test_what_is_no_database_is_named_with_the_way_out(file, master):
    file.write_bytes(b"this is no database, not at all" * 100)
    with pytest.raises(LedgerError, match=r"is damaged .*`unleak leaks restore"):
        Ledger(file, master)


def test_pages_that_were_overwritten_are_found(file, master):
    with Ledger(file, master) as ledger:
        ledger.sight_many([seen(ledger, f"secret-{n}") for n in range(200)])
    content = bytearray(file.read_bytes())
    for page in range(8, len(content) // 4096):
        content[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    file.write_bytes(content)
    with pytest.raises(LedgerError, match="is damaged"), Ledger(file, master) as ledger:
        ledger.check()


@pytest.mark.parametrize(
    ("pragma", "words"),
    [("max_page_count=1", "the disk is full; free some space"), ("query_only=on", "read-only")],
)
def test_a_disk_that_takes_nothing_is_named_and_nothing_is_changed(file, master, pragma, words):
    with Ledger(file, master) as ledger:
        leak = ledger.sight_many([seen(ledger)])[0]

    def spoil(connection, _):
        connection.execute(f"pragma {pragma}")

    event.listen(Engine, "connect", spoil)
    try:
        with Ledger(file, master) as ledger:
            with pytest.raises(LedgerError, match=words) as caught:
                ledger.sight_many([seen(ledger, f"{n}-{CANARY}" * 50) for n in range(50)])
            assert CANARY not in str(caught.value)
            assert ledger.leaks() == [leak]  # it still answers
    finally:
        event.remove(Engine, "connect", spoil)
    with Ledger(file, master) as ledger:
        assert ledger.sight_many([seen(ledger)])[0].sightings == 2


def test_a_place_that_cannot_be_is_named(tmp_path, master):
    (tmp_path / "file").write_text("")
    with pytest.raises(LedgerError, match="cannot make the ledger"):
        Ledger(tmp_path / "file" / "ledger.db", master)
    with pytest.raises(LedgerError):
        Ledger(tmp_path, master)


def test_a_lock_that_is_never_released_is_an_error_not_a_hang(ledger, file, monkeypatch):
    monkeypatch.setattr("unleak.ledger.database._PATIENCE", 20)
    with closing(sqlite3.connect(file)) as raw:
        raw.isolation_level = None
        raw.execute("begin immediate")
        with (
            Ledger(file, ledger.key) as other,
            pytest.raises(LedgerError, match="another program keeps it locked"),
        ):
            other.sight_many([seen(ledger)])
        raw.execute("rollback")
    assert ledger.leaks() == []


def test_a_backup_is_made_while_others_write_and_can_be_put_back(ledger, file, tmp_path):
    place, backup = place_of(str(file), ""), tmp_path / "backups" / "b.db"
    leak = ledger.sight_many([seen(ledger)])[0]
    with ledger.writing():  # somebody is in the middle of something
        back_up(place, backup)
    assert backup.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in backup.parent.iterdir()] == ["b.db"]
    ledger.sight_many([seen(ledger), seen(ledger, "later")])
    assert restore(place, backup, ledger.key) is None
    assert ledger.leaks() == [leak]  # also for who has it open
    assert CANARY.encode() not in backup.read_bytes()
    file.unlink()
    restore(place, backup, ledger.key)
    with Ledger(file, ledger.key) as again:
        assert again.reveal(leak.id)[1].reveal() == CANARY


def test_a_damaged_ledger_is_kept_when_a_backup_replaces_it(ledger, file, tmp_path):
    place, backup = place_of(str(file), ""), tmp_path / "b.db"
    ledger.sight_many([seen(ledger)])
    ledger.close()
    back_up(place, backup)
    file.write_bytes(b"rubbish" * 1000)
    aside = restore(place, backup, ledger.key)
    assert aside is not None
    assert aside.read_bytes() == b"rubbish" * 1000
    with Ledger(file, ledger.key) as again:
        assert len(again.leaks()) == 1
    assert {path.name for path in tmp_path.iterdir()} == {"ledger.db", "b.db", aside.name}


def test_what_is_no_backup_changes_nothing(ledger, file, tmp_path, key):
    place, backup = place_of(str(file), ""), tmp_path / "b.db"
    leak = ledger.sight_many([seen(ledger)])[0]
    with pytest.raises(LedgerError, match="no backup at"):
        restore(place, backup, ledger.key)
    backup.write_bytes(b"rubbish" * 1000)
    with pytest.raises(LedgerError, match=r"b\.db"):
        restore(place, backup, ledger.key)
    Ledger(tmp_path / "other.db", key).close()
    with pytest.raises(LedgerError, match=rf"other\.db is made with the key {key.id}"):
        restore(place, tmp_path / "other.db", ledger.key)
    assert ledger.leaks() == [leak]
    with pytest.raises(LedgerError, match="no ledger at"):
        back_up(place_of(str(tmp_path / "none.db"), ""), backup)


def test_opening_a_ledger_imports_no_alembic_and_no_torch(file, master):
    Ledger(file, master).close()
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from unleak.ledger.ledger import Ledger\nfrom unleak.core.keys import MasterKey\n"
        f"Ledger(Path({str(file)!r}), MasterKey(b'm' * 32)).leaks()\n"
        "print([m for m in ('alembic', 'psycopg', 'torch') if m in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"


def test_the_tables_are_those_of_the_migrations(file, master):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from unleak.ledger.tables import metadata

    with Ledger(file, master) as ledger, ledger.database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_programs_that_open_it_at_once_make_it_once(tmp_path):
    code = (
        "from unleak.ledger.ledger import Ledger\n"
        "ledger = Ledger.default()\n"
        "ledger.add_model('d' * 64, 'm')\n"
        "print(len(ledger.models()))"
    )
    environment = {**os.environ, "UNLEAK_HOME": str(tmp_path / "home")}
    for name in ("UNLEAK_KEY", "UNLEAK_KEY_FILE", "UNLEAK_KEYRING", "UNLEAK_LEDGER"):
        environment.pop(name, None)
    programs = [
        subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE)
        for _ in range(3)
    ]
    assert [program.communicate()[0].strip() for program in programs] == [b"1"] * 3
