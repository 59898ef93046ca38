"""A secret's tokens in what servers answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unleak.core.errors import EvaluationError, SuiteError
from unleak.probe.answers import LackingError, Token, from_echo, from_prompt_logprobs, read


def tokens(*pieces, offsets=None):
    """Tokens of these texts; the i-th has the log-probability -i, and odd ones are right."""
    places = offsets or [None] * len(pieces)
    return [
        Token(piece, float(-i) if i else None, bool(i % 2), at)
        for i, (piece, at) in enumerate(zip(pieces, places, strict=True))
    ]


@given(
    prefix=st.lists(st.text(min_size=1), min_size=1),
    secret=st.lists(st.text(min_size=1), min_size=1),
)
def test_tokens_that_part_at_the_boundary(prefix, secret):
    told = tokens(*prefix, *secret)
    found = read(told, "".join(prefix), "".join(secret), "the case")
    assert found.tokens == len(secret)
    assert found.log_p == pytest.approx(-sum(range(len(prefix), len(told))))
    assert found.ma == pytest.approx(sum(t.right for t in told[len(prefix) :]) / len(secret))


@given(pieces=st.lists(st.text(min_size=1), min_size=2), data=st.data())
def test_any_boundary(pieces, data):
    text = "".join(pieces)
    at = data.draw(st.integers(len(pieces[0]), len(text) - 1))
    ends = [len("".join(pieces[: i + 1])) for i in range(len(pieces))]
    own = [i for i, end in enumerate(ends) if end > at]
    try:
        found = read(tokens(*pieces), text[:at], text[at:], "the case")
    except SuiteError:
        assert len(own) == 1
        return
    assert found.tokens == len(own)


@pytest.mark.parametrize(
    ("pieces", "prefix", "secret", "count"),
    [
        (["<s>", "key", "=", "ab", "cd"], "key=", "abcd", 2),
        (["<s>", "key", "=ab", "cd"], "key=", "abcd", 2),  # straddles
        (["<s>", "x", "ĠBEGIN", "ĠKEY", "Ċ"], "x", " BEGIN KEY\n", 3),  # the vocabulary's letters
        (["<s>", "▁x", "▁BEGIN", "▁KEY"], "x", " BEGIN KEY", 2),
        (["<s>", "x", "BEGIN", "KEY"], "x ", "BEGIN KEY", 2),  # spaces lost token by token
        (["<s>", "x", "BEGIN", "KEY"], "x", " BEGIN KEY", 2),
        (["<s>", "x=", "", "é", "b"], "x=", "éb", 3),  # a character of two tokens
        (["<s>", "", "é", "ab", "c"], "é", "abc", 2),
        (["<s>", "x=", "ab", "c", ""], "x=", "abc", 2),  # an end token
        ([None, "x=", "abc"], "x=", "abc", 1),
    ],
)  # fmt: skip
def test_spellings(pieces, prefix, secret, count):
    assert read(tokens(*pieces), prefix, secret, "the case").tokens == count


def test_parts_of_characters_are_found_by_their_offsets():
    pieces = ["x=", "�", "�", "b"]
    assert read(tokens(*pieces, offsets=[0, 2, 3, 3]), "x=", "éb", "the case").tokens == 3
    for wrong in ([0, 2, 3, 4], [0, 1, 2, 3], [0, 2, 9, 3], [None] * 4):
        with pytest.raises(EvaluationError, match="do not spell"):
            read(tokens(*pieces, offsets=wrong), "x=", "éb", "the case")


def test_a_prefix_that_the_tokens_do_not_spell_matters_not():
    assert read(tokens("?", "=", "ab"), "ü=", "ab", "the case").tokens == 1


@pytest.mark.parametrize(
    ("pieces", "error"),
    [
        (["import", " os"], SuiteError),
        (["o", "t"], EvaluationError),
        ([], EvaluationError),
        ([None], SuiteError),
        (["im", "port o", None], EvaluationError),
    ],
)
def test_errors_do_not_show_the_secret(pieces, error):
    with pytest.raises(error) as caught:
        read(tokens(*pieces), "import o", "s", "case x")
    assert "os" not in str(caught.value)


def _echo(generated, usage, **more):
    logprobs = {
        "tokens": ["a", "b", "b"], "token_logprobs": [None, -1.0, -2.0],
        "top_logprobs": [None, {"b": -1.0}, {"c": -0.5, "b": -2.0}], **more,
    }  # fmt: skip
    return {"choices": [{"text": "abb" if generated else "ab", "logprobs": logprobs}], **usage}


@pytest.mark.parametrize("usage", [{}, {"usage": {"completion_tokens": 1}}])
def test_what_was_generated_is_not_the_prompts(usage):
    told = from_echo(_echo(True, usage), "ab")
    assert [(t.text, t.log_p, t.right) for t in told] == [("a", None, None), ("b", -1.0, True)]


def test_a_server_that_generates_nothing():
    told = from_echo(_echo(False, {"usage": {"completion_tokens": 0}}), "abb")
    assert [t.right for t in told] == [None, True, False]


@pytest.mark.parametrize(
    "answer",
    [
        {"choices": [{"text": "b"}]},
        {"choices": [{"text": "b", "logprobs": {"content": []}}]},
        {"choices": [{"text": "b", "logprobs": {"tokens": ["b"], "token_logprobs": [-1.0]}}]},
    ],
)
def test_servers_that_do_not_rate_a_prompt(answer):
    with pytest.raises(LackingError):
        from_echo(answer, "a")
    with pytest.raises(LackingError):
        from_prompt_logprobs(answer)


def _entry(text, value, rank):
    return {"decoded_token": text, "logprob": value, "rank": rank}


@pytest.mark.parametrize("ids", [{}, {"prompt_token_ids": [1, 5, 7]}])
@pytest.mark.parametrize("turned", [False, True])  # some proxies sort keys
def test_the_prompts_token_among_two(ids, turned):
    entries = [("7", _entry("b", -3.0, 9)), ("2", _entry("b", -0.1, 1))]
    rows = [None, {"5": _entry("a", -1.0, 1)}, dict(reversed(entries) if turned else entries)]
    told = from_prompt_logprobs({"choices": [{"prompt_logprobs": rows, **ids}]})
    assert [(t.text, t.log_p, t.right) for t in told] == [
        (None, None, None), ("a", -1.0, True), ("b", -3.0, False),
    ]  # fmt: skip


def test_entries_without_ranks_are_compared():
    rows = [None, {"5": {"decoded_token": "a", "logprob": -1.0}}]
    [_, token] = from_prompt_logprobs({"choices": [{"prompt_logprobs": rows}]})
    assert token.right is True
