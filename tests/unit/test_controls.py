"""Controls: decoys that no model can know."""

import pytest

from unleak.core.keys import MasterKey
from unleak.probe.controls import controls
from unleak.probe.decoys import decoy_bits, decoys
from unleak.probe.suite import Case, read

KEY = MasterKey(b"m" * 32)
PRINT = KEY.fingerprinter


def case(id, value, kind="token"):
    return Case(id, f"{id} = ", PRINT.secret(value, kind), "\n", "a.py:1", 9)


def tokens(count):
    return [
        case(f"t{i}", value)
        for i, value in enumerate(decoys("ghp_q8Zt3LmW5vXc7RbN2kYd9JfH4sGpA6eTu1Qi", count, 1))
    ]


def test_a_control_is_a_decoy_in_a_cases_place():
    [base] = tokens(1)
    [control] = controls([base], 16, PRINT)
    assert control.id == "control-t0"
    assert control.control
    assert (control.prefix, control.suffix, control.source) == ("t0 = ", "\n", "a.py:1")
    assert (control.kind, control.copies) == ("token", 1)
    assert control.secret.reveal().startswith("ghp_")
    assert control.secret.fingerprint == PRINT.fingerprint(control.secret.reveal())
    assert control.secret.reveal() != base.secret.reveal()


def test_they_are_the_same_again_whatever_the_order_and_mostly_with_one_case_more():
    cases = tokens(40)
    made = controls(cases, 8, PRINT)
    assert controls(cases[::-1], 8, PRINT) == made
    more = controls([*cases, case("new", "ghp_" + "Zq8t3LmW5vXc" * 3)], 8, PRINT)
    assert len({c.id for c in made} & {c.id for c in more}) >= 7
    other_key = MasterKey(b"o" * 32).fingerprinter
    elsewhere = [Case(c.id, c.prefix, other_key.secret(c.secret.reveal(), "t")) for c in cases]
    assert not {c.secret.reveal() for c in made} & {
        c.secret.reveal() for c in controls(elsewhere, 8, other_key)
    }


def test_none_is_a_real_secret_and_all_differ():
    cases = read("demo", KEY)
    made = controls(cases, 1000, PRINT)
    values = [c.secret.reveal() for c in made]
    assert len(values) > 50
    assert len(set(values)) == len(values)
    assert not set(values) & {c.secret.reveal() for c in cases}
    assert len({c.id for c in [*cases, *made]}) == len(cases) + len(made)


def test_a_decoy_that_is_a_real_secret_is_passed_over():
    [base] = tokens(1)
    [first] = controls([base], 1, PRINT)
    real = case("real", first.secret.reveal(), "other")
    made = controls([base, real], 2, PRINT)
    assert first.secret.reveal() not in {c.secret.reveal() for c in made}


def test_they_are_spread_over_kinds():
    cases = [*tokens(30), case("u", "3f2b8c9a-1d4e-4f6a-9b7c-8d5e2a1f0c3b", "uuid")]
    assert sorted(c.kind for c in controls(cases, 4, PRINT)) == ["token"] * 3 + ["uuid"]
    assert [c.kind for c in controls(cases, 1, PRINT)] == ["token"]
    assert controls(cases, 0, PRINT) == []
    assert controls([], 4, PRINT) == []


@pytest.mark.parametrize(
    "value",
    ["1234", "203.0.113.7", "+49 151 2345678", "Velvet#orbit1234", "x7@gmail.com",
     "amara.bjorn42@amber-billing.net", "hunter2"],
)  # fmt: skip
def test_what_may_be_guessed_is_no_control(value):
    assert decoy_bits(value) < 40
    assert controls([case("a", value)], 4, PRINT) == []


@pytest.mark.parametrize(
    ("value", "bits"),
    [("1234", 4 * 3.32), ("ghp_" + "q8Zt3LmW5vXc" * 3, 36 * 5.95), ("x7@gmail.com", 3.32)],
)
def test_the_bits_of_a_decoy_are_those_that_are_drawn(value, bits):
    assert decoy_bits(value) == pytest.approx(bits, rel=0.01)


def test_a_control_has_no_control():
    [base] = tokens(1)
    made = controls([base], 1, PRINT)
    assert len(controls([base, *made], 5, PRINT)) == 1
