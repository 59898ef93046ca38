"""One text that a model writes: what in it is a secret, and how much of it may be shown."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from unleak.core.finding import REDACT_SCORE, Finding
from unleak.detect.known import KNOWN, KNOWN_SCORE
from unleak.detect.rule import LONGEST_BLOCK
from unleak.detect.scanner import Scanner
from unleak.detect.stream import StreamScanner
from unleak.guard.blocklist import Blocked
from unleak.guard.dialects.dialect import Asked, Token
from unleak.service.contract import PREFIX_LIMIT

MASK: Final = "█"
_LONGEST_LINE: Final = 2000  # characters of the prompt's last line that are read along
_BLOCK: Final = "-----BEGIN"


@dataclass(frozen=True, slots=True)
class Shield:
    """What texts are held against: the rules and the block list, both under one key.

    echoes: whether what stands in the request counts like anything else.
    """

    scanner: Scanner
    blocked: Blocked
    echoes: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A secret in what a model wrote.

    finding: with offsets from the start of that text; negative if it began in the prompt.
    before: the text in front of it, at most PREFIX_LIMIT characters.
    echoed: it stands in the request.
    blocked: the engine's block list has it.
    logprob: the mean log-probability of its tokens, where the server gives them.
    """

    finding: Finding
    before: str
    echoed: bool
    blocked: bool
    logprob: float | None


class Track:
    """The text of one choice, as it grows.

    Args:
        shield: what it is held against.
        asked: the request.
        prompt: what it continues; its end is read along.

    settled: how much of it may be shown; what is found in it is known by then.
    length: how much of it there is.
    """

    def __init__(self, shield: Shield, asked: Asked, prompt: str = "") -> None:
        context = context_of(prompt)
        self._preceding = prompt[: len(prompt) - len(context)][-PREFIX_LIMIT:]
        self._shield = shield
        self._asked = asked
        self._stream = StreamScanner(shield.scanner)
        self._text = ""  # its last part
        self._start = -len(context)  # of that part; 0 is the start of the completion
        self._origin = -len(context)
        self._tokens: deque[tuple[int, int, float]] = deque()
        self._spans: deque[tuple[int, int]] = deque()  # to be masked
        self._ends: deque[tuple[int, str]] = deque()  # of what was found: against doubles
        self._waiting: list[Finding] = []
        self.length = self.settled = 0
        self.closed = False
        if context:
            self._text = context
            self._stream.feed(context, provisional=False)

    @property
    def held(self) -> int:
        """How many characters may not be shown yet."""
        return self.length - self.settled

    def feed(self, text: str, tokens: Sequence[Token] = ()) -> list[Found]:
        """Add what comes next; returns what is certain now."""
        self._note(tokens, len(text))
        before = len(self._text)
        self._text += text
        self.length += len(text)
        progress = self._stream.feed(text, provisional=False)
        blocked = self._blocked_since(before)
        clear = self._start + self._shield.blocked.clear(self._text, -self._start)
        # Never behind what was shown: a block list may have come that holds more.
        self.settled = max(self.settled, min(progress.settled + self._origin, clear))
        return self._certain([*progress.final, *blocked])

    def close(self, following: str = "") -> list[Found]:
        """End the text; `following` is what stands behind it up to the end of its line."""
        found = self._stream.close(following)
        self.settled = self.length
        self.closed = True
        return self._certain(found)

    def masked(self, start: int, text: str) -> str:
        """A settled piece of the text, which starts at `start`, without what is to be masked.

        Pieces are asked for in order.
        """
        while self._spans and self._spans[0][1] <= start:
            self._spans.popleft()
        characters = None
        for first, behind in self._spans:
            if first >= start + len(text):
                break
            characters = characters or list(text)
            for at in range(max(first, start), min(behind, start + len(text))):
                if characters[at - start] not in "\r\n":
                    characters[at - start] = MASK
        return "".join(characters) if characters else text

    def _note(self, tokens: Sequence[Token], length: int) -> None:
        """Where the tokens of a piece stand, if they spell it."""
        if sum(len(token.text) for token in tokens) != length:
            return
        at = self.length
        for token in tokens:
            self._tokens.append((at, at + len(token.text), token.logprob))
            at += len(token.text)

    def _blocked_since(self, place: int) -> list[Finding]:
        found = []
        for start, end in self._shield.blocked.spans(self._text, place, -self._start):
            secret = self._shield.scanner.fingerprinter.secret(self._text[start:end], KNOWN)
            offset = self._start - self._origin  # the scanner counts from the context's start
            found.append(Finding(KNOWN, start + offset, end + offset, KNOWN_SCORE, True, secret))
        return found

    def _certain(self, found: list[Finding]) -> list[Found]:
        self._waiting += found
        ready = [f for f in self._waiting if f.end + self._origin <= self.settled or self.closed]
        if ready:
            self._waiting = [f for f in self._waiting if f not in ready]
        result = [self._found(f) for f in self._without_doubles(ready) if f.end + self._origin > 0]
        self._spans.extend(sorted((r.finding.start, r.finding.end) for r in result if not r.echoed))
        self._forget()
        return result

    def _without_doubles(self, ready: list[Finding]) -> list[Finding]:
        """What the block list finds and a rule too is one finding, the rule's."""
        kept: list[Finding] = []
        for finding in sorted(ready, key=lambda f: (f.rule == KNOWN, f.start)):
            same = (finding.end, finding.fingerprint)
            if finding.score >= REDACT_SCORE and same not in self._ends:
                self._ends.append(same)
                kept.append(finding)
        while len(self._ends) > 64:
            self._ends.popleft()
        return kept

    def _found(self, finding: Finding) -> Found:
        start, end = finding.start + self._origin, finding.end + self._origin
        at = max(0, start - self._start)
        before = self._text[max(0, at - PREFIX_LIMIT) : at]
        if self._start == self._origin:
            before = (self._preceding + before)[-PREFIX_LIMIT:]
        moved = Finding(finding.rule, start, end, finding.score, finding.alert, finding.secret)
        return Found(
            moved,
            before,
            not self._shield.echoes and self._asked.holds(finding.secret.reveal()),
            self._shield.blocked.holds(finding.fingerprint),
            self._mean(start, end),
        )

    def _mean(self, start: int, end: int) -> float | None:
        own = [logprob for first, behind, logprob in self._tokens if first < end and behind > start]
        known = [logprob for logprob in own if logprob == logprob]
        return sum(known) / len(known) if known else None

    def _forget(self) -> None:
        """Keep of the text what is not settled, and before it what a sighting quotes."""
        surplus = self.settled - PREFIX_LIMIT - LONGEST_BLOCK - self._start
        if surplus > LONGEST_BLOCK:
            self._text = self._text[surplus:]
            self._start += surplus
        while self._tokens and self._tokens[0][1] < self.settled - LONGEST_BLOCK:
            self._tokens.popleft()


def context_of(prefix: str) -> str:
    """The end of a prompt that has to be read along: a name, or a block, may begin in it."""
    line = prefix[prefix.rfind("\n") + 1 :][-_LONGEST_LINE:]
    block = prefix.rfind(_BLOCK, -LONGEST_BLOCK // 2)
    if block >= 0 and "-----END" not in prefix[block:]:
        return prefix[prefix.rfind("\n", 0, block) + 1 :][-LONGEST_BLOCK // 2 :]
    return line


def following_of(suffix: str) -> str:
    """The start of a suffix that closes what a completion may have opened."""
    return suffix.partition("\n")[0][:_LONGEST_LINE]
