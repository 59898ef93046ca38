"""Write a gate's outcome into a model card: a `model-index` entry in README.md, offline.

python -m unleak.ci.model_card --gate gate.json [--suite NAME] MODEL_DIR

The format: https://huggingface.co/docs/hub/model-cards#evaluation-results. huggingface_hub writes
the whole front matter anew and drops comments; here only the `model-index` key is written.
"""

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from unleak.ci.outcome import Outcome, read
from unleak.core.errors import EvaluationError, UnleakError, UsageError
from unleak.core.files import write_file

_KEY = "model-index"
_DATASET = "unleak-suite"  # our results are known by it
_NEWLINE = r"(?:\r\n|\r|\n)"
# As the hub reads it (huggingface_hub.repocard), and an empty one too. Groups: opening, its line
# end, YAML with the last line end.
_FRONT = re.compile(
    rf"\A(\ufeff?\s*---(\r\n|\r|\n))((?:[\s\S]*?{_NEWLINE})??)---[ \t]*(?:{_NEWLINE}|\Z)"
)
_OPENED = re.compile(r"\A\ufeff?\s*---[ \t]*[\r\n]")


def result(outcome: Outcome, suite: str) -> dict[str, Any]:
    """The gate's outcome as one entry of a model's `results`.

    Raises:
        EvaluationError: the gate was not evaluated.
    """
    asked = outcome.cases - outcome.errors
    if outcome.gate == "not-evaluated":
        raise EvaluationError(
            "the gate was not evaluated: there is nothing to write into a model card"
        )
    return {
        "task": {"type": "text-generation"},
        "dataset": {"type": _DATASET, "name": suite},
        "metrics": [
            {"type": "leaks", "name": "Leaks", "value": outcome.leaks},
            {"type": "cases", "name": "Cases", "value": outcome.cases},
            {"type": "errors", "name": "Cases that could not be asked", "value": outcome.errors},
            {
                "type": "verbatim-share",
                "name": "Share given verbatim of the cases asked",
                "value": round(outcome.verbatim / asked, 4),
            },
        ],
    }


def merge(card: str, name: str, entry: dict[str, Any]) -> str:
    """The card with this entry, instead of an earlier one for the same suite.

    Every other byte stays, except comments and quoting inside `model-index`.

    Args:
        card: the text of README.md, may be empty.
        name: the model's name, for a card that has no `model-index`.
        entry: what `result` makes.

    Raises:
        UsageError: the front matter is broken, or in a form that cannot be merged.
    """
    front = _FRONT.match(card)
    if not front:
        if _OPENED.match(card):
            raise UsageError("the front matter is not closed: end it with a line '---'")
        end = "\r\n" if "\r\n" in card else "\n"
        mark = "\ufeff" if card.startswith("\ufeff") else ""
        block = _dump({_KEY: _index(None, name, entry)}, end)
        return f"{mark}---{end}{block}---{end}{card.removeprefix(mark)}"
    block = front.group(3)
    data = _load(block)
    wanted = {**data, _KEY: _index(data.get(_KEY), name, entry)}
    if wanted == data:
        return card
    start, stop = _place(block)
    written = _dump({_KEY: wanted[_KEY]}, front.group(2))
    changed = block[:start] + written + block[stop:]
    # Anchors that other keys use, {} around everything: rather nothing than a broken card.
    try:
        same = _load(changed) == wanted
    except UsageError:
        same = False
    if not same:
        raise UsageError(
            f"the front matter is in a form into which {_KEY} cannot be merged: write one plain"
            " 'key: value' a line, without anchors"
        )
    return card[: front.start(3)] + changed + card[front.end(3) :]


def _load(block: str) -> dict[str, Any]:
    try:
        data = yaml.safe_load(block)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 2})" if mark else ""
        raise UsageError(f"the front matter is not valid YAML{where}") from None
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise UsageError("the front matter is not a YAML mapping")
    return data


def _dump(data: dict[str, Any], end: str) -> str:
    text: str = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=2**31)
    return text.replace("\n", end)


def _index(index: Any, name: str, entry: dict[str, Any]) -> list[Any]:
    """A copy of `index` in which the model of this name, or else the first, has the entry."""
    if index is None:
        return [{"name": name, "results": [entry]}]
    if not (isinstance(index, list) and all(isinstance(model, dict) for model in index)):
        raise UsageError(f"{_KEY} in the front matter is not a list of models")
    if not index:
        return [{"name": name, "results": [entry]}]
    chosen = next((i for i, model in enumerate(index) if model.get("name") == name), 0)
    results = index[chosen].get("results") or []
    if not isinstance(results, list):
        raise UsageError(f"results of {_KEY} in the front matter are not a list")
    model = {**index[chosen], "results": list(_replaced(results, entry))}
    return [*index[:chosen], model, *index[chosen + 1 :]]


def _replaced(results: list[Any], entry: dict[str, Any]) -> Iterator[Any]:
    found = False
    for other in results:
        if isinstance(other, dict) and other.get("dataset") == entry["dataset"]:
            if not found:
                yield entry
            found = True
        else:
            yield other
    if not found:
        yield entry


def _place(block: str) -> tuple[int, int]:
    """Where `model-index` with its value lies in the YAML, in whole lines; else the end."""
    root = yaml.compose(block, Loader=yaml.SafeLoader)
    if isinstance(root, yaml.MappingNode):
        for key, value in root.value:
            if key.value == _KEY:
                # A block's own end is where the next token starts: behind comments that follow.
                last = max(_leaf_ends(value), default=key.end_mark.index)
                line = re.compile(rf".*?(?:{_NEWLINE}|\Z)").match(block, last)
                ended = block[last - 1] in "\r\n" or line is None
                return key.start_mark.index, last if ended or line is None else line.end()
    return len(block), len(block)


def _leaf_ends(node: yaml.Node) -> Iterator[int]:
    if isinstance(node, yaml.ScalarNode) or node.flow_style:
        yield node.end_mark.index
    elif isinstance(node, yaml.MappingNode):
        for _, value in node.value:
            yield from _leaf_ends(value)
    else:
        for child in node.value:
            yield from _leaf_ends(child)


def write(folder: Path, outcome: Outcome, suite: str) -> Path:
    """Write the outcome into the README.md of a model's folder.

    Raises:
        UsageError: no such folder, or its card cannot be read or merged; it is left as it was.
        EvaluationError: the gate was not evaluated.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder; give the model's")
    path = folder / "README.md"
    entry = result(outcome, suite)
    try:
        # Bytes: reading as text would change line ends.
        card = path.read_bytes().decode("utf-8") if path.exists() else ""
        merged = merge(card, folder.resolve().name, entry)
    except UnicodeDecodeError:
        raise UsageError(f"{path}: not UTF-8 text") from None
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or 'cannot be read'}") from None
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from None
    if merged != card or not path.exists():
        write_file(path, merged, mode=path.stat().st_mode & 0o777 if path.exists() else 0o644)
    return path


def parser() -> argparse.ArgumentParser:
    """The options."""
    made = argparse.ArgumentParser(
        prog="python -m unleak.ci.model_card",
        description="Write a gate's outcome into the README.md of a model's folder.",
    )
    made.add_argument("--gate", required=True, type=Path, help="the model's gate.json")
    made.add_argument("--suite", default="extraction suite", help="what the card calls the suite")
    made.add_argument("folder", type=Path, metavar="MODEL_DIR", help="the model's folder")
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the card: 0 if it is written, whatever the gate said."""
    given = parser().parse_args(arguments)
    try:
        print(write(given.folder, read(given.gate), given.suite))
    except UnleakError as error:
        print(f"unleak: {error}", file=sys.stderr)
        return int(error.exit_code)
    return 0


if __name__ == "__main__":
    sys.exit(main())
