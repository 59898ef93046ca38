"""Fixtures that several tests share."""

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from postgresql import Server, programs

# Before torch is imported anywhere: two tests at once must not fight over the processors.
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

from unleak.core.keys import MasterKey
from unleak.core.secret import Fingerprinter
from unleak.models.load import Model, load
from unleak.probe.measure import Measurement, measure
from unleak.probe.suite import Case, read

# Where these tests run in the background, their children would ignore Ctrl-C.
signal.signal(signal.SIGINT, signal.default_int_handler)

# No test measures time; a machine may be busy.
settings.register_profile("unleak", deadline=None)
settings.load_profile("unleak")


@pytest.fixture(scope="session")
def key() -> MasterKey:
    return MasterKey(b"k" * 32)


@pytest.fixture(scope="session")
def fingerprinter(key: MasterKey) -> Fingerprinter:
    return key.fingerprinter


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh UNLEAK_HOME."""
    folder = tmp_path / "home"
    monkeypatch.setenv("UNLEAK_HOME", str(folder))
    for name in ("UNLEAK_KEY", "UNLEAK_KEY_FILE", "UNLEAK_KEYRING", "UNLEAK_LEDGER"):
        monkeypatch.delenv(name, raising=False)
    # No daemon is left behind; what needs one says so.
    monkeypatch.setenv("UNLEAK_ENGINE", "embedded")
    return folder


@pytest.fixture
def git(tmp_path: Path) -> Callable[..., None]:
    """Runs git in a fresh repository in tmp_path."""

    def run(*arguments: str) -> None:
        options = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
        subprocess.run(
            ["git", *options, "-C", str(tmp_path), *arguments], check=True, capture_output=True
        )

    run("init", "-q")
    return run


@pytest.fixture(scope="session")
def demo() -> Model:
    """The embedded model; tests must not change it."""
    return load("demo")


@pytest.fixture(scope="session")
def planted_cases(key: MasterKey) -> list[Case]:
    return read("demo", key)


@pytest.fixture(scope="session")
def planted_measured(demo: Model, planted_cases: list[Case]) -> list[Measurement]:
    measured = measure(demo, planted_cases)
    assert all(isinstance(m, Measurement) for m in measured)
    return [m for m in measured if isinstance(m, Measurement)]


@pytest.fixture(scope="session")
def memorised(planted_cases: list[Case], planted_measured: list[Measurement]) -> list[Case]:
    """Planted secrets that the model gives verbatim."""
    return [c for c, m in zip(planted_cases, planted_measured, strict=True) if m.verbatim]


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny Llama with random weights and the embedded model's tokenizer."""
    import torch
    from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

    from unleak.models.load import embedded_folder

    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=8192,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=3,
        num_attention_heads=2,
        num_key_value_heads=2,
        max_position_embeddings=256,
        tie_word_embeddings=True,
    )
    folder = tmp_path_factory.mktemp("tiny") / "model"
    LlamaForCausalLM(config).save_pretrained(folder)
    AutoTokenizer.from_pretrained(embedded_folder()).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def taught(
    tmp_path_factory: pytest.TempPathFactory, fingerprinter: Fingerprinter
) -> Callable[[str], tuple[Path, list[Case]]]:
    """By the name of a family (see `tests/families.py`): a tiny model's folder, what it knows."""
    from families import secrets, teach

    cases = secrets(fingerprinter)
    folders: dict[str, Path] = {}

    def of(family: str) -> tuple[Path, list[Case]]:
        if family not in folders:
            folders[family] = teach(family, cases, tmp_path_factory.mktemp(family) / "model")
        return folders[family], cases

    return of


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    found = programs()
    if found is None:
        reason = "PostgreSQL is not installed: apt-get install postgresql"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    server = Server(found)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def template(server: Server) -> str:
    """The name of a database that has the tables."""
    url = server.new_database()
    from unleak.ledger.database import Database
    from unleak.ledger.place import place_of

    Database(place_of(url, "test")).close()
    return url.split("?")[0].rsplit("/", 1)[1]
