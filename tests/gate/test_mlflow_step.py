"""The MLflow step, with a registry that is only kept in memory."""

import subprocess
import sys

import pytest

from unleak.ci import outcome
from unleak.ci.mlflow_step import register
from unleak.core.errors import UsageError


class Registry:
    def __init__(self):
        self.tags = {}
        self.aliases = {}

    def set_model_version_tag(self, name, version, *, key, value):
        assert isinstance(value, str)
        self.tags[name, version, key] = value

    def set_registered_model_alias(self, name, alias, version):
        self.aliases[name, alias] = version


@pytest.mark.parametrize(
    ("failed", "errors", "word", "code"),
    [(False, 0, "passed", 0), (True, 0, "failed", 1), (False, 2, "not-evaluated", 3)],
)
def test_tags_tell_the_outcome_and_the_alias_moves_only_on_a_pass(
    write_gate, failed, errors, word, code
):
    read = outcome.read(write_gate(failed, errors, suite={"digest": "d1"}))
    assert read.exit_code == code
    registry = Registry()
    registry.aliases["m", "champion"] = "6"
    register(registry, "m", "7", read, "champion")
    assert registry.tags == {
        ("m", "7", "unleak.gate"): word,
        ("m", "7", "unleak.leaks"): str(2 * failed),
        ("m", "7", "unleak.cases"): "2",
        ("m", "7", "unleak.suite_digest"): "d1",
    }
    assert registry.aliases == {("m", "champion"): "7" if word == "passed" else "6"}


def test_without_a_digest_there_is_no_such_tag_and_without_an_alias_none_moves(write_gate):
    registry = Registry()
    register(registry, "m", "7", outcome.read(write_gate(False)))
    assert ("m", "7", "unleak.suite_digest") not in registry.tags
    assert not registry.aliases


def test_a_refusal_shows_no_address(write_gate):
    class Refusing(Registry):
        def set_model_version_tag(self, name, version, *, key, value):
            raise ConnectionError("https://me:hunter2@host")

    with pytest.raises(UsageError, match="ConnectionError") as caught:
        register(Refusing(), "m", "7", outcome.read(write_gate()))
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("text", ["{", "[]", '{"schema": "unleak.gate/1"}'])
def test_what_is_no_gate_report_is_refused(tmp_path, text):
    (tmp_path / "gate.json").write_text(text)
    with pytest.raises(UsageError, match=r"gate\.json"):
        outcome.read(tmp_path / "gate.json")


def test_the_command_needs_mlflow_and_no_torch(gate_json):
    code = (
        "import sys; sys.modules['mlflow'] = sys.modules['torch'] = None\n"
        "from unleak.ci.mlflow_step import main; sys.exit(main(sys.argv[1:]))"
    )
    options = ["--name", "m", "--version", "7", "--gate", str(gate_json)]
    answer = subprocess.run(
        [sys.executable, "-c", code, *options], capture_output=True, text=True, check=False
    )
    assert answer.returncode == 2
    assert answer.stderr == "unleak: mlflow is not installed: pip install mlflow-skinny\n"


@pytest.mark.filterwarnings("ignore")  # its own
def test_the_command_with_a_real_registry(write_gate, tmp_path, monkeypatch, capsys):
    import mlflow

    from unleak.ci.mlflow_step import main

    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/registry.db")
    client = mlflow.MlflowClient()
    client.create_registered_model("m")
    for failed in (False, True):
        version = client.create_model_version("m", source=str(tmp_path)).version
        options = ["--name", "m", "--version", str(version), "--gate", str(write_gate(failed))]
        assert main([*options, "--alias", "champion"]) == int(failed)
    assert client.get_model_version("m", "2").tags["unleak.gate"] == "failed"
    assert str(client.get_model_version_by_alias("m", "champion").version) == "1"
    assert main(["--name", "x", "--version", "1", "--gate", str(write_gate())]) == 2
    assert "RESOURCE_DOES_NOT_EXIST" in capsys.readouterr().err
