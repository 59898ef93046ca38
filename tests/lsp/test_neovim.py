"""A second editor for real: Neovim attaches, shows the diagnostic and applies the quick fix."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from servers import CANARY

SCRIPT = Path(__file__).with_name("neovim.lua")


@pytest.mark.skipif(not shutil.which("nvim"), reason="Neovim is not installed: apt install neovim")
def test_neovim_shows_the_diagnostic_and_applies_the_fix(tmp_path, home):
    file = tmp_path / "settings.py"
    file.write_text(f'name = "🎉"; github_token = "{CANARY}"\n')
    command = ["nvim", "--headless", "-u", "NONE", "-i", "NONE", "-n", "-l", str(SCRIPT)]
    if subprocess.run(["nvim", "-l", "/dev/null"], capture_output=True, check=False).returncode:
        command = ["nvim", "--headless", "-u", "NONE", "-i", "NONE", "-n", "-S", str(SCRIPT)]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False,
        env={
            "PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "UNLEAK_HOME": str(home),
            "UNLEAK_ENGINE": "unix:/nonexistent/socket", "UNLEAK_TEST_FILE": str(file),
            "UNLEAK_TEST_SERVER": str(Path(sys.executable).with_name("unleak")),
            "XDG_STATE_HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path),
        },
    )  # fmt: skip
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert "diagnostic github-token at 0:31" in said
    assert file.read_text() == (
        'import os\nname = "🎉"; github_token = os.environ["GITHUB_TOKEN"]\n'
    )
    assert CANARY not in said
    for log in tmp_path.rglob("lsp.log"):
        assert CANARY not in log.read_text()
