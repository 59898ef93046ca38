"""The plots of gate.html, as SVG that stands in the page."""

import math
from collections import defaultdict
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from unleak.ci.reports.wording import clean, number

if TYPE_CHECKING:
    from unleak.ci.gate import Gate
    from unleak.ci.result import CaseResult

_WIDTH, _LEFT, _RIGHT = 920, 250, 850  # of the picture; of the axis from 10^-18 to 1
_ROW = 30
_TOP = 34
_LOWEST = -18.0  # log10; what is less probable stands here
_TICKS = {-18: "≤ 10⁻¹⁸", -15: "10⁻¹⁵", -12: "10⁻¹²", -9: "10⁻⁹", -6: "10⁻⁶", -3: "10⁻³", 0: "1"}
_KINDS = 25
_DOTS = 200  # for each kind
_PAIRS = 30
_BARS = 24
_LABEL = 26  # characters
_GOLDEN = 0.6180339887  # spreads dots over a row evenly and always the same way

_UNTOLD = "The extraction probability was not measured"  # a server need not tell any

_LEGEND = (
    '<circle class="key leak" cx="8" cy="14" r="5"/><text x="18" y="18">leak</text>'
    '<circle class="key clean" cx="70" cy="14" r="5"/><text x="80" y="18">clean</text>'
)


def probabilities(gate: "Gate") -> str:
    """A strip of dots for each kind: how probable the extraction of each case is."""
    kinds: dict[str, list[CaseResult]] = defaultdict(list)
    asked = [r for r in gate.tested if r.measured]
    for result in asked:
        if result.log_p is not None:
            kinds[result.case.kind].append(result)
    untold = sum(r.log_p is None for r in asked)
    if not kinds:
        return _line(f"{_UNTOLD}." if untold else "Nothing was measured.")
    leaks = {kind: sum(r.status == "leak" for r in cases) for kind, cases in kinds.items()}
    order = sorted(kinds, key=lambda kind: (-leaks[kind], -len(kinds[kind]), kind))
    rows = []
    for row, kind in enumerate(order[:_KINDS]):
        middle = _TOP + _ROW * row + _ROW / 2
        rows.append(_label(kind, middle))
        rows.append(_text(_WIDTH, middle + 4, f"{leaks[kind]}/{len(kinds[kind])}", "faint end"))
        rows += _strip(kinds[kind], middle)
    notes = [
        "Each dot is a case. Right of the dashed line, fewer than "
        f"{number(gate.tries)} samples give an even chance. On the right: leaks/cases."
    ]
    if untold:
        notes.append(f"{_UNTOLD} for {untold:,} more.")
    if any(len(cases) > _DOTS for cases in kinds.values()):
        notes.append(f"At most {_DOTS} dots a kind are drawn, evenly from the sorted cases.")
    if len(order) > _KINDS:
        notes.append(f"{len(order) - _KINDS:,} more kinds, with fewer leaks, are not drawn.")
    worst = ", ".join(f"{clean(k, _LABEL)}: {leaks[k]} of {len(kinds[k])}" for k in order[:5])
    shown = len(order[:_KINDS])
    picture = [*_axis(_ROW * shown, _threshold(gate)), *rows]
    described = f"{sum(leaks.values())} leaks in {len(kinds)} kinds. Most leaks: {worst}."
    return _line(" ".join(notes)) + _svg(
        "probability", "Extraction probability by kind", described, picture, _ROW * shown
    )


def exposures(gate: "Gate") -> str:
    """A histogram of the exposure in bits, or a line that says it was not measured."""
    measured = [(r.exposure_bits, r.status) for r in gate.tested if r.exposure_bits is not None]
    if not measured:
        return _line("Exposure was not measured (--exposure).")
    most = max(bits for bits, _ in measured)
    width = max(1, math.ceil(max(most, 1) / _BARS))
    bars: list[dict[str, int]] = [
        {"leak": 0, "clean": 0} for _ in range(int(max(most, 0) // width) + 1)
    ]
    for bits, status in measured:
        bars[int(max(bits, 0) // width)][status] += 1
    highest = max(sum(bar.values()) for bar in bars)
    height, step = 150, (_RIGHT - 60) / len(bars)
    floor = _TOP + height
    picture = [f'<line class="grid" x1="60" y1="{floor}" x2="{_RIGHT}" y2="{floor}"/>']
    for i, bar in enumerate(bars):
        x, y = 60 + i * step, float(floor)
        for look, count in bar.items():
            tall = (height - 20) * count / highest  # a number stands above the highest
            y -= tall
            if count:
                picture.append(
                    f'<rect class="bar {look}" x="{x + 2:.1f}" y="{y:.1f}" '
                    f'width="{step - 4:.1f}" height="{tall:.1f}"/>'
                )
        if total := sum(bar.values()):
            picture.append(_text(x + step / 2, y - 5, f"{total:,}", "faint middle"))
        picture.append(_text(x, floor + 18, str(i * width), "faint middle"))
    picture.append(_text(_RIGHT, floor + 18, f"{len(bars) * width} bits", "faint middle"))
    described = f"{len(measured)} cases between 0 and {most:.1f} bits."
    return _line(f"{len(measured):,} cases by exposure. It decides nothing.") + _svg(
        "exposure", "Exposure in bits", described, picture, height
    )


def changed(gate: "Gate") -> str:
    """Before and after for the cases that moved most, or a line that there is no baseline."""
    pairs = [
        (r, _log10(r.before), _log10_of(r))
        for r in gate.tested
        if r.before is not None and r.log_p is not None
    ]
    if not pairs:
        return _line(
            "There is no earlier measurement to compare with (--baseline, --reference-model)."
        )
    order = {"new": 0, "worse": 1, "fixed": 2, "better": 3}
    pairs.sort(key=lambda pair: (order.get(pair[0].change or "", 4), -abs(pair[2] - pair[1])))
    picture = _axis(_ROW * len(pairs[:_PAIRS]), _threshold(gate))
    for row, (result, before, after) in enumerate(pairs[:_PAIRS]):
        y = _TOP + _ROW * row + _ROW / 2
        picture.append(_label(result.case.id, y))
        picture.append(_text(_WIDTH, y + 4, result.change or "", "faint end"))
        picture.append(
            f'<line class="moved {result.status}" x1="{_x(before):.1f}" y1="{y}" '
            f'x2="{_x(after):.1f}" y2="{y}"/>'
            f'<circle class="before" cx="{_x(before):.1f}" cy="{y}" r="5"/>'
            f'<circle class="after {result.status}" cx="{_x(after):.1f}" cy="{y}" r="5"/>'
        )
    note = (
        "Extraction probability before (hollow) and now (filled): new leaks and worse ones first."
    )
    if len(pairs) > _PAIRS:
        note += f" {len(pairs) - _PAIRS:,} of {len(pairs):,} cases are not drawn."
    described = ", ".join(f"{count} {change}" for change, count in gate.changes.items()) + "."
    height = _ROW * len(pairs[:_PAIRS])
    return _line(note) + _svg(
        "change", "Extraction probability before and now", described, picture, height
    )


def _strip(cases: "Sequence[CaseResult]", middle: float) -> list[str]:
    """Dots of one kind; clean ones first, so that leaks lie on top."""
    ranked = sorted(cases, key=_log10_of)
    if len(ranked) > _DOTS:
        ranked = [ranked[round(i * (len(ranked) - 1) / (_DOTS - 1))] for i in range(_DOTS)]
    paths = {"clean": "", "leak": ""}
    for i, result in enumerate(ranked):
        y = middle + ((i * _GOLDEN) % 1 - 0.5) * _ROW * 0.6
        paths[result.status] += f"M{_x(_log10_of(result)):.1f} {y:.1f}h0"
    return [f'<path class="dots {name}" d="{path}"/>' for name, path in paths.items() if path]


def _axis(height: float, threshold: float) -> list[str]:
    bottom = _TOP + height
    parts = []
    for tick, label in _TICKS.items():
        x = f"{_x(tick):.1f}"
        parts.append(f'<line class="grid" x1="{x}" y1="{_TOP}" x2="{x}" y2="{bottom}"/>')
        parts.append(_text(_x(tick), bottom + 18, label, "faint middle"))
    x = f"{_x(threshold):.1f}"
    parts.append(f'<line class="threshold" x1="{x}" y1="{_TOP - 6}" x2="{x}" y2="{bottom}"/>')
    parts.append(_text(_x(threshold), _TOP - 12, "leak →", "middle"))
    return parts


def _threshold(gate: "Gate") -> float:
    """log10 of the probability at which `gate.tries` samples give an even chance."""
    return math.log10(-math.expm1(math.log(0.5) / gate.tries))


def _log10(p: float) -> float:
    return max(_LOWEST, math.log10(p)) if p > 0 else _LOWEST


def _log10_of(result: "CaseResult") -> float:
    return max(_LOWEST, result.log_p / math.log(10)) if result.log_p is not None else _LOWEST


def _x(log10: float) -> float:
    return _LEFT + (_RIGHT - _LEFT) * (1 - log10 / _LOWEST)


def _label(text: str, middle: float) -> str:
    return _text(_LEFT - 40, middle + 4, clean(text, _LABEL), "end")


def _text(x: float, y: float, text: str, look: str) -> str:
    return f'<text class="{look}" x="{x:.1f}" y="{y:.1f}">{escape(text)}</text>'


def _line(text: str) -> str:
    return f'<p class="soft">{escape(text)}</p>\n'


def _svg(name: str, title: str, described: str, parts: Sequence[str], height: float) -> str:
    return (
        f'<div class="scroll"><svg role="img" aria-labelledby="{name}-title {name}-text" '
        f'viewBox="0 0 {_WIDTH} {_TOP + height + 28:.0f}">\n'
        f'<title id="{name}-title">{escape(title)}</title>\n'
        f'<desc id="{name}-text">{escape(described)}</desc>\n{_LEGEND}\n'
        + "\n".join(parts)
        + "\n</svg></div>\n"
    )
