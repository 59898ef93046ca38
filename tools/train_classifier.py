"""Train the classifier that judges what loose rules propose, and write it as ONNX.

    python tools/train_classifier.py --data creddata_train.jsonl.gz [--out FILE] [--curve FILE.svg]

Learns from the training repositories of the labelled data, from made-up lines
(classifier_examples.py), and from half of the ordinary code on this machine (the standard library
and the installed packages, by the hash of their names), which is taken to hold no secret. The
probabilities from which one alerts and redacts are chosen on the validation repositories, which
it never learns from. Some minutes on one core.
"""

import argparse
import base64
import gzip
import hashlib
import json
import math
import re
import sysconfig
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightgbm
import numpy
import onnx
from numpy.typing import NDArray
from onnxmltools import convert_lightgbm
from onnxmltools.convert.common.data_types import FloatTensorType

from classifier_examples import made
from unleak.core.finding import ALERT_SCORE, REDACT_SCORE
from unleak.core.secret import Fingerprinter
from unleak.detect.classifier import SHIPPED
from unleak.detect.features import Candidate, features, triples
from unleak.detect.scanner import Scanner
from unleak.models.corpus import code

SEED = 7
MADE = 9000  # lines
WEIGHT_MADE = 0.3  # of a made-up candidate, beside 1 for a labelled line
WEIGHT_ORDINARY = 0.5
ALERT_PRECISION = 0.92  # on the validation repositories: a margin over what is promised
REDACT_RECALL = 0.99
TREES: dict[str, Any] = {
    "n_estimators": 400,
    "num_leaves": 15,
    "learning_rate": 0.03,
    "min_child_samples": 20,
    "subsample": 0.7,
    "subsample_freq": 1,
    "colsample_bytree": 0.2,  # few numbers a tree: no single one decides
    "reg_lambda": 5,
    "random_state": SEED,
    "n_jobs": 1,
    "deterministic": True,
    "force_col_wise": True,
    "verbose": -1,
}
# What names no credential.
_LEFT_OUT = re.compile(r"UUID|Salt|Nonce|Bucket", re.IGNORECASE)
_PERSONAL = frozenset(("email", "ip-address", "ipv6-address", "phone", "phone-named", "username"))
_VALIDATION = 8  # repositories


@dataclass(frozen=True)
class Labelled:
    """A labelled line of the data set, in its window."""

    repo: str
    secret: bool
    text: str
    start: int  # of the labelled lines in the text
    end: int
    value: tuple[int, int] | None  # where the secret stands, if the data says it


def labelled(path: Path) -> list[Labelled]:
    """The data set without its unlabelled lines, and without what is no credential.

    Values behind the cut that the data set makes in long lines are left out: they are not there.
    """
    found = []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            if row["label"] == "X" or all(_LEFT_OUT.search(c) for c in row["cat"].split(":")):
                continue
            context, at = row["ctx"], row["line"]
            start = sum(len(line) + 1 for line in context[:at])
            end = start + sum(len(line) + 1 for line in context[at : at + max(1, row["nlines"])])
            value = None
            if row["vs"] is not None:
                if row["vs"] >= len(context[at]) - 4 and len(context[at]) >= 400:
                    continue
                if row["ve"]:
                    value = start + row["vs"], start + row["ve"]
            text = "\n".join(context)
            found.append(Labelled(row["repo"], row["label"] == "T", text, start, end, value))
    return found


def validation(rows: Iterable[Labelled]) -> list[str]:
    """The repositories that are not learnt from: by the hash of their names."""
    repos = {row.repo for row in rows}
    return sorted(repos, key=lambda repo: hashlib.sha256(repo.encode()).digest())[:_VALIDATION]


def ordinary() -> Iterator[tuple[str, str]]:
    """(package, text) of the code on this machine, without tests."""
    skipped = {"site-packages", "dist-packages", "test", "tests"}
    for name in ("stdlib", "purelib"):
        root = Path(sysconfig.get_paths()[name])
        for path in sorted(root.rglob("*.py")):
            parts = path.relative_to(root).parts
            if not skipped.intersection(parts):
                yield parts[0], path.read_text("utf-8", "replace")


def learnt(package: str) -> bool:
    """Whether a package of ordinary code is learnt from; the others measure false alarms."""
    return hashlib.sha256(package.encode()).digest()[0] % 2 == 0


class Proposals:
    """What the rules propose in a text."""

    def __init__(self) -> None:
        self.scanner = Scanner(Fingerprinter(b"training" * 4), classifier=False)
        self.rules = sorted(self.scanner.loose)

    def of(self, text: str) -> Iterator[tuple[Candidate, int, str]]:
        """Each with its offset in the text and its value; of all rules but personal ones."""
        for line in self.scanner.lines(text):
            own = text[line.start : line.end].removesuffix("\r")
            for f in self.scanner.in_line(text, line):
                if f.rule not in _PERSONAL:
                    start, end = f.start - line.start, f.end - line.start
                    yield (
                        Candidate(f.rule, f.score, own, start, end),
                        f.start,
                        f.secret.reveal(),
                    )


def letters() -> bytes:
    """How surprising each letter is after two others: 16 times the bits, over words in code."""
    words = Counter(
        word.lower()
        for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", code("train", 4_000_000))
    )
    counts = [0.0] * 27**3
    for word, count in words.items():
        for place in triples(word):
            counts[place] += math.sqrt(count)
    result = bytearray()
    for pair in range(27**2):
        row = counts[pair * 27 : pair * 27 + 27]
        shorter = [
            sum(counts[(first * 27 + pair % 27) * 27 + c] for first in range(27)) + 0.5
            for c in range(27)
        ]
        for c in range(27):
            p = (row[c] + 4 * shorter[c] / sum(shorter)) / (sum(row) + 4)
            result.append(min(255, round(-math.log2(p) * 16)))
    return bytes(result)


@dataclass
class Samples:
    """Rows of numbers with labels and weights."""

    proposals: Proposals
    letters: bytes
    rows: list[list[float]]
    labels: list[int]
    weights: list[float]

    def add(self, candidate: Candidate, label: bool, weight: float) -> None:
        """One more, if its rule is a loose one."""
        if candidate.rule in self.proposals.rules:
            self.rows.append(features(candidate, self.proposals.rules, self.letters))
            self.labels.append(int(label))
            self.weights.append(weight)


def overlaps(row: Labelled, start: int, length: int) -> bool:
    """Whether a finding stands in the labelled lines and, if known, on the value."""
    if not (start < row.end and start + length > row.start):
        return False
    return row.value is None or (start < row.value[1] and start + length > row.value[0])


def samples(rows: Sequence[Labelled], proposals: Proposals, table: bytes) -> Samples:
    """What is learnt from; each labelled line weighs alike, however many rules find it."""
    result = Samples(proposals, table, [], [], [])
    for row in rows:
        found = [c for c, at, value in proposals.of(row.text) if overlaps(row, at, len(value))]
        for candidate in found:
            result.add(candidate, row.secret, 1 / math.sqrt(len(found)))
    for text, value, label in made(MADE, SEED):
        for candidate, _, found_value in proposals.of(text):
            if found_value in value or value in found_value:
                result.add(candidate, label, WEIGHT_MADE)
    for package, text in ordinary():
        if learnt(package):
            for candidate, *_ in proposals.of(text):
                result.add(candidate, False, WEIGHT_ORDINARY)
    return result


def best_by_line(
    rows: Sequence[Labelled], proposals: Proposals, table: bytes, model: Any
) -> tuple[NDArray[Any], NDArray[Any]]:
    """For each labelled line the highest probability in it, and the best score of strict rules."""
    best, strict = numpy.zeros(len(rows)), numpy.zeros(len(rows))
    for i, row in enumerate(rows):
        inside = [
            c
            for c, at, value in proposals.of(row.text)
            if at < row.end and at + len(value) > row.start
        ]
        loose = [c for c in inside if c.rule in proposals.rules]
        strict[i] = max((c.score for c in inside if c not in loose), default=0.0)
        if loose:
            matrix = numpy.array([features(c, proposals.rules, table) for c in loose])
            best[i] = model.predict_proba(matrix)[:, 1].max()
    return best, strict


@dataclass(frozen=True)
class Point:
    """Precision and recall of the lines whose probability reaches a threshold."""

    threshold: float
    precision: float
    recall: float

    @property
    def f1(self) -> float:
        return 2 * self.precision * self.recall / max(1e-9, self.precision + self.recall)


def curve(best: NDArray[Any], always: NDArray[Any], secret: NDArray[Any]) -> list[Point]:
    """One point for each threshold in hundredths; some lines are flagged at any."""
    points = []
    for threshold in (i / 100 for i in range(1, 100)):
        flagged = (best >= threshold) | always
        true = int((flagged & secret).sum())
        if true:
            points.append(Point(threshold, true / int(flagged.sum()), true / int(secret.sum())))
    return points


def as_svg(points: Sequence[Point], alert: Point, redact: Point, caption: str) -> str:
    """Precision, recall and F1 against the threshold."""
    width, height, left, top = 560, 280, 50, 20

    def x(value: float) -> float:
        return left + value * width

    def y(value: float) -> float:
        return top + (1 - value) * 2 * height  # from 1/2 up

    shown = [point for point in points if min(point.precision, point.recall) >= 0.5]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width + 170}" height="{height + 80}" '
        'font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="white"/>',
    ]
    for tick in (0.5, 0.6, 0.7, 0.8, 0.9, 1.0):
        parts.append(
            f'<path d="M{left} {y(tick):.1f}h{width}" stroke="#ddd"/>'
            f'<text x="{left - 8}" y="{y(tick) + 4:.1f}" text-anchor="end">{tick:.1f}</text>'
        )
    for tick in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0):
        parts.append(
            f'<text x="{x(tick):.1f}" y="{top + height + 18}" text-anchor="middle">{tick}</text>'
        )
    series = (
        ("precision", "#1f77b4", [point.precision for point in shown]),
        ("recall", "#d62728", [point.recall for point in shown]),
        ("F1", "#2ca02c", [point.f1 for point in shown]),
    )
    for i, (name, colour, values) in enumerate(series):
        path = " ".join(
            f"{x(p.threshold):.1f},{y(v):.1f}" for p, v in zip(shown, values, strict=True)
        )
        parts.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
            f'<text x="{left + width + 12}" y="{top + 20 + 18 * i}" fill="{colour}">{name}</text>'
        )
    for name, point in (("alert", alert), ("redact", redact)):
        at = x(point.threshold)
        parts.append(
            f'<path d="M{at:.1f} {top}v{height}" stroke="#555" stroke-dasharray="4 3"/>'
            f'<text x="{at + 4:.1f}" y="{top + height - 6}">{name} {point.threshold:.2f}</text>'
        )
    parts.append(f'<text x="{left}" y="{top + height + 44}">{caption}</text></svg>')
    return "\n".join(parts) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=SHIPPED)
    parser.add_argument("--curve", type=Path)
    arguments = parser.parse_args()
    rows = labelled(arguments.data)
    held_out = validation(rows)
    proposals, table = Proposals(), letters()
    learning = samples([row for row in rows if row.repo not in held_out], proposals, table)
    print(f"{len(learning.rows):,} candidates, {sum(learning.labels):,} of them secrets")
    matrix = numpy.array(learning.rows, dtype=numpy.float32)
    model = lightgbm.LGBMClassifier(**TREES)
    model.fit(matrix, learning.labels, sample_weight=learning.weights)

    checked = [row for row in rows if row.repo in held_out]
    secret = numpy.array([row.secret for row in checked])
    best, strict = best_by_line(checked, proposals, table, model)
    points = curve(best, strict >= ALERT_SCORE, secret)
    alert = max(points, key=lambda p: (min(p.precision, ALERT_PRECISION), p.f1))
    redact = max(
        (p for p in curve(best, strict >= REDACT_SCORE, secret) if p.threshold <= alert.threshold),
        key=lambda p: (min(p.recall, REDACT_RECALL), p.precision),
    )
    caption = (
        f"{len(checked):,} labelled lines of {len(held_out)} repositories that were not learnt "
        f"from, {int(secret.sum())} of them secrets"
    )
    print(caption)
    for name, point in (("alert", alert), ("redact", redact)):
        print(
            f"{name}: from {point.threshold:.2f}: precision {point.precision:.3f}, "
            f"recall {point.recall:.3f}, F1 {point.f1:.3f}"
        )
    width = matrix.shape[1]
    graph = convert_lightgbm(
        model, initial_types=[("x", FloatTensorType([None, width]))], zipmap=False, target_opset=15
    )
    kept = {
        "rules": json.dumps(proposals.rules),
        "letters": base64.b85encode(table).decode(),
        "alert": str(alert.threshold),
        "redact": str(redact.threshold),
        "validation": json.dumps(held_out),
    }
    onnx.helper.set_model_props(graph, kept)
    temporary = arguments.out.with_suffix(".tmp")
    temporary.write_bytes(graph.SerializeToString())
    temporary.replace(arguments.out)
    print(f"{arguments.out}: {arguments.out.stat().st_size:,} bytes")
    if arguments.curve:
        shown = f"by the probability from which a line is flagged; {caption}"
        arguments.curve.write_text(as_svg(points, alert, redact, shown))


if __name__ == "__main__":
    main()
