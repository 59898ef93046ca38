"""Write a complete model folder that plain `transformers` loads."""

import os
import shutil
from pathlib import Path

from unleak.models.load import Model

CARD = "README.md"
_SECTION = "\n## Erasures\n\n"
# Text files that say under which terms the model may be used.
_KEPT = ("LICENSE*", "NOTICE*", "USE_POLICY*")


def save(model: Model, folder: Path, erasure: str) -> None:
    """Write weights (safetensors, in the dtype they came in), tokenizer, configs and card.

    The model in memory is rounded to that dtype; load the folder again to go on with it.

    Args:
        model: the changed model.
        folder: an existing folder.
        erasure: Markdown for the card's section "Erasures"; it names no secret.
    """
    model.net.to(model.stored_dtype).save_pretrained(folder)
    model.tokenizer.save_pretrained(folder)
    source = model.source if model.source.is_dir() else model.source.parent
    card = source / CARD if model.source.is_dir() else None
    text = card.read_text("utf-8") if card and card.is_file() else f"# {model.source.name}\n"
    if _SECTION not in text:
        text = text.rstrip("\n") + "\n" + _SECTION
    (folder / CARD).write_text(text.rstrip("\n") + "\n\n" + erasure.strip() + "\n", "utf-8")
    # Some writers make files that only their owner may read; a model is to be shared.
    usual = 0o666 & ~_umask()
    for file in folder.iterdir():
        if file.is_file():
            file.chmod(usual)
    if model.source.is_dir():
        for pattern in _KEPT:
            for file in source.glob(pattern):
                shutil.copyfile(file, folder / file.name)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def clear(folder: Path) -> None:
    """Empty a folder."""
    for entry in folder.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink()
