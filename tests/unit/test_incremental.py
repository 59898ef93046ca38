"""After any edits the findings are those of a fresh scan."""

from hypothesis import given, settings
from hypothesis import strategies as st
from test_stream import EXAMPLES, KEY, SCANNER, pieces, spans

from unleak.detect.incremental import IncrementalScanner
from unleak.detect.scanner import Scanner

edits = st.lists(
    st.tuples(
        st.integers(0, 400),
        st.integers(0, 60),
        st.one_of(
            st.sampled_from(EXAMPLES),
            st.sampled_from([KEY, "", "\n", "\r\n", "-----END PRIVATE KEY-----", "# unleak:allow"]),
            st.text(max_size=6),
        ),
    ),
    max_size=8,
)


def position(text: str, offset: int) -> tuple[int, int]:
    before = text[:offset]
    return before.count("\n"), offset - (before.rfind("\n") + 1)


@settings(max_examples=150)
@given(pieces, edits)
def test_edits_give_what_a_fresh_scan_gives(parts, changes):
    text = "".join(parts)
    incremental = IncrementalScanner(SCANNER, text)
    for at, length, new in changes:
        start = at % (len(text) + 1)
        end = min(len(text), start + length)
        incremental.edit(position(text, start), position(text, end), new)
        text = text[:start] + new + text[end:]
        assert incremental.text == text
        assert spans(incremental.findings()) == spans(SCANNER.scan(text))


def test_a_key_that_is_typed_line_by_line_is_found_whole():
    incremental = IncrementalScanner(SCANNER, "x = 1\n\ny = 2\n")
    for number, line in enumerate(KEY.splitlines()):
        incremental.edit((1 + number, 0), (1 + number, 0), line + "\n")
    assert [incremental.text[f.start : f.end] for f in incremental.findings()] == [KEY.strip()]


def test_places_behind_the_end_are_the_end():
    incremental = IncrementalScanner(SCANNER, "a\nb")
    incremental.edit((0, 99), (0, 99), "!")
    incremental.edit((7, 0), (9, 9), "?")
    assert incremental.text == "a!\nb?"


class Counting(Scanner):
    """Counts the characters it is given."""

    seen = 0

    def lines(self, text):
        self.seen += len(text)
        return super().lines(text)

    def in_line(self, text, line):
        self.seen += len(text)
        return super().in_line(text, line)


def test_the_cost_follows_the_change():
    scanner = Counting(SCANNER.fingerprinter)
    incremental = IncrementalScanner(scanner, "value = 1\n" * 20_000)
    scanner.seen = 0
    incremental.edit((9_000, 3), (9_000, 4), "typed")
    assert scanner.seen < 100
