"""How like a secret a continuation is."""

import sys

import pytest
import torch

from unleak.core.errors import ModelError, UsageError
from unleak.erase.methods.registry import method_of
from unleak.erase.methods.similarity import BertScore, bleu


def test_bleu_of_characters():
    true = "AKIAIOSFODNN7EXAMPLE"
    same, near, far = bleu([true, true[:-4] + "QQQQ", "zzzzzzzzzzzzzzzzzzzz"], [true] * 3)
    assert same == pytest.approx(1.0)
    assert 0.5 < near < 1
    assert far < 0.1


def test_what_is_missing_is_named(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "sacrebleu.metrics.bleu", None)
    with pytest.raises(UsageError, match=r"unleak\[compare\]"):
        bleu(["a"], ["b"])
    with pytest.raises(ModelError, match="bertscore"):
        BertScore(str(tmp_path))


def test_bert_score_by_hand(tmp_path):
    """With one-hot states: precision 2/3 and recall 1 for `a b c` against `a b`."""
    one, other = torch.eye(4)[[0, 1, 2]], torch.eye(4)[[0, 1]]
    assert BertScore._f1(one, other) == pytest.approx(2 * (2 / 3) / (2 / 3 + 1))
    assert BertScore._f1(one, one) == pytest.approx(1)
    assert BertScore._f1(one, torch.zeros(0, 4)) == 0


def test_bert_score_with_an_encoder_and_demem_with_it(tmp_path, taught):
    from transformers import AutoTokenizer, BertConfig, BertModel

    from unleak.erase.methods.loop import train
    from unleak.models.load import embedded_folder

    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=8192,
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=64,
    )
    folder = tmp_path / "encoder"
    BertModel(config).save_pretrained(folder)
    AutoTokenizer.from_pretrained(embedded_folder()).save_pretrained(folder)
    score = BertScore(str(folder))
    same, other = score(["import os", "def f(): pass"], ["import os", "x = 1"])
    assert same == pytest.approx(1, abs=1e-5)
    assert 0 <= other < same
    settings = {"bertscore": str(folder), "steps": "1", "rollouts": "4", "epochs": "1", "rank": "4"}
    done = train(taught.model(), taught.cases, method_of("demem", settings))
    assert done.steps == 1
