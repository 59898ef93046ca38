"""The same tests on SQLite and on PostgreSQL."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from unleak.core.keys import MasterKey
from unleak.ledger.ledger import Ledger
from unleak.ledger.place import place_of


@pytest.fixture(params=["sqlite", "postgresql"])
def new_place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], URL]]:
    """Makes places for ledgers, none of them used yet."""
    made: list[str] = []

    def make() -> URL:
        if request.param == "sqlite":
            made.append(str(tmp_path / f"ledger-{len(made)}" / "ledger.db"))
        else:
            server = request.getfixturevalue("server")
            made.append(server.new_database(request.getfixturevalue("template")))
        return place_of(made[-1], "test")

    yield make
    if request.param == "postgresql":
        for url in made:
            request.getfixturevalue("server").drop(url)


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
