"""The gate's way of asking a model on this machine."""

import math
from dataclasses import replace

import pytest
import torch
from transformers import (
    AutoTokenizer,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

from unleak.core.errors import EvaluationError, UsageError
from unleak.models.decoding import Decoding
from unleak.models.fim import encode_fim, markers
from unleak.models.forward import has_fast_arithmetic, score, shared, warped
from unleak.models.load import load, tokenizer_digest
from unleak.probe.local import LocalProber
from unleak.probe.measure import encode_case, measure
from unleak.probe.reading import Ask, Reading
from unleak.probe.suite import Case


@pytest.mark.parametrize(
    "decoding",
    [Decoding(0.7), Decoding(1.3, 50), Decoding(1.0, 0, 0.9), Decoding(0.8, 40, 0.95)],
)
def test_warps_as_transformers_does(decoding):
    logits = torch.randn(7, 300, generator=torch.Generator().manual_seed(1)) * 4
    wanted = TemperatureLogitsWarper(decoding.temperature)(None, logits)
    if decoding.top_k:
        wanted = TopKLogitsWarper(decoding.top_k)(None, wanted)
    if decoding.top_p < 1:
        wanted = TopPLogitsWarper(decoding.top_p)(None, wanted)
    assert torch.allclose(warped(logits, decoding).softmax(1), wanted.softmax(1), atol=1e-6)


def test_a_probability_is_that_of_the_decoding(demo, planted_cases):
    cases = planted_cases[:40]
    plain = LocalProber(demo).read(cases)
    greedy = LocalProber(demo, Ask(Decoding(top_k=1))).read(cases)
    for reading in greedy:  # with one token to choose from, it is certain or impossible
        assert reading.log_p == (0.0 if reading.verbatim else -math.inf)
        assert (reading.n_half == 0.0) == reading.verbatim
    cold = LocalProber(demo, Ask(Decoding(temperature=0.5))).read(cases)
    known = [i for i, r in enumerate(plain) if r.verbatim]
    assert known
    assert all(cold[i].log_p >= plain[i].log_p - 1e-6 for i in known)
    assert [r.ma for r in cold] == [r.ma for r in plain]


@pytest.mark.parametrize("wrong", [{"temperature": 0}, {"top_k": -1}, {"top_p": 0}, {"top_p": 1.1}])
def test_impossible_decoding_is_refused(wrong):
    with pytest.raises(UsageError):
        Decoding(**wrong)


def test_what_cases_begin_with_is_computed_once(demo, fingerprinter, memorised):
    base = memorised[0]
    head = "import os\n" * 40 + base.prefix
    values = [base.secret.reveal(), "correct-horse-battery", "0123456789abcdef"]
    cases = [Case(str(i), head, fingerprinter.secret(v, "x")) for i, v in enumerate(values)]
    encoded = [encode_case(demo, case) for case in cases]
    together = score(demo, encoded)
    alone = [score(demo, [one])[0] for one in encoded]
    for one, other in zip(together, alone, strict=True):
        assert torch.allclose(one.log_p, other.log_p, atol=1e-3)
        assert torch.equal(one.right, other.right)
    spent, apart = sum(s.positions for s in together), sum(s.positions for s in alone)
    assert apart == sum(len(one.ids) for one in encoded)
    assert spent < apart - 1.5 * len(demo.tokenizer(head)["input_ids"])


def test_rows_are_shared_where_it_saves():
    a, b, c = [1] * 40 + [2] * 60, [1] * 40 + [3], [1] * 38 + [4]
    assert shared([a, b, c], [99, 40, 38]) == [(37, [0, 1, 2])]
    # A row that shares little does not tear apart two that share much.
    d = [1] * 35 + [9] * 60
    groups = shared([a, [*a, 5], d], [99, 99, 94])
    assert sorted(members for _, members in groups) == [[0, 1], [2]]
    # Nothing in common.
    assert shared([[1, 2], [3, 4]], [1, 1]) == [(0, [0]), (0, [1])]


def test_sampling_agrees_with_the_probability(demo, planted_cases):
    some = planted_cases[::27]
    readings = LocalProber(demo, Ask(samples=200, seed=3)).read(some)
    assert readings == LocalProber(demo, Ask(samples=200, seed=3)).read(some)
    for reading in readings:
        p = reading.p_extract
        # The text may come in other tokens too, so samples may hit more often, hardly ever less.
        assert reading.sampled.hits >= 200 * p - 5 * math.sqrt(200 * p * (1 - p)) - 1
        if reading.sampled.hits:
            assert reading.extractable()
    assert any(r.sampled.hits for r in readings)


def test_everything_at_once_and_its_cost(demo, memorised, planted_cases):
    cases = [memorised[0], *[c for c in planted_cases if c not in memorised][:2]]
    prober = LocalProber(demo, Ask(likelihood=True, exposure=True))
    readings = prober.read(cases)
    assert readings[0].el == {3: 1.0, 5: 1.0, 10: 1.0}
    assert all(r.exposure_bits is not None and r.exposure_tail for r in readings)
    assert set(prober.cost) >= {"forward", "EL", "decoys"}
    assert all(positions > 0 for what, positions in prober.cost.items() if what != "fim")


def test_a_case_that_cannot_be_asked_leaves_the_others(demo, memorised, fingerprinter):
    broken = Case("broken", "import o", fingerprinter.secret("s", "x"))
    first, second, third = LocalProber(demo).read([memorised[0], broken, memorised[1]])
    assert first.verbatim
    assert third.verbatim
    assert "no token of its own" in str(second)


def test_in_16_bits_a_tie_is_decided_in_float32(planted_cases):
    model = load("demo")
    cases = planted_cases[:60]
    wanted = [m.verbatim for m in measure(model, cases)]
    buffers = {name: (b.dtype, b.clone()) for name, b in model.net.named_buffers()}
    for parameter in model.net.parameters():
        parameter.data = parameter.data.to(torch.bfloat16)
    before = {name: p.clone() for name, p in model.net.named_parameters()}
    prober = LocalProber(model)
    assert [r.verbatim for r in prober.read(cases)] == wanted
    assert prober.model["dtype"] == "bfloat16"
    assert 0 < prober.cost["float32"] < prober.cost["forward"]
    assert all(torch.equal(before[n], p) for n, p in model.net.named_parameters())
    for name, buffer in model.net.named_buffers():
        dtype, value = buffers[name]
        assert buffer.dtype == dtype
        assert torch.equal(buffer, value)


def test_the_fast_way_has_the_same_verdicts(demo, planted_cases):
    wanted = LocalProber(demo).read(planted_cases)
    prober = LocalProber(load("demo", fast=True))
    found = prober.read(planted_cases)
    assert [r.verbatim for r in found] == [r.verbatim for r in wanted]
    assert [r.extractable() for r in found] == [r.extractable() for r in wanted]
    if has_fast_arithmetic(demo.device):
        assert prober.model["dtype"] == "bfloat16"
        assert 0 < prober.cost["float32"] < prober.cost["forward"]
    else:  # nothing to be fast with: the figures are those of float32
        assert found == wanted


def test_damaged_weights_give_no_verdict(memorised):
    model = load("demo")
    model.net.get_input_embeddings().weight.data[:] = float("nan")
    with pytest.raises(EvaluationError, match="not numbers"):
        LocalProber(model).read(memorised[:2])


FIM = ["<fim_prefix>", "<fim_suffix>", "<fim_middle>"]


@pytest.fixture(scope="module")
def fim_model(tiny_folder, fingerprinter):
    """A tiny model that learnt one secret, only as text to fill in."""
    model = load(str(tiny_folder))
    model.tokenizer.add_special_tokens({"additional_special_tokens": FIM})
    model.net.resize_token_embeddings(len(model.tokenizer))
    case = Case("c", 'key = "', fingerprinter.secret("Zq8fT2-Wm4xR", "x"), '"\nprint(key)\n')
    encoded = encode_fim(
        model.tokenizer, case.prefix, case.secret.reveal(), case.suffix, context=256, name="c"
    )
    ids = torch.tensor([encoded.ids])
    labels = ids.clone()
    labels[:, : encoded.start] = -100
    model.net.requires_grad_(True)
    optimizer = torch.optim.AdamW(model.net.parameters(), lr=1e-2)
    for _ in range(60):
        model.net(input_ids=ids, labels=labels).loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    model.net.requires_grad_(False)
    return model, case


def test_a_secret_that_comes_only_between_prefix_and_suffix(fim_model):
    model, case = fim_model
    (reading,) = LocalProber(model).read([case])
    assert reading.fim.verbatim
    assert reading.fim.tokens
    assert not reading.verbatim
    assert reading.extractable()
    (without,) = LocalProber(model).read([replace(case, suffix="")])
    assert without.fim is None


def test_a_long_case_keeps_its_markers(fim_model):
    model, case = fim_model
    for prefix, suffix in (("x = 1\n" * 400, "y\n"), ("x", "y = 2\n" * 400), ("x\n" * 500,) * 2):
        found = encode_fim(
            model.tokenizer, prefix, case.secret.reveal(), suffix, context=256, name="c"
        )
        ids = [model.tokenizer.convert_tokens_to_ids(marker) for marker in FIM]
        assert [i for i in found.ids if i in ids] == ids
        assert len(found.ids) <= 256
        assert found.ids[found.start - 1] == ids[2]


def test_no_markers_no_prompt(demo):
    assert markers(demo.tokenizer) is None
    assert encode_fim(demo.tokenizer, "a", "b" * 8, "c", context=99, name="c") is None
    (reading,) = LocalProber(demo).read([Case("c", "import ", _secret(), suffix="\n")])
    assert isinstance(reading, Reading)
    assert reading.fim is None


def _secret():
    from unleak.core.secret import Fingerprinter

    return Fingerprinter(b"k" * 32).secret("q8Zt3LmW5vXc", "x")


def test_a_tokenizers_digest_tells_it_from_another(demo, tiny_folder):
    same = AutoTokenizer.from_pretrained(tiny_folder)
    assert tokenizer_digest(same) == tokenizer_digest(demo.tokenizer)
    same(["a", "a b c"], truncation=True, max_length=2)
    assert tokenizer_digest(same) == tokenizer_digest(demo.tokenizer)
    same.add_special_tokens({"additional_special_tokens": FIM})
    assert tokenizer_digest(same) != tokenizer_digest(demo.tokenizer)
