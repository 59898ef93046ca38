"""The GitHub action, the GitLab template and the examples in docs: that they fit the command."""

import base64
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import typer
import yaml

from unleak.ci import mlflow_step, model_card
from unleak.commands.gate import gate
from unleak.probe.suite import write

ROOT = Path(__file__).parents[2]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
STEPS = ACTION["runs"]["steps"]
GITLAB = yaml.safe_load((ROOT / "ci/templates/gitlab.yml").read_text())[".unleak-gate"]
DOCS = {path.name: path.read_text() for path in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]}
BLOCKS = [
    yaml.safe_load(block)
    for text in DOCS.values()
    for block in re.findall(r"^```ya?ml\n(.*?)^```", text, re.M | re.S)
]


def options_of(parameters):
    return {name for parameter in parameters for name in parameter.opts}


def known_options():
    app = typer.Typer()
    app.command()(gate)
    found = {"unleak gate": options_of(typer.main.get_command(app).params)}
    for step in (mlflow_step, model_card):
        options = {name for a in step.parser()._actions for name in a.option_strings}
        found[f"python -m {step.__name__}"] = options
    return found


def commands(text, command):
    """The options of every call of a command in a text."""
    for line in text.replace("\\\n", " ").splitlines():
        for call in re.findall(rf"(?<![`\w]){re.escape(command)} ([^`#]*)", line):
            yield [word.split("=")[0] for word in shlex.split(call) if word.startswith("--")]


@pytest.mark.parametrize(("command", "known"), known_options().items())
def test_every_option_in_docs_and_scripts_exists(command, known):
    scripts = [*(step.get("run", "") for step in STEPS), *GITLAB["script"]]
    used = [
        o for text in [*DOCS.values(), *scripts] for call in commands(text, command) for o in call
    ]
    assert used
    assert set(used) <= known


def test_the_options_of_the_scripts_exist():
    known = known_options()["unleak gate"]
    for script in (STEPS[2]["run"], GITLAB["script"][0]):
        used = set(re.findall(r"[\" (](--[a-z-]+)=", script))
        assert len(used) == 6
        assert used <= known


def test_examples_use_inputs_and_variables_that_exist():
    jobs = [job for block in BLOCKS for job in block.values() if isinstance(job, dict)]
    steps = [
        step
        for block in BLOCKS
        for job in block.get("jobs", {}).values()
        for step in job["steps"]
        if "/unleak@" in step.get("uses", "")
    ]
    extending = [job for job in jobs if job.get("extends") == ".unleak-gate"]
    assert steps
    assert extending
    for step in steps:
        assert set(step["with"]) <= set(ACTION["inputs"])
        required = {name for name, given in ACTION["inputs"].items() if given.get("required")}
        assert required <= set(step["with"])
        assert "UNLEAK_KEY" in step["env"]
    for job in extending:
        assert set(job["variables"]) <= set(GITLAB["variables"])
    includes = [block["include"][0]["file"] for block in BLOCKS if "include" in block]
    assert all((ROOT / file).is_file() for file in includes)


def test_no_script_holds_an_expression():
    documents = [
        *STEPS,
        *(s for b in BLOCKS for j in b.get("jobs", {}).values() for s in j["steps"]),
    ]
    scripts = [step["run"] for step in documents if "run" in step]
    assert len(scripts) > 3
    assert not any("${{" in script for script in scripts)


def test_the_action_is_whole():
    text = (ROOT / "action.yml").read_text()
    assert set(re.findall(r"inputs\.([a-z-]+)", text)) == set(ACTION["inputs"])
    ids = {step["id"] for step in STEPS if "id" in step}
    assert set(re.findall(r"steps\.(\w+)\.", text)) <= ids
    uses = [step["uses"] for step in STEPS if "uses" in step]
    assert all(re.fullmatch(r"actions/[a-z-]+@v\d+", used) for used in uses)
    gate_step = STEPS[2]
    assert set(gate_step["env"]) == set(re.findall(r"\$\{?([A-Z_]+)", gate_step["run"])) - {
        "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "UNLEAK_KEY",
    }  # fmt: skip


@pytest.fixture
def job(tmp_path, monkeypatch):
    """A job's folder, with nothing in the environment but what a runner gives."""
    for name in [name for name in os.environ if name.startswith("UNLEAK_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("UNLEAK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("UNLEAK_KEY", base64.b64encode(b"k" * 32).decode())
    # Paths in PYTHONPATH may be relative to where the tests started.
    paths = [str(Path(path).absolute()) for path in sys.path if path]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def shell(script, **variables):
    # As GitHub calls it, https://docs.github.com/actions/reference/workflow-syntax-for-github-actions
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def act(job, **inputs):
    """Runs the action's gate step; returns the answer, its outputs and the job's summary."""
    values = {name: str(given.get("default", "")) for name, given in ACTION["inputs"].items()}
    values.update(inputs)
    variables = {"PYTHON": sys.executable}
    for name, value in STEPS[2]["env"].items():
        if found := re.fullmatch(r"\$\{\{ inputs\.([a-z-]+) \}\}", value):
            variables[name] = values[found[1]]
    for file in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"):
        (job / file).write_text("")
        variables[file] = str(job / file)
    answer = shell(STEPS[2]["run"], **variables)
    outputs = dict(line.split("=", 1) for line in (job / "GITHUB_OUTPUT").read_text().splitlines())
    return answer, outputs, (job / "GITHUB_STEP_SUMMARY").read_text()


def test_the_action_runs_the_gate(job, planted_cases, key):
    write(job / "my leaks.jsonl", planted_cases[:1], key)
    reports = job / "my $(touch injected) reports"
    reports.mkdir()
    (reports / "gate.md").write_text("# a summary")
    answer, outputs, summary = act(
        job, model="demo", suite="my leaks.jsonl", args="\n --format\n json", **{
            "report-dir": reports.name
        },
    )  # fmt: skip
    assert answer.returncode == 1, answer.stderr
    assert answer.stdout.startswith("{")
    assert outputs == {"failed": "true", "report-dir": reports.name}
    assert summary
    assert (reports / "gate.json").is_file()
    assert not (job / "injected").exists()

    baseline = {"baseline": f"{reports.name}/gate.json", "fail-on": "regression"}
    answer, outputs, _ = act(job, model="demo", suite="my leaks.jsonl", **baseline)
    assert answer.returncode == 0, answer.stderr
    assert "warning" not in answer.stdout
    assert outputs == {"failed": "false", "report-dir": "unleak-report"}


def test_wrong_use_of_the_action_is_no_leak_and_shows_no_earlier_report(job, monkeypatch):
    monkeypatch.delenv("UNLEAK_KEY")
    (job / "unleak-report").mkdir()
    (job / "unleak-report/gate.md").write_text("# an earlier run")
    answer, outputs, summary = act(
        job, model="demo", suite="missing.jsonl", baseline="missing.json"
    )
    assert answer.returncode == 2
    assert outputs["failed"] == "true"
    assert summary == ""
    assert "::warning::" in answer.stdout


def test_the_gitlab_job_runs_the_gate(job, planted_cases, key):
    write(job / "leaks.jsonl", planted_cases[:1], key)
    # GitLab calls `unleak`; here it is the one under test.
    tools = job / "tools"
    tools.mkdir()
    (tools / "unleak").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m unleak.cli "$@"\n')
    (tools / "unleak").chmod(0o755)
    variables = {name: str(value) for name, value in GITLAB["variables"].items()}
    variables |= {
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
        "UNLEAK_MODEL": "demo",
        "UNLEAK_SUITE": "leaks.jsonl",
        "UNLEAK_ARGS": "--format json",
    }
    answer = shell("\n".join(GITLAB["script"]), **variables)
    assert answer.returncode == 1, answer.stderr
    assert answer.stdout.startswith("{")
    assert (job / GITLAB["artifacts"]["paths"][0] / "gate.json").is_file()


@pytest.mark.slow  # installs everything, torch too
def test_the_action_installs_itself_and_the_gate_runs_from_there(job, monkeypatch):
    monkeypatch.delenv("PYTHONPATH")
    output = job / "GITHUB_OUTPUT"
    answer = shell(
        STEPS[1]["run"],
        PYTHON=sys.executable,
        VENV=str(job / "venv"),
        VERSION="",
        TORCH_INDEX="",
        GITHUB_ACTION_PATH=str(ROOT),
        GITHUB_OUTPUT=str(output),
        PIP_CONSTRAINT=str(ROOT / "constraints.txt"),
    )
    assert answer.returncode == 0, answer.stderr
    name, _, python = output.read_text().strip().partition("=")
    assert name == "python"
    gate = "-m unleak.cli gate --model demo --suite demo --report-dir reports --format json"
    answer = subprocess.run([python, *gate.split()], capture_output=True, text=True, check=False)
    assert answer.returncode == 1, answer.stderr
    assert '"schema": "unleak.gate/1"' in answer.stdout
    assert (job / "reports/gate.html").is_file()
