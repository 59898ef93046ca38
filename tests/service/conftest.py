"""Engines of all kinds, each with a data folder of its own, and none left behind."""

import pytest
from engines import FAKE_WORKER, end_daemon, plain, start_fake_daemon

from unleak.service.client import connect
from unleak.service.core import Core
from unleak.service.local import LocalEngine
from unleak.service.places import Anywhere
from unleak.service.runtime import token_file
from unleak.service.settings import EngineSettings
from unleak.service.supervisor import Supervised


@pytest.fixture
def daemon_home(home, monkeypatch, tmp_path_factory):
    """A data folder for a daemon, which is ended afterwards."""
    monkeypatch.delenv("UNLEAK_ENGINE")
    runtime = tmp_path_factory.mktemp("r")
    runtime.chmod(0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    yield home
    end_daemon()


@pytest.fixture
def daemon(daemon_home):
    """A client of a real daemon."""
    engine = connect()
    yield engine
    engine.close()


@pytest.fixture
def fake_daemon(daemon_home):
    process, engine = start_fake_daemon()
    yield engine
    engine.close()
    process.kill()
    process.wait()


@pytest.fixture
def http(daemon):
    """Plain HTTP to the daemon, with the owner's token."""
    headers = {"Authorization": f"Bearer {token_file().read_text().strip()}"}
    with plain(headers) as client:
        yield client


@pytest.fixture(scope="module")
def shared_http(tmp_path_factory):
    """Plain HTTP to a daemon that several tests share."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UNLEAK_HOME", str(tmp_path_factory.mktemp("h")))
        patch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("r")))
        patch.delenv("UNLEAK_ENGINE", raising=False)
        connect().close()
        client = plain({"Authorization": f"Bearer {token_file().read_text().strip()}"})
        yield client
        client.close()
        end_daemon()


@pytest.fixture
def make_engine(home):
    """Embedded engines with the fake worker."""
    made = []

    def make(**settings):
        core = Core(EngineSettings(**settings), start=lambda: Supervised(FAKE_WORKER))
        engine = LocalEngine(core, "tester", Anywhere(), owned=True)
        engine.core = core
        made.append(engine)
        return engine

    yield make
    for engine in made:
        engine.close()


@pytest.fixture
def engine(make_engine):
    return make_engine()


@pytest.fixture
def model(tmp_path):
    """Makes a folder that passes for a model; its name says what the fake worker does."""

    def make(name="model"):
        folder = tmp_path / "given" / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "config.json").write_text("{}")
        return str(folder)

    return make
