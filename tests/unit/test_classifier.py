"""The second look at what loose rules propose."""

import subprocess
import sys
from dataclasses import replace

import pytest

from unleak.core.finding import REDACT_SCORE
from unleak.detect.classifier import SHIPPED, shipped
from unleak.detect.features import Candidate, features
from unleak.detect.scanner import Scanner, alike
from unleak.detect.stream import StreamScanner

_SECRETS = (
    'db_password = "Tr4vel-Copper!92"',
    "smtp_pass: 'vq8zkd93'",
    'SECRET_KEY = "7e73fbddf696e1bcb1a17438650affcc"',
    '{"client_secret": "q8Zt3LmW5vXc7RbN2kYd9J"}',
)
_NONE = (
    '"LABEL_PASSWORD": "Passwort wiederholen",',
    'password_policy = "minimum-length"',
    'token_type = "refresh_token"',
    '"forgot_password": "Mot de passe oublié ?",',
    'sort_key = "last_modified"',
)


@pytest.fixture
def scanner(fingerprinter):
    return Scanner(fingerprinter)


@pytest.mark.parametrize("line", _SECRETS)
def test_a_secret_is_at_alert(scanner, line):
    assert any(f.alert for f in scanner.scan(line))


@pytest.mark.parametrize("line", _NONE)
def test_what_only_looks_like_an_assignment_is_not(scanner, line):
    assert not any(f.score >= REDACT_SCORE for f in scanner.scan(line))


def test_it_changes_what_rules_alone_say(fingerprinter):
    line = "{user: bob, password: kq8dkdni}"
    (plain,) = Scanner(fingerprinter, classifier=False).scan(line)
    (judged,) = Scanner(fingerprinter).scan(line)
    assert (plain.start, plain.end) == (judged.start, judged.end)
    assert judged.alert
    assert not plain.alert


def test_nothing_behind_the_closing_sign_counts():
    line = 'db_password = "Tr4vel-Copper!92"'
    candidate = Candidate("password-quoted", 0.8, line, 15, 31)
    longer = Candidate("password-quoted", 0.8, line + "  # the old one, test only", 15, 31)
    numbers = [features(c, ["password-quoted"], bytes(27**3)) for c in (candidate, longer)]
    assert numbers[0] == numbers[1]


def test_a_stream_and_a_file_get_the_same_scores(scanner):
    text = "\n".join((*_SECRETS, *_NONE)) + "\n"
    stream = StreamScanner(scanner)
    found = [f for character in text for f in stream.feed(character).final]
    assert found + stream.close() == scanner.scan(text)


def test_the_longest_of_findings_that_are_one_secret_stays(scanner):
    (found,) = scanner.scan("# sentinel_password: kq8dkdnik)gb")
    assert found.secret.reveal() == "kq8dkdnik)gb"


def test_a_doubtful_candidate_gets_no_score_from_a_sure_one(scanner):
    (sure,) = scanner.scan(_SECRETS[0])
    doubtful = replace(sure, start=0, score=0.1, alert=False)
    assert sorted(f.score for f in alike([sure, doubtful])) == [0.1, sure.score]


def test_the_model_is_small_and_says_what_it_did_not_learn_from():
    assert SHIPPED.stat().st_size < 2_000_000
    assert len(shipped().held_out) == 8
    assert shipped().redact <= shipped().alert


def test_it_is_loaded_only_when_a_candidate_turns_up():
    code = (
        "import sys\n"
        "from unleak.core.secret import Fingerprinter\n"
        "from unleak.detect.scanner import Scanner\n"
        "Scanner(Fingerprinter(b'k' * 32)).scan('x = 1')\n"
        "assert 'onnxruntime' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
