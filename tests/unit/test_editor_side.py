"""The editor side starts without torch; nothing of it may import it, directly or not.

So does the gate where it asks a server.
"""

import subprocess
import sys

import pytest

HEAVY = ("torch", "transformers", "safetensors")


@pytest.mark.parametrize(
    "module",
    [
        "unleak.core.files",
        "unleak.core.keys",
        "unleak.detect.files",
        "unleak.detect.scanner",
        "unleak.ledger.ledger",
        "unleak.lsp.completion.embedded",
        "unleak.lsp.completion.served",
        "unleak.lsp.server",
        "unleak.models.onnx_decoder",
        "unleak.models.endpoint",
        "unleak.probe.remote",
        "unleak.ci.gate",
        "unleak.ci.reports.folder",
        "unleak.cli",
    ],
)
def test_importing_it_brings_no_torch(module):
    code = f"import sys, {module}; print([m for m in {HEAVY!r} if m in sys.modules])"
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"


def test_scanning_a_file_brings_no_torch(tmp_path):
    (tmp_path / "a.py").write_text('token = "ghp_q8Zt3LmW5vXc7RbN2kYd9JfH4sGpA6eTu1Qi"\n')
    code = (
        "import sys\nfrom unleak.cli import _run\n"
        f"sys.argv = ['unleak', 'scan', {str(tmp_path / 'a.py')!r}]\ncode = _run()\n"
        f"assert not [m for m in {HEAVY!r} if m in sys.modules]\nsys.exit(code)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False,
        env={"UNLEAK_HOME": str(tmp_path / "home"), "PATH": ""},
    )  # fmt: skip
    assert answer.returncode == 1, answer.stderr
    assert "github-token" in answer.stdout


def test_the_language_server_runs_without_torch(tmp_path):
    code = (
        "import sys\nfrom unleak.lsp.server import build\nserver = build()\n"
        "from unleak.lsp.wire import types\n"
        "item = types.TextDocumentItem('file:///a.py', 'python', 1, 'password = \"hunter2!Xy\"')\n"
        "server.session.scanners.plain.scan(item.text)\n"
        f"assert not [m for m in {HEAVY!r} if m in sys.modules]\n"
        "assert 'typer' not in sys.modules\n"
    )
    subprocess.run(
        [sys.executable, "-c", code], check=True, env={"UNLEAK_HOME": str(tmp_path), "PATH": ""}
    )
