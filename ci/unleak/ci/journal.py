"""What a gate run has read so far, so that an interrupted one goes on where it stopped."""

import json
import os
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

from unleak.core.errors import UnleakError
from unleak.core.files import explained, write_file
from unleak.core.secret import Fingerprinter
from unleak.probe.reading import Ask, Prober, Reading, Sampled
from unleak.probe.suite import Case, case_digest

_SCHEMA = "unleak.gate-journal/1"
_CHUNK = 256  # cases asked between two writes
_TRUSTED = 3600.0  # seconds that a server is taken to serve the same model


class Journaled:
    """A prober that writes down each reading, and asks only for those not written down yet.

    The file holds keyed digests and figures, no secret. It is of one model, one way of asking and
    one key; anything else in its place is thrown away. Errors are not kept: they are asked again.
    """

    def __init__(
        self,
        prober: Prober,
        fingerprinter: Fingerprinter,
        path: Path | None = None,
        progress: Callable[[float], None] = lambda done: None,
    ) -> None:
        self._prober = prober
        self._fingerprinter = fingerprinter
        self._path = path
        self._progress = progress
        self._earlier: Counter[str] = Counter()
        self.resumed = 0  # readings that an earlier run had left

    @property
    def model(self) -> Mapping[str, str]:
        """As the prober's."""
        return self._prober.model

    @property
    def tokenizer(self) -> str | None:
        """As the prober's."""
        return self._prober.tokenizer

    @property
    def ask(self) -> Ask:
        """As the prober's."""
        return self._prober.ask

    @property
    def limits(self) -> str:
        """As the prober's."""
        return self._prober.limits

    @property
    def cost(self) -> Mapping[str, int]:
        """Of the interrupted runs too."""
        return self._earlier + Counter(self._prober.cost)

    def read(self, cases: Sequence[Case]) -> list[Reading | UnleakError]:
        """As the prober's, some from the journal.

        Raises:
            OutputError: the journal cannot be written.
        """
        digests = [case_digest(case, self._fingerprinter) for case in cases]
        known = self._restore()
        self.resumed = sum(digest in known for digest in digests)
        found: dict[int, Reading | UnleakError] = {
            i: known[digest] for i, digest in enumerate(digests) if digest in known
        }
        missing = [i for i in range(len(cases)) if i not in found]
        self._progress(len(found) / len(cases))
        for at in range(0, len(missing), _CHUNK):
            chunk = missing[at : at + _CHUNK]
            spent = Counter(self._prober.cost)
            readings = self._prober.read([cases[i] for i in chunk])
            found.update(zip(chunk, readings, strict=True))
            lines = [
                {"case": digests[i], "reading": asdict(reading)}
                for i, reading in zip(chunk, readings, strict=True)
                if isinstance(reading, Reading)
            ]
            self._append([*lines, {"cost": Counter(self._prober.cost) - spent}])
            self._progress(len(found) / len(cases))
        return [found[i] for i in range(len(cases))]

    def _run(self) -> str:
        prober = self._prober
        parts = [dict(prober.model), prober.tokenizer, prober.ask.as_json(), self._fingerprinter.id]
        text = json.dumps(parts, sort_keys=True)
        return sha256(text.encode()).hexdigest()

    def _restore(self) -> dict[str, Reading]:
        if self._path is None:
            return {}
        head = {"schema": _SCHEMA, "run": self._run()}
        lines = _lines(self._path)
        if not lines or lines[0] != head or self._stale(self._path):
            lines = [head]
        # Written anew: the last line may be a part of one.
        whole = "".join(json.dumps(line) + "\n" for line in lines)
        write_file(self._path, whole, mode=0o600)
        for line in lines[1:]:
            self._earlier.update(line.get("cost", {}))
        return {line["case"]: _reading(line["reading"]) for line in lines[1:] if "case" in line}

    def _stale(self, path: Path) -> bool:
        """Whether another model may answer by now under the same name."""
        return not self.model.get("digest") and time.time() - path.stat().st_mtime > _TRUSTED

    def _append(self, lines: Sequence[Mapping[str, Any]]) -> None:
        if self._path is None:
            return
        with explained(self._path), self._path.open("a", encoding="utf-8") as file:
            file.write("".join(json.dumps(line) + "\n" for line in lines))
            file.flush()
            os.fsync(file.fileno())


class Journals:
    """The journals of a gate run, in the folder that its reports go to; none without one."""

    def __init__(self, folder: Path | None, fingerprinter: Fingerprinter) -> None:
        self._folder, self._fingerprinter = folder, fingerprinter
        self._paths: list[Path] = []

    def around(self, prober: Prober, name: str, progress: Callable[[float], None]) -> Journaled:
        """The prober with a journal."""
        path = self._folder / f".gate.{name}.journal" if self._folder else None
        if path:
            self._paths.append(path)
        return Journaled(prober, self._fingerprinter, path, progress)

    def remove(self) -> None:
        """Forget them: what they were for is in the reports."""
        for path in self._paths:
            with explained(path):
                path.unlink(missing_ok=True)


def _lines(path: Path) -> list[dict[str, Any]]:
    """The whole lines of a journal; it may end in the middle of one."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return []
    lines = []
    for line in text.split("\n")[:-1]:
        try:
            lines.append(json.loads(line))
        except ValueError:
            return lines
    return lines


def _reading(fields: dict[str, Any]) -> Reading:
    el, sampled, fim = fields["el"], fields["sampled"], fields["fim"]
    return Reading(
        **{
            **fields,
            "el": el and {int(n): value for n, value in el.items()},
            "sampled": sampled and Sampled(**sampled),
            "fim": fim and _reading(fim),
        }
    )
