"""EL_n, beside the published loop written out."""

import pytest
import torch

from unleak.models.load import load
from unleak.probe.likelihood import LENGTHS, likelihoods, overlap
from unleak.probe.measure import encode_case


def test_the_worked_example_of_the_codeeraser_paper():
    """N = 12: EL_3 = .1091 from overlaps .2222 .25 .1429 .1667 .2 0 0 0 0, over nine."""
    shares = [2 / 9, 2 / 8, 1 / 7, 1 / 6, 1 / 5, 0, 0, 0, 0]
    assert sum(shares) / 9 == pytest.approx(0.1091, abs=5e-5)
    assert overlap(3, [1, 2, 3, 4, 9], [1, 2, 3, 4]) == pytest.approx(2 / 3)
    assert overlap(3, [1, 2, 3, 1, 2, 3], [1, 2, 3]) == pytest.approx(2 / 4)  # duplicates count


def reference(model, encoded):
    """The loop of the paper: a greedy decode for every prefix."""
    true = list(encoded.ids[encoded.start :])
    given = []
    for i in range(len(true)):
        ids = list(encoded.ids[: encoded.start + i])
        for _ in range(len(true) - i):
            with torch.inference_mode():
                ids.append(int(model.net(torch.tensor([ids])).logits[0, -1].argmax()))
        given.append(ids[encoded.start + i :])
    return {
        n: sum(shares) / len(shares)
        for n in LENGTHS
        if (shares := [overlap(n, given[i], true[i:]) for i in range(len(true) - n + 1)])
    }


def test_equals_the_published_loop_bit_for_bit(demo, memorised, planted_cases, tiny_folder):
    short = [case for case in planted_cases if len(case.secret.reveal()) > 16]
    short.sort(key=lambda case: len(case.secret.reveal()))  # the loop costs the square of it
    known = [case for case in short if case in memorised][:1]
    unknown = [case for case in short if case not in memorised][:1]
    assert known
    assert unknown
    tiny = load(str(tiny_folder))
    for model, cases in ((demo, [*known, *unknown]), (tiny, known)):
        encoded = [encode_case(model, case) for case in cases]
        found = likelihoods(model, encoded)
        for one, likelihood in zip(encoded, found, strict=True):
            wanted = reference(model, one)
            assert wanted
            assert {n: likelihood.el[n] for n in wanted} == wanted


def test_what_is_verbatim_has_one_and_costs_one_forward(demo, memorised):
    case = encode_case(demo, memorised[0])
    (found,) = likelihoods(demo, [case])
    assert set(found.el.values()) == {1.0}
    assert found.positions == len(case.ids)


def test_a_batch_changes_nothing(demo, planted_cases):
    encoded = [encode_case(demo, case) for case in planted_cases[-12:]]
    alone = [likelihoods(demo, [one])[0] for one in encoded]
    assert likelihoods(demo, encoded) == alone
