"""Texts that make a careless pattern try everything from every place.

    python bench/detection/hostile.py [START]

searches each rule's texts with its pattern, from rule number START on. It prints a rule's number
before its turn; a rule that takes more than CPU_SECONDS of processor time ends the process, and the
number printed last tells the tests which it was. The number behind the last rule stands for the
scanner with all rules and their checks, on lines of one sign and on values that repeat.
"""

import re
import signal
import string
import sys
from collections.abc import Callable
from functools import partial
from itertools import chain

from unleak.core.secret import Fingerprinter
from unleak.detect.prefilter import LONGEST_LINE
from unleak.detect.rule import Rule
from unleak.detect.rules import all_rules
from unleak.detect.scanner import Scanner

CPU_SECONDS = 5.0  # for all texts of a rule; the mean is .07, the slowest need .6
_RUNS = (
    " ",
    "\t",
    '"',
    "'",
    "\\",
    '\\"',
    "=",
    ":",
    ".",
    "-",
    "_",
    "a",
    "aA",
    "0",
    "[",
    "({[",
    "a.",
)


def hostile(rule: Rule, length: int) -> list[str]:
    """Texts of `length` characters made from a rule's keywords and true examples."""
    units: list[str] = []
    heads: list[str] = []
    endless: list[str] = []
    for keyword in rule.keywords[:2]:
        units += [keyword, f"{keyword} ", f'{keyword}="', f"{keyword}_a.", f"{keyword}: "]
    for example in rule.true[:2]:
        start, end = example.index("‹"), example.index("›")
        before, value, behind = example[:start], example[start + 1 : end], example[end + 1 :]
        # Its beginning again and again; a value that nearly ends; a value without end.
        units += [
            before,
            before + value[:-1],
            before + value + "!",
            value,
            value[:7],
            value + behind,
        ]
        units.append(value[-1])
        heads += [before, before + value[: len(value) // 2]]
        endless += [before + run * length for run in (value, value[0], value[-1])]
    texts = [unit * (length // len(unit) + 1) for unit in units if unit]
    for head in heads[:2]:
        runs = (*_RUNS, head[-7:] or "a", "\n" if rule.multiline else "\r")
        texts += [head + run * length for run in runs]
    return list(dict.fromkeys(text[:length] for text in texts + endless))


def searched(pattern: re.Pattern[str], text: str) -> None:
    """All that a scan does with a pattern."""
    for _ in pattern.finditer(text):
        pass


def _search(rule: Rule) -> None:
    for text in hostile(rule, LONGEST_LINE):
        searched(rule.regex, text)


def _scan_signs() -> None:
    scanner = Scanner(Fingerprinter(b"k" * 32))
    for sign in chain(string.punctuation, " \t", "aA0"):
        scanner.scan(f'password {sign * LONGEST_LINE}"\n')
    # What the checks of values see: names that nearly end as they should.
    for unit in ("a1B_", "aB1-", "a1B.", "Abc1", "a1:", "/a1B", "aB1 "):
        for length in (250, 1400):
            scanner.scan(f'secret_key = "{(unit * length)[:length]}!"\n')


def main() -> None:
    rules = all_rules()
    turns: list[Callable[[], None]] = [*(partial(_search, rule) for rule in rules), _scan_signs]
    for number in range(int(sys.argv[1]) if len(sys.argv) > 1 else 0, len(turns)):
        print(number, flush=True)
        # SIGVTALRM ends the process, even in the middle of a match. It counts processor time: a
        # busy machine changes nothing.
        signal.setitimer(signal.ITIMER_VIRTUAL, CPU_SECONDS)
        turns[number]()
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)


if __name__ == "__main__":
    main()
