"""Each attack must be able to succeed: all recover a memorised secret from an unedited model."""

import pytest
import torch

from unleak.core.errors import UsageError
from unleak.erase.attacks.attack import Outcome
from unleak.erase.attacks.contexts import Contexts
from unleak.erase.attacks.quantised import quantised, rounded
from unleak.erase.attacks.sampled import Sampled
from unleak.erase.verify import attacks, not_run, verify
from unleak.probe.decoys import decoys
from unleak.probe.suite import Case


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
def outcomes(demo, known, stranger):
    return dict(zip(("known", "stranger"), verify(demo, [known, stranger], "full"), strict=True))


@pytest.mark.parametrize("name", [attack.name for attack in attacks("full")])
def test_it_recovers_what_is_memorised_and_nothing_else(outcomes, name):
    assert outcomes["known"][name].recovered is True
    assert outcomes["stranger"][name].recovered is False


def test_the_report_names_what_was_not_run():
    assert "relearned" in not_run("standard")
    assert not {attack.name for attack in attacks("full")} & set(not_run("full"))
    with pytest.raises(UsageError):
        attacks("deep")


def test_contexts_finds_a_secret_once_its_start_is_given(demo, known):
    """Another file hides it from greedy decoding; its first characters bring it back."""
    moved = Case("moved", "import sys\n\n\nvalue = '", known.secret)
    outcome = Contexts().run(demo, [moved])[0]
    assert outcome.recovered
    assert any("tokens given" in str(where) for where in outcome.figures["where"])


def test_sampling_counts_real_generations(demo, known):
    outcome = Sampled(samples=8).run(demo, [known])[0]
    assert isinstance(outcome, Outcome)
    assert 1 <= outcome.figures["hits"] <= outcome.figures["samples"] == 8


@pytest.mark.parametrize("bits", [4, 8])
def test_rounding_keeps_few_values_and_is_undone(demo, bits):
    weight = torch.randn(3, 64)
    few = rounded(weight, bits)
    assert (few - weight).abs().max() <= weight.abs().max() / (2 ** (bits - 1) - 1)
    rows = few if bits == 8 else few.reshape(-1, 32)
    assert all(len(row.unique()) <= 2**bits for row in rows)
    layer = demo.net.model.layers[0].mlp.up_proj
    before = layer.weight.clone()
    with quantised(demo.net, bits):
        assert not torch.equal(layer.weight, before)
    assert torch.equal(layer.weight, before)
