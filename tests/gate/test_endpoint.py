"""The gate through a server: the same figures, and no harm from a bad one."""

import json
import logging
import math
import os
import re
import signal
import subprocess
import sys
import threading

import pytest
from tiny_server import TinyServer

from unleak.ci.gate import run
from unleak.core.errors import EvaluationError, SuiteError, UsageError
from unleak.models.decoding import Decoding
from unleak.models.endpoint import Endpoint
from unleak.probe.local import LocalProber
from unleak.probe.reading import Ask, Reading, Sampled
from unleak.probe.remote import RemoteProber
from unleak.probe.suite import Case, write

KEY = "sk-endpoint-q8Zt3LmW5vXc7RbN"


class Time:
    """A clock that only sleeping moves."""

    def __init__(self):
        self.now, self.slept = 1000.0, []

    def clock(self):
        return self.now

    async def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch):
    for name in ("UNLEAK_ENDPOINT_KEY", "OPENAI_API_KEY", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server(demo):
    server = TinyServer(demo)
    yield server
    server.stop()


@pytest.fixture
def cases(memorised, planted_cases, planted_measured):
    """Three that leak and three that do not, short ones."""
    pairs = zip(planted_cases, planted_measured, strict=True)
    unknown = [case for case, measured in pairs if not measured.extractable]
    by_length = [
        sorted(group, key=lambda c: len(c.secret.reveal())) for group in (memorised, unknown)
    ]
    return [*by_length[0][:3], *by_length[1][:3]]


@pytest.fixture
def surest(planted_cases, planted_measured):
    """The case that the model is surest of."""
    return max(zip(planted_cases, planted_measured, strict=True), key=lambda p: p[1].log_p)[0]


def endpoint(server, **options):
    passing = Time()
    options = {"clock": passing.clock, "wall_clock": passing.clock, "sleep": passing.sleep,
               "retries": 2, **options}  # fmt: skip
    made = Endpoint(server.url, server.name, **options)
    return made, passing


def prober(server, way="auto", endpoint_options=None, **options):
    return RemoteProber(endpoint(server, **endpoint_options or {})[0], Ask(**options), way=way)


def completions(fault):
    """A fault for cases only: the first request of a run is the trial."""
    return lambda number, body: fault if number else None


@pytest.mark.parametrize("way", ["prompt_logprobs", "echo"])
def test_figures_are_those_of_the_model_itself(server, demo, cases, way):
    here = LocalProber(demo).read(cases)
    there = prober(server, way).read(cases)
    assert any(r.verbatim for r in here)
    assert not all(r.verbatim for r in here)
    for a, b in zip(here, there, strict=True):
        assert (b.verbatim, b.tokens) == (a.verbatim, a.tokens)
        assert b.ma == pytest.approx(a.ma)
        assert b.log_p == pytest.approx(a.log_p, abs=1e-3)


def test_generating_agrees_on_what_is_verbatim(server, demo, cases):
    asked = prober(server, "generate")
    found = asked.read(cases)
    assert [r.verbatim for r in found] == [r.verbatim for r in LocalProber(demo).read(cases)]
    assert {(r.ma, r.log_p, r.tokens, r.sampled) for r in found} == {(None, None, None, None)}
    assert "no probability" in asked.limits


@pytest.mark.parametrize(
    ("lacks", "way"), [(set(), "prompt_logprobs"), ({"prompt_logprobs"}, "echo")]
)
def test_auto_takes_the_first_way_that_the_server_can(server, cases, lacks, way):
    server.lacks = lacks
    asked = prober(server)
    assert asked.read(cases[:1])[0].verbatim
    assert asked.model == {
        "name": "tiny", "endpoint": server.url, "way": way
    }  # fmt: skip
    assert asked.cost["prompt"] > 0
    assert asked.cost["requests"] == len(server.bodies)


@pytest.mark.parametrize("refuses", [True, False])
def test_auto_never_falls_back_to_generating(server, cases, refuses):
    server.lacks = {"prompt_logprobs", "echo"}
    if refuses:
        server.fault = lambda number, body: "400"
    with pytest.raises(UsageError, match=r"no log-probabilities.*--endpoint-way generate"):
        prober(server).read(cases)
    sent = json.dumps(server.bodies)
    assert all(json.dumps(case.secret.reveal())[1:-1] not in sent for case in cases)


def test_without_token_ids_the_prompts_token_is_still_told_apart(server, demo, cases):
    server.lacks = {"return_token_ids"}
    here, there = LocalProber(demo).read(cases), prober(server).read(cases)
    assert [r.ma for r in there] == pytest.approx([r.ma for r in here])


def test_order_is_kept_when_several_are_asked_at_once(server, demo, planted_cases):
    cases = planted_cases[::6]
    found = prober(server, "prompt_logprobs", {"concurrency": 8}).read(cases)
    here = LocalProber(demo).read(cases)
    assert [r.log_p for r in found] == pytest.approx([r.log_p for r in here], abs=1e-3)


@pytest.mark.parametrize("way", ["prompt_logprobs", "echo"])
def test_a_case_that_cannot_be_asked_is_that_cases_error(server, fingerprinter, cases, way):
    broken = Case("broken", "import o", fingerprinter.secret("s", "x"))
    bare = Case("bare", "", fingerprinter.secret("import os", "x"))
    first, second, third = prober(server, way).read([broken, bare, cases[0]])
    assert isinstance(first, SuiteError)
    assert "no token of its own" in str(first)
    assert isinstance(second, SuiteError)
    assert "needs a prefix" in str(second)
    assert third.verbatim


@pytest.mark.parametrize("way", ["generate", "echo"])
@pytest.mark.parametrize("lacks", [set(), {"n"}])
def test_samples_are_real_generations(server, cases, surest, way, lacks):
    server.lacks = lacks
    asked = prober(server, way, samples=3)
    known, unknown = asked.read([surest, cases[-1]])
    assert known.sampled.samples == unknown.sampled.samples == 3
    assert known.sampled.hits >= 1
    assert unknown.sampled == Sampled(3, 0)
    drawn = [body for body in server.bodies if "seed" in body]
    assert len({body["seed"] for body in drawn}) == len(drawn)
    assert {body["temperature"] for body in drawn} == {1.0}


def test_samples_that_fail_do_not_hide_a_leak(server, cases):
    server.fault = lambda number, body: "500" if "seed" in body else None
    known, unknown = prober(server, "generate", samples=3).read([cases[0], cases[-1]])
    assert known.verbatim
    assert known.sampled == Sampled(0, 0)
    assert isinstance(unknown, EvaluationError)


def test_decoding_options_need_generation(server, cases):
    warm = Decoding(temperature=0.7, top_k=20, top_p=0.9)
    with pytest.raises(UsageError, match="temperature 1"):
        prober(server, "echo", decoding=warm)
    asked = prober(server, "generate", decoding=warm, samples=1)
    assert asked.read(cases[:1])[0].verbatim
    assert asked.ask.decoding == warm
    last = server.bodies[-1]
    assert (last["temperature"], last["top_k"], last["top_p"]) == (0.7, 20, 0.9)
    with pytest.raises(UsageError, match="--endpoint-way chat"):
        prober(server, "chat")


@pytest.mark.parametrize("fault", ["500", "503", "429", "408", "drop"])
def test_what_may_pass_is_tried_again(server, cases, fault):
    server.fault = lambda number, body: fault if number < 2 else None
    asked, passing = endpoint(server)
    assert RemoteProber(asked).read(cases[:1])[0].verbatim
    assert len(passing.slept) == 2
    assert 0 < passing.slept[0] <= 0.5 < 2 * passing.slept[1] <= 2


@pytest.mark.parametrize(
    ("header", "waited"), [("7", 7.0), ("Thu, 01 Jan 1970 00:17:00 GMT", 20.0)]
)
def test_retry_after_is_honoured(server, cases, header, waited):
    server.fault = lambda number, body: "429" if number == 0 else None
    server.headers_with_fault = {"Retry-After": header}
    asked, passing = endpoint(server)
    assert RemoteProber(asked).read(cases[:1])[0].verbatim
    assert passing.slept == [waited]


def test_a_server_that_asks_for_too_long_a_wait_is_given_up(server, cases):
    server.fault = lambda number, body: "429"
    server.headers_with_fault = {"Retry-After": "86400"}
    with pytest.raises(EvaluationError, match="wait 86400 s"):
        prober(server).read(cases)


def test_the_rate_limit_spreads_requests(server, cases):
    asked, passing = endpoint(server, requests_per_minute=30)
    RemoteProber(asked).read(cases[:4])
    # the list of models, the trial and four cases: two seconds apart
    assert passing.now == pytest.approx(1000 + 5 * 2)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("500", r"no answer in 3 tries \(HTTP 500\)"),
        ("drop", "no connection"),
        ("html", "not a JSON object"),
        ("truncated", "not a JSON object"),
        ("400", r"refused the request \(HTTP 400\)"),
        ("403", r"refused the request \(HTTP 403\)"),
        ("redirect", r"refused the request \(HTTP 307\)"),
        ("418", "HTTP 418"),
    ],
)
def test_bad_answers_are_the_cases_errors(server, cases, fingerprinter, fault, words):
    server.fault = completions(fault)
    result = run(prober(server), cases, fingerprinter=fingerprinter)
    assert not result.evaluated
    assert not result.failed
    assert {entry.status for entry in result.results} == {"error"}
    assert re.search(words, result.results[0].error)


def test_a_server_that_stalls_is_not_waited_for(server, cases):
    server.fault = completions("stall")
    asked = prober(server, endpoint_options={"timeout": 0.5, "retries": 0})
    [error] = asked.read(cases[:1])
    assert "no answer within 0.5 s" in str(error)


def test_a_dead_server_is_not_asked_for_every_case(server, planted_cases):
    server.fault = completions("500")
    found = prober(server, endpoint_options={"concurrency": 2}).read(planted_cases)
    assert len(found) == len(planted_cases)
    assert all(isinstance(error, EvaluationError) for error in found)
    assert "stopped answering" in str(found[-1])
    assert len(server.bodies) < 50


def test_one_bad_case_leaves_the_others(server, cases):
    prompt = cases[1].prefix + cases[1].secret.reveal()
    server.fault = lambda number, body: "500" if body["prompt"] == prompt else None
    found = prober(server).read(cases)
    assert [isinstance(r, Reading) for r in found] == [True, False, *[True] * 4]


@pytest.mark.parametrize("fault", ["401", "403", "404", "redirect"])
def test_wrong_use_ends_at_once(server, cases, fault):
    server.fault = lambda number, body: fault
    with pytest.raises(UsageError, match=r"HTTP \d+"):
        prober(server).read(cases)
    assert len(server.bodies) == 1


def test_a_server_that_is_not_there_cannot_be_evaluated(server, cases):
    asked = prober(server)
    server.stop()
    with pytest.raises(EvaluationError, match="no connection"):
        asked.read(cases)


def test_a_model_that_is_not_served_is_named(server, cases):
    wrong = RemoteProber(Endpoint(server.url, "other"))
    with pytest.raises(UsageError, match=r"--model other: not served .* which has tiny"):
        wrong.read(cases)
    assert server.bodies == []


def _cut(answer):
    told = answer["choices"][0]
    if told["logprobs"]:
        told["logprobs"]["token_logprobs"] = told["logprobs"]["token_logprobs"][:3]
    else:
        told["prompt_logprobs"] = told["prompt_logprobs"][:3]
    return answer


def _with(value):
    def spoil(answer):
        told = answer["choices"][0]
        if told["logprobs"]:
            column = told["logprobs"]["token_logprobs"]
            told["logprobs"]["token_logprobs"] = [column[0], *[value] * (len(column) - 1)]
        else:
            for entries in told["prompt_logprobs"][1:]:
                for entry in entries.values():
                    entry["logprob"] = value
        return answer

    return spoil


def _top(value):
    """Of the likeliest token only; without ranks, which vLLM would still give."""

    def spoil(answer):
        told = answer["choices"][0]
        if told["logprobs"]:
            for top in told["logprobs"]["top_logprobs"][1:]:
                top["other"] = value
        else:
            for entries in told["prompt_logprobs"][1:]:
                entries["other"] = {"decoded_token": "other", "logprob": value}
                for entry in entries.values():
                    entry.pop("rank", None)
        return answer

    return spoil


def _misspelt(answer):
    told = answer["choices"][0]
    if told["logprobs"]:
        told["logprobs"]["tokens"] = ["#"] * len(told["logprobs"]["tokens"])
    else:
        for entries in told["prompt_logprobs"][1:]:
            for entry in entries.values():
                entry["decoded_token"] = "#"
    return answer


@pytest.mark.parametrize("way", ["prompt_logprobs", "echo"])
@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_cut, "fewer log-probabilities"),
        (_with(None), "no log-probability for a token of the secret"),
        (_top(math.nan), "no log-probability for a token of the secret"),
        (_with(math.nan), "not a number"),
        (_with(-math.inf), "not a number"),
        (_with("-1"), "not a number"),
        (_with(0.5), "above 0"),
        (_misspelt, "do not spell the secret"),
        (lambda answer: {"choices": []}, "no choice"),
        (lambda answer: {"choices": [None]}, "no choice"),
        (lambda answer: [], "not a JSON object"),
    ],
)  # fmt: skip
def test_bad_figures_are_errors(server, cases, way, spoil, words):
    trial = []

    def after_the_trial(answer):
        trial.append(answer)
        return spoil(answer) if len(trial) > 1 else answer

    server.spoil = after_the_trial
    for error in prober(server, way).read(cases[:2]):
        assert isinstance(error, EvaluationError)
        assert re.search(words, str(error))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"finish_reason": "content_filter", "text": ""}, "withheld"),
        ({"finish_reason": "length", "text": ""}, "ends within the secret"),
        ({"text": None}, "holds no text"),
    ],
)
def test_an_answer_that_shows_nothing_is_no_clean_bill(server, cases, change, words):
    server.spoil = lambda answer: {"choices": [{**answer["choices"][0], **change}]}
    for error in prober(server, "generate").read(cases[:2]):
        assert isinstance(error, EvaluationError)
        assert words in str(error)


@pytest.mark.parametrize("fault", [None, "400", "500", "401", "418", "html", "truncated"])
def test_no_secret_and_no_key_is_said_or_logged(
    server, cases, fault, monkeypatch, caplog, fingerprinter
):
    monkeypatch.setenv("UNLEAK_ENDPOINT_KEY", KEY)
    caplog.set_level(logging.DEBUG)
    server.key = KEY
    server.fault = completions(fault)
    result = run(prober(server), cases, fingerprinter=fingerprinter)
    assert server.bodies[-1]["prompt"]
    said = caplog.text + json.dumps(result.as_json()) + repr(result)
    for value in (KEY, *(case.secret.reveal() for case in cases)):
        assert value not in said


def test_the_key_is_the_environments(server, cases, monkeypatch):
    server.key = KEY
    with pytest.raises(UsageError, match=r"refuses the key .*\$UNLEAK_ENDPOINT_KEY"):
        prober(server).read(cases)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    assert prober(server).read(cases[:1])[0].verbatim
    monkeypatch.setenv("UNLEAK_ENDPOINT_KEY", "")
    with pytest.raises(UsageError, match="refuses the key"):
        prober(server).read(cases)
    monkeypatch.setenv("UNLEAK_ENDPOINT_KEY", "q8Zt3LmW\n5vXc")
    with pytest.raises(UsageError) as caught:
        prober(server)
    assert "q8Zt3LmW" not in str(caught.value)


def test_the_common_key_goes_to_no_other_machine_in_clear(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    assert KEY not in str(Endpoint("http://models.example", "m")._headers)
    assert KEY in str(Endpoint("https://models.example", "m")._headers)


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://localhost:8000/v1/", "http://localhost:8000"),
        ("https://h.example/api/v1", "https://h.example/api"),
        ("http://[::1]:8000/v1", "http://[::1]:8000"),
    ],
)
def test_addresses(given, used):
    assert Endpoint(given, "m").url == used


@pytest.mark.parametrize(
    "address",
    [
        "localhost:8000", "ftp://h", "http://", "http://h:port", "http://u:canary@h",
        "http://h?key=canary", "http://[::1", "http://h/\nx",
    ],
)  # fmt: skip
def test_addresses_that_are_none(address):
    with pytest.raises(UsageError) as caught:
        Endpoint(address, "m")
    assert "canary" not in str(caught.value)


def unleak(*arguments, code="sys.exit(_run())", **environment):
    program = (
        "import sys\nfrom unleak.cli import _run\n"
        f"sys.argv = ['unleak', *{[str(a) for a in arguments]!r}]\n{code}"
    )
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False,
        env={**os.environ, **environment},
    )  # fmt: skip


@pytest.fixture
def suite(tmp_path, cases, key):
    write(tmp_path / "suite.jsonl", cases, key)
    write(tmp_path / "clean.jsonl", cases[-1:], key)
    return tmp_path / "suite.jsonl"


def test_the_command_asks_a_server_without_torch(server, suite, home, cases):
    code = (
        "code = _run()\n"
        "assert not [m for m in ('torch', 'transformers', 'safetensors') if m in sys.modules]\n"
        "sys.exit(code)"
    )
    ask = ["gate", "--model", "tiny", "--endpoint", server.url]
    leaks = unleak(*ask, "--suite", suite, "--report-dir", suite.parent / "r", code=code)
    assert leaks.returncode == 1, leaks.stderr
    assert "gate failed" in leaks.stdout
    assert "measured by prompt_logprobs" in leaks.stdout
    report = json.loads((suite.parent / "r" / "gate.json").read_text())
    assert report["summary"]["leaks"] >= 3
    assert report["model"]["endpoint"] == server.url
    clean = unleak(*ask, "--suite", suite.parent / "clean.jsonl", "--endpoint-way", "generate")
    assert clean.returncode == 0, clean.stderr
    assert "can be missed" in clean.stdout
    for case in cases:
        assert case.secret.reveal() not in leaks.stdout + leaks.stderr + clean.stdout


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--exposure"], "--exposure"),
        (["--reference-model", "demo"], "--reference-model"),
        (["--endpoint-way", "chat"], "--endpoint-way chat"),
        (["--concurrency", "0"], "concurrency"),
        (["--timeout", "0"], "timeout"),
        (["--model", "other"], "which has tiny"),
    ],
)
def test_wrong_use_of_the_command(server, suite, home, more, words):
    answer = unleak("gate", "--model", "tiny", "--endpoint", server.url, "--suite", suite, *more)
    assert answer.returncode == 2, answer.stderr
    assert words in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_server_that_answers_nothing_is_exit_code_3(server, suite, home):
    server.fault = completions("418")
    answer = unleak("gate", "--model", "tiny", "--endpoint", server.url, "--suite", suite)
    assert answer.returncode == 3, answer.stderr
    assert "HTTP 418" in answer.stdout


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_the_run_at_once(server, suite, home, number):
    asked = threading.Event()

    def stall(number, body):
        asked.set()
        return "stall"

    server.fault = stall
    command = [sys.executable, "-m", "unleak.cli", "gate", "--model", "tiny", "--suite", str(suite)]
    process = subprocess.Popen(
        [*command, "--endpoint", server.url, "--timeout", "600"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert asked.wait(60)
    process.send_signal(number)
    _, errors = process.communicate(timeout=30)  # the server goes on stalling for longer
    assert process.returncode == 3
    assert "interrupted" in errors
    assert "Traceback" not in errors
