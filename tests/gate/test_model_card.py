"""The model card: one key is written, everything else stays."""

import json
from dataclasses import replace

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from unleak.ci.model_card import main, merge, result
from unleak.ci.outcome import Outcome
from unleak.core.errors import EvaluationError, UsageError

OUTCOME = Outcome("failed", cases=5, leaks=3, errors=1, verbatim=2)
ENTRY = result(OUTCOME, "leaks")
CARD = """---
# who made it
language: [en,   code]
license: "apache-2.0"   # quoted
model-index:
- name: mine
  results:
  - task: {type: text-generation}
    dataset: {type: humaneval, name: HumanEval}
    metrics: [{type: pass@1, value: 0.3}]
# how it was made
date: 2024-05-01
tags:
- code
---
# Mine

---
text, not metadata: é
"""


def front(card):
    return yaml.safe_load(card.split("---")[1])


def test_only_model_index_changes():
    merged = merge(CARD, "mine", ENTRY)
    head, tail = CARD.split("model-index:")[0], CARD[CARD.index("# how it was made") :]
    assert merged.startswith(head)
    assert merged.endswith(tail)
    [model] = front(merged)["model-index"]
    assert [r["dataset"]["name"] for r in model["results"]] == ["HumanEval", "leaks"]
    metrics = {m["type"]: m["value"] for m in model["results"][1]["metrics"]}
    assert metrics == {"leaks": 3, "cases": 5, "errors": 1, "verbatim-share": 0.5}


def test_a_later_run_replaces_its_own_entry_and_another_suite_adds_one():
    merged = merge(CARD, "mine", ENTRY)
    assert merge(merged, "mine", ENTRY) == merged
    later = merge(merged, "mine", result(replace(OUTCOME, leaks=0), "leaks"))
    assert len(front(later)["model-index"][0]["results"]) == 2
    assert front(later)["model-index"][0]["results"][1]["metrics"][0]["value"] == 0
    other = merge(merged, "mine", result(OUTCOME, "other"))
    assert len(front(other)["model-index"][0]["results"]) == 3


def test_the_hub_reads_it():
    from huggingface_hub import ModelCard

    results = ModelCard(merge(CARD, "mine", ENTRY)).data.eval_results
    assert {r.metric_type for r in results if r.dataset_name == "leaks"} == {
        "leaks", "cases", "errors", "verbatim-share",
    }  # fmt: skip


@pytest.mark.parametrize(
    "card",
    [
        "",
        "# Title\n",
        "\ufeff# Title\n",
        "---\n---\ntext",
        "---\nlicense: mit\n---",
        "---\r\nlicense: mit\r\n---\r\ntext\r\n",
        "\ufeff---\nlicense: mit\n---\n",
        "---\nmodel-index:\n---\n",
        "---\nmodel-index: []\nlicense: mit\n---\n",
        "---\nmodel-index:\n- name: a\n  results: []  # none yet\n\n# next\nlicense: mit\n---\n",
        "---\nmodel-index:\n- name: |\n    a\n  \n\nlicense: mit\n---\n",
        "---\nnote: |+\n  kept\n\n---\n",
        "---\n# only a comment\n---\n",
    ],
)
def test_forms_of_a_card(card):
    merged = merge(card, "mine", ENTRY)
    assert merge(merged, "mine", ENTRY) == merged
    block = front(merged)
    assert block["model-index"][0]["results"] == [ENTRY]
    assert ("license" in block) == ("license" in card)
    assert ("\r\n" in merged) == ("\r\n" in card)
    assert "\n" not in merged.replace("\r\n", "") or "\r\n" not in card
    for kept in ("# next", "# only a comment", "# Title", "\ufeff", "text"):
        assert merged.count(kept) >= card.count(kept)


@given(
    data=st.dictionaries(
        st.text(min_size=1).filter(lambda key: key != "model-index"),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(),
            lambda v: st.lists(v),
            max_leaves=5,
        ),
        min_size=1,
    ),
    text=st.text(),
)
def test_any_card_keeps_its_keys_and_its_text(data, text):
    card = f"---\n{yaml.safe_dump(data, allow_unicode=False)}---\n{text}"
    merged = merge(card, "mine", ENTRY)
    assert merged.startswith(card[: card.index("\n---\n") + 1])
    assert merged.endswith(f"---\n{text}")
    assert merge(merged, "mine", ENTRY) == merged


@pytest.mark.parametrize(
    ("card", "says"),
    [
        ("---\nlicense: mit\n", "not closed"),
        ("---\na: [1\n---\n", r"not valid YAML"),
        ("---\na: 2024-13-45\n---\n", "not valid YAML"),
        ("---\njust text\n---\n", "not a YAML mapping"),
        ("---\nmodel-index: 3\n---\n", "not a list of models"),
        ("---\nmodel-index:\n- name: a\n  results: 3\n---\n", "not a list"),
        ("---\n{license: mit}\n---\n", "cannot be merged"),
        ("---\nmodel-index: &a\n- name: a\nother: *a\n---\n", "cannot be merged"),
    ],
)
def test_a_broken_front_matter_is_left_alone(card, says, tmp_path, gate_json, capsys):
    with pytest.raises(UsageError, match=says):
        merge(card, "mine", ENTRY)
    (tmp_path / "README.md").write_text(card)
    assert main(["--gate", str(gate_json), str(tmp_path)]) == 2
    assert str(tmp_path / "README.md") in capsys.readouterr().err
    assert (tmp_path / "README.md").read_text() == card


def test_the_command(tmp_path, gate_json, capsys):
    folder = tmp_path / "my-model"
    assert main(["--gate", str(gate_json), str(folder)]) == 2
    assert "no such folder" in capsys.readouterr().err
    folder.mkdir()
    assert main(["--gate", str(gate_json), "--suite", "leaks", str(folder)]) == 0
    first = (folder / "README.md").read_bytes()
    assert main(["--gate", str(gate_json), "--suite", "leaks", str(folder)]) == 0
    assert (folder / "README.md").read_bytes() == first
    assert front(first.decode())["model-index"][0]["name"] == "my-model"
    entries = json.loads(gate_json.read_text())["cases"]
    assert not any(e["fingerprint"] in first.decode() or e["id"] in first.decode() for e in entries)
    (folder / "README.md").write_bytes(b"\xff")
    assert main(["--gate", str(gate_json), str(folder)]) == 2


def test_without_an_asked_case_there_is_nothing_to_write():
    with pytest.raises(EvaluationError):
        result(Outcome("not-evaluated", cases=2, leaks=0, errors=2, verbatim=0), "leaks")


def test_a_card_keeps_its_mode(tmp_path, gate_json):
    (tmp_path / "README.md").write_text(CARD)
    (tmp_path / "README.md").chmod(0o600)
    assert main(["--gate", str(gate_json), str(tmp_path)]) == 0
    assert (tmp_path / "README.md").stat().st_mode & 0o777 == 0o600
