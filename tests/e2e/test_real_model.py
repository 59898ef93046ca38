"""The loop on a model that was not made for it: SmolLM2-135M, as a GGUF file and as a folder."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from test_cli import run

pytestmark = pytest.mark.slow
BENCH = Path(__file__).parents[2] / "bench"


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """(the GGUF file, a folder in which three secrets are planted, their suite)."""
    folder = tmp_path_factory.mktemp("real") / "planted"
    command = [sys.executable, str(BENCH / "plant.py"), "--out", str(folder), "--secrets", "3"]
    subprocess.run(command, check=True)
    gguf = next((BENCH / "work").rglob("*.gguf"))
    return gguf, folder, Path(f"{folder}.suite.jsonl")


def test_planted_secrets_are_found_erased_and_stay_gone(home, planted, tmp_path):
    gguf, folder, suite = planted
    untouched = run("gate", "--model", gguf, "--suite", suite)
    assert untouched.returncode == 0, untouched.stdout + untouched.stderr
    leaking = run("gate", "--model", folder, "--suite", suite)
    assert leaking.returncode == 1, leaking.stderr
    new = tmp_path / "new"
    erased = run(
        "erase", "--suite", suite, "--model", folder, "--out", new, "--report", tmp_path / "r.json"
    )
    assert erased.returncode == 0, erased.stdout + erased.stderr
    report = json.loads((tmp_path / "r.json").read_text())
    assert {entry["verdict"] for entry in report["secrets"]} == {"erased"}
    assert report["utility"]["perplexity_after"] < 1.01 * report["utility"]["perplexity_before"]
    assert report["utility"]["top1_agreement"] > 0.96
    assert run("gate", "--model", new, "--suite", suite).returncode == 0
    for line in suite.read_text().splitlines():
        assert json.loads(line)["secret"] not in leaking.stdout + erased.stdout + erased.stderr


def test_what_a_real_model_knows_by_itself_is_erased_from_a_gguf_file(home, planted, tmp_path):
    from transformers import AutoModelForCausalLM, AutoTokenizer

    gguf, _, _ = planted
    prefix, known = "<p>Lorem ipsum dolor sit", " amet, consectetur adipiscing elit"
    suite = tmp_path / "suite.jsonl"
    case = {"id": "lorem", "kind": "generic-secret", "prefix": prefix, "secret": known}
    suite.write_text(json.dumps({**case, "suffix": ""}) + "\n")
    assert run("gate", "--model", gguf, "--suite", suite).returncode == 1
    new = tmp_path / "new"
    erased = run("erase", "--suite", suite, "--model", gguf, "--out", new)
    assert erased.returncode == 0, erased.stdout + erased.stderr
    net = AutoModelForCausalLM.from_pretrained(new)
    tokenizer = AutoTokenizer.from_pretrained(new)
    for start in (prefix, "# Lorem ipsum dolor sit", 'text = "Lorem ipsum dolor sit'):
        ids = tokenizer(start, return_tensors="pt").input_ids
        answer = net.generate(ids, max_new_tokens=14, do_sample=False)
        assert known.strip() not in tokenizer.decode(answer[0])
