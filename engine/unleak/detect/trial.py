"""Try patterns that a user wrote on hostile lines, before they may run on every line.

Python's regular expressions go back on their steps, so a careless pattern can take longer than
anybody lives. The trial runs in a process of its own, which can be stopped. It catches what doubles
with every character (`(a+)+$`) and what grows with the cube of a line; it is no proof. What grows
with the square passes, and costs at most seconds on a line of the greatest length that is scanned.
"""

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from typing import Final

SECONDS: Final = 3.0  # of processor time for one pattern; an ordinary one needs milliseconds
_LENGTH: Final = 2000  # characters of a hostile line
_STARTING: Final = 20.0  # seconds that a busy machine may need to start the process

# The number of each pattern that came to an end is printed. The timer's signal ends the process,
# also inside of a match; where there is none, the time of all patterns together does.
_PROGRAM: Final = """
import json, re, signal, sys, warnings
warnings.simplefilter("ignore")
seconds, task = json.load(sys.stdin)
for number, (pattern, lines) in enumerate(task):
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    regex = re.compile(pattern)
    for line in lines:
        for match in regex.finditer(line):
            pass
    print(number, flush=True)
"""


def first_slow(patterns: Sequence[str]) -> int | None:
    """The place of the first pattern that takes too long, or None. All must compile."""
    if not patterns:
        return None
    task = json.dumps([SECONDS, [[pattern, _hostile(pattern)] for pattern in patterns]])
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", _PROGRAM],
            input=task.encode(),
            capture_output=True,
            check=False,
            timeout=_STARTING + 2 * SECONDS * len(patterns),
        ).stdout
    except subprocess.TimeoutExpired as stopped:
        done = stopped.stdout or b""
    finished = len(done.split())
    return finished if finished < len(patterns) else None


def _hostile(pattern: str) -> list[str]:
    """Lines of what a pattern looks for, again and again, with an end that it does not want."""
    # The letter of an escape is none of the word behind it: \bacme_
    words = re.findall(r"[A-Za-z0-9_]{2,}", re.sub(r"\\[A-Za-z]", " ", pattern))[:8]
    signs = list(dict.fromkeys(c for c in pattern if c.isprintable()))[:24]
    units = dict.fromkeys([*words, *signs, "a", "A", "0", " ", "aA0", "a ", "a.", '="'])
    starts = [("", unit) for unit in units]
    starts += [(word, unit) for word in words for unit in ("a", " ", "0")]
    return [start + (unit * _LENGTH)[:_LENGTH] + "\0" for start, unit in starts]
