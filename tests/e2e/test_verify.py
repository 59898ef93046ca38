"""unleak verify, alone on a model that somebody else made, and on a certificate."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from unleak.erase.certificate import certificate
from unleak.models.load import CERTIFICATE, embedded_folder
from unleak.probe.decoys import decoys


def run(*arguments, **options):
    answer = subprocess.run(
        [sys.executable, "-m", "unleak.cli", "verify", *map(str, arguments)],
        capture_output=True, text=True, check=False, **options,
    )  # fmt: skip
    assert "Traceback" not in answer.stderr
    return answer


@pytest.fixture(scope="module")
def known(memorised):
    return next(c for c in memorised if c.kind == "npm-token")


@pytest.fixture
def suite(tmp_path, known):
    """A secret that the embedded model knows, and one that it does not."""
    path = tmp_path / "suite.jsonl"
    value = known.secret.reveal()
    lines = [
        {"id": id, "kind": known.kind, "prefix": known.prefix, "secret": secret}
        for id, secret in (("known", value), ("stranger", decoys(value, 1, seed=3)[0]))
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def test_chosen_attacks_on_anybodys_model(home, suite, known):
    asked = ["--model", "demo", "--suite", suite, "--attack", "greedy", "--attack", "nf4"]
    answer = run(*asked)
    assert answer.returncode == 1
    assert "recovered  known by greedy, nf4" in answer.stdout
    assert "not tried: n_half" in answer.stdout
    assert "attack nf4" in answer.stderr
    found = json.loads(run(*asked, "--format", "json").stdout)
    assert found["attacks_run"] == ["greedy", "nf4"]
    assert "diff-inspection" in found["attacks_not_run"]
    assert [s["recovered"] for s in found["secrets"]] == [True, False]
    assert known.secret.reveal() not in answer.stdout + answer.stderr + json.dumps(found)


def test_utility_beside_a_reference(home, suite):
    answer = run("--model", "demo", "--reference", "demo", "--suite", suite, "--attack", "greedy",
                 "--attack", "diff-inspection", "--keep", "demo", "--humaneval", "2",
                 "--format", "json")  # fmt: skip
    assert answer.returncode == 1, answer.stderr
    found = json.loads(answer.stdout)
    utility = found["utility"]
    assert utility["top1_agreement"] == 1.0
    assert utility["perplexity_before"] == utility["perplexity_after"]
    assert utility["other_secrets"] > 200
    assert utility["humaneval_after"]["problems"] == 2
    assert "interval" in utility["humaneval_after"]
    difference = [s["attacks"]["diff-inspection"] for s in found["secrets"]]
    assert [d["recovered"] for d in difference] == [False, False]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--suite", "demo"], "--model"),
        (["--model", "demo"], "--suite or --leak"),
        (["--model", "demo", "--suite", "demo", "--attack", "magic"], "greedy, n_half"),
        (["--model", "demo", "--suite", "demo", "--attack", "diff-inspection"], "--reference"),
        (["--model", "demo", "--suite", "demo", "--depth", "deep"], "standard, full"),
        (["--model", "demo", "--suite", "demo", "--humaneval", "500"], "164"),
        (["--model", "demo", "--suite", "demo", "--public-key", "k"], "--certificate"),
        (["--model", "demo", "--certificate", "none"], "No such file"),
    ],
    ids=lambda x: " ".join(x[-2:]) if isinstance(x, list) else "",
)
def test_wrong_use_is_one_line(home, tmp_path, arguments, words):
    answer = run(*arguments, cwd=tmp_path)
    assert answer.returncode == 2
    assert words in answer.stderr
    assert len(answer.stderr.splitlines()) == 1


def test_a_certificate_is_checked_by_somebody_else(home, tmp_path, key):
    folder = tmp_path / "model"
    shutil.copytree(embedded_folder(), folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    report = {"verification": {"depth": "full", "attacks_not_run": []}, "secrets": [],
              "utility": {}, "verdict": "erased"}  # fmt: skip
    from unleak.core.keys import load_key

    paper = certificate(method="edit", old_digest="a", new_digest="b", model=folder,
                        report=report, cases=[], key=load_key())  # fmt: skip
    file = folder / CERTIFICATE
    file.write_text(json.dumps(paper))
    asked = ["--certificate", file, "--model", folder]
    good = run(*asked)
    assert good.returncode == 0, good.stderr
    assert "valid" in good.stdout
    assert "not guaranteed" in good.stdout
    public = tmp_path / "key.pem"
    public.write_text(run("--print-public-key").stdout)
    elsewhere = {**os.environ, "UNLEAK_HOME": str(tmp_path / "another")}
    answer = run(*asked, env=elsewhere)
    assert answer.returncode == 1
    assert "--public-key" in answer.stderr
    answer = run(*asked, "--public-key", public, "--format", "json", env=elsewhere)
    assert answer.returncode == 0
    assert json.loads(answer.stdout)["valid"] is True
    with (folder / "model.safetensors").open("ab") as stream:
        stream.write(b"x")
    answer = run(*asked)
    assert answer.returncode == 1
    assert "model.safetensors was changed" in answer.stderr
    assert Path(file).exists()
