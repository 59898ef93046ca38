"""From the editor through the real daemon and its worker: confirm, then erase."""

import subprocess
import sys

import pytest
from servers import PUSH, REAL
from test_lsp_jobs import newest, run


@pytest.mark.slow
def test_a_planted_secret_is_confirmed_and_erased_from_the_editor(servers, planted_cases, tmp_path):
    case = next(c for c in planted_cases if c.kind == "github-token" and c.id.endswith("12"))
    uri = "file:///work/real.py"
    client = servers.start(PUSH, command=REAL)
    client.patience = 900  # a model is loaded and attacked
    try:
        client.open(uri, f'{case.prefix}{case.secret.reveal()}"\n')
        [found] = client.diagnostics(uri)
        about = {"uri": uri, "fingerprint": found["data"]["fingerprint"], "model": "demo"}
        job = run(client, "confirm", **about)
        assert job["state"] == "succeeded", job["error"]
        newest(client, uri, lambda d: d["severity"] == 1)
        out = str(tmp_path / "erased")
        job = run(client, "erase", leaks=job["leaks"], model="demo", out=out)
        assert job["state"] == "succeeded", job["error"]
        newest(client, uri, lambda d: "erased" in d["message"])
        report = run(client, "report", leak=job["leaks"][0])
        assert "valid: signed" in report["html"]
        assert case.secret.reveal() not in client.traffic.decode()
    finally:
        subprocess.run(
            [sys.executable, "-m", "unleak.cli", "engine", "stop"],
            env={"UNLEAK_HOME": str(servers.home), "PATH": ""}, check=False, timeout=60,
        )  # fmt: skip
