import json

import pytest

from unleak.core.errors import SuiteError
from unleak.probe.suite import Case, read, write

GOOD = {"id": "a", "kind": "password", "prefix": "p = ", "secret": "canary-secret"}


def line(**changes):
    return json.dumps({**GOOD, **changes})


def test_what_is_written_is_read_again(tmp_path, fingerprinter):
    case = Case("a", "p = ", fingerprinter.secret("välue\u2028x", "password"), '"', "file")
    write(tmp_path / "s", [case])
    assert read(str(tmp_path / "s"), fingerprinter) == [case]
    assert (tmp_path / "s").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ("{", "not valid JSON"),
        ("[1]", "expected a JSON object"),
        (line(secret=None), "'secret' is not text"),
        (json.dumps({"id": "b", "kind": "k", "prefix": "p"}), "'secret' is missing"),
        (line(id="b", secret=""), "'secret' is empty"),
        (line(), "already used on line 1"),
    ],
)
def test_a_broken_line_is_named_and_its_secret_is_not(tmp_path, fingerprinter, bad, message):
    (tmp_path / "s").write_text(f"{line()}\n\n{bad}\n")
    with pytest.raises(SuiteError, match="line 3") as caught:
        read(str(tmp_path / "s"), fingerprinter)
    assert message in str(caught.value)
    assert "canary" not in str(caught.value)


def test_an_empty_suite_is_an_error(tmp_path, fingerprinter):
    (tmp_path / "s").write_text("\n")
    with pytest.raises(SuiteError, match="empty"):
        read(str(tmp_path / "s"), fingerprinter)


def test_a_missing_or_binary_suite_is_an_error(tmp_path, fingerprinter):
    with pytest.raises(SuiteError, match="No such file"):
        read(str(tmp_path / "s"), fingerprinter)
    (tmp_path / "s").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SuiteError, match="UTF-8"):
        read(str(tmp_path / "s"), fingerprinter)
