"""Servers to talk to."""

import pytest
from servers import Servers


@pytest.fixture
def servers(tmp_path):
    made = Servers(tmp_path / "unleak-home")
    yield made
    made.end()


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    """A server with the tests' engine, pushing; shared by a module, each test its own documents."""
    made = Servers(tmp_path_factory.mktemp("unleak-home"))
    yield made.start()
    made.end()


_numbers = iter(range(1_000_000))


@pytest.fixture
def uri():
    return f"file:///work/space/{next(_numbers)}.py"
