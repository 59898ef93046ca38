"""What docs/ledger.md shows, runs."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

TEXT = (Path(__file__).parents[2] / "docs" / "ledger.md").read_text("utf-8")


def blocks(language):
    return "\n".join(re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL))


def run(command, folder):
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    answer = subprocess.run(
        command, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def test_the_program(home, tmp_path):
    assert "leak L" in run([sys.executable, "-c", blocks("python")], tmp_path)


@pytest.mark.slow
def test_the_commands(home, tmp_path):
    told = run(["bash", "-euc", blocks("sh")], tmp_path)
    assert "under the new key" in told
    assert (tmp_path / "old-key").exists()
