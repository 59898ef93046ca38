"""The daemon: started by whoever comes first, exactly one, gone when idle or told to stop."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from engines import CANARY, confirmed, end_daemon, seen, start_fake_daemon

from unleak.core.errors import EngineError, LedgerError, UsageError
from unleak.core.key_change import stage
from unleak.core.keys import new_key
from unleak.core.states import Origin
from unleak.ledger.ledger import Ledger
from unleak.ledger.rotation import rotate
from unleak.service.client import aconnect, connect
from unleak.service.contract import Sighting
from unleak.service.daemon import Serving
from unleak.service.runtime import Address, read_address, token_file, write_address
from unleak.service.starting import running, wait_until_gone

# A socket that cannot connect is left to the garbage collector there.
LEFT_BY_HTTPCORE = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
EVERYWHERE = "0.0.0.0"  # noqa: S104 - what is refused without TLS
UNLEAK = [sys.executable, "-m", "unleak.cli"]


def unleak(*arguments):
    return subprocess.run(
        [*UNLEAK, *arguments], capture_output=True, text=True, check=False, timeout=120
    )


def test_of_many_clients_at_once_one_starts_the_daemon(daemon_home):
    script = "from unleak.service.client import connect; print(connect().health()['pid'])"
    clients = [
        subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]

    def asked(_):
        with closing(connect()) as engine:
            return engine.health()["pid"]

    with ThreadPoolExecutor(16) as threads:
        here = list(threads.map(asked, range(16)))
    there = [int(client.communicate(timeout=120)[0]) for client in clients]
    assert len({*here, *there}) == 1
    assert unleak("engine", "serve").returncode == 3


def test_the_daemon_holds_no_torch_and_little_memory(daemon):
    pid = daemon.health()["pid"]
    assert "libtorch" not in Path(f"/proc/{pid}/maps").read_text()
    [limit] = [
        line for line in Path(f"/proc/{pid}/limits").read_text().splitlines() if "core file" in line
    ]
    assert limit.split()[4:6] == ["0", "0"]
    resident = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    assert resident < 120e6


@LEFT_BY_HTTPCORE
def test_it_stops_when_idle_and_the_next_client_starts_another(daemon_home):
    (daemon_home).mkdir()
    (daemon_home / "unleak.toml").write_text("[engine]\nidle_minutes = 0.01\n")
    engine = connect()
    first = engine.health()["pid"]
    assert wait_until_gone(60)
    assert not (daemon_home / "engine.json").exists()
    # The same client goes on: the daemon is started again behind its back.
    assert engine.health()["pid"] != first
    engine.close()


def test_engine_status_and_stop(daemon_home):
    assert "no engine is running" in unleak("engine", "status").stdout
    assert unleak("engine", "stop").returncode == 0
    connect().close()
    told = json.loads(unleak("engine", "status", "--format", "json").stdout)
    assert told["running"]
    assert told["pid"] == read_address().pid
    assert "pid" in unleak("engine", "status").stdout
    assert unleak("engine", "stop").stdout == "stopped\n"
    assert running() is None


def test_a_new_key_reaches_the_running_engine(daemon):
    before = seen(daemon)
    done = unleak("leaks", "rotate-key", "--yes")
    assert done.returncode == 0, done.stderr
    assert "the engine was stopped" in done.stdout
    with closing(connect()) as engine:
        after = seen(engine)
    assert (after.id, after.sightings) == (before.id, 2)
    assert after.fingerprint != before.fingerprint


def test_a_key_that_changed_behind_its_back_ends_the_engine(daemon):
    before = seen(daemon)
    with Ledger.default() as ledger:
        rotate(ledger, new_key(), lambda made: stage(made) or ())
    with pytest.raises(EngineError, match="is made with the key"):
        seen(daemon)
    assert wait_until_gone(30)
    with closing(connect()) as engine:
        assert seen(engine).id == before.id


def test_tokens_on_the_command_line(daemon_home):
    made = unleak("engine", "token", "add", "ci", "--role", "erase").stdout.strip()
    assert made.startswith("unleak_")
    assert "ci" in unleak("engine", "token", "list").stdout
    assert made not in unleak("engine", "token", "list").stdout
    assert unleak("engine", "token", "add", "ci").returncode == 2
    assert unleak("engine", "token", "add", "x", "--role", "king").returncode == 2
    assert unleak("engine", "token", "revoke", "ci").returncode == 0
    assert unleak("engine", "token", "revoke", "ci").returncode == 2


def test_a_socket_that_vanished_ends_the_daemon(daemon):
    os.unlink(read_address().socket)
    assert wait_until_gone(30)


@LEFT_BY_HTTPCORE
def test_the_rest_of_a_killed_daemon_is_no_hindrance(daemon):
    seen(daemon)
    os.kill(daemon.health()["pid"], signal.SIGKILL)
    assert wait_until_gone(30)
    assert daemon.leaks()[0].sightings == 1


def test_a_killed_daemon_goes_on_with_its_job_when_it_is_started_again(daemon_home, tmp_path):
    for name in ("endless", "model"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.json").write_text("{}")
    process, engine = start_fake_daemon()
    leak = confirmed(engine, str(tmp_path / "model"))
    job = engine.erase([leak], model=str(tmp_path / "endless"), out=str(tmp_path / "new"))
    while not list(tmp_path.glob(".new*")):
        assert engine.job(job.id).state in ("queued", "running")
    process.kill()
    process.wait()
    engine.close()
    process, engine = start_fake_daemon()
    while engine.job(job.id).stage != "edit":
        assert engine.job(job.id).state in ("queued", "running")
    assert len(list(tmp_path.glob(".new*"))) == 1  # the killed one's is gone
    engine.cancel(job.id)
    assert engine.wait(job.id).state == "cancelled"
    assert list(tmp_path.glob(".new*")) == []
    engine.close()
    process.kill()
    process.wait()


def test_who_asks_for_the_job_of_a_killed_engine_again_takes_it_over(
    daemon_home, make_engine, tmp_path
):
    for name in ("endless", "model"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.json").write_text("{}")
    process, engine = start_fake_daemon()
    leak = confirmed(engine, str(tmp_path / "model"))
    asked = {"model": str(tmp_path / "endless"), "out": str(tmp_path / "new")}
    job = engine.erase([leak], **asked)
    while engine.job(job.id).stage != "edit":
        assert engine.job(job.id).state in ("queued", "running")
    process.kill()
    process.wait()
    engine.close()
    here = make_engine()
    assert here.erase([leak], **asked).id == job.id
    while here.core.jobs.get(job.id).attempts < 2:
        assert not here.job(job.id).state.over
    here.cancel(job.id)
    assert here.wait(job.id).state == "cancelled"


@pytest.mark.parametrize(
    ("serving", "words"),
    [
        (Serving(host=EVERYWHERE), "leaks would travel in clear"),
        (Serving(host="192.0.2.1", port=1), "leaks would travel in clear"),
        (Serving(host="127.0.0.1", socket=Path("/x")), "not both"),
        (Serving(certificate=Path("c")), "go together"),
        (Serving(certificate=Path("c"), key=Path("k")), "needs --host"),
    ],
)
def test_secrets_never_travel_in_clear(serving, words):
    with pytest.raises(UsageError, match=words):
        serving.check()


def served(*options):
    process = subprocess.Popen(
        [*UNLEAK, "engine", "serve", *options], stderr=subprocess.PIPE, text=True
    )
    while (address := running()) is None:
        assert process.poll() is None, process.stderr.read()
    return process, address


def test_it_serves_tcp_on_this_machine(daemon_home):
    process, address = served("--host", "127.0.0.1")
    assert address.url.startswith("http://127.0.0.1:")
    engine = connect(address.url, token=token_file().read_text().strip())
    assert seen(engine).sightings == 1
    for token, words in (("wrong", "refused the token"), (None, "asks for a token")):
        with pytest.raises(EngineError, match=words):
            connect(address.url, token=token)
    engine.close()
    process.terminate()
    assert process.wait(30) == 3
    process.stderr.close()


def test_it_serves_tls(daemon_home, tmp_path):
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
         "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
         "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    process, address = served(
        "--host",
        EVERYWHERE,
        "--certificate",
        str(certificate),
        "--key",
        str(key),
    )
    url = address.url.replace(EVERYWHERE, "localhost")
    token = token_file().read_text().strip()
    with pytest.raises(EngineError, match="cannot be reached"):
        connect(url, token=token)  # nobody vouches for the certificate
    (daemon_home / "unleak.toml").write_text(f'[engine]\nca = "{certificate}"\n')
    engine = connect(url, token=token)
    assert seen(engine).sightings == 1
    # From another machine, even the owner's token names no path of this one.
    with pytest.raises(UsageError, match="outside of the folders"):
        engine.gate(model=str(tmp_path), suite="demo")
    engine.close()
    process.terminate()
    process.wait(30)
    process.stderr.close()


@LEFT_BY_HTTPCORE
def test_what_cannot_be_reached_is_one_clear_error(daemon_home):
    for url, words in (
        ("http://127.0.0.1:9", "the engine at 127.0.0.1: it cannot be reached"),
        ("http://engine.example", "in clear; use https"),
        ("https://user:pass@engine.example", r"give the token in \$UNLEAK_ENGINE_TOKEN"),
        ("ftp://x", "must begin with https"),
        ("unix:/nowhere/at.sock", "cannot be reached"),
    ):
        with pytest.raises(EngineError, match=words):
            connect(url, token="t")


def test_another_version_is_refused_with_what_to_do(daemon, monkeypatch):
    monkeypatch.setattr("unleak.service.remote.API", 99)
    with pytest.raises(EngineError, match="unleak engine stop"):
        connect()


def test_a_daemon_that_cannot_start_says_why(daemon_home):
    daemon_home.mkdir()
    (daemon_home / "ledger.db").write_bytes(b"this is no database, and never was one" * 100)
    with pytest.raises(EngineError, match=r"does not start: .*is damaged.*backup"):
        connect()
    (daemon_home / "ledger.db").unlink()
    (daemon_home / "key").write_text("short")
    with pytest.raises((EngineError, LedgerError), match=r"may be read by others|holds no key"):
        connect()


def test_an_address_that_nobody_answers_at_is_no_hindrance(daemon_home):
    write_address(Address(1, "0", socket=str(daemon_home / "no.sock")))
    with closing(connect()) as engine:
        assert engine.health()["pid"] == read_address().pid


def test_asynchronous_clients(daemon):
    async def story():
        engine = await aconnect()
        fingerprinter = await engine.fingerprinter()
        heard = asyncio.Event()
        ids = []

        async def listen():
            async for event in engine.events(since=0):
                if event.kind == "leak":
                    ids.append(event.data["id"])
                    heard.set()

        listening = asyncio.create_task(listen())
        secret = fingerprinter.secret(CANARY, "token")
        [leak] = await engine.sight([Sighting(secret, "p", "r", "m", Origin.GUARD)])
        await asyncio.wait_for(heard.wait(), 60)
        listening.cancel()
        assert ids == [leak.id]
        assert (await engine.find([leak.fingerprint])) == [leak]
        assert (await engine.block_list()).fingerprints == frozenset()
        await engine.close()

    asyncio.run(story())


def test_embedded_and_daemon_see_the_same(daemon):
    here = connect(embedded=True)
    leak = seen(here)
    assert daemon.leaks() == [leak] == here.leaks()
    assert here.fingerprinter().key == daemon.fingerprinter().key
    # What one process does, listeners of another are told.
    events = (event for event in daemon.events(since=0) if event.kind == "leak")
    assert next(events).data["id"] == leak.id
    daemon.dismiss(leak.id)
    assert here.leak(leak.id)["state"] == "dismissed"
    here.close()


@pytest.mark.parametrize(
    ("clients", "each"), [(10, 20), pytest.param(50, 200, marks=pytest.mark.slow)]
)
def test_clients_at_once_lose_no_sighting(daemon, clients, each):
    def report(number):
        engine = connect()
        for turn in range(each):
            seen(engine, f"secret-{number}-{turn % 5}")
        engine.close()

    with ThreadPoolExecutor(clients) as threads:
        list(threads.map(report, range(clients)))
    found = daemon.leaks()
    assert len(found) == clients * 5
    assert sum(leak.sightings for leak in found) == clients * each


@pytest.fixture(autouse=True)
def none_left(request):
    yield
    if "daemon_home" in request.fixturenames:
        end_daemon()
