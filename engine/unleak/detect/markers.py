"""Comments by which an author says that a line holds no leak.

Besides unleak's own, those of gitleaks and detect-secrets are honoured, in any style of comment.
"""

import re
from typing import Final

from unleak.detect.prefilter import Line

_MARKER: Final = re.compile(
    r"""(?ix)
    unleak:\s?allow (?: \[ (?P<rules> [\w./,\ -]* ) \] | (?!\[) )
    | gitleaks:\s?allow
    | pragma:\s?(?:allow|white)list[ -]secret
    """
)
# As in detect-secrets, nothing may stand before it: else a line of code could hide the next one.
_NEXT_LINE: Final = re.compile(
    r"[ \t]{0,200}(?:\#|//|/\*|'|--|<!--[#\t ]{0,8})[ \t]{0,40}"
    r"pragma:\s?allowlist[ -]nextline[ -]secret",
    re.IGNORECASE,
)
LONGEST_NEXT_LINE: Final = 300  # characters; a longer line is no such comment


def allowed_in(text: str, start: int, end: int, rule: str) -> bool:
    """Whether a comment between two offsets allows what a rule finds there."""
    return any(
        match["rules"] is None or rule in (name.strip() for name in match["rules"].split(","))
        for match in _MARKER.finditer(text, start, end)
    )


def allows_next_line(line: str) -> bool:
    """Whether a line, without its end, is a comment which allows the next one."""
    return len(line) <= LONGEST_NEXT_LINE and _NEXT_LINE.match(line) is not None


def follows_comment(text: str, start: int, continues: bool = False) -> bool:
    """Whether the line that starts at an offset follows a comment which allows it.

    Args:
        continues: whether the text starts inside of a line.
    """
    if start == 0 or text[start - 1] != "\n":
        return False
    earliest = max(0, start - 2 - LONGEST_NEXT_LINE)
    before = text.rfind("\n", earliest, start - 1) + 1
    if before == 0 and (earliest > 0 or continues):
        return False
    return allows_next_line(text[before : start - 1])


def allowed_by_line_before(text: str, line: Line, continues: bool = False) -> bool:
    """Whether a line follows a comment which allows it. A line that is cut cannot be allowed so."""
    whole = line.end == len(text) or text[line.end] == "\n"
    return whole and follows_comment(text, line.start, continues)
