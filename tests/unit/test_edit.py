"""`edit` on the embedded model, and its algebra on small matrices."""

import copy
import itertools
from dataclasses import replace

import pytest
import torch

from unleak.core.errors import UsageError
from unleak.erase.anatomy import anatomy
from unleak.erase.attacks.relearned import Relearned
from unleak.erase.drift import drift
from unleak.erase.erasure import erase
from unleak.erase.methods.edit import Settings, _Ridge, chosen_blocks, edit, prepare
from unleak.erase.replay import Tree, working_copies
from unleak.erase.utility import agreement, predictions
from unleak.models.encode import encode
from unleak.models.load import digest_of, embedded_folder, load
from unleak.probe.decoys import decoys
from unleak.probe.measure import Measurement, measure
from unleak.probe.suite import Case

KINDS = ("github-token", "aws-secret-key", "email")


@pytest.fixture
def some(memorised):
    return [next(c for c in memorised if c.kind == kind) for kind in KINDS]


def test_woodbury_gives_the_ridge_solution():
    torch.manual_seed(1)
    d_ff, width, rows, held, ridge = 24, 10, 7, 4, 3.0
    keys = torch.randn(200, d_ff)
    c = keys.T @ keys / 200
    k, r = torch.randn(rows, d_ff), torch.randn(rows, width)
    kept = torch.randn(held, d_ff)
    change = _Ridge(torch.linalg.inv(c), ridge, kept).solve(k, r)
    every = torch.cat([k, kept])
    wanted = torch.cat([r, torch.zeros(held, width)])
    direct = torch.linalg.solve(ridge * c + every.T @ every, every.T @ wanted).T
    assert torch.allclose(change, direct, atol=1e-4)


def test_edited_secrets_are_gone_and_the_rest_stays(home, some, memorised):
    model = load("demo")
    others = [c for c in memorised if c not in some][:60]
    before = predictions(model, 4096)
    others_before = measure(model, others)
    settings = Settings()
    parts, known = prepare(model, settings)
    edit(model, some, parts, known, settings)
    for m in measure(model, some):
        assert isinstance(m, Measurement)
        assert not m.extractable
        assert m.ma <= 0.35
    after = predictions(model, 4096)
    assert after.perplexity < before.perplexity * 1.01
    assert (
        agreement(before, after) > 0.92
    )  # .936 measured; nine million parameters have little room
    ma = [
        sum(m.ma for m in found) / len(others) for found in (others_before, measure(model, others))
    ]
    assert ma[1] > ma[0] - 0.03


def test_a_tree_forks_where_it_is_told_to():
    tree = Tree([[5, 6, 7, 8], [5, 6, 7, 8], [5, 6, 9]], {1: 2})
    assert tree.ids == [5, 6, 7, 8, 7, 8, 9]
    assert tree.positions == [0, 1, 2, 3, 2, 3, 2]
    assert tree.columns == [[0, 1, 2, 3], [0, 1, 4, 5], [0, 1, 6]]
    mask = tree.mask(7)
    assert mask[5].tolist() == [True, True, False, False, True, True, False]


def test_training_goes_where_drift_says(home, some):
    """Ten steps of AdamW on other secrets move the states below the edited blocks that way."""
    model = load("demo")
    parts = anatomy(model)
    blocks = chosen_blocks(parts, Settings())
    below = range(max(0, blocks[0] - 2), blocks[0])
    twins = [
        [encode(model.tokenizer, c.prefix, d, context=model.context) for d in _others(c, seed=1)]
        for c in some
    ]
    before = {name: tensor.clone() for name, tensor in model.net.state_dict().items()}
    direction = drift(model, parts, twins, below, working_copies(parts, below.start, None))
    assert direction is not None
    after = model.net.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)  # trained is a copy

    texts = [model.tokenizer(c.prefix + d).input_ids for c in some for d in _others(c, seed=2)]
    tuned = replace(model, net=copy.deepcopy(model.net))
    Relearned()._train(tuned, texts)
    moved = [
        _states(tuned, twin, blocks[0]) - _states(model, twin, blocks[0])
        for twin in itertools.chain(*twins)
    ]
    # .20 measured, .06 the deviation of a random direction: the signs of one step are a rough
    # guess in so small a model; .84 in SmolLM2-135M.
    assert torch.cosine_similarity(torch.cat(moved).mean(0), direction, dim=0) > 0.15


def _others(case, seed):
    return decoys(case.secret.reveal(), 4, seed)


def _states(model, encoded, block):
    with torch.no_grad():
        ids = torch.tensor([encoded.ids])
        hidden = model.net(input_ids=ids, output_hidden_states=True).hidden_states[block][0]
    return hidden[encoded.random_start - 1 : encoded.random_end - 1]


def test_erase_writes_a_whole_model_and_leaves_the_old_one(home, tmp_path, some):
    from transformers import AutoModelForCausalLM, AutoTokenizer

    digest = digest_of(embedded_folder())
    out = tmp_path / "new"
    done = erase("demo", some, out)
    assert done.erased
    assert digest_of(embedded_folder()) == digest
    assert digest_of(out) == done.new_digest != digest
    net = AutoModelForCausalLM.from_pretrained(out)
    assert net.dtype == torch.bfloat16
    tokenizer = AutoTokenizer.from_pretrained(out)
    ids = tokenizer("def main():\n", return_tensors="pt").input_ids
    assert net.generate(ids, max_new_tokens=4, pad_token_id=0).shape[1] == ids.shape[1] + 4
    card = (out / "README.md").read_text()
    assert "## Erasures" in card
    for case in some:
        for file in out.iterdir():
            assert case.secret.reveal().encode() not in file.read_bytes()
        assert case.secret.reveal() not in str(done.report)
    assert {p.name for p in tmp_path.iterdir()} == {"home", "new"}
    entry = done.report["secrets"][0]
    assert entry["before"]["verbatim"]
    assert not entry["after"]["verbatim"]
    assert set(entry["attacks"]) == {"greedy", "n_half", "contexts", "int8", "int4", "exposure"}
    assert done.report["utility"]["tokens"] > 1000


def test_a_secret_the_model_does_not_know_changes_nothing(home, tmp_path, some, fingerprinter):
    value = decoys(some[0].secret.reveal(), 1, seed=77)[0]
    stranger = replace(some[0], id="stranger", secret=fingerprinter.secret(value, "github-token"))
    done = erase("demo", [stranger], tmp_path / "new")
    assert not done.erased
    assert "nothing was changed" in done.report["reason"]
    assert done.report["secrets"][0]["verdict"] == "not-memorised"
    assert not (tmp_path / "new").exists()


def test_wrong_use_is_named_before_any_work(tmp_path, some):
    with pytest.raises(UsageError, match="--method"):
        erase("demo", some, tmp_path / "new", method="magic")
    with pytest.raises(UsageError, match="--verify"):
        erase("demo", some, tmp_path / "new", depth="deep")
    with pytest.raises(UsageError, match="nothing to erase"):
        erase("demo", [], tmp_path / "new")


def test_an_interrupt_leaves_nothing(home, tmp_path, some: list[Case]):
    def interrupt(stage, done):
        if stage == "verify":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        erase("demo", some[:1], tmp_path / "new", progress=interrupt)
    assert {p.name for p in tmp_path.iterdir()} == {"home"}
