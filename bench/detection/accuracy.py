"""Labelled lines: how many of the true ones are flagged, and how many of the flagged are true."""

import gzip
import json
import re
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from detection.tools import Flag, Tool, Unleak
from unleak.detect.classifier import shipped

# Names of buckets and random identifiers are no credentials.
_LEFT_OUT = re.compile(r"UUID|Salt|Nonce|Bucket")
CREDENTIALS = "creddata_train.jsonl.gz"
EXAMPLES = "rule_examples_gitleaks.jsonl.gz"
_CUT = 400  # characters of a line that the data set keeps


@dataclass(frozen=True, slots=True)
class Row:
    """A text of which lines `first` to `last` (from 1) are labelled; `rule` is who labelled it."""

    text: str
    extension: str
    first: int
    last: int
    true: bool
    rule: str = ""


def _read(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def credential_rows(path: Path) -> tuple[list[Row], int]:
    """CredData's windows in the validation repositories, and how many repositories those are.

    Values behind the cut that the data set makes in long lines are left out: they are not there.
    """
    rows, repos = [], set()
    for entry in _read(path):
        if entry["repo"] not in shipped().held_out:
            continue
        parts = entry["cat"].split(":")
        if entry["label"] == "X" or all(_LEFT_OUT.search(part) for part in parts):
            continue
        length = len(entry["ctx"][entry["line"]])
        if entry["vs"] is not None and length >= _CUT and entry["vs"] >= length - 4:
            continue
        repos.add(entry["repo"])
        first = entry["line"] + 1
        last = first + max(1, entry["nlines"]) - 1
        text = "\n".join(entry["ctx"]) + "\n"
        # Some tools skip files without an extension.
        rows.append(Row(text, entry["ext"] or ".txt", first, last, entry["label"] == "T"))
    return rows, len(repos)


def example_rows(path: Path) -> list[Row]:
    """gitleaks' examples for its rules; any line counts."""
    return [
        Row(
            entry["text"] + "\n",
            ".txt",
            1,
            entry["text"].count("\n") + 1,
            entry["label"] == "T",
            entry["rule"],
        )
        for entry in _read(path)
    ]


def score(rows: Sequence[Row], flagged: Sequence[bool]) -> dict[str, float | int]:
    """Recall, precision and F1; 0 where there is nothing to divide by."""
    hits = sum(f and row.true for row, f in zip(rows, flagged, strict=True))
    true, all_flagged = sum(row.true for row in rows), sum(flagged)
    recall = hits / true if true else 0.0
    precision = hits / all_flagged if all_flagged else 0.0
    both = recall + precision
    return {
        "true": true,
        "false": len(rows) - true,
        "flagged": all_flagged,
        "recall": recall,
        "precision": precision,
        "f1": 2 * recall * precision / both if both else 0.0,
    }


@dataclass(frozen=True, slots=True)
class Measured:
    """Scores by tool and threshold, and of each row what the tools flagged in its lines."""

    scores: dict[str, dict[str, Any]]
    flags: dict[str, list[list[Flag]]]


def measure(rows: Sequence[Row], tools: Iterable[Tool]) -> Measured:
    """Each row as a file; each tool runs once over all of them."""
    scores: dict[str, dict[str, Any]] = {}
    of_rows: dict[str, list[list[Flag]]] = {}
    with tempfile.TemporaryDirectory(prefix="bench-") as place:
        folder = Path(place)
        names = [f"{index:05d}{row.extension}" for index, row in enumerate(rows)]
        for name, row in zip(names, rows, strict=True):
            (folder / name).write_text(row.text, encoding="utf-8", newline="")
        for tool in tools:
            found = tool.flags(folder)
            flags = [
                [f for f in found.get(name, []) if f.first <= row.last and f.last >= row.first]
                for name, row in zip(names, rows, strict=True)
            ]
            of_rows[tool.name] = flags
            scores[tool.name] = {"alert": score(rows, [any(f.alert for f in fs) for fs in flags])}
            if isinstance(tool, Unleak):
                scores[tool.name]["redact"] = score(rows, [bool(fs) for fs in flags])
    return Measured(scores, of_rows)


def credentials(data: Path, tools: Sequence[Tool], say: Callable[[str], None]) -> dict[str, Any]:
    """Section a: CredData."""
    rows, repos = credential_rows(data / CREDENTIALS)
    which = "Repositories that the classifier was not trained on"
    say(f"{len(rows)} labelled lines of {repos} repositories; {len(tools)} tools")
    return {"repositories": repos, "which": which, "scores": measure(rows, tools).scores}


def examples(data: Path, tools: Sequence[Tool], say: Callable[[str], None]) -> dict[str, Any]:
    """Section b: gitleaks' rule examples; of the first tool also its mistakes."""
    rows = example_rows(data / EXAMPLES)
    say(f"{len(rows)} examples; {len(tools)} tools")
    measured = measure(rows, tools)
    false_alarms = [
        {"example": index + 1, "of": row.rule, "rule": flag.rule, "preview": flag.preview}
        for index, row in enumerate(rows)
        for flag in measured.flags[tools[0].name][index]
        if flag.alert and not row.true
    ]
    missed: dict[str, int] = {}
    for row, flags in zip(rows, measured.flags[tools[0].name], strict=True):
        if row.true and not any(flag.alert for flag in flags):
            missed[row.rule] = missed.get(row.rule, 0) + 1
    return {"scores": measured.scores, "false_alarms": false_alarms, "missed": missed}
