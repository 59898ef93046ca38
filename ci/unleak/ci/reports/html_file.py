"""The gate's outcome as gate.html: one page that needs nothing else."""

from base64 import b64encode
from collections.abc import Iterable, Sequence
from hashlib import sha256
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

from unleak.ci.reports import cells
from unleak.ci.reports.plots import changed, exposures, probabilities
from unleak.ci.reports.sentences import budget, compared, cost, waiver
from unleak.ci.reports.wording import (
    ADVICE,
    changes,
    clean,
    counts,
    definition,
    erase_command,
    reason,
    risks,
    verdict,
    worst_first,
)

if TYPE_CHECKING:
    from unleak.ci.gate import Gate
    from unleak.ci.result import CaseResult

_SHOWN = 25
_LOOK = {"gate failed": "failed", "gate passed": "passed", "not evaluated": "unknown"}
_LOOKS = {
    "case": "mono",
    "kind": "mono",
    "fingerprint": "mono whole",
    "EL": "whole",
    "why": "words",
}
_LONGEST_REASON = 300
_LONGEST_SENTENCE = 2000
_ALWAYS = ("case", "kind", "fingerprint", "verbatim", "tries", "stops")
_COLUMNS = (
    *_ALWAYS[:5], "change", "stops", "sampled", "fim", "EL", "exposure", "copies",
)  # fmt: skip


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
        _risks(gate, risks(gate)),
        _budgets(gate),
        _waivers([*gate.expired, *gate.waived]),
        _section("Extraction probability by kind", probabilities(gate)),
        _section(_exposure_title(gate), exposures(gate)),
        _section("Change against the baseline", _paragraphs(compared(gate)) + changed(gate)),
        _errors([r for r in listed if r.status == "error"]),
        _section("How to read this", _paragraphs([definition(gate), *_DEFINITIONS])),
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
    "The extraction probability is that of one such sample being the whole secret. "
    "Exposure compares a secret with random ones of its format; it never stops a release.",
    "This page holds no secret and no prefix: a fingerprint, keyed, stands for each secret.",
)


def _header(gate: "Gate") -> str:
    numbers = {
        "cases": len(gate.tested),
        "leaks": gate.leaks,
        "clean": gate.clean,
        "could not be asked": gate.errors,
    }
    tiles = "".join(f"<div><dt>{k}</dt><dd>{v:,}</dd></div>" for k, v in numbers.items())
    facts = {
        "model": f"<code>{escape(clean(gate.model['name']))}</code>",
        "digest": f"<code>{escape(clean(gate.model.get('digest') or 'not told'))}</code>",
        "policy": f"<code>{escape(clean(gate.policy.file))}</code>" if gate.policy.file else "",
        "change": escape(changes(gate)),
        "cost": escape(cost(gate)),
        "warning": "<br>".join(escape(clean(w, _LONGEST_REASON)) for w in gate.warnings),
    }
    rows = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in facts.items() if value)
    said = verdict(gate)
    return (
        f'<h1>unleak: release gate</h1>\n<p class="verdict {_LOOK[said]}">{escape(said)}'
        f"<span>{escape(reason(gate))} · {escape(counts(gate))}</span></p>\n"
        f'<dl>{rows}</dl>\n<dl class="tiles">{tiles}</dl>\n'
    )


def _next(gate: "Gate") -> str:
    if not (gate.leaks and gate.evaluated):
        return ""
    command = f"<pre><code>{escape(erase_command(gate))}</code></pre>"
    return _section("What to do next", command + _paragraphs([ADVICE]))


def _risks(gate: "Gate", listed: "Sequence[CaseResult]") -> str:
    if not listed:
        return ""
    head, rows = cells.table(gate, listed[:_SHOWN], _COLUMNS, _ALWAYS)
    other = len(listed) - gate.leaks
    what = "leaks" if not other else f"cases, {other} of them within a budget's tries only"
    caption = _caption(len(listed), f"{what}: what stops the release first, then the most probable")
    return _section("Top risks", _table(caption, head, rows))


def _budgets(gate: "Gate") -> str:
    if not gate.spent:
        return ""
    rows = [
        [budget(s.budget), f"{len(s.counted):,}", "exceeded" if s.exceeded else "kept"]
        for s in gate.spent
    ]
    caption = "each counts by itself; waived leaks and controls do not count"
    return _section("Budgets", _table(caption, ["budget", "cases", ""], rows))


def _waivers(results: "Sequence[CaseResult]") -> str:
    if not results:
        return ""
    rows = [[r.case.id, waiver(r)] for r in results[:_SHOWN]]
    caption = _caption(len(results), "leaks that a waiver names; an expired one stops the release")
    return _section("Waivers", _table(caption, ["case", "why"], rows, _LONGEST_REASON))


def _exposure_title(gate: "Gate") -> str:
    measured = any(r.exposure_bits is not None for r in gate.tested)
    return "Exposure against 256 random ones of the format" if measured else "Exposure"


def _errors(errors: "Sequence[CaseResult]") -> str:
    if not errors:
        return ""
    rows = [[r.case.id, clean(r.error, _LONGEST_REASON)] for r in errors[:_SHOWN]]
    caption = _caption(len(errors), "cases and controls; they do not count")
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
    return "".join(f"<p>{escape(clean(text, _LONGEST_SENTENCE))}</p>\n" for text in texts)


def _section(title: str, content: str) -> str:
    return f"<section>\n<h2>{escape(title)}</h2>\n{content}</section>\n"
