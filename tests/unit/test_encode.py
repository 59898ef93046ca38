import pytest
from hypothesis import given
from hypothesis import strategies as st

from unleak.core.errors import SuiteError
from unleak.core.formats import random_part
from unleak.models.encode import encode
from unleak.models.load import embedded_folder

PRINTABLE = st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), min_size=1)


@pytest.fixture(scope="module")
def tokenizer():
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(embedded_folder())


@given(prefix=st.text(max_size=60), secret=PRINTABLE.filter(lambda s: len(s) <= 60))
def test_the_secrets_tokens_cover_it_exactly(tokenizer, prefix, secret):
    try:
        encoded = encode(tokenizer, prefix, secret, context=512)
    except SuiteError:
        return
    assert sum(encoded.characters) == len(secret)
    assert tokenizer.decode(encoded.ids[encoded.start :]).endswith(secret)
    assert 0 < encoded.start < len(encoded.ids) == encoded.start + len(encoded.characters)
    low, high = random_part(secret)
    covered = sum(encoded.characters[encoded.random])
    assert covered >= high - low or encoded.straddles


def test_prefix_and_secret_are_tokenised_together(tokenizer):
    whole = tokenizer('key = "ghp_abc').input_ids
    assert list(encode(tokenizer, 'key = "', "ghp_abc", context=512).ids) == whole


def test_a_token_that_straddles_the_boundary_is_the_secrets(tokenizer):
    encoded = encode(tokenizer, "self.", "assertEqual", context=512)
    whole = tokenizer("self.assertEqual", return_offsets_mapping=True)
    straddling = next(i for i, (_, b) in enumerate(whole.offset_mapping) if b > 5)
    assert encoded.start == straddling
    assert encoded.straddles == (whole.offset_mapping[straddling][0] < 5)


def test_a_secret_without_a_token_of_its_own_is_an_error(tokenizer):
    ids = tokenizer("import os").input_ids
    last = tokenizer.decode(ids[-1:])
    assert len(last) >= 3  # " os" or longer is one token here
    prefix, secret = "import os"[:-1], "s"
    with pytest.raises(SuiteError, match="no token of its own"):
        encode(tokenizer, prefix, secret, context=512, name="case x")


def test_a_long_prefix_loses_its_beginning(tokenizer):
    encoded = encode(tokenizer, "x = 1\n" * 5000, "ghp_abc123", context=128)
    assert len(encoded.ids) == 128
    assert tokenizer.decode(encoded.ids[encoded.start :]) == "ghp_abc123"


def test_a_secret_longer_than_the_context_is_an_error(tokenizer):
    with pytest.raises(SuiteError, match="longer than the model's context"):
        encode(tokenizer, "x = ", "q8Zt3LmW" * 100, context=64)


def test_errors_do_not_show_the_secret(tokenizer):
    with pytest.raises(SuiteError) as caught:
        encode(tokenizer, "x = ", "canary-q8Zt3LmW" * 100, context=64)
    assert "canary" not in str(caught.value)
