"""Positions and edits against the plainest reading of the protocol."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from unleak.core.secret import Fingerprinter
from unleak.detect.scanner import Scanner
from unleak.lsp.document import Document
from unleak.lsp.positions import UTF8, UTF16, UTF32, LineIndex, column, units
from unleak.lsp.wire import types

SCANNER = Scanner(Fingerprinter(b"k" * 32))
TOKEN = "ghp_q8Zt3LmW5vXc7RbN2kYd9JfH4sGpA6eTu1Qi"
texts = st.lists(
    st.sampled_from(["a", "é", "🎉", "\n", "\r\n", "\r", "\u2028", "\f", " ", "b = 1", TOKEN]),
    max_size=25,
).map("".join)
encodings = st.sampled_from([UTF8, UTF16, UTF32])
CODEC = {UTF8: ("utf-8", 1), UTF16: ("utf-16-le", 2), UTF32: ("utf-32-le", 4)}


def plain_offset(text, line, character, encoding):
    """The offset of a position, read off the whole text."""
    starts = [0, *(m.end() for m in re.finditer(r"\r\n|\r|\n", text))]
    if line >= len(starts):
        return len(text)
    start = starts[line]
    end = re.compile(r"\r\n|\r|\n|\Z").search(text, start).start()
    codec, size = CODEC[encoding]
    at = 0
    for offset in range(start, end):
        at += len(text[offset].encode(codec)) // size
        if at > character:
            return offset
    return end


def document(text, encoding=UTF16, limit=1_000_000):
    item = types.TextDocumentItem("file:///a.py", "python", 1, text)
    return Document(item, SCANNER, encoding, path=None, limit=limit)


@given(texts, st.integers(0, 30), st.integers(0, 60), encodings)
def test_a_position_is_where_the_protocol_says(text, line, character, encoding):
    opened = document(text, encoding)
    wanted = plain_offset(text, line, character, encoding)
    assert opened.offset(types.Position(line, character)) == wanted


@given(texts, encodings)
def test_offsets_and_positions_are_inverse(text, encoding):
    opened = document(text, encoding)
    for offset in range(len(text) + 1):
        if text[offset - 1 : offset + 1] == "\r\n":
            continue  # no position lies inside of a line's end
        assert opened.offset(opened.position(offset)) == offset


edits = st.lists(
    st.tuples(
        st.integers(0, 12), st.integers(0, 30), st.integers(0, 12), st.integers(0, 30), texts
    ),
    max_size=6,
)


@settings(max_examples=200)
@given(texts, edits, encodings, st.booleans())
def test_edits_by_range_give_the_text_and_the_findings_of_the_whole(text, changes, encoding, lazy):
    opened = document(text, encoding, limit=0 if lazy else 10**9)
    for version, (line, character, further, end_character, new) in enumerate(changes, 2):
        start, end = (line, character), (line + further, end_character)
        if end < start:
            end = start
        first = plain_offset(text, *start, encoding)
        behind = max(first, plain_offset(text, *end, encoding))
        text = text[:first] + new + text[behind:]
        where = types.Range(types.Position(*start), types.Position(*end))
        opened.change([types.TextDocumentContentChangePartial(where, new)], version)
        assert opened.text == text
    shown = [f for f in SCANNER.scan(text) if f.score >= 0.6]
    if not opened.lazy:
        assert [(f.start, f.end) for f in opened.findings] == [(f.start, f.end) for f in shown]
    for finding in opened.findings:
        assert text[finding.start : finding.end] == finding.secret.reveal()
        line = opened.line_of(finding.start)
        assert text[line.start : line.start + len(line.text)] == line.text


@given(st.text(max_size=20), encodings)
def test_columns_and_units_are_inverse(text, encoding):
    for at in range(len(text) + 1):
        assert column(text, units(text[:at], encoding), encoding) == at


def test_what_stands_around_an_offset():
    opened = document("one\ntwo\nthree\n")
    assert opened.before(6, 4) == "e\ntw"
    assert opened.before(0, 4) == ""
    assert opened.behind(6, 4) == "o\nth"
    assert opened.behind(14, 4) == ""


def test_a_return_that_ends_a_line_is_seen_when_it_comes_and_when_it_goes():
    lines = ["a\r\n", "b"]
    index = LineIndex(lines, UTF16)
    assert index.count == 2
    lines[1] = "b\rc"
    index.changed(range(1, 2))
    assert index.count == 3
    assert index.text(2) == "c"
    lines[1] = "b"
    index.changed(range(1, 2))
    assert index.count == 2
