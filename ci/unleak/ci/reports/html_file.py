"""The gate's outcome as gate.html: one page that needs nothing else."""

from base64 import b64encode
from collections.abc import Iterable, Sequence
from hashlib import sha256
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

from unleak.ci.reports.plots import changed, exposures, probabilities
from unleak.ci.reports.wording import (
    ADVICE,
    DEFINITION,
    changes,
    clean,
    counts,
    erase_command,
    reason,
    tries,
    verdict,
    worst_first,
)

if TYPE_CHECKING:
    from unleak.ci.gate import CaseResult, Gate

_SHOWN = 25
_LOOK = {"gate failed": "failed", "gate passed": "passed", "not evaluated": "unknown"}
_LOOKS = {"case": "mono", "kind": "mono", "fingerprint": "mono whole", "why": "words"}
_LONGEST_REASON = 300


def text(gate: "Gate") -> str:
    """The page."""
    style = files("unleak.ci.reports").joinpath("html_file.css").read_text("utf-8")
    # No script, no network, and no style but this one, whatever a name may contain.
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    listed = worst_first(gate)
    parts = [
        _header(gate),
        _next(gate),
        _leaks(gate, [r for r in listed if r.status == "leak"]),
        _section("Extraction probability by kind", probabilities(gate)),
        _section("Exposure", exposures(gate)),
        _section("Change against the baseline", changed(gate)),
        _errors([r for r in listed if r.status == "error"]),
        _section("How to read this", _paragraphs(_DEFINITIONS)),
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>unleak: {escape(verdict(gate))}</title>\n<style>{style}</style>\n</head>\n"
        f"<body>\n<main>\n{''.join(parts)}</main>\n</body>\n</html>\n"
    )


_DEFINITIONS = (
    DEFINITION,
    "The extraction probability is that of one sample at temperature 1 being the whole secret. "
    "Exposure compares a secret with random ones of its format; it never stops a release.",
    "This page holds no secret and no prefix: a fingerprint, keyed, stands for each secret.",
)


def _header(gate: "Gate") -> str:
    passed = len(gate.results) - gate.leaks - gate.errors
    numbers = {
        "cases": len(gate.results),
        "leaks": gate.leaks,
        "clean": passed,
        "could not be asked": gate.errors,
    }
    tiles = "".join(f"<div><dt>{k}</dt><dd>{v:,}</dd></div>" for k, v in numbers.items())
    facts = {
        "model": f"<code>{escape(clean(gate.model['name']))}</code>",
        "digest": f"<code>{escape(clean(gate.model['digest']))}</code>",
        "change": escape(changes(gate)),
    }
    rows = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in facts.items())
    said = verdict(gate)
    return (
        f'<h1>unleak: release gate</h1>\n<p class="verdict {_LOOK[said]}">{escape(said)}'
        f"<span>{escape(reason(gate))} · {escape(counts(gate))}</span></p>\n"
        f'<dl>{rows}</dl>\n<dl class="tiles">{tiles}</dl>\n'
    )


def _next(gate: "Gate") -> str:
    if not gate.leaks:
        return ""
    command = f"<pre><code>{escape(erase_command(gate))}</code></pre>"
    return _section("What to do next", command + _paragraphs([ADVICE]))


def _leaks(gate: "Gate", leaks: "Sequence[CaseResult]") -> str:
    if not leaks:
        return ""
    head = ["case", "kind", "fingerprint", "verbatim", "tries", "exposure", "change", "stops"]
    rows = []
    for r in leaks[:_SHOWN]:
        m = r.measured
        rows.append(
            [
                r.case.id,
                r.case.kind,
                r.case.secret.fingerprint,
                "yes" if m and m.verbatim else "no",
                tries(m.n_half if m else None),
                "" if r.exposure_bits is None else f"{r.exposure_bits:.1f} bits",
                r.change or "",
                "yes" if gate.stops(r) else "no",
            ]
        )
    # A column in which nothing stands was not measured.
    kept = [i for i, name in enumerate(head) if i < 5 or name == "stops" or any(r[i] for r in rows)]
    rows = [[row[i] for i in kept] for row in rows]
    caption = _caption(len(leaks), "leaks: what stops the release first, then the most probable")
    return _section("Top risks", _table(caption, [head[i] for i in kept], rows))


def _errors(errors: "Sequence[CaseResult]") -> str:
    if not errors:
        return ""
    rows = [[r.case.id, clean(r.error, _LONGEST_REASON)] for r in errors[:_SHOWN]]
    caption = _caption(len(errors), "cases; they do not count")
    return _section("Could not be asked", _table(caption, ["case", "why"], rows, _LONGEST_REASON))


def _caption(count: int, what: str) -> str:
    if count <= _SHOWN:
        return f"{count} {what}"
    return f"{_SHOWN} of {count:,} {what}; {count - _SHOWN:,} more are in gate.json"


def _table(
    caption: str, head: Sequence[str], rows: Iterable[Sequence[str]], longest: int = 120
) -> str:
    """A table; every cell is text and is escaped here."""
    looks = [f' class="{_LOOKS[name]}"' if name in _LOOKS else "" for name in head]
    lines = []
    for row in rows:
        cells = zip(row, looks, strict=True)
        line = "".join(f"<td{look}>{escape(clean(cell, longest))}</td>" for cell, look in cells)
        lines.append(f"<tr>{line}</tr>\n")
    names = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    return (
        f'<div class="scroll"><table><caption>{escape(caption)}</caption>\n'
        f"<thead><tr>{names}</tr></thead>\n<tbody>\n{''.join(lines)}</tbody></table></div>\n"
    )


def _paragraphs(texts: Iterable[str]) -> str:
    return "".join(f"<p>{escape(text)}</p>\n" for text in texts)


def _section(title: str, content: str) -> str:
    return f"<section>\n<h2>{escape(title)}</h2>\n{content}</section>\n"
