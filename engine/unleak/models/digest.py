"""What tells a model from another: a digest of its files. Needs no torch."""

import hashlib
from pathlib import Path
from typing import Final

CERTIFICATE: Final = "unleak-certificate.json"  # about the model, not part of it


def digest_of(path: Path) -> str:
    """sha256 over names and contents of the files that make up a model."""
    files = (
        [path]
        if path.is_file()
        else sorted(
            file
            for file in path.iterdir()
            if file.suffix in {".safetensors", ".json", ".model", ".jinja"}
            and file.is_file()
            and file.name != CERTIFICATE
        )
    )
    total = hashlib.sha256()
    for file in files:
        total.update(file.name.encode() + b"\0")
        with file.open("rb") as stream:
            total.update(hashlib.file_digest(stream, "sha256").digest())
    return total.hexdigest()
