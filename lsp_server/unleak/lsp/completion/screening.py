"""What is shown of a completion: scanned before anybody sees it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from unleak.core.finding import REDACT_SCORE, Finding
from unleak.detect.scanner import Scanner
from unleak.lsp.allowing import line_comment

MASK: Final = "█"


@dataclass(frozen=True, slots=True, repr=False)
class Screened:
    """A completion's text as it may be shown; None if nothing may.

    new: secrets that the model brought, offsets from the start of prefix and completion together.
    echoes: those that stood in the request already.
    """

    text: str | None
    new: tuple[Finding, ...] = ()
    echoes: tuple[Finding, ...] = ()


def screen(
    scanner: Scanner, prefix: str, proposal: str, known: Sequence[str], how: str, language: str
) -> Screened:
    """Mask, withhold or mark what a model wrote.

    Args:
        scanner: of the document.
        prefix: the end of the text before; it is scanned along, as a secret may begin in it.
        proposal: what the model wrote.
        known: texts of the request: a secret in one of them is an echo, and the user's own.
        how: mask, withhold or mark.
        language: of the document, for a mark.
    """
    found = [
        finding
        for finding in scanner.scan(prefix + proposal)
        if finding.end > len(prefix) and finding.score >= REDACT_SCORE
    ]
    echoes = [f for f in found if any(f.secret.reveal() in text for text in known)]
    new = [f for f in found if f not in echoes]
    text: str | None = proposal
    if new and how == "withhold":
        text = None
    elif new and how == "mark":
        text = _marked(proposal, len(prefix), new, language)
    elif new:
        text = _masked(proposal, len(prefix), new)
    return Screened(text, tuple(new), tuple(echoes))


def _masked(proposal: str, start: int, found: list[Finding]) -> str:
    characters = list(proposal)
    for finding in found:
        for at in range(max(0, finding.start - start), finding.end - start):
            if characters[at] not in "\r\n":
                characters[at] = MASK
    return "".join(characters)


def _marked(proposal: str, start: int, found: list[Finding], language: str) -> str:
    """A comment at the end of each line with a secret; masked where no comment can stand."""
    comment = line_comment(language)
    if not comment:
        return _masked(proposal, start, found)
    text = proposal
    for finding in sorted(found, key=lambda f: f.start, reverse=True):
        end = text.find("\n", finding.end - start)
        end = len(text) if end < 0 else end
        note = f"  {comment} unleak: {finding.kind}, may be somebody's"
        text = f"{text[:end]}{note}{text[end:]}"
    return text
