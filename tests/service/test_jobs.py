"""Jobs, from asking for them to what is left, with a worker that needs no torch."""

import json
import sys
import threading

import pytest
from engines import CANARY, confirmed, seen, states

from unleak.core.errors import EngineError, LedgerError, ModelError, OutputError, UsageError
from unleak.core.states import LeakState, Origin, Verdict
from unleak.probe.suite import read
from unleak.service.erased import suite_file
from unleak.service.jobs import ATTEMPTS


@pytest.fixture(params=["sqlite", "postgresql"], autouse=True)
def place(request, home, monkeypatch):
    """Where the engine's ledger, and so its jobs, are."""
    if request.param == "sqlite":
        yield
        return
    server = request.getfixturevalue("server")
    url = server.new_database(request.getfixturevalue("template"))
    monkeypatch.setenv("UNLEAK_LEDGER", url)
    yield
    server.drop(url)


def begun(engine, id, stage):
    """Wait until a job is at a stage."""
    reached = threading.Event()

    def look(job):
        if job.stage == stage or job.state.over:
            reached.set()

    threading.Thread(target=lambda: engine.wait(id, look), daemon=True).start()
    assert reached.wait(60)


def test_one_click_does_all_that_follows(engine, model, tmp_path, home):
    folder = model()
    leak = confirmed(engine, folder)
    engine.core.ledger.link("served", "a" * 64)
    before = engine.revision()
    job = engine.erase([leak])
    assert engine.leak(leak)["fingerprint"] in engine.block_list().fingerprints
    assert len(CANARY) in engine.block_list().lengths
    job = engine.wait(job.id)
    assert job.state == "succeeded", job.error
    assert job.out == str(home / "models" / "model" / "v0001")
    assert states(engine, leak) == [
        "flagged", "confirmed", "queued", "erasing", "verifying", "erased"
    ]  # fmt: skip
    # registry
    assert engine.core.registry.current("model").name == "v0001"
    [made] = [m for m in engine.models() if m["path"] == job.out]
    assert made["current"]
    assert made["parent"] == "a" * 64
    # suite
    [case] = read(str(suite_file()), engine.core.ledger.key)
    assert (case.id, case.secret.reveal()) == (leak, CANARY)
    assert CANARY.encode() not in suite_file().read_bytes()
    assert engine.suites()[0]["cases"] == 1
    # certificate
    assert engine.certificate(leak)["model"]["new"] == made["digest"]
    assert engine.certificate(made["digest"]) == engine.leak(leak)["certificate"]
    # events
    told = engine.events_after(before)
    assert {event.kind for event in told} == {"leak", "job", "model"}
    assert [event.data["state"] for event in told if event.kind == "job"] == ["succeeded"]
    assert CANARY not in json.dumps([event.as_json() for event in told])


def test_the_second_erasure_starts_from_what_the_first_one_made(engine, model):
    folder = model()
    first, second = confirmed(engine, folder), confirmed(engine, folder, "another-secret-2")
    engine.core.ledger.link("served", "a" * 64)
    one = engine.erase([first])
    two = engine.erase([second])
    assert (one.out[-5:], two.out[-5:]) == ("v0001", "v0002")
    engine.wait(one.id)
    done = engine.wait(two.id)
    assert done.result["model"]["name"] == one.out
    assert "v0001 removed" in done.message
    assert [v.version for v in engine.core.registry.versions()] == ["v0002"]
    assert engine.core.registry.current("model").name == "v0002"


def test_one_secret_of_two_leaks_has_two_certificates(engine, model, tmp_path):
    """Erased from the same model it gives the same model twice."""
    folder = model()
    first = confirmed(engine, folder)
    second = seen(engine, model="served under another name").id
    assert engine.wait(engine.confirm([second], model=folder).id).state == "succeeded"
    for leak in (first, second):
        job = engine.wait(engine.erase([leak], model=folder, out=str(tmp_path / f"same-{leak}")).id)
        assert job.state == "succeeded", job.error
    assert engine.certificate(first)["model"] == engine.certificate(second)["model"]


def test_older_versions_are_kept_where_the_settings_say_so(make_engine, model):
    engine = make_engine(keep_old=True)
    leaks = [confirmed(engine, model(), f"a-secret-number-{n}") for n in range(2)]
    engine.core.ledger.link("served", "a" * 64)
    for leak in leaks:
        engine.wait(engine.erase([leak]).id)
    assert [v.version for v in engine.core.registry.versions()] == ["v0001", "v0002"]
    engine.use("model", "v0001")
    assert engine.core.registry.current("model").name == "v0001"
    with pytest.raises(UsageError, match="no version v0009"):
        engine.use("model", "v0009")


def test_the_serving_side_is_told(make_engine, model, tmp_path):
    told = tmp_path / "told"
    script = f"import sys, pathlib; pathlib.Path({str(told)!r}).write_text(sys.argv[1])"
    engine = make_engine(on_new_model=(sys.executable, "-c", script, "{path}"))
    leak = confirmed(engine, model())
    engine.core.ledger.link("served", "a" * 64)
    job = engine.wait(engine.erase([leak]).id)
    assert told.read_text() == job.out
    assert job.result["hook"] == {"ok": True, "reason": ""}
    # What the server now says under its name is said by the new model.
    later = seen(engine, "something-new-12")
    assert later.model == engine.certificate(leak)["model"]["new"]


@pytest.mark.parametrize(
    ("command", "reason"),
    [((sys.executable, "-c", "raise SystemExit(7)"), "ended with 7"), (("no-such-program",), "No")],
)
def test_a_failing_hook_is_told_and_fails_no_erasure(make_engine, model, command, reason):
    engine = make_engine(on_new_model=command)
    leak = confirmed(engine, model())
    job = engine.wait(engine.erase([leak], model=model()).id)
    assert job.state == "succeeded"
    assert reason in job.message
    assert engine.leak(leak)["state"] == "erased"


def test_two_that_erase_the_same_leak_get_one_job(engine, model):
    leak = confirmed(engine, model())
    jobs, go = [], threading.Barrier(8)

    def click():
        go.wait()
        jobs.append(engine.erase([leak], model=model("endless")))

    threads = [threading.Thread(target=click) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({job.id for job in jobs}) == 1
    other = confirmed_elsewhere(engine, model)
    with pytest.raises(LedgerError, match="is being erased by job J"):
        engine.erase([leak, other])
    engine.cancel(jobs[0].id)


def confirmed_elsewhere(engine, model):
    """While the queue is busy, as the ledger's own work."""
    leak = seen(engine, "another-secret-3")
    engine.core.ledger.move(leak.id, LeakState.CONFIRMED)
    return leak.id


@pytest.mark.parametrize("behaviour", ["endless", "deaf"])
def test_a_running_job_is_cancelled(engine, model, tmp_path, behaviour):
    leak = confirmed(engine, model())
    out = tmp_path / "new"
    job = engine.erase([leak], model=model(behaviour), out=str(out))
    begun(engine, job.id, "edit")
    engine.cancel(job.id)
    done = engine.wait(job.id)
    assert done.state == "cancelled"
    assert engine.leak(leak)["state"] == "cancelled"
    assert not out.exists()
    assert not list(tmp_path.glob(".new*"))
    # What is not erased stays blocked, and may be tried again.
    assert engine.leak(leak)["fingerprint"] in engine.block_list().fingerprints
    assert engine.wait(engine.erase([leak], model=model(), out=str(out)).id).state == "succeeded"
    assert engine.cancel(job.id).state == "cancelled"


def test_a_waiting_job_is_cancelled_at_once(engine, model, tmp_path):
    leaks = [confirmed(engine, model(), f"a-secret-number-{n}") for n in range(2)]
    first = engine.erase([leaks[0]], model=model("endless"), out=str(tmp_path / "1"))
    second = engine.erase([leaks[1]], model=model(), out=str(tmp_path / "2"))
    assert engine.cancel(second.id).state == "cancelled"
    assert engine.leak(leaks[1])["state"] == "cancelled"
    engine.cancel(first.id)
    assert engine.wait(first.id).state == "cancelled"


def test_a_worker_that_dies_once_is_tried_again(engine, model, tmp_path):
    leak = confirmed(engine, model())
    job = engine.erase([leak], model=model("dies-once"), out=str(tmp_path / "new"))
    assert engine.wait(job.id).state == "succeeded"
    assert states(engine, leak)[-5:] == ["failed", "queued", "erasing", "verifying", "erased"]


def test_a_worker_that_always_dies_is_given_up(engine, model, tmp_path):
    leak = confirmed(engine, model())
    job = engine.erase([leak], model=model("dies"), out=str(tmp_path / "new"))
    done = engine.wait(job.id)
    assert done.state == "failed"
    assert done.error == f"the worker died, {ATTEMPTS} times in a row"
    assert engine.leak(leak)["state"] == "failed"
    assert list(tmp_path.glob("*new*")) == []


@pytest.mark.parametrize("name", ["hungry", "greedy"])
def test_a_job_that_takes_too_much_memory_fails_and_the_engine_goes_on(make_engine, model, name):
    engine = make_engine(memory=256 * 2**20)
    leak = confirmed(engine, model())
    job = engine.wait(engine.confirm([leak], model=model(name)).id)
    assert job.state == "failed"
    assert "needs more memory than the 0.2 GiB it may take" in job.error
    assert engine.wait(engine.confirm([leak], model=model()).id).state == "succeeded"


def test_a_job_that_takes_too_long_fails(make_engine, model):
    engine = make_engine(job_hours=0.0001)
    leak = seen(engine)
    job = engine.wait(engine.confirm([leak.id], model=model("endless")).id)
    assert job.state == "failed"
    assert "took longer than 0.0001 hours" in job.error


def test_errors_keep_their_class_and_defects_tell_no_secret(engine, model):
    leak = seen(engine)
    broken = engine.wait(engine.confirm([leak.id], model=model("broken")).id)
    assert isinstance(broken.failure(), ModelError)
    assert broken.error == "broken: no weights here"
    defect = engine.wait(engine.confirm([leak.id], model=model("defect")).id)
    assert "internal error (ValueError at" in defect.error
    assert CANARY not in json.dumps(defect.as_json())


def test_only_what_was_memorised_is_erased(engine, model):
    flagged = seen(engine)
    with pytest.raises(LedgerError, match="not confirmed"):
        engine.erase([flagged.id], model=model())
    echo = seen(engine, "echo-echo-echo-1", prefix='was: "echo-echo-echo-1" and now: ')
    engine.wait(engine.confirm([echo.id], model=model()).id)
    with pytest.raises(LedgerError, match="only echoed its prompt"):
        engine.erase([echo.id], model=model())
    told = seen(engine, "hinted-as-echo-1", verdict=Verdict.ECHOED, origin=Origin.TYPED)
    with pytest.raises(LedgerError, match="only echoed its prompt"):
        engine.erase([told.id], model=model())
    leak = confirmed(engine, model())
    engine.wait(engine.erase([leak], model=model()).id)
    with pytest.raises(LedgerError, match="already erased"):
        engine.erase([leak], model=model())
    with pytest.raises(UsageError, match="nothing to erase"):
        engine.erase([])
    with pytest.raises(UsageError, match="--verify deep"):
        engine.erase([flagged.id], model=model(), verify="deep")


def test_a_model_that_only_a_server_named_must_be_linked(engine, model):
    leak = seen(engine)
    engine.core.ledger.move(leak.id, LeakState.CONFIRMED)
    with pytest.raises(ModelError, match="unleak models link served PATH"):
        engine.erase([leak.id])
    assert engine.leak(leak.id)["state"] == "confirmed"
    linked = engine.link("served", model())
    assert engine.leak(leak.id)["model"] == linked["digest"]
    assert engine.wait(engine.erase([leak.id]).id).state == "succeeded"
    with pytest.raises(ModelError, match="neither a model's folder"):
        engine.link("other", str(suite_file().parent))


def test_a_model_of_the_settings_is_found_by_its_name(make_engine, model, tmp_path):
    from pathlib import Path

    engine = make_engine(models={"served": Path(model())})
    leak = seen(engine)
    engine.core.ledger.move(leak.id, LeakState.CONFIRMED)
    done = engine.wait(engine.erase([leak.id]).id)
    assert done.state == "succeeded", done.error
    assert "/models/served/v0001" in done.out


def test_outputs_are_refused_before_anything_happens(engine, model, tmp_path):
    leak = confirmed(engine, model())
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    for out, words in (
        (tmp_path / "full", "already exists"),
        (engine.core.registry.root / "x", "the registry numbers"),
    ):
        with pytest.raises(OutputError, match=words):
            engine.erase([leak], model=model(), out=str(out))
    with pytest.raises(UsageError, match="absolute path"):
        engine.erase([leak], model=model(), out="new")
    assert engine.leak(leak)["state"] == "confirmed"


def test_verify_and_gate_are_jobs_too(engine, model):
    leak = confirmed(engine, model())
    engine.wait(engine.erase([leak], model=model()).id)
    assert engine.wait(engine.verify([leak], model=model()).id).state == "succeeded"
    assert engine.wait(engine.gate(model=model(), suite="erased").id).state == "succeeded"
    with pytest.raises(UsageError, match="no option colour"):
        engine.gate(model=model(), suite="erased", colour="red")
    assert [job.kind for job in engine.jobs()] == ["confirm", "erase", "verify", "gate"]
    with pytest.raises(EngineError, match="no such job"):
        engine.job("J0000000000")


def test_an_engine_that_is_closed_leaves_its_job_to_the_next(make_engine, model, tmp_path):
    first = make_engine()
    leak = confirmed(first, model())
    out = tmp_path / "new"
    job = first.erase([leak], model=model("endless"), out=str(out))
    begun(first, job.id, "edit")
    first.close()
    assert list(tmp_path.glob(".new*")) == []
    second = make_engine()
    waiting = second.job(job.id)
    assert waiting.state == "queued"
    assert second.leak(leak)["state"] == "queued"
    second.core.runner()
    begun(second, job.id, "edit")
    second.cancel(job.id)
    assert second.wait(job.id).state == "cancelled"
