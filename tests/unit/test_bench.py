"""What the benches count, and the command that runs them."""

import subprocess
import sys
from pathlib import Path

import pytest

from detection.accuracy import Row, measure, score
from detection.ordinary import sample
from detection.report import svg
from detection.spans import verdict
from detection.tools import Flag
from unleak.commands.bench import scripts
from unleak.core.errors import UsageError


def row(true: bool, first: int = 1) -> Row:
    return Row("a\nb\n", ".txt", first, first, true)


def test_scores_are_counted_over_rows():
    rows = [row(True), row(True), row(False), row(False), row(False)]
    found = score(rows, [True, False, True, False, False])
    assert (found["recall"], found["precision"], found["f1"]) == (0.5, 0.5, 0.5)
    assert score(rows, [False] * 5)["precision"] == 0


class Fixed:
    """Flags line 2 of each file, below the alert threshold."""

    name, version, call = "fixed", "1", "fixed"

    def flags(self, folder: Path) -> dict[str, list[Flag]]:
        return {path.name: [Flag(2, 2, "rule", alert=False)] for path in folder.iterdir()}


def test_only_flags_in_the_labelled_lines_count():
    found = measure([row(True, first=2), row(True, first=1)], [Fixed()])
    assert [len(flags) for flags in found.flags["fixed"]] == [1, 0]
    assert found.scores["fixed"]["alert"]["flagged"] == 0


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([(3, 7)], "exact"),
        ([(3, 6)], "truncated"),
        ([(2, 7)], "over-long"),
        ([(7, 9)], "missed"),
        ([], "missed"),
    ],
)
def test_spans_are_compared_with_the_marked_one(spans, expected):
    assert verdict(3, 7, spans) == expected


def test_a_sample_is_the_same_each_time(tmp_path):
    files = []
    for number in range(20):
        path = tmp_path / f"{number}.py"
        path.write_text("a" * 1000)
        files.append((path, path.name))
    drawn = sample(files, 0.005)
    assert len(drawn) == 5
    assert sample(list(reversed(files)), 0.005) == drawn
    assert sample(files, 0) == files


def test_the_plot_has_a_dot_for_each_threshold():
    levels = {level: score([row(True)], [True]) for level in ("alert", "redact")}
    document = {"sections": {"credentials": {"scores": {"a & b": levels}}}}
    assert svg(document).count("<circle") == 3  # and one in the legend
    assert "a &amp; b" in svg(document)


def test_only_a_checkout_has_benches(tmp_path):
    assert "detect" in scripts(Path(__file__).parents[2])
    with pytest.raises(UsageError, match="checkout"):
        scripts(tmp_path)


def test_arguments_go_to_the_script():
    command = [sys.executable, "-m", "unleak.cli", "bench"]
    asked = subprocess.run([*command, "detect", "--help"], capture_output=True, text=True)
    assert asked.returncode == 0
    assert "--quick" in asked.stdout
    unknown = subprocess.run([*command, "nothing"], capture_output=True, text=True)
    assert unknown.returncode == 2
    assert "detect" in unknown.stderr
