"""Comments that allow a line."""

import pytest

from unleak.core.finding import LineIndex
from unleak.core.secret import Fingerprinter
from unleak.detect.scanner import Scanner

SCANNER = Scanner(Fingerprinter(b"k" * 32))
TOKEN = "ghp_q8Zt3LmW5vXc7RbN2kYd9JfH4sGpA6eTu1Qi"


def lines_found(text: str) -> list[int]:
    return [LineIndex(text).position(f.start)[0] for f in SCANNER.scan(text)]


@pytest.mark.parametrize(
    "comment",
    [
        "# unleak:allow",
        "// unleak: allow",
        "# unleak:allow[github-token]",
        "# unleak:allow[email, github-token] as in the manual",
        "# gitleaks:allow",
        "# pragma: allowlist secret",
        "# pragma: whitelist secret",
        "# pragma:allowlist-secret",
        "// pragma: allowlist secret",
        "/* pragma: allowlist secret */",
        "' pragma: allowlist secret",
        "-- pragma: allowlist secret",
        "<!-- pragma: allowlist secret -->",
    ],
)
def test_a_comment_allows_its_line(comment):
    assert lines_found(f'a = "{TOKEN}"  {comment}\nb = "{TOKEN}"\n') == [2]


@pytest.mark.parametrize(
    "comment", ["# unleak:allow[email]", "# unleak:allow[]", "# unleak:allow[github", "# allow"]
)
def test_another_rule_is_not_allowed(comment):
    assert lines_found(f'a = "{TOKEN}"  {comment}\n') == [1]


def test_what_a_rule_is_allowed_no_less_sure_rule_sees_in_its_place():
    line = f'token = "{TOKEN}"'
    assert lines_found(f"{line}  # unleak:allow[github-token]\n") == []
    assert lines_found(f"{line}  # unleak:allow[generic-key]\n") == [1]


@pytest.mark.parametrize("start", ["#", "//", "/*", "'", "--", "<!--", "  #"])
def test_a_comment_of_its_own_allows_the_next_line_only(start):
    comment = f"{start} pragma: allowlist nextline secret"
    assert lines_found(f'{comment}\na = "{TOKEN}"\nb = "{TOKEN}"\n') == [3]


@pytest.mark.parametrize("end", [" because " + "x" * 400, ""])
def test_code_before_the_comment_hides_nothing(end):
    before = "x = 1 " if not end else ""
    comment = f"{before}# pragma: allowlist nextline secret{end}"
    assert lines_found(f'{comment}\na = "{TOKEN}"\n') == [2]
