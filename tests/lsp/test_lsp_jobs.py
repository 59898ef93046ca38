"""Commands that the engine works on, their progress, and what they change everywhere."""

import pytest
from servers import CANARY, PUSH
from test_code_actions import named, offered


def run(client, command, **argument):
    params = {"command": f"unleak.{command}", "arguments": [argument]}
    return client.request("workspace/executeCommand", params)


def refused(client, command, **argument):
    params = {"command": f"unleak.{command}", "arguments": [argument]}
    return client.answer(client.ask("workspace/executeCommand", params))["error"]["message"]


@pytest.fixture
def opened(servers, uri):
    client = servers.start({**PUSH, "window": {"workDoneProgress": True}})
    client.answers["window/workDoneProgress/create"] = None
    client.open(uri, f't = "{CANARY}"\n')
    [found] = client.diagnostics(uri)
    return client, uri, found["data"]["fingerprint"]


def newest(client, uri, wanted):
    """The next diagnostic of a document that is as wanted; each change pushes one."""
    while True:
        [found] = client.diagnostics(uri)
        if wanted(found):
            return found


def test_confirm_then_erase_with_progress_and_diagnostics_everywhere(opened):
    client, uri, _fingerprint = opened
    action = named(offered(client, uri), "Ask the model")
    assert action["command"]["command"] == "unleak.confirm"
    job = client.request(
        "workspace/executeCommand",
        {"command": "unleak.confirm", "arguments": action["command"]["arguments"]},
    )
    assert (job["kind"], job["state"]) == ("confirm", "succeeded")
    progress = [client.notified("$/progress")["value"] for _ in range(3)]
    assert [p["kind"] for p in progress] == ["begin", "report", "end"]
    assert progress[0]["cancellable"] is True
    assert progress[1]["percentage"] == 50
    found = newest(client, uri, lambda d: d["severity"] == 1)
    assert found["message"].endswith("memorised by coder, not yours")
    [leak] = job["leaks"]
    assert found["data"]["leak"] == leak
    assert client.notified("unleak/leaksChanged")["revision"] > 0
    erase = named(offered(client, uri), "Erase this leak from coder")
    assert erase["command"]["arguments"] == [{"leaks": [leak]}]
    job = run(client, "erase", leaks=[leak], workDoneToken="mine")
    assert job["result"]["verdict"] == "erased"
    assert client.notified("$/progress", token="mine")["value"]["kind"] == "begin"
    found = newest(client, uri, lambda d: "erased from coder" in d["message"])
    assert found["severity"] == 3


def test_a_progress_is_cancelled_and_the_job_with_it(opened):
    client, uri, fingerprint = opened
    params = {
        "command": "unleak.confirm",
        "arguments": [
            {"uri": uri, "fingerprint": fingerprint, "model": "forever", "workDoneToken": 7}
        ],
    }
    asked = client.ask("workspace/executeCommand", params)
    while client.notified("$/progress", token=7)["value"]["kind"] != "report":
        pass
    assert client.notified("unleak/status", message="half done")["state"] == "working"
    client.notify("window/workDoneProgress/cancel", {"token": 7})
    assert client.answer(asked)["result"]["state"] == "cancelled"
    client.notify("window/workDoneProgress/cancel", {"token": "unknown"})


def test_cancelling_the_request_cancels_the_job(opened):
    client, uri, fingerprint = opened
    params = {
        "command": "unleak.confirm",
        "arguments": [{"uri": uri, "fingerprint": fingerprint, "model": "forever"}],
    }
    asked = client.ask("workspace/executeCommand", params)
    client.notified("unleak/status", message="half done")
    client.notify("$/cancelRequest", {"id": asked})
    assert client.answer(asked)["error"]["code"] == -32800
    client.notified("unleak/status", state="ready")


def test_a_model_s_name_stands_for_its_folder(servers, uri):
    options = {"models": {"coder": "forever"}}
    client = servers.start(PUSH, initializationOptions=options)
    client.open(uri, f't = "{CANARY}"\n')
    [found] = client.diagnostics(uri)
    job = run(client, "confirm", uri=uri, fingerprint=found["data"]["fingerprint"], model="other")
    assert job["model"] == "other"
    asked = client.ask(
        "workspace/executeCommand",
        {"command": "unleak.erase", "arguments": [{"leaks": job["leaks"]}]},
    )
    client.notified("unleak/status", message="half done")
    run(client, "cancel", job="J0000000001")
    assert client.answer(asked)["result"]["model"] == "forever"


def test_dismiss_list_models_gate_and_report(opened):
    client, uri, fingerprint = opened
    job = run(client, "confirm", uri=uri, fingerprint=fingerprint)
    [leak] = job["leaks"]
    assert [view["id"] for view in run(client, "leaks")] == [leak]
    assert run(client, "models")[0]["name"] == "coder"
    assert run(client, "gate", suite="s.jsonl")["model"] == "/m"
    report = run(client, "report", leak=leak)
    assert report["json"]["leak"]["id"] == leak
    page = report["html"]
    assert "<script" not in page
    assert "it &lt;gives&gt; it verbatim" in page
    for told in (
        "before",
        "after",
        "greedy",
        "brought it back",
        "more than 10<sup>18</sup>",
        "0.998",
        "changed after it was signed",
        "k1",
        "&lt;nothing&gt;",
    ):
        assert told in page
    erased = run(client, "erase", leaks=[leak])
    assert run(client, "report", job=erased["id"])["json"]["job"]["id"] == erased["id"]
    run(client, "dismiss", leak=leak)
    while client.diagnostics(uri):
        pass


def test_what_is_wrong_is_said(opened):
    client, uri, _ = opened
    assert "leaks must be a list of texts" in refused(client, "erase", leaks=[])
    assert "no such leak" in refused(client, "erase", leaks=["L0"])
    assert "a leak or a job" in refused(client, "report")
    assert "unknown field nonsense" in refused(client, "leaks", nonsense=1)
    assert "does not stand" in refused(client, "confirm", uri=uri, fingerprint="0" * 24)
    assert "not open" in refused(client, "confirm", uri="file:///none", fingerprint="0" * 24)


def test_without_an_engine_everything_local_goes_on(servers, uri):
    client = servers.start(env={"UNLEAK_TEST_ENGINE": "down"})
    client.open(uri, f't = "{CANARY}"\n')
    assert len(client.diagnostics(uri)) == 1
    status = client.notified("unleak/status", state="offline")
    assert "unleak engine serve" in status["message"]
    assert status["flagged"] == 1
    assert "cannot be reached" in refused(client, "leaks")
    client.change(uri, 2, {"text": "a = 1\n"})
    assert client.diagnostics(uri, 2) == []


def test_a_certificate_is_valid_until_it_is_changed(home):
    from unleak.core.keys import load_key
    from unleak.erase.certificate import signed
    from unleak.lsp.signature import CHANGED, VALID, signature_of

    envelope = signed({"predicate": {"verdict": "erased"}}, load_key())
    assert signature_of(envelope) == VALID
    assert signature_of({**envelope, "payload": "e30="}) == CHANGED
    assert signature_of({**envelope, "signatures": []}) == "not signed"
    assert signature_of({}) == "not signed"
