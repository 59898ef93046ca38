from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unleak.core.finding import LineIndex, redact
from unleak.core.secret import Fingerprinter
from unleak.detect.scanner import Scanner
from unleak.models.embedded.planted import planted

FINGERPRINTER = Fingerprinter(b"k" * 32)
SCANNER = Scanner(FINGERPRINTER)
TOKEN = "ghp_q8Zt3LmW5vXc7RbN2kYd9JfH4sGpA6eTu1Qi"


@pytest.mark.parametrize("secret", planted(), ids=lambda p: p.id)
def test_planted_secrets_are_found_with_their_exact_span(secret):
    spans = [(f.start, f.end) for f in SCANNER.scan(secret.record)]
    assert (len(secret.prefix), len(secret.prefix) + len(secret.secret)) in spans


def test_findings_never_overlap():
    text = f'password = "{TOKEN}"\nurl = "postgres://u:{TOKEN}@host/db"\n'
    found = SCANNER.scan(text)
    assert [text[f.start : f.end] for f in found] == [TOKEN, TOKEN]
    assert all(a.end <= b.start for a, b in pairwise(found))


@pytest.mark.parametrize(
    "comment", ["# unleak:allow", "# gitleaks:allow", "# pragma: allowlist secret"]
)
def test_an_allow_comment_silences_its_line_only(comment):
    text = f'a = "{TOKEN}"  {comment}\nb = "{TOKEN}"\n'
    assert [LineIndex(text).position(f.start)[0] for f in SCANNER.scan(text)] == [2]


def test_detect_secrets_spans_are_whole():
    value = "Q7bRtYv2NdLXz3k9mWgKsHePq8Zt3LmW5vXc" * 2 + "Q7bRtYv2NdLXz3=="
    text = f'storage = "AccountKey={value}"'
    found = [f for f in SCANNER.scan(text) if f.rule.startswith("detect-secrets/")]
    assert [text[f.start : f.end] for f in found] == [value]


def test_threads_share_a_scanner():
    texts = [p.record for p in planted()]
    expected = [SCANNER.scan(text) for text in texts]
    with ThreadPoolExecutor(4) as pool:
        for _ in range(3):
            assert list(pool.map(SCANNER.scan, texts)) == expected


@given(st.text(max_size=300))
def test_any_text_is_scanned_and_redacted_without_error(text):
    found = SCANNER.scan(text)
    assert len(redact(text, found)) == len(text)


@given(st.text(alphabet="a\r\n\u2028\x0c", max_size=30))
def test_line_index_agrees_with_the_protocols_line_ends(text):
    index = LineIndex(text)
    lines = text.replace("\r\n", "\0\n").replace("\r", "\n").replace("\0", "\r").split("\n")
    for offset in range(len(text) + 1):
        line, column = index.position(offset)
        assert 1 <= line <= len(lines)
        assert sum(len(x) + 1 for x in lines[: line - 1]) + column - 1 == offset
