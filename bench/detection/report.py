"""The measured figures as Markdown, and precision over recall as SVG."""

from html import escape
from typing import Any

Document = dict[str, Any]
_COLOURS = ("#c2410c", "#1d4ed8", "#15803d", "#7e22ce", "#525252")


def _row(*cells: object) -> str:
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def _table(*heads: str) -> list[str]:
    return [_row(*heads), "|" + "---|" * len(heads)]


def _scores(scores: dict[str, dict[str, Any]]) -> list[str]:
    lines = _table("tool", "at", "recall", "precision", "F1", "flagged")
    for tool, levels in scores.items():
        for level, s in levels.items():
            figures = (f"{s[key]:.3f}" for key in ("recall", "precision", "f1"))
            lines.append(_row(tool, level, *figures, s["flagged"]))
    return lines


def _sizes(scores: dict[str, dict[str, Any]]) -> str:
    first = next(iter(scores.values()))["alert"]
    return f"{first['true']} true and {first['false']} false"


def _ms(one: dict[str, Any], digits: int = 0) -> str:
    low, mid, high = (1000 * one[key] for key in ("smallest", "median", "largest"))
    return f"{mid:.{digits}f} ms ({low:.{digits}f} to {high:.{digits}f}; {one['runs']} runs)"


def _times(one: dict[str, Any]) -> str:
    return f"{one['median']:.2f} times ({one['smallest']:.2f} to {one['largest']:.2f})"


def credentials(found: Document) -> list[str]:
    """Section a."""
    size = f"{_sizes(found['scores'])} labelled lines of {found['repositories']} repositories"
    which = f"{found['which']}. CredSweeper's model was trained on CredData."
    return [f"## CredData: {size}", "", which, "", *_scores(found["scores"])]


def examples(found: Document) -> list[str]:
    """Section b."""
    lines = [f"## gitleaks' rule examples: {_sizes(found['scores'])}", ""]
    lines += [*_scores(found["scores"]), "", "unleak's alerts on negative examples:", ""]
    lines += [
        f"- example {a['example']} of {a['of']}: {a['rule']} `{a['preview']}`"
        for a in found["false_alarms"]
    ] or ["- none"]
    missed = ", ".join(f"{rule} {n}" for rule, n in sorted(found["missed"].items()))
    return [
        *lines,
        "",
        f"Positive examples without an alert, by gitleaks' rule: {missed or 'none'}",
    ]


def ordinary(found: Document) -> list[str]:
    """Section c."""
    lines = ["## Alerts on ordinary code", ""]
    tools = list(next(iter(found.values()))["flagged"])
    lines += _table("code", "files", "lines", *(f"{tool}, of 1,000 lines" for tool in tools))
    for name, one in found.items():
        rates = (f"{one['per_1000'][tool]:.3f} ({one['flagged'][tool]})" for tool in tools)
        files = f"{one['files']} of {one['of_files']}"
        lines.append(_row(name, files, f"{one['lines']:,}", *rates))
    for name, one in found.items():
        lines += ["", f"unleak's alerts in {name}:", ""]
        lines += [f"- {a['rule']} {a['path']} `{a['preview']}`" for a in one["alerts"]] or [
            "- none"
        ]
    return lines


def speed(found: Document) -> list[str]:
    """Section d."""
    folder, completion, start = found["folder"], found["completion"], found["start"]
    one = "one processor" if folder["pinned"] else "all processors (taskset is missing)"
    lines = [
        "## Speed",
        "",
        f"Whole processes on {one}, in turn: {folder['files']} files of the standard library, "
        f"{folder['bytes'] / 1e6:.1f} MB.",
        "",
        f"- `unleak scan`: {_ms(folder['unleak'])}",
    ]
    if "gitleaks" in folder:
        lines += [
            f"- gitleaks: {_ms(folder['gitleaks'])}",
            f"- unleak takes {_times(folder['ratio'])} as long as gitleaks, "
            f"{_times(folder['processor_ratio'])} its processor time",
        ]
    lines += [
        f"- a completion of five lines, in process: median {1000 * completion['median']:.3f} ms, "
        f"95th percentile {1000 * completion['ninety_fifth']:.3f} ms "
        f"({completion['completions']} completions, {completion['with_a_finding']} with a finding, "
        f"{completion['runs']} runs each)",
        f"- import of the scanner: {_ms(start['import'])}; "
        f"until it has scanned a first line: {_ms(start['ready'])}",
    ]
    return lines


def spans(found: Document) -> list[str]:
    """Section e."""
    counts = ", ".join(
        f"{found[key]} {key}" for key in ("exact", "truncated", "over-long", "missed")
    )
    lines = [
        "## Spans",
        "",
        f"{found['examples']} examples of {found['rules']} own rules: {counts}.",
    ]
    wrong = [f"- {w['rule']}, example {w['example']}: {w['verdict']}" for w in found["wrong"]]
    return [*lines, "", *wrong] if wrong else lines


def growth(found: Document) -> list[str]:
    """Section growth."""
    short, long = found["characters"]
    slowest = found["slowest"]
    lines = [
        "## Growth",
        "",
        f"{found['texts']} hostile texts for {found['rules']} rules, {short} and {long} "
        f"characters; the slowest search takes {1000 * slowest['seconds']:.0f} ms "
        f"({slowest['rule']}). Patterns whose time grows faster than the length to the power of "
        f"{found['limit']}:",
        "",
    ]
    steep = [
        f"- {s['rule']}: power {s['exponent']:.2f}, {1000 * s['seconds']:.0f} ms"
        for s in found["steep"]
    ]
    return lines + (steep or ["- none"])


SECTIONS = {
    "credentials": credentials,
    "examples": examples,
    "ordinary": ordinary,
    "speed": speed,
    "spans": spans,
    "growth": growth,
}


def markdown(document: Document) -> str:
    """The whole report."""
    kind = "quick run: fewer repetitions, smaller samples; " if document["quick"] else ""
    lines = [
        "# What unleak detects, beside other scanners",
        "",
        f"{kind}{document['machine']}.",
        "",
    ]
    lines += [f"- {t['name']} {t['version']}: `{t['call']}`" for t in document["tools"]]
    lines += [f"- {name}: not installed: {why}" for name, why in document["missing"].items()]
    for name, found in document["sections"].items():
        lines += [
            "",
            *(SECTIONS[name](found) if "reason" not in found else _unmeasured(name, found)),
        ]
    if plotted(document):
        lines += ["", "![Precision over recall](detect.svg)"]
    return "\n".join(lines) + "\n"


def _unmeasured(name: str, found: Document) -> list[str]:
    return [f"## {name}: not measured", "", found["reason"]]


def plotted(document: Document) -> list[tuple[str, dict[str, dict[str, Any]]]]:
    """(title, scores) of each part of the plot."""
    titles = {"credentials": "CredData", "examples": "gitleaks' rule examples"}
    found = document["sections"]
    return [(t, found[n]["scores"]) for n, t in titles.items() if "scores" in found.get(n, {})]


_SIDE, _LEFT, _TOP, _WIDE = 300, 60, 40, 410


def svg(document: Document) -> str:
    """A panel for each labelled set: recall to the right, precision upwards, a dot a threshold."""
    panels = plotted(document)
    tools = list(dict.fromkeys(tool for _, scores in panels for tool in scores))
    width, height = _WIDE * len(panels) + 20, _TOP + _SIDE + 60 + 20 * len(tools)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" font-family="sans-serif" font-size="12">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
    ]
    for number, (title, scores) in enumerate(panels):
        parts += _panel(_LEFT + number * _WIDE, title, scores, tools)
    for number, tool in enumerate(tools):
        y = _TOP + _SIDE + 65 + 20 * number
        parts.append(f'<circle cx="{_LEFT}" cy="{y - 4}" r="5" fill="{_colour(tools, tool)}"/>')
        parts.append(f'<text x="{_LEFT + 12}" y="{y}">{escape(tool)}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def _colour(tools: list[str], tool: str) -> str:
    return _COLOURS[tools.index(tool) % len(_COLOURS)]


def _panel(left: int, title: str, scores: dict[str, dict[str, Any]], tools: list[str]) -> list[str]:
    bottom = _TOP + _SIDE
    parts = [f'<text x="{left}" y="{_TOP - 14}" font-weight="bold">{escape(title)}</text>']
    for step in range(0, 11, 2):
        x, y = left + _SIDE * step / 10, bottom - _SIDE * step / 10
        grid = 'stroke="#ddd"'
        parts.append(f'<path d="M{x} {_TOP}V{bottom}M{left} {y}H{left + _SIDE}" {grid}/>')
        parts.append(f'<text x="{x}" y="{bottom + 16}" text-anchor="middle">{step / 10}</text>')
        parts.append(f'<text x="{left - 6}" y="{y + 4}" text-anchor="end">{step / 10}</text>')
    middle = left + _SIDE / 2
    parts.append(f'<text x="{middle}" y="{bottom + 34}" text-anchor="middle">recall</text>')
    turn = f"rotate(-90 {left - 36} {bottom - _SIDE / 2})"
    parts.append(
        f'<text x="{left - 36}" y="{bottom - _SIDE / 2}" text-anchor="middle" '
        f'transform="{turn}">precision</text>'
    )
    for tool, levels in scores.items():
        colour = _colour(tools, tool)
        places = {
            level: (left + _SIDE * s["recall"], bottom - _SIDE * s["precision"])
            for level, s in levels.items()
        }
        line = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places.values())
        parts.append(f'<path d="{line}" stroke="{colour}" fill="none"/>')
        for level, (x, y) in places.items():
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{colour}"/>')
            if len(places) > 1:
                side, anchor = (-8, "end") if level == "alert" else (8, "start")
                place = f'x="{x + side:.1f}" y="{y + 4:.1f}" text-anchor="{anchor}"'
                parts.append(f'<text {place} font-size="10">{level}</text>')
    return parts
