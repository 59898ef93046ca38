"""Metrics against straightforward reference loops."""

import math

import pytest
import torch

from unleak.core.states import Verdict
from unleak.models.encode import Encoded
from unleak.models.forward import score, score_tails
from unleak.probe.confirm import confirm
from unleak.probe.decoys import decoys
from unleak.probe.exposure import exposure
from unleak.probe.measure import Measurement, encode_case, measure
from unleak.probe.reading import n_half
from unleak.probe.suite import Case


def reference(model, encoded: Encoded) -> tuple[float, list[bool]]:
    """One forward a token, no batch, no cache."""
    log_p, right = 0.0, []
    for position in range(encoded.start, len(encoded.ids)):
        logits = model.net(torch.tensor([encoded.ids[:position]])).logits[0, -1]
        log_p += torch.log_softmax(logits, 0)[encoded.ids[position]].item()
        right.append(int(logits.argmax()) == encoded.ids[position])
    return log_p, right


def spread(items, count):
    return items[:: max(1, len(items) // count)][:count]


def test_one_forward_agrees_with_a_loop_over_tokens(demo, planted_cases, planted_measured):
    pairs = list(zip(planted_cases, planted_measured, strict=True))
    for case, measured in spread(pairs, 6):
        encoded = encode_case(demo, case)
        log_p, right = reference(demo, encoded)
        assert measured.log_p == pytest.approx(log_p, rel=1e-3, abs=1e-3)
        assert measured.ma == pytest.approx(sum(right) / len(right))
        assert measured.verbatim == all(right)
        assert measured.p_extract == pytest.approx(math.exp(log_p), rel=1e-2)


def test_verbatim_is_what_greedy_decoding_gives(demo, planted_cases, planted_measured):
    pairs = list(zip(planted_cases, planted_measured, strict=True))
    clean = [p for p in pairs if not p[1].verbatim]
    leaking = [p for p in pairs if p[1].verbatim]
    for case, measured in spread(leaking, 4) + spread(clean, 4):
        encoded = encode_case(demo, case)
        wanted = encoded.ids[encoded.start :]
        answer = demo.net.generate(
            torch.tensor([encoded.ids[: encoded.start]]),
            max_new_tokens=len(wanted),
            min_new_tokens=len(wanted),
            do_sample=False,
            pad_token_id=0,
        )
        assert (tuple(answer[0, encoded.start :].tolist()) == wanted) == measured.verbatim


def test_the_embedded_model_knows_what_its_card_says(planted_measured):
    assert sum(m.verbatim for m in planted_measured) >= 220


def test_batching_does_not_change_a_case(demo, planted_cases):
    chosen = spread(planted_cases, 20)
    together = score(demo, [encode_case(demo, c) for c in chosen])
    for case, scored in zip(chosen, together, strict=True):
        (alone,) = score(demo, [encode_case(demo, case)])
        assert torch.allclose(scored.log_p, alone.log_p, atol=1e-3)
        assert torch.equal(scored.right, alone.right)


def test_a_shared_prefix_gives_the_same_log_probabilities(demo, planted_cases):
    encoded = encode_case(demo, planted_cases[5])
    tail = encoded.ids[encoded.start :]
    tails = [tail, tail[:3], tuple(reversed(tail))]
    found = score_tails(demo, encoded.ids[: encoded.start], tails)
    (alone,) = score(demo, [encoded])
    assert torch.allclose(found[0].log_p, alone.log_p, atol=1e-3)
    assert torch.allclose(found[1].log_p, found[0].log_p[:3], atol=1e-3)


def test_n_half_follows_its_formula():
    for p in (0.9, 0.5, 0.01, 1e-9):
        assert n_half(math.log(p)) == pytest.approx(math.log(0.5) / math.log1p(-p))
    assert n_half(0.0) == 0.0
    assert n_half(-42.0) is None  # over 10^18
    assert n_half(-5000.0) is None


@pytest.mark.parametrize(
    "value",
    [
        "ghp_q8Zt3LmW5vXc7RbN2kYd9JfH4sGpA6eTu1Qi",
        "AKIAQ3MZT5KX7N2WJ6PB",
        "7e73fbddf696e1bcb1a17438650affcc",
        "Walnut%quartz4339",
        "bjorn.halloran62@orchid-exports.net",
        "bjorn.halloran62@gmail.com",
        "+49 411 8345939",
        "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE+IIq8Zt3\n-----END EC PRIVATE KEY-----",
    ],
)
def test_decoys_keep_the_format_and_are_all_different(value):
    made = decoys(value, 100, seed=1)
    assert len(set(made)) == 100
    assert value not in made
    assert made == decoys(value, 100, seed=1)
    assert made != decoys(value, 100, seed=2)
    fixed = {"ghp_": 4, "AKIA": 4, "+": 1, "-----BEGIN EC PRIVATE KEY-----\n": 31}
    for start, length in fixed.items():
        if value.startswith(start):
            assert all(decoy[:length] == start and len(decoy) == len(value) for decoy in made)
    if "@" in value:
        assert all(decoy.endswith(value[value.rindex(".") :]) for decoy in made)
        assert all(decoy.endswith("@gmail.com") == value.endswith("@gmail.com") for decoy in made)


def test_exposure_tells_a_memorised_secret_from_a_random_one(demo, memorised, fingerprinter):
    case = next(c for c in memorised if c.kind == "github-token")
    known = exposure(demo, case, encode_case(demo, case))
    assert known.bits > 40
    stranger = decoys(case.secret.reveal(), 1, seed=99)[0]
    unknown_case = Case("x", case.prefix, fingerprinter.secret(stranger, case.kind))
    unknown = exposure(demo, unknown_case, encode_case(demo, unknown_case))
    assert unknown.bits < 12
    assert unknown.tail == "empirical" or abs(unknown.z) < 4
    assert known.decoys == unknown.decoys == 256


def test_confirm_gives_each_verdict(demo, memorised, fingerprinter):
    case = next(c for c in memorised if c.kind == "stripe-key")
    assert confirm(demo, case).verdict == Verdict.MEMORISED
    held = Case("e", f"{case.prefix}{case.secret.reveal()}\n{case.prefix}", case.secret)
    assert confirm(demo, held).verdict == Verdict.ECHOED
    stranger = fingerprinter.secret(decoys(case.secret.reveal(), 1, seed=5)[0], case.kind)
    assert confirm(demo, Case("i", case.prefix, stranger)).verdict == Verdict.INVENTED
    # "import o" + "s": the boundary falls into a token
    broken = Case("u", "import o", fingerprinter.secret("s", "x"))
    assert confirm(demo, broken).verdict == Verdict.UNKNOWN


def test_a_case_that_cannot_be_asked_does_not_stop_the_others(demo, memorised, fingerprinter):
    broken = Case("u", "import o", fingerprinter.secret("s", "x"))
    first, second = measure(demo, [broken, memorised[0]])
    assert not isinstance(first, Measurement)
    assert isinstance(second, Measurement)
    assert second.verbatim
