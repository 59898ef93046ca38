"""A secret that goes through every call is found nowhere but where it belongs."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest
from engines import CANARY, plain, seen, start_fake_daemon
from hypothesis import HealthCheck, settings

from unleak.core.errors import UnleakError
from unleak.core.states import LeakState
from unleak.ledger.ledger import Ledger
from unleak.service.runtime import log_file, token_file

PREFIX = "prfx_canary_Qm48Zt = "


def test_a_secret_is_found_nowhere(daemon_home, tmp_path, monkeypatch):
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    for name in ("model", "endless", "defect", "broken"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.json").write_text("{}")
    process, engine = start_fake_daemon()
    leak = seen(engine, prefix=PREFIX)
    for name in ("defect", "broken", "model"):
        engine.wait(engine.confirm([leak.id], model=str(tmp_path / name)).id)
    told = [engine.leak(leak.id), [view.as_json() for view in engine.leaks()]]
    running = engine.erase([leak.id], model=str(tmp_path / "endless"), out=str(tmp_path / "x"))
    while engine.job(running.id).stage != "edit":
        assert not engine.job(running.id).state.over
    # While the worker holds it: no argument, no environment, of any process.
    for process_folder in Path("/proc").glob("[0-9]*"):
        for name in ("cmdline", "environ"):
            try:
                content = (process_folder / name).read_bytes()
            except OSError:
                continue
            if process_folder.name != str(os.getpid()):
                assert CANARY.encode() not in content
    engine.cancel(running.id)
    engine.wait(running.id)
    engine.wait(engine.erase([leak.id], model=str(tmp_path / "model")).id)
    engine.wait(engine.verify([leak.id], model=str(tmp_path / "model")).id)
    engine.wait(engine.gate(model=str(tmp_path / "model"), suite="erased").id)
    second = seen(engine, CANARY + "-2", prefix=PREFIX)
    engine.dismiss(second.id)
    told += [engine.certificate(leak.id), engine.models(), engine.block_list().as_json()]
    told += [job.as_json() for job in engine.jobs()]
    with plain({"Authorization": f"Bearer {token_file().read_text().strip()}"}) as http:
        told.append(http.get("/metrics").text)
        told.append(http.get("/v1/suites").text)
        for path in ("/v1/sightings", "/v1/erasures", f"/v1/leaks/{CANARY}", f"/{CANARY}"):
            told.append(http.post(path, json={CANARY: PREFIX}).text)
    told += [event.as_json() for event in first_events(engine)]
    assert engine.shred(leak.id).shredded
    engine.close()
    process.kill()
    process.wait()
    text = json.dumps(told)
    assert log_file().stat().st_size
    for word in (CANARY, PREFIX):
        assert word not in text
        for file in tmp_path.rglob("*"):
            if file.is_file():
                assert word.encode() not in file.read_bytes(), file


def first_events(engine):
    """All events that there are by now."""
    last = engine.health()["revision"]
    found = []
    for event in engine.events(since=0):
        found.append(event)
        if event.id >= last:
            return found
    return found


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_nothing_that_fits_the_api_description_makes_it_fail(shared_http):
    """Schemathesis makes requests of our own OpenAPI document; none may be answered with 5xx."""
    schemathesis = pytest.importorskip("schemathesis")
    document = shared_http.get("/openapi.json").json()
    for endless in ("/v1/events", "/v1/stop"):
        document["paths"].pop(endless)
    # A second of patience each would make this test long.
    for parameter in document["paths"]["/v1/jobs/{id}"]["get"]["parameters"]:
        if parameter["name"] == "wait":
            parameter["schema"] = {"type": "number", "enum": [0]}
    asked = []
    for operation in schemathesis.openapi.from_dict(document).get_all_operations():

        @_given(operation.ok())
        def ask(case):
            request = case.as_transport_kwargs(base_url="http://unleak")
            answer = _send(shared_http, request)
            asked.append(answer.status_code)
            assert answer.status_code < 500, (case.method, case.path, answer.text)

        ask()
    assert {200, 400, 404} <= set(asked)


def _given(operation):
    from hypothesis import given

    def decorate(function):
        bounded = settings(
            max_examples=int(os.environ.get("UNLEAK_EXAMPLES", "6")),
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        )
        return bounded(given(case=operation.as_strategy())(function))

    return decorate


def _send(http, request):
    headers = {k: v for k, v in dict(request.get("headers") or {}).items() if v is not None}
    headers.pop("Authorization", None)
    try:
        return http.request(
            request["method"],
            request["url"],
            params=request.get("params"),
            json=request.get("json"),
            headers=headers,
        )
    except (httpx.LocalProtocolError, UnicodeEncodeError, httpx.InvalidURL):
        return httpx.Response(400)  # no HTTP client can send it


def test_a_malicious_model_runs_no_code(home, tmp_path, demo):
    """Through the real worker: what a folder brings along is not run, and not unpickled."""
    from unleak.models.load import embedded_folder
    from unleak.service.client import connect

    evil = tmp_path / "evil"
    shutil.copytree(embedded_folder(), evil, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    mark = tmp_path / "ran"
    code = f"import pathlib; pathlib.Path({str(mark)!r}).touch()\n"
    for name in ("modeling_evil.py", "tokenization_evil.py", "configuration_evil.py"):
        (evil / name).write_text(code + "class Evil: pass\n")
    for file, kind in (("config.json", "model"), ("tokenizer_config.json", "tokenizer")):
        data = json.loads((evil / file).read_text())
        data["auto_map"] = {
            "AutoConfig": "configuration_evil.Evil",
            "AutoModelForCausalLM": "modeling_evil.Evil",
            "AutoTokenizer": ["tokenization_evil.Evil", "tokenization_evil.Evil"],
        }
        data["model_type"] = "evil" if kind == "model" else data.get("model_type", "evil")
        (evil / file).write_text(json.dumps(data))
    pickled = tmp_path / "pickled"
    pickled.mkdir()
    (pickled / "config.json").write_text(json.dumps({"model_type": "llama"}))
    (pickled / "pytorch_model.bin").write_bytes(b"cos\nsystem\n(S'touch " + bytes(mark) + b"'\ntR.")
    engine = connect(embedded=True)
    leak = seen(engine)
    for folder, words in ((evil, "cannot load"), (pickled, "pickled weights")):
        job = engine.wait(engine.confirm([leak.id], model=str(folder)).id)
        assert job.state == "failed"
        assert words in job.error
    engine.close()
    assert not mark.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small file system needs root")
def test_a_full_disk_is_a_clear_error_and_no_end(daemon_home, tmp_path):
    daemon_home.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", daemon_home], check=True)
    try:
        process, engine = start_fake_daemon()
        leak = seen(engine)
        filler = daemon_home / "filler"
        with pytest.raises(OSError, match="No space"):
            filler.write_bytes(b"x" * 4 * 2**20)
        with pytest.raises(UnleakError, match="the disk is full"):
            fill(engine)
        assert engine.leak(leak.id)["state"] == LeakState.FLAGGED  # it answers still
        filler.unlink()
        assert seen(engine).sightings >= 2
        engine.close()
        process.kill()
        process.wait()
    finally:
        subprocess.run(["umount", "-l", daemon_home], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")
def test_a_read_only_disk_is_a_clear_error_and_no_end(daemon, tmp_path):
    leak = seen(daemon, model="demo")
    with Ledger.default() as ledger:
        ledger.move(leak.id, LeakState.CONFIRMED)
    place = tmp_path / "place"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", place], check=True)
    try:
        job = daemon.wait(daemon.erase([leak.id], model="demo", out=str(place / "new")).id)
        assert job.state == "failed"
        assert "read-only" in job.error
        assert daemon.leak(leak.id)["state"] == LeakState.FAILED
        assert not list(place.iterdir())
    finally:
        subprocess.run(["umount", "-l", place], check=True)


def fill(engine):
    for number in range(10_000):
        seen(engine, f"a-secret-number-{number}", prefix="p" * 1000)


def test_clocks_may_go_backwards(engine, monkeypatch):
    """What needs an order goes by numbers."""
    times = iter(range(1000, 0, -1))
    monkeypatch.setattr("unleak.ledger.sight.now", lambda: f"2030-01-01T00:{next(times):04}")
    ids = [seen(engine, f"a-secret-number-{n}").id for n in range(5)]
    assert [leak.id for leak in engine.leaks()] == ids
    told = [event.data["id"] for event in engine.events_after(0) if event.kind == "leak"]
    assert told == ids
