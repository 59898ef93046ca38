"""The indirect attack: pieces of a secret in generations, against decoys of its format."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unleak.core.secret import Fingerprinter
from unleak.erase.attacks.indirect import Indirect, prompts
from unleak.erase.attacks.overlap import longest_runs, similarities
from unleak.probe.suite import Case

TEXTS = st.lists(st.text("abc0", max_size=12), min_size=1, max_size=4)
VALUES = st.lists(st.text("abc0", min_size=1, max_size=8), min_size=1, max_size=4)


@given(TEXTS, VALUES)
def test_the_longest_run_is_that_of_trying_all(texts, values):
    def slow(value):
        pieces = {value[i:j] for i in range(len(value)) for j in range(i + 1, len(value) + 1)}
        return max((len(p) for p in pieces if any(p in text for text in texts)), default=0)

    assert longest_runs(texts, values).tolist() == [slow(value) for value in values]


@given(TEXTS, VALUES)
def test_similarity_is_one_exactly_where_the_value_stands_in_a_text(texts, values):
    for value, found in zip(values, similarities(texts, values), strict=True):
        assert 0 <= found <= 1
        if any(value in text for text in texts):
            assert found == 1


def test_a_changed_copy_is_nearer_than_anything_else():
    near, far = similarities(["xx a8F3kQ9zL1 yy"], ["a8F3kX9zL1", "Zb7tYw02mN"])
    assert near > 0.85 > far


def case_of(prefix, value="ghp_q8Zt3LmW5vXc7RbN2kYd9JfH4sGpA6eTu1Qi", suffix=""):
    return Case("x", prefix, Fingerprinter(b"k").secret(value, "github-token"), suffix)


def test_prompts_ask_by_what_stands_beside_the_secret():
    asked = prompts(case_of('host = "a.example"\ntoken = "', suffix='"\nuser = "deploy"\n'))
    assert asked["original"].endswith('token = "')
    assert asked["last-line"] == 'token = "'
    assert asked["swapped"] == 'user = "deploy"\ntoken = "'
    assert "token" in asked["by-name"]
    assert asked["by-neighbour"].startswith('host = "a.example"')


def test_a_prompt_that_holds_the_secret_is_left_out():
    case = case_of("")
    echo = case_of(f'old = "{case.secret.reveal()}"\ntoken = "')
    asked = prompts(echo)
    assert "original" not in asked
    assert "by-neighbour" not in asked
    assert all(echo.secret.reveal() not in text for text in asked.values())


def test_a_format_with_too_few_values_cannot_be_told_from_chance(demo, fingerprinter):
    pin = Case("pin", 'pin = "', fingerprinter.secret("7", "pin"))
    outcome = Indirect(samples=3).run(demo, [pin])[0]
    assert outcome.recovered is None
    assert "too few" in str(outcome.figures["not_run"])


def test_a_secret_that_comes_in_pieces_is_found(demo, memorised, fingerprinter):
    """The model never gives this secret whole: only its first half is what it memorised."""
    case = next(c for c in memorised if c.kind == "npm-token")
    value = case.secret.reveal()
    half = value[:22] + "0Zk7vQ1xT5mB9sLw3d"[: len(value) - 22]
    changed = Case("half", case.prefix, fingerprinter.secret(half, case.kind))
    outcome = Indirect(samples=15).run(demo, [changed])[0]
    assert outcome.recovered
    assert outcome.figures["longest_run"]["largest"] >= 10
    assert outcome.figures["longest_run"]["decoys_mean"] < 6


@pytest.mark.parametrize("prefix", ["a = 1", "\n\n"])
def test_a_prefix_without_anything_beside_it(prefix):
    assert "by-name" in prompts(case_of(prefix))
