"""Each attack must be able to succeed: all recover a memorised secret from an unedited model."""

import copy
from dataclasses import replace
from statistics import NormalDist

import pytest
import torch
from transformers import GPT2Config, GPT2LMHeadModel

from unleak.core.errors import EvaluationError, UsageError
from unleak.erase.attacks.attack import Outcome
from unleak.erase.attacks.contexts import Contexts
from unleak.erase.attacks.difference import Difference
from unleak.erase.attacks.exposed import Exposed
from unleak.erase.attacks.greedy import Greedy
from unleak.erase.attacks.indirect import Indirect
from unleak.erase.attacks.quantised import TYPES, Quantised
from unleak.erase.attacks.relearned import Relearned
from unleak.erase.attacks.rounding import NF4, bfloat16, int4, int8, matrices, nf4, rounded
from unleak.erase.attacks.sampled import NHalf, Sampled
from unleak.erase.intervals import student, wilson
from unleak.erase.verify import NAMES, attacks, not_run, recovered, verify
from unleak.probe.decoys import decoys
from unleak.probe.suite import Case

# As `full` runs them, but with fewer samples and trainings.
SMALL = {
    attack.name: attack
    for attack in (
        Greedy(), NHalf(), Contexts(), *(Quantised(name) for name in TYPES),
        Exposed(thorough=False), Sampled(samples=20), Indirect(samples=15), Relearned(seeds=(0,)),
    )
}  # fmt: skip


@pytest.fixture(scope="module")
def known(planted_cases, planted_measured):
    """The best known token of one kind."""
    pairs = [
        p for p in zip(planted_cases, planted_measured, strict=True) if p[0].kind == "npm-token"
    ]
    return max(pairs, key=lambda p: p[1].log_p)[0]


@pytest.fixture(scope="module")
def stranger(known, fingerprinter):
    value = decoys(known.secret.reveal(), 1, seed=3)[0]
    return Case("stranger", known.prefix, fingerprinter.secret(value, known.kind))


@pytest.fixture(scope="module")
def unaskable(known):
    """Its secret is one token that begins before it."""
    return Case("unaskable", "import o", replace(known.secret, value="s"))


@pytest.fixture(scope="module")
def outcomes(demo, known, stranger, unaskable):
    """(known, stranger, unaskable) by attack."""
    done: list[float] = []
    found = {}
    for name, attack in SMALL.items():
        found[name] = attack.run(demo, [known, stranger, unaskable], done.append)
    assert all(0 <= share <= 1 for share in done)
    return found


def test_every_attack_is_tried_here():
    assert set(SMALL) == set(NAMES) - {"diff-inspection"}


@pytest.mark.parametrize("name", list(SMALL))
def test_it_recovers_what_is_memorised_and_nothing_else(outcomes, name):
    known, stranger, _ = outcomes[name]
    assert known.recovered is True
    assert stranger.recovered is False


@pytest.mark.parametrize("name", list(SMALL))
def test_a_case_that_cannot_be_asked_is_not_called_safe(outcomes, name):
    outcome = outcomes[name][2]
    if name in {"contexts", *TYPES}:  # in another context it has a token of its own
        return
    assert outcome.recovered is None
    assert "no token of its own" in str(outcome.figures["not_run"])


def test_no_outcome_holds_a_secret(outcomes, known):
    text = str({name: [o.as_json() for o in found] for name, found in outcomes.items()})
    assert known.secret.reveal() not in text
    assert known.secret.reveal()[8:20] not in text


def test_what_hangs_on_chance_comes_with_an_interval(outcomes):
    sampled = outcomes["sampled"][0].figures
    assert sampled["low"] <= sampled["hits"] / sampled["samples"] <= sampled["high"]
    assert len(sampled["hits_by_seed"]) == 3
    run = outcomes["indirect"][0].figures["longest_run"]
    assert run["low"] <= run["mean"] <= run["high"]
    assert "random_ma" in outcomes["relearned"][0].figures["ordinary"]


def test_the_report_names_what_was_not_run():
    assert "relearned" in not_run("standard")
    assert not_run("full") == ["diff-inspection"]
    assert {a.name for a in attacks("full")} | set(not_run("full")) == set(NAMES)
    assert [a.name for a in attacks("standard", ["nf4", "greedy"])] == ["greedy", "nf4"]
    for depth, names, words in (
        ("deep", [], "--verify deep"),
        ("full", ["magic"], "--attack magic"),
        ("full", ["diff-inspection"], "--reference"),
    ):
        with pytest.raises(UsageError, match=words):
            attacks(depth, names)


def test_verify_tells_how_far_it_is(demo, stranger):
    told, reported = [], []
    found = verify(
        demo, [stranger], names=["greedy", "int8"],
        report=lambda name, _: reported.append(name),
        progress=lambda stage, done: told.append((stage, done)),
    )  # fmt: skip
    assert reported == list(found[0]) == ["greedy", "int8"]
    assert ("attack greedy", 0.0) in told
    assert ("attack int8", 1.0) in told
    assert recovered(found[0]) == []


def test_contexts_finds_a_secret_once_its_start_is_given(demo, known):
    """Another file hides it from greedy decoding; its first characters bring it back."""
    moved = Case("moved", "import sys\n\n\nvalue = '", known.secret)
    outcome = Contexts().run(demo, [moved])[0]
    assert outcome.recovered
    assert any("tokens given" in str(where) for where in outcome.figures["where"])


def test_sampling_counts_real_generations(demo, known):
    outcome = Sampled(samples=8, seeds=(5,)).run(demo, [known])[0]
    assert isinstance(outcome, Outcome)
    assert 1 <= outcome.figures["hits"] <= outcome.figures["samples"] == 8


def test_relearning_leaves_the_model_as_it_was(demo, stranger):
    before = [p.clone() for p in demo.net.parameters()]
    Relearned(steps=1, seeds=(0,)).run(demo, [stranger])
    assert all(torch.equal(a, b) for a, b in zip(before, demo.net.parameters(), strict=True))
    assert not any(p.requires_grad for p in demo.net.parameters())


@pytest.mark.parametrize(
    ("how", "levels", "group"), [(int8, 256, 64), (int4, 16, 32), (nf4, 16, 64)]
)
def test_rounding_keeps_few_values_near_the_weights(how, levels, group):
    torch.manual_seed(0)
    weight = torch.randn(3, 64)
    few = how(weight)
    widest = {int8: 1 / 254, int4: 1 / 14, nf4: (1 - 0.6961928) / 2}[how]
    for given, held in zip(weight.reshape(-1, group), few.reshape(-1, group), strict=True):
        assert len(held.unique()) <= levels
        assert (given - held).abs().max() <= given.abs().max() * widest * 1.001


def test_nf4_is_made_of_quantiles_of_a_normal_distribution():
    """QLoRA, section 3 and appendix E: 8 quantiles above zero, 7 below, and zero."""
    end = 0.9677083

    def quantiles(count):
        steps = [end + (0.5 - end) * i / count for i in range(count)]
        return [NormalDist().inv_cdf(share) for share in steps]

    values = sorted([*quantiles(8), 0.0, *(-q for q in quantiles(7))])
    assert pytest.approx([v / max(values) for v in values], abs=1e-5) == list(NF4)


def test_nf4_blocks_run_through_the_rows():
    weight = torch.zeros(2, 96)
    weight[0, :64], weight[0, 64:], weight[1, 32:] = 1.0, 100.0, 5.0
    held = nf4(weight)
    assert torch.equal(held[0], weight[0])
    assert held[1, 32:].unique().tolist() == [5.0]


def test_gpt2_is_rounded_along_its_inputs():
    torch.manual_seed(0)
    net = GPT2LMHeadModel(GPT2Config(vocab_size=64, n_embd=32, n_layer=1, n_head=2))
    layer, head = net.transformer.h[0].mlp.c_fc.weight, net.lm_head.weight
    before, embeddings = layer.detach().clone(), head.detach().clone()
    assert len(matrices(net)) == 4
    with rounded(net, int8):
        assert torch.equal(layer, int8(before.T).T)
        assert torch.equal(head, embeddings)
    assert torch.equal(layer, before)


def test_a_model_that_cannot_be_rounded_is_an_error():
    class Odd(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = torch.nn.Parameter(torch.zeros(4))

        def get_output_embeddings(self):
            return None

    with pytest.raises(EvaluationError, match="Odd"), rounded(Odd(), int8):
        pass


def test_bfloat16_is_computed_in_and_undone(demo):
    before = [(p.data_ptr(), p.dtype) for p in demo.net.parameters()]
    with bfloat16(demo.net):
        logits = demo.net(input_ids=torch.tensor([[1, 2]])).logits
        assert logits.dtype == torch.bfloat16
    assert [(p.data_ptr(), p.dtype) for p in demo.net.parameters()] == before


def test_the_difference_of_the_weights_shows_the_tokens(demo, known, stranger):
    """An edit that acts along the tokens' rows is read off it; one that does not, is not."""
    encoded = Greedy().run(demo, [known])[0]
    assert encoded.recovered
    ids = demo.tokenizer(known.secret.reveal(), add_special_tokens=False).input_ids
    changed = replace(demo, net=copy.deepcopy(demo.net))
    rows = demo.net.get_output_embeddings().weight[ids]
    torch.manual_seed(0)
    weight = changed.net.model.layers[-1].mlp.down_proj.weight
    weight.data += 0.1 * rows.T @ torch.randn(len(ids), weight.shape[1])
    attack = Difference(demo)
    told, other = attack.run(changed, [known, stranger])
    assert told.recovered
    assert told.figures["mean_rank"] < other.figures["mean_rank"]
    assert not attack.run(demo, [known])[0].recovered
    assert recovered({"diff-inspection": told}) == []  # reported, not required


def test_the_difference_of_two_kinds_of_model_is_an_error(demo, known, tiny_folder):
    from unleak.models.load import load

    with pytest.raises(EvaluationError, match="--reference"):
        Difference(load(str(tiny_folder))).run(demo, [known])


def test_intervals():
    assert wilson(0, 10) == (0.0, pytest.approx(0.2775, abs=1e-4))
    assert wilson(10, 10)[1] == 1.0
    assert student([0.5, 0.5, 0.5]) == (0.5, 0.5, 0.5)
