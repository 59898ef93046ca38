"""The VS Code extension in a real VS Code: see vscode-extension/test.

Where Node or Chromium is missing these are skipped; CI has both, and there that is a failure.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXTENSION = Path(__file__).parents[2] / "vscode-extension"
MISSING = [name for name in ("npm", "node", "chromium") if shutil.which(name) is None]


@pytest.fixture(scope="module", autouse=True)
def built() -> None:
    if MISSING and os.environ.get("CI"):
        pytest.fail(f"CI must have {', '.join(MISSING)}")
    if MISSING:
        pytest.skip(f"needs {', '.join(MISSING)}")
    if not (EXTENSION / "node_modules").is_dir():
        _run("npm", "ci", "--no-audit", "--no-fund", "--loglevel=error")
    _run("npm", "run", "--silent", "package")


def _run(*command: str) -> str:
    ran = subprocess.run(
        command,
        cwd=EXTENSION,
        env={**os.environ, "UNLEAK_PYTHON": sys.executable},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=1200,
    )
    print(ran.stdout)
    assert ran.returncode == 0, ran.stdout[-6000:]
    return ran.stdout


@pytest.mark.parametrize("suite", ["interface", "untrusted", "server"])
def test_inside_the_extension_host(suite: str) -> None:
    assert " passed, 0 failed" in _run("node", "test/run.mjs", suite)


@pytest.mark.parametrize("journey", ["first-leak", "ghost-text"])
def test_journey(journey: str) -> None:
    assert " passed, 0 failed" in _run("node", "test/run.mjs", journey)


@pytest.mark.slow
@pytest.mark.parametrize("journey", ["erase", "cancel", "engine-killed", "themes"])
def test_long_journey(journey: str) -> None:
    assert " passed, 0 failed" in _run("node", "test/run.mjs", journey)


def test_the_package_is_small() -> None:
    assert (EXTENSION / "dist/unleak.vsix").stat().st_size < 15_000_000
