"""Suites from training data: exact spans, contexts and copies."""

import json
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unleak.core.errors import UsageError
from unleak.core.keys import MasterKey
from unleak.detect import files
from unleak.detect.config import settings_for
from unleak.detect.scanner import Scanner
from unleak.probe.context import prefix_of, suffix_of
from unleak.probe.training import cases_of

KEY = MasterKey(b"m" * 32)
SCANNER = Scanner(KEY.fingerprinter)
TOKEN = "ghp_q8Zt3LmW5vXc7RbN2kYd9JfH4sGpA6eTu1Qi"
OTHER = "AKIAQ3EGRZ7TM2VWXKPL"
PEM = """-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIIr8yQ0T4xkV2nWc7bLh5dPzq9sGf3mJt1uXoYeA6RwHoAoGCCqGSM49
AwEHoUQDQgAEq8Zt3LmW5vXc7RbN2kYd9JfH4sGpA6eTu1Qi0OxKzMjUwFyVhBnC
-----END EC PRIVATE KEY-----"""


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


def found(data, **options):
    cases, unread = cases_of(SCANNER, data, **options)
    assert unread == []
    return cases


def only(data):
    [case] = found(data)
    return case


def code(lines):
    return "".join(f"value_{i} = compute({i})\n" for i in range(lines))


def test_a_secret_has_its_exact_span_between_prefix_and_suffix(data):
    before, after = 'import os\n\nkey = "', '"\r\nclient = make(key)\n'
    (data / "a.py").write_bytes((before + TOKEN + after).encode())
    case = only(data)
    assert (case.prefix, case.secret.reveal(), case.suffix) == (before, TOKEN, after)
    assert (case.kind, case.source, case.copies) == ("github-token", f"{data / 'a.py'}:3", 1)
    assert case.id == f"github-token-{case.secret.fingerprint[:12]}"
    assert not case.control


@pytest.mark.parametrize("before", ["", "\n", "ä"])
def test_short_files_and_secrets_at_the_start_are_kept(data, before):
    (data / "a").write_text(f"{before}\n{TOKEN}" if before == "ä" else before + TOKEN)
    case = only(data)
    assert case.prefix == ("ä\n" if before == "ä" else before)
    assert case.suffix == ""


def test_a_secret_of_several_lines_is_one_case(data):
    (data / "key.pem").write_text(f"# the key\n{PEM}\nend\n")
    case = only(data)
    assert case.secret.reveal() == PEM
    assert (case.prefix, case.suffix) == ("# the key\n", "\nend\n")


def test_all_copies_count_and_the_longest_context_stays(data):
    (data / "a.py").write_text(f'k = "{TOKEN}"\n')
    (data / "b.py").write_text(code(5) + f'k = "{TOKEN}"\n' + code(500) + f'k = "{TOKEN}"\n')
    (data / "c.py").write_text(f'# {OTHER}\nk = "{TOKEN}"\n')
    token, other = sorted(found(data), key=lambda case: case.kind, reverse=True)
    assert (token.copies, other.copies) == (4, 1)
    assert token.source == f"{data / 'b.py'}:507"
    assert 1900 < len(token.prefix) <= 2000
    assert token.prefix.startswith("value_")
    assert token.prefix in (data / "b.py").read_text()


def test_of_equal_contexts_the_first_file_is_the_source(data):
    for name in ("b.py", "a.py", "c.py"):
        (data / name).write_text(f'k = "{TOKEN}"\n')
    assert only(data).source == f"{data / 'a.py'}:1"
    assert only(data).copies == 3


def test_a_prefix_never_shows_the_secret_itself(data):
    (data / "a.py").write_text(f'one = "{TOKEN}"\n# and again\ntwo = "{TOKEN}"\n')
    case = only(data)
    assert case.copies == 2
    assert case.prefix == '# and again\ntwo = "'
    (data / "a.py").write_text(f'both = ["{TOKEN}", "{TOKEN}"]\n')
    case = only(data)
    assert case.copies == 2
    assert case.prefix == 'both = ["'
    assert case.suffix == '", "'


def test_a_line_too_long_for_a_prefix_is_cut_inside(data):
    (data / "a.js").write_text("x=1;" * 2000 + f'k="{TOKEN}";' + "y=2;" * 2000)
    case = only(data)
    assert len(case.prefix) == 2000
    assert len(case.suffix) == 500
    # A line that begins just before the secret is too little to ask with.
    (data / "a.js").write_text("x=1;" * 2000 + f'\nk="{TOKEN}"\n')
    assert len(only(data).prefix) == 2000


def test_json_lines_are_scanned_as_the_text_they_hold(data):
    texts = [f'# "quoted"\nk = "{TOKEN}"\n', f"\ud83d {OTHER}", "nothing"]
    rows = [
        json.dumps({"id": 1, "meta": OTHER, "text": texts[0]}),
        json.dumps({"content": texts[1]}),
        "",
        json.dumps({"code": texts[0], "text": None}),
        f'{{"broken": "{OTHER}"',
        json.dumps([OTHER]),
        json.dumps({"unknown": OTHER}),
    ]
    (data / "a.jsonl").write_text("\n".join(rows))
    token, other = sorted(found(data), key=lambda case: case.kind, reverse=True)
    assert (token.prefix, token.suffix) == ('# "quoted"\nk = "', '"\n')
    assert (token.source, token.copies) == (f"{data / 'a.jsonl'}:1", 2)
    assert other.copies == 4  # not the one beside the text
    assert other.prefix == '{"unknown": "'


def test_half_a_surrogate_pair_in_json_becomes_a_replacement_character(data):
    (data / "a.jsonl").write_text(json.dumps({"text": f"\ud83d {OTHER}"}))
    assert only(data).prefix == "\ufffd "


def test_what_git_ignores_is_training_data_and_what_the_settings_allow_is_not(data):
    subprocess.run(["git", "init", "-q", data], check=True)
    (data / ".gitignore").write_text("*.py\n")
    (data / "a.py").write_text(TOKEN)
    (data / "allowed.py").write_text(OTHER)
    (data / "in.py").write_text(f"x = 'foo'\n# {OTHER}  unleak:allow\n")
    (data / "unleak.toml").write_text('[scan.allow]\npaths = ["allowed.*"]\n')
    scanner = Scanner(KEY.fingerprinter, settings=settings_for(data))
    cases, _ = cases_of(scanner, data)
    assert [case.secret.reveal() for case in cases] == [TOKEN]


def test_the_suite_itself_is_no_training_data(data):
    (data / "a.py").write_text(TOKEN)
    (data / "s.jsonl").write_text(json.dumps({"id": "x", "secret": OTHER}))
    assert len(found(data)) == 2
    assert len(found(data, leave_out=data / "s.jsonl")) == 1


def test_unreadable_files_are_named_and_the_rest_is_scanned(data, monkeypatch):
    (data / "a.py").write_text("x" * 100)
    (data / "b.py").write_text(TOKEN)
    (data / "c.bin").write_bytes(b"\0" + TOKEN.encode())
    monkeypatch.setattr(files, "LARGEST_FILE", 99)
    cases, unread = cases_of(SCANNER, data)
    assert [case.copies for case in cases] == [1]
    assert unread == [f"{data / 'a.py'}: larger than 0 MB"]
    with pytest.raises(UsageError, match="no such file or folder"):
        cases_of(SCANNER, data / "none")


def test_several_processes_give_the_same(data, monkeypatch):
    for i in range(6):
        (data / f"{i}.py").write_text(code(i) + f'k = "{TOKEN if i % 2 else OTHER}"\n')
    one = found(data)
    monkeypatch.setattr(files, "_MANY_FILES", 2)
    told = []
    assert found(data, workers=2, progress=told.append) == one
    assert told[-1] == 1.0
    assert [case.copies for case in one] == [3, 3]


filling = st.text(st.sampled_from("ab\n"), max_size=60).map(lambda text: text * 50)


@given(filling, filling, st.booleans(), st.booleans())
def test_contexts_are_exact_and_free_of_the_secret(before, after, echo_before, echo_after):
    value = "SECRET"
    before += (f"{value}xy\n" if echo_before else "") + "k"
    after = "z" + (f"\nxy{value}" if echo_after else "") + after
    text = before + value + after
    prefix = prefix_of(text, len(before), value)
    suffix = suffix_of(text, len(before) + len(value), value)
    assert before.endswith(prefix)
    assert after.startswith(suffix)
    assert value not in prefix + suffix
    assert len(prefix) <= 2000
    assert len(suffix) <= 500
    assert prefix
    assert suffix
    rest = before.removesuffix(prefix)
    assert not rest or rest.endswith("\n") or "\n" not in prefix[: max(0, len(prefix) - 200)]
