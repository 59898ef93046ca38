"""`unleak guard` as a process: from a completion to the ledger, and nothing in clear on the way."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys

import httpx
import pytest
from served import Upstream, running
from test_modes import TOKEN, pieces_of
from wire import WIRES

from unleak.service.client import connect

COMMAND = [sys.executable, "-m", "unleak.cli"]
ASK = WIRES[0].ask("# settings\n", True)
STREAM = WIRES[0].stream(pieces_of(f'key = "{TOKEN}"\n', range(0, 90, 4)))


@pytest.fixture
def environment(home):
    return {**os.environ, "UNLEAK_HOME": str(home), "UNLEAK_ENGINE": "embedded"}


def run(environment, *arguments):
    return subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, check=False, env=environment
    )


@contextlib.contextmanager
def guard(environment, *arguments):
    """Start it; gives its port, and afterwards all it said."""
    said = []
    process = subprocess.Popen(
        [*COMMAND, "guard", "--port", "0", *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment,
    )  # fmt: skip
    try:
        said.append(process.stdout.readline())
        port = re.search(r"127\.0\.0\.1:(\d+)", said[0])
        assert port, said[0] + process.stdout.read()
        yield int(port[1]), said
    finally:
        process.send_signal(signal.SIGTERM)
        said.append(process.communicate(timeout=60)[0])
    assert process.returncode == 0


def stats_when(environment, port, reached):
    for _ in range(100):
        done = run(environment, "guard", "--stats", "--port", str(port))
        assert done.returncode == 0
        if reached(json.loads(done.stdout)):
            return done.stdout
    raise AssertionError(done.stdout)


def test_ten_completions_are_one_leak_with_ten_sightings(environment, home):
    upstream = Upstream([STREAM])
    with running(upstream) as url, guard(environment, "--upstream", url) as (port, said):
        for _ in range(10):
            answer = httpx.post(
                f"http://127.0.0.1:{port}/v1/completions", json=ASK,
                headers={"Authorization": "Bearer canary-of-the-client"},
            )  # fmt: skip
            assert TOKEN not in answer.text
        shown = stats_when(
            environment, port, lambda s: s["sightings_sent"] == {"total": 10}
        )  # fmt: skip
        metrics = httpx.get(f"http://127.0.0.1:{port}/.unleak/metrics").text
    listed = run(environment, "leaks", "list").stdout
    assert listed.count("github-token") == 1
    engine = connect(embedded=True)
    try:
        (leak,) = engine.leaks()
        assert (leak.sightings, leak.origin, leak.model_name) == (10, "guard", "m")
    finally:
        engine.close()
    for text in ("".join(said), shown, metrics, listed):
        assert TOKEN not in text
        assert "canary-of-the-client" not in text
    written = [path for path in home.rglob("*") if path.is_file()]
    assert written
    assert not [p for p in written if TOKEN.encode() in p.read_bytes()]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "--upstream"),
        (("--upstream", "localhost:8000"), "--upstream"),
        (("--upstream", "http://user:pass@localhost"), "without a user"),
        (("--upstream", "http://localhost", "--mode", "watch"), "--mode watch"),
        (("--upstream", "http://localhost", "--host", "192.0.2.7"), "--remote"),
    ],
)
def test_wrong_use(environment, arguments, said):
    done = run(environment, "guard", *arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_stats_without_a_guard(environment):
    done = run(environment, "guard", "--stats", "--port", "9")
    assert done.returncode == 3
    assert "no guard answers" in done.stderr
