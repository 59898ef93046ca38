import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unleak.core.errors import OutputError, SuiteError
from unleak.core.keys import MasterKey
from unleak.probe.suite import (
    Case,
    case_digest,
    is_encrypted,
    read,
    read_secrets,
    suite_digest,
    write,
)

KEY = MasterKey(b"m" * 32)
GOOD = {"id": "a", "kind": "password", "prefix": "p = ", "secret": "canary-secret"}
CANARY = "canary-91c4-secret"


def line(**changes):
    return json.dumps({**GOOD, **changes})


def case(id="a", secret=CANARY, **more):
    return Case(id, "p = ", KEY.fingerprinter.secret(secret, "password"), **more)


@pytest.mark.parametrize("name", ["s", "s.unleak"])
def test_what_is_written_is_read_again(tmp_path, name):
    cases = [
        case(secret="välue\u2028x", suffix='"', source="file:3", copies=7),
        case("control-a", "other", control=True),
    ]
    write(tmp_path / name, cases, KEY)
    assert read(str(tmp_path / name), KEY) == cases
    assert (tmp_path / name).stat().st_mode & 0o777 == 0o600


def test_a_plain_line_has_the_fields_that_say_something(tmp_path):
    write(tmp_path / "s", [case(), case("b", copies=2), case("c", "x", control=True)], KEY)
    lines = [json.loads(line) for line in (tmp_path / "s").read_text().splitlines()]
    assert lines[0] == {"id": "a", "kind": "password", "prefix": "p = ", "secret": CANARY}
    assert [line.keys() - lines[0].keys() for line in lines[1:]] == [{"copies"}, {"control"}]


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ("{", "not valid JSON"),
        ("[1]", "expected a JSON object"),
        (line(secret=None), "'secret' is not text"),
        (json.dumps({"id": "b", "kind": "k", "prefix": "p"}), "'secret' is missing"),
        (line(id="b", secret=""), "'secret' is empty"),
        (line(id="", secret="canary"), "'id' is empty"),
        (line(id="b", source=["canary"]), "'source' is not text"),
        (line(id="b", copies=0), "'copies' is not a whole number"),
        (line(id="b", copies=True), "'copies' is not a whole number"),
        (line(id="b", copies=1.5), "'copies' is not a whole number"),
        (line(id="b", control=1), "'control' is not true or false"),
        (line(), "already used on line 1"),
    ],
)
def test_a_broken_line_is_named_and_its_secret_is_not(tmp_path, bad, message):
    (tmp_path / "s").write_text(f"{line()}\n\n{bad}\n")
    with pytest.raises(SuiteError, match="line 3") as caught:
        read(str(tmp_path / "s"), KEY)
    assert message in str(caught.value)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("name", ["s", "s.unleak"])
def test_an_empty_suite_is_an_error(tmp_path, name):
    write(tmp_path / name, [], KEY)
    with pytest.raises(SuiteError, match="empty"):
        read(str(tmp_path / name), KEY)
    (tmp_path / name).write_text("\n")
    with pytest.raises(SuiteError, match="empty"):
        read(str(tmp_path / name), KEY)


def test_a_missing_or_binary_suite_is_an_error(tmp_path):
    with pytest.raises(SuiteError, match="No such file"):
        read(str(tmp_path / "s"), KEY)
    (tmp_path / "s").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SuiteError, match="UTF-8"):
        read(str(tmp_path / "s"), KEY)


def test_a_digest_tells_what_is_asked_and_nothing_else():
    one, print_ = case(), KEY.fingerprinter
    assert case_digest(one, print_) == case_digest(
        case("other id", source="x", copies=9), print_
    )  # fmt: skip
    assert case_digest(one, print_) != case_digest(case(secret="x"), print_)
    assert case_digest(one, print_) != case_digest(case(suffix="x"), print_)
    pair = [one, case("b", "x")]
    assert suite_digest(pair, print_) == suite_digest(pair[::-1], print_)


def test_controls_are_no_secrets(tmp_path):
    write(tmp_path / "s", [case(), case("c", "x", control=True)], KEY)
    assert [case.id for case in read_secrets(str(tmp_path / "s"), KEY)] == ["a"]
    write(tmp_path / "s", [case("c", "x", control=True)], KEY)
    with pytest.raises(SuiteError, match="only controls"):
        read_secrets(str(tmp_path / "s"), KEY)


def test_the_planted_secrets_tell_their_copies():
    copies = {case.copies for case in read("demo", KEY)}
    assert min(copies) == 1 < max(copies)


# Any text at all, with halves of surrogate pairs and every kind of line end.
anything = st.text(st.characters(codec=None, exclude_categories=()), max_size=600)
some = anything.filter(bool)


@given(
    st.lists(
        st.builds(
            lambda id, prefix, secret, kind, suffix, copies, control: Case(
                id, prefix, KEY.fingerprinter.secret(secret, kind), suffix, "", copies, control
            ),
            some, anything, some, anything, anything, st.integers(1, 10**9), st.booleans(),
        ),
        min_size=1, max_size=4, unique_by=lambda case: case.id,
    )
)  # fmt: skip
def test_any_text_survives_encryption(tmp_path_factory, cases):
    path = tmp_path_factory.mktemp("s") / "s.unleak"
    write(path, cases, KEY)
    assert read(str(path), KEY) == cases


def test_half_a_surrogate_pair_survives_in_plain_text(tmp_path):
    write(tmp_path / "s", [case(secret="a\ud83dé")], KEY)
    assert read(str(tmp_path / "s"), KEY)[0].secret.reveal() == "a\ud83dé"


def test_an_encrypted_suite_shows_nothing_but_number_and_rough_length(tmp_path):
    path = tmp_path / "s.unleak"
    write(path, [case(source=CANARY), case("b", "x")], KEY)
    content = path.read_text()
    header, *rows = content.splitlines()
    assert json.loads(header) == {
        "schema": "unleak.suite/1", "cipher": "AES-256-SIV", "key": KEY.id,
    }  # fmt: skip
    assert CANARY not in content
    assert "password" not in content
    assert len(rows[0]) == len(rows[1])
    assert content.isascii()


def test_what_did_not_change_is_the_same_line(tmp_path):
    path = tmp_path / "s.unleak"
    write(path, [case("a"), case("b"), case("c")], KEY)
    before = path.read_text().splitlines()
    write(path, [case("a"), case("b", "changed"), case("c"), case("d")], KEY)
    after = path.read_text().splitlines()
    assert [i for i in range(4) if before[i] != after[i]] == [2]
    assert len(after) == 5


def test_an_encrypted_suite_is_known_by_its_content(tmp_path):
    write(tmp_path / "s.jsonl", [case()], KEY, encrypted=True)
    write(tmp_path / "s.unleak", [case()], KEY, encrypted=False)
    assert is_encrypted(tmp_path / "s.jsonl")
    assert not is_encrypted(tmp_path / "s.unleak")
    for name in ("s.jsonl", "s.unleak"):
        assert read(str(tmp_path / name), KEY) == [case()]


def test_a_wrong_key_is_named_beside_the_right_one(tmp_path):
    write(tmp_path / "s.unleak", [case()], KEY)
    other = MasterKey(b"o" * 32)
    with pytest.raises(SuiteError, match="UNLEAK_KEY_FILE") as caught:
        read(str(tmp_path / "s.unleak"), other)
    assert KEY.id in str(caught.value)
    assert other.id in str(caught.value)
    assert KEY.id != other.id


def test_a_header_that_lies_about_its_key_opens_nothing(tmp_path):
    path = tmp_path / "s.unleak"
    write(path, [case()], KEY)
    other = MasterKey(b"o" * 32)
    path.write_text(path.read_text().replace(KEY.id, other.id))
    with pytest.raises(SuiteError, match="line 2: damaged"):
        read(str(path), other)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda row: row[:40] + ("A" if row[40] != "A" else "B") + row[41:],
        lambda row: row[: len(row) // 2],
        lambda row: row[:-4],
        lambda row: "<<<<<<< mine",
        lambda row: row[::-1],
        lambda row: "AAAA",
        lambda row: "é",
    ],
)
def test_a_changed_line_is_named(tmp_path, spoil):
    path = tmp_path / "s.unleak"
    write(path, [case("a"), case("b"), case("c")], KEY)
    rows = path.read_text().splitlines()
    rows[2] = spoil(rows[2])
    path.write_text("\n".join(rows))
    with pytest.raises(SuiteError, match="line 3: damaged"):
        read(str(path), KEY)


def test_a_truncated_suite_is_an_error_wherever_a_line_is_cut(tmp_path):
    path = tmp_path / "s.unleak"
    write(path, [case("a"), case("b")], KEY)
    data = path.read_bytes()
    ends = {i for i, byte in enumerate(data) if byte == ord("\n")}
    whole = ends | {end + 1 for end in ends}
    for length in range(len(data)):
        if length not in whole:
            path.write_bytes(data[:length])
            with pytest.raises(SuiteError):
                read(str(path), KEY)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("suite/1", "suite/2", "newer unleak"),
        ("AES-256-SIV", "ROT13", "newer unleak"),
        ('"}', '"', "damaged header"),
        ('"key"', '"nokey"', "damaged header"),
    ],
)
def test_a_strange_header_is_an_error(tmp_path, old, new, message):
    path = tmp_path / "s.unleak"
    write(path, [case()], KEY)
    header, rest = path.read_text().split("\n", 1)
    path.write_text(header.replace(old, new) + "\n" + rest)
    with pytest.raises(SuiteError, match=message):
        read(str(path), KEY)


def test_lines_may_be_joined_by_hand_and_a_repeated_id_is_named(tmp_path):
    path = tmp_path / "s.unleak"
    write(path, [case("a"), case("b")], KEY)
    header, first, second = path.read_text().splitlines()
    path.write_bytes("\r\n".join([header, second, first, ""]).encode())  # as git may check it out
    assert [case.id for case in read(str(path), KEY)] == ["b", "a"]
    path.write_text("\n".join([header, first, second, first]))
    with pytest.raises(SuiteError, match="line 4: id 'a' is already used on line 2"):
        read(str(path), KEY)


def test_a_suite_that_cannot_be_written_leaves_the_old_one(tmp_path):
    (tmp_path / "file").write_text("old")
    with pytest.raises(OutputError):
        write(tmp_path / "file" / "s", [case()], KEY)

    def broken():
        yield case()
        raise KeyboardInterrupt

    write(tmp_path / "s", [case()], KEY)
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path / "s", broken(), KEY)
    assert read(str(tmp_path / "s"), KEY) == [case()]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "s"]
