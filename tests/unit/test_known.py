"""Known secrets are found whatever their format, and none of them is stored."""

import pickle
import re
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from test_incremental import position
from test_stream import pieces, spans

from unleak.core.errors import OutputError, UsageError
from unleak.core.keys import MasterKey
from unleak.detect.incremental import IncrementalScanner
from unleak.detect.known import KNOWN, Learner
from unleak.detect.known_file import read_known, write_known
from unleak.detect.prefilter import LONGEST_LINE
from unleak.detect.rule import Rule
from unleak.detect.scanner import Scanner
from unleak.detect.settings import Settings
from unleak.detect.stream import StreamScanner

KEY = MasterKey(b"m" * 32)
TOKEN = "ghp_q8Zt3LmW5vXc7RbN2kYd9JfH4sGpA6eTu1Qi"
SECRETS = (
    "Walnut quartz = 4339;",
    "plainword",
    "a1!b2@c3#d4",
    "tr4vel/Copper+92==",
    '{"key": ["v", 7]}',
    "Straße über Fluß 7",
    TOKEN,
)
PRIVATE = "-----BEGIN PRIVATE KEY-----\n" + "MIIEvQIBADANBgkqhkiG9w0BAQEF4kPz\n" * 3
PRIVATE += "-----END PRIVATE KEY-----"


def learned(*values: str):
    learner = Learner(KEY.fingerprinter)
    for value in values:
        learner.add(value)
    return learner.known()


def scanner_of(*values: str) -> Scanner:
    return Scanner(KEY.fingerprinter, known=learned(*values))


def found(scanner: Scanner, text: str) -> list[str]:
    return [text[f.start : f.end] for f in scanner.scan(text) if f.rule == KNOWN]


SCANNER = scanner_of(*SECRETS)


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize(
    "around",
    ["{}", 'x = "{}"', "key={}&b", "({})", "<a>{}</a>", "é{}é", "name_{}_x", "\\n{}", "a%3D{}"],
)
def test_a_known_secret_is_found_exactly_in_any_surroundings(secret, around):
    text = f"first line\n{around.format(secret)}\r\nlast"
    assert found(SCANNER, text) == [secret]


def test_a_finding_of_a_known_secret_is_certain_and_keeps_what_a_rule_says():
    one, two = SCANNER.scan(f"t = {TOKEN}\nplainword")
    assert (one.rule, one.kind, one.score, one.alert) == (KNOWN, "github-token", 1.0, True)
    assert (two.rule, two.kind, two.score, two.alert) == (KNOWN, KNOWN, 1.0, True)


@pytest.mark.parametrize("secret", SECRETS)
def test_what_is_nearly_known_is_not_found(secret):
    for place in range(len(secret)):
        other = "#" if secret[place] != "#" else "%"
        assert found(SCANNER, f'"{secret[:place]}{other}{secret[place + 1 :]}"') == []


def test_a_run_that_goes_on_is_another_word():
    assert found(SCANNER, "plainwords xplainword plainword2") == []


def test_several_lines_are_known_where_a_rule_finds_them():
    scanner = scanner_of(PRIVATE)
    [finding] = scanner.scan(f"x\n{PRIVATE}\ny")
    assert (finding.rule, finding.secret.reveal()) == (KNOWN, PRIVATE)


def test_a_fingerprint_is_known_where_a_rule_finds_its_value():
    learner = Learner(KEY.fingerprinter)
    learner.add_fingerprint(KEY.fingerprinter.fingerprint(TOKEN))
    assert found(Scanner(KEY.fingerprinter, known=learner.known()), f'"{TOKEN}"') == [TOKEN]


def test_what_cannot_be_told_apart_is_not_learned():
    learner = Learner(KEY.fingerprinter)
    for value in ("short", "7chars!", "!@#$%^&*()"):
        learner.add(value)
    assert (learner.too_short, learner.without_anchor) == (2, 1)
    assert len(learner.known().entries) == 0


def test_many_secrets_in_one_index():
    values = [f"{n:x}-Zq{n * 7919:x}/{n}" for n in range(100_000, 103_000)]
    scanner = scanner_of(*values)
    text = "\n".join(f"value: '{value}'" for value in values)
    assert found(scanner, text) == values
    assert found(scanner, text.replace("Z", "Y")) == []


def test_an_index_comes_back_from_its_file_without_any_secret_in_it(tmp_path):
    file = tmp_path / "i.unleak-index"
    write_known(file, learned(*SECRETS, PRIVATE), KEY)
    assert file.stat().st_mode & 0o777 == 0o600
    text = "\n".join(SECRETS)
    known = read_known(file, KEY)
    assert found(Scanner(KEY.fingerprinter, known=known), text) == list(SECRETS)
    data = file.read_bytes()
    for secret in (*SECRETS, PRIVATE):
        encoded = secret.encode()
        assert not any(encoded[at : at + 6] in data for at in range(len(encoded) - 5))
        assert bytes.fromhex(KEY.fingerprinter.fingerprint(secret)) not in data


def test_two_indexes_become_one():
    learner = Learner(KEY.fingerprinter)
    learner.add_all(learned(*SECRETS[:3]))
    learner.add_all(learned(*SECRETS[2:]))
    text = "\n".join(SECRETS)
    assert found(Scanner(KEY.fingerprinter, known=learner.known()), text) == list(SECRETS)
    assert learner.known().entries == SCANNER.known.entries


def test_an_index_of_another_key_or_a_damaged_one_is_refused(tmp_path):
    file = tmp_path / "index"
    write_known(file, learned(*SECRETS), KEY)
    with pytest.raises(UsageError, match="made with another key"):
        read_known(file, MasterKey(b"n" * 32))
    data = file.read_bytes()
    for broken, words in (
        (data[:-1], "damaged"),
        (data[:40] + b"?" + data[41:], "damaged"),
        (data[:12] + b"\x09" + data[13:], "newer unleak"),
        (data[:20], "not an index"),
        (b"{}", "not an index"),
    ):
        file.write_bytes(broken)
        with pytest.raises(UsageError, match=words):
            read_known(file, KEY)
    with pytest.raises(UsageError, match="No such file"):
        read_known(tmp_path / "none", KEY)
    with pytest.raises(OutputError):
        write_known(file / "below", learned("plainword"), KEY)


@given(st.text(min_size=8, max_size=24), st.text(max_size=20), st.text(max_size=20))
def test_any_secret_between_blanks_is_found(secret, before, after):
    assume(re.search("[A-Za-z0-9]{2}", secret) and not set("\r\n") & set(secret))
    scanner = Scanner(KEY.fingerprinter, rules=(), known=learned(secret))
    assert secret in found(scanner, f"{before} {secret} {after}")


def test_settings_and_known_secrets_travel_to_other_processes():
    parts = pickle.loads(pickle.dumps((FULL.fingerprinter, FULL.settings, FULL.known)))  # noqa: S301
    scanner = Scanner(parts[0], settings=parts[1], known=parts[2])
    text = "\n".join([*SECRETS, "u12"])
    assert spans(scanner.scan(text)) == spans(FULL.scan(text))


# The scanners for streams and edits, with all that a user can add.

USER_RULE = Rule("user", "user", r"u\d+", (), "", ())
FULL = Scanner(
    KEY.fingerprinter, settings=Settings(rules=(USER_RULE,)), known=learned(*SECRETS, PRIVATE)
)
parts = st.lists(
    st.one_of(
        pieces.map("".join),
        st.sampled_from([*SECRETS, PRIVATE + "\n", "u12", "\n", " ", "x" * LONGEST_LINE]),
        st.sampled_from(
            [
                "# pragma: allowlist nextline secret\n",
                "\n# pragma: allowlist nextline secret",
                "\\n",
            ]
        ),
    ),
    max_size=8,
)


@settings(max_examples=60)
@given(parts, st.lists(st.integers(0, 60_000), max_size=12))
def test_every_chunking_gives_the_findings_of_one_scan(parts, cuts):
    text = "".join(parts)
    stream, places = StreamScanner(FULL), [0, *sorted(c % (len(text) + 1) for c in cuts), len(text)]
    final = []
    for start, end in pairwise(places):
        final += stream.feed(text[start:end]).final
    assert spans(final + stream.close()) == spans(FULL.scan(text))


@settings(max_examples=60)
@given(parts, st.lists(st.tuples(st.integers(0, 60_000), st.integers(0, 60), parts), max_size=4))
def test_edits_give_what_a_fresh_scan_gives(parts, changes):
    text = "".join(parts)
    incremental = IncrementalScanner(FULL, text)
    for at, length, new in changes:
        start = at % (len(text) + 1)
        end = min(len(text), start + length)
        incremental.edit(position(text, start), position(text, end), "".join(new))
        text = text[:start] + "".join(new) + text[end:]
        assert spans(incremental.findings()) == spans(FULL.scan(text))
