"""Whether what is found is exactly the secret: an erasure aims at the span."""

from typing import Any

from unleak.core.secret import Fingerprinter
from unleak.detect.rules import all_rules
from unleak.detect.scanner import Scanner


def verdict(start: int, end: int, spans: list[tuple[int, int]]) -> str:
    """How the spans found agree with the marked one."""
    if (start, end) in spans:
        return "exact"
    touching = [(a, b) for a, b in spans if a < end and b > start]
    if not touching:
        return "missed"
    if any(a <= start and b >= end for a, b in touching):
        return "over-long"
    return "truncated"


def measure() -> dict[str, Any]:
    """Section e: each rule's own true examples."""
    scanner = Scanner(Fingerprinter(b"bench" * 8))
    counts = {"exact": 0, "truncated": 0, "over-long": 0, "missed": 0}
    wrong = []
    for rule in all_rules():
        for number, example in enumerate(rule.true):
            start, end = example.index("‹"), example.index("›") - 1
            found = scanner.scan(example.replace("‹", "").replace("›", ""))
            answer = verdict(start, end, [(f.start, f.end) for f in found])
            counts[answer] += 1
            if answer != "exact":
                wrong.append({"rule": rule.id, "example": number + 1, "verdict": answer})
    return {"rules": len(all_rules()), "examples": sum(counts.values()), **counts, "wrong": wrong}
