"""A text scanned in chunks has the findings of the whole text."""

import itertools
from re import _constants as constants  # the parser of patterns has no public face
from re import _parser as parser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unleak.core.secret import Fingerprinter
from unleak.detect.open_line import REACH
from unleak.detect.prefilter import LONGEST_LINE
from unleak.detect.rule import LONGEST_BLOCK
from unleak.detect.rules import all_rules
from unleak.detect.scanner import Scanner
from unleak.detect.stream import LONGEST_OPEN, StreamScanner

SCANNER = Scanner(Fingerprinter(b"k" * 32))
UNMARKED = Scanner(Fingerprinter(b"k" * 32), markers=False)
EXAMPLES = [
    example.replace("‹", "").replace("›", "")
    for rule in all_rules()
    for example in (*rule.true, *rule.false)
]
KEYS = [e for rule in all_rules() if rule.multiline for e in rule.true]
KEY = KEYS[0].replace("‹", "").replace("›", "")

pieces = st.lists(
    st.one_of(
        st.sampled_from(EXAMPLES),
        st.sampled_from([*KEYS, KEY]).map(lambda e: e.replace("‹", "").replace("›", "")),
        st.sampled_from(
            ["\n", "\r\n", " ", "x = 1\n", "-----BEGIN PRIVATE KEY-----\n", "# é İ 𝄞\n"]
        ),
        st.text(max_size=12),
    ),
    max_size=12,
)


def streamed(text: str, cuts: list[int]) -> list[tuple[str, int, int]]:
    stream = StreamScanner(SCANNER)
    found = []
    places = [0, *sorted(cut % (len(text) + 1) for cut in cuts), len(text)]
    for start, end in itertools.pairwise(places):
        found += stream.feed(text[start:end]).final
    return spans(found + stream.close())


def settling(text: str, cuts: list[int], provisional: bool) -> list[tuple[str, int, int]]:
    """As `streamed`, without markers; no finding may begin in what was settled before."""
    stream = StreamScanner(UNMARKED)
    found, settled = [], 0
    places = [0, *sorted(cut % (len(text) + 1) for cut in cuts), len(text)]
    for start, end in itertools.pairwise(places):
        progress = stream.feed(text[start:end], provisional=provisional)
        assert all(settled <= f.start and f.end <= progress.settled for f in progress.final)
        assert settled <= progress.settled <= end
        assert stream.held == end - progress.settled <= LONGEST_BLOCK + len(text[start:end])
        settled = progress.settled
        found += progress.final
    last = stream.close()
    assert all(settled <= f.start for f in last)
    return spans(found + last)


def spans(found):
    return [(f.rule, f.start, f.end, f.score, f.fingerprint) for f in found]


@given(pieces, st.lists(st.integers(min_value=0, max_value=10_000), max_size=20))
def test_every_chunking_gives_the_findings_of_one_scan(parts, cuts):
    text = "".join(parts)
    assert streamed(text, cuts) == spans(SCANNER.scan(text))


@given(
    st.lists(
        st.one_of(pieces.map("".join), st.sampled_from(["the key of ", "password for ", ", "])),
        max_size=4,
    ),
    st.lists(st.integers(min_value=0, max_value=10_000), max_size=30),
    st.booleans(),
)
def test_what_is_settled_stays_as_it_is(parts, cuts, provisional):
    text = "".join(parts)
    assert settling(text, cuts, provisional) == spans(UNMARKED.scan(text))


@pytest.mark.parametrize(
    "rule", [r for r in all_rules() if r.spaced or r.multiline], ids=lambda rule: rule.id
)
def test_a_value_with_blanks_is_held_from_its_start(rule):
    for example in rule.true:
        text = example.replace("‹", "").replace("›", "")
        for whole in (text, text + "\nx = 1\n"):
            assert settling(whole, list(range(len(whole))), False) == spans(UNMARKED.scan(whole))


def blanks_possible(op, node) -> bool:
    """Whether a node of a parsed pattern can match a blank."""
    if op in (constants.ASSERT, constants.ASSERT_NOT, constants.AT):
        return False
    if op is constants.LITERAL:
        return node in (32, 9)
    if op is constants.SUBPATTERN:
        return any(blanks_possible(*n) for n in node[3])
    if op is constants.BRANCH:
        return any(blanks_possible(*n) for branch in node[1] for n in branch)
    if op in (constants.MAX_REPEAT, constants.MIN_REPEAT, constants.POSSESSIVE_REPEAT):
        return any(blanks_possible(*n) for n in node[2])
    if op is constants.IN:
        inside = any(
            (kind is constants.LITERAL and what in (32, 9))
            or (kind is constants.RANGE and what[0] <= 32 <= what[1])
            or (kind is constants.CATEGORY and what is constants.CATEGORY_SPACE)
            for kind, what in node
        )
        return inside != (node[0][0] is constants.NEGATE)
    return True  # any character, a group again


def behind_the_value(nodes, group) -> list | None:
    """The value's node and those behind it."""
    for place, (op, node) in enumerate(nodes):
        if op is constants.SUBPATTERN and node[0] == group:
            return list(nodes[place:])
        below = {
            constants.SUBPATTERN: lambda node: [node[3]],
            constants.BRANCH: lambda node: node[1],
            constants.MAX_REPEAT: lambda node: [node[2]],
        }.get(op, lambda node: [])(node)
        for inner in below:
            if (found := behind_the_value(list(inner), group)) is not None:
                return found + list(nodes[place + 1 :])
    return None


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_rules_say_where_blanks_may_stand_and_how_far_a_value_is(rule):
    parsed = parser.parse(rule.pattern)
    rest = behind_the_value(list(parsed), parsed.state.groupdict["value"])
    if not rule.multiline:
        assert any(blanks_possible(*node) for node in rest) == rule.spaced
    before = rule.pattern.partition("(?P<value>")[0]
    if before.count("(") == before.count(")"):
        assert parser.parse(before).getwidth()[1] <= REACH


@settings(max_examples=30)
@given(
    st.integers(min_value=0, max_value=30),
    st.integers(min_value=1, max_value=2 * LONGEST_LINE),
    st.lists(st.integers(min_value=0, max_value=60_000), max_size=12),
)
def test_a_token_in_a_line_that_is_cut_is_found_alike(before, length, cuts):
    # Tokens without a keyword are found by their length; a cut may go through it.
    token = "SUAG3QK5X7MZT2WJ6PBRL4NYHCEDFV5SAQ3MZT5KX7N2WJ6PBLRY4HCEQ2"
    text = "B" * before + "A" * length + " " + token + " " + "C" * length + token
    assert streamed(text, cuts) == spans(SCANNER.scan(text))


@settings(max_examples=15)
@given(pieces)
def test_one_character_at_a_time(parts):
    text = "".join(parts)[:800]
    assert streamed(text, list(range(len(text)))) == spans(SCANNER.scan(text))


@settings(max_examples=25)
@given(
    st.lists(st.sampled_from(EXAMPLES), min_size=1, max_size=6),
    st.integers(min_value=0, max_value=3 * LONGEST_LINE),
    st.sampled_from(["a", "a ", '"', "é,", "0"]),
    st.lists(st.integers(min_value=0, max_value=200_000), max_size=8),
)
def test_long_lines_are_cut_alike(examples, room, filling, cuts):
    flat = [e.replace("\n", " ") for e in examples]
    text = (filling * (room // len(filling))).join(["", *flat, ""])
    assert streamed(text, cuts) == spans(SCANNER.scan(text))


@settings(max_examples=10)
@given(st.integers(min_value=0, max_value=LONGEST_BLOCK + 100), st.lists(st.integers(0, 90_000)))
def test_blocks_of_lines_that_are_far_apart(distance, cuts):
    text = KEY + "y = 2\n" * (distance // 6) + KEY + "ghp_q8Zt3LmW5vXc7RbN2kYd9JfH4sGpA6eTu1Qi\n"
    assert streamed(text, cuts[:8]) == spans(SCANNER.scan(text))


def test_a_secret_is_shown_provisionally_before_its_line_ends():
    stream = StreamScanner(SCANNER)
    first = stream.feed('key = "ghp_q8Zt3LmW5vXc7RbN2kYd9JfH4sGpA6eTu1Qi')
    assert first.final == []
    assert [f.kind for f in first.provisional] == ["github-token"]
    second = stream.feed('"\nx')
    assert [f.kind for f in second.final] == ["github-token"]
    assert second.provisional == []


@pytest.mark.parametrize(
    "hostile",
    [
        "-----BEGIN PRIVATE KEY-----" + "A" * 1000,
        "-----BEGIN PRIVATE KEY-----\n" + "A" * 60 + "\n",
        "A" * 1000,
        "key = ",
        "# pragma: allowlist nextline secret\n",
    ],
)
def test_what_is_held_is_bounded(hostile):
    stream = StreamScanner(SCANNER)
    for _ in range(2 * LONGEST_OPEN // 5000):
        stream.feed(hostile * (5000 // len(hostile)))
        assert len(stream._open) <= LONGEST_OPEN + LONGEST_BLOCK + 5000
