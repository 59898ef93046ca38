import traceback

import pytest

from unleak.core.formats import guess_bits, preview, random_part
from unleak.core.keys import MasterKey
from unleak.core.secret import Fingerprinter

CANARY = "canary-3f9a7c-value"


def test_a_secret_shows_only_kind_and_fingerprint():
    secret = Fingerprinter(b"k" * 32).secret(CANARY, "password")
    for shown in (repr(secret), str(secret), f"{secret}", f"{secret:>80}", f"{[secret]}"):
        assert CANARY not in shown
        assert secret.fingerprint in shown
    assert secret.reveal() == CANARY


def test_a_traceback_that_meets_a_secret_stays_clean():
    secret = Fingerprinter(b"k" * 32).secret(CANARY, "password")
    with pytest.raises(ValueError, match="<password") as caught:
        raise ValueError(secret)
    assert CANARY not in "".join(traceback.format_exception(caught.value))


def test_fingerprints_depend_on_the_key():
    one, other = Fingerprinter(b"a" * 32), Fingerprinter(b"b" * 32)
    assert one.fingerprint(CANARY) == one.fingerprint(CANARY)
    assert one.fingerprint(CANARY) != other.fingerprint(CANARY)


def test_keys_do_not_show_themselves():
    key = MasterKey(b"m" * 32)
    assert "m" * 8 not in repr(key) + repr(key.fingerprinter)
    assert key.encryption != key.fingerprinter.key != key.material


def test_random_part_leaves_the_fixed_ends_out():
    value = "-----BEGIN EC PRIVATE KEY-----\nabc\n-----END EC PRIVATE KEY-----"
    assert value[slice(*random_part(value))] == "abc"
    assert random_part("ghp_0123") == (4, 8)
    assert random_part("hunter2") == (0, 7)


def test_previews_hold_nothing_random():
    assert preview("ghp_0123456789") == "ghp_… (14 characters)"
    assert "hunter" not in preview("hunter2hunter2")


def test_words_are_easier_to_guess_than_noise():
    assert guess_bits("Walnut") < guess_bits("q8Zt3L")
    assert guess_bits("") == 0
