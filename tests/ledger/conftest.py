"""The same tests on SQLite and on PostgreSQL."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from postgresql import Server, programs
from sqlalchemy.engine import URL

from unleak.core.keys import MasterKey
from unleak.ledger.database import Database
from unleak.ledger.ledger import Ledger
from unleak.ledger.place import place_of


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    found = programs()
    if found is None:
        reason = "PostgreSQL is not installed: apt-get install postgresql"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    server = Server(found)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def template(server: Server) -> str:
    """The name of a database that has the tables."""
    url = server.new_database()
    Database(place_of(url, "test")).close()
    return url.split("?")[0].rsplit("/", 1)[1]


@pytest.fixture(params=["sqlite", "postgresql"])
def new_place(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], URL]:
    """Makes places for ledgers, none of them used yet."""
    made = 0

    def make() -> URL:
        nonlocal made
        made += 1
        if request.param == "sqlite":
            return place_of(str(tmp_path / f"ledger-{made}" / "ledger.db"), "test")
        server = request.getfixturevalue("server")
        return place_of(server.new_database(request.getfixturevalue("template")), "test")

    return make


@pytest.fixture
def place(new_place: Callable[[], URL]) -> URL:
    return new_place()


@pytest.fixture
def master() -> MasterKey:
    return MasterKey(b"m" * 32)


@pytest.fixture
def open_ledger() -> Iterator[Callable[..., Ledger]]:
    """Opens ledgers that are closed in the end."""
    opened: list[Ledger] = []

    def open_(place: URL | Path, key: MasterKey) -> Ledger:
        opened.append(Ledger(place, key))
        return opened[-1]

    yield open_
    for ledger in opened:
        ledger.close()


@pytest.fixture
def ledger(place: URL, master: MasterKey, open_ledger: Callable[..., Ledger]) -> Ledger:
    opened = open_ledger(place, master)
    opened.add_model("d" * 64, "model")
    return opened
