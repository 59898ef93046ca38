"""A report folder: the gate's outcome in every format."""

from pathlib import Path
from typing import TYPE_CHECKING

from unleak.ci.reports import html_file, json_file, junit_file, markdown_file, sarif_file
from unleak.core.files import write_file

if TYPE_CHECKING:
    from unleak.ci.gate import Gate

FORMATS = {
    "gate.json": json_file.text,
    "gate.sarif": sarif_file.text,
    "gate.junit.xml": junit_file.text,
    "gate.md": markdown_file.text,
    "gate.html": html_file.text,
}


def write(gate: "Gate", folder: Path) -> None:
    """Write each report, whole or not at all.

    Raises:
        OutputError: one cannot be written.
    """
    for name, text in FORMATS.items():
        write_file(folder / name, text(gate))
