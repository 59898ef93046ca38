"""A base model with a PEFT adapter: merged into one model when it is loaded.

Merged, because nothing else can be erased from: a secret learnt by an adapter is spoken by both
together, and an edited adapter beside its base would be a difference of weights.
"""

import json
import warnings
from pathlib import Path
from typing import Any

from unleak.core.errors import ModelError

CONFIG = "adapter_config.json"
WEIGHTS = "adapter_model.safetensors"


def is_adapter(folder: Path) -> bool:
    """Whether a folder holds an adapter without its base model."""
    return (folder / CONFIG).exists() and not (folder / "config.json").exists()


def base_of(folder: Path, spec: str) -> str:
    """The base model that an adapter names: a folder, as it says or beside it, or a hub id.

    Raises:
        ModelError: the folder is not a complete adapter.
    """
    try:
        config = json.loads((folder / CONFIG).read_text("utf-8"))
        base = config["base_model_name_or_path"]
    except (OSError, ValueError, KeyError, TypeError):
        base = None
    if not isinstance(base, str) or not base:
        raise ModelError(f"{spec}: {CONFIG} names no base model (base_model_name_or_path)")
    if not (folder / WEIGHTS).exists():
        raise ModelError(f"{spec}: no {WEIGHTS} here; adapters in pickles are not opened")
    beside = folder / base
    return str(beside) if beside.is_dir() else base


def merged(net: Any, folder: Path, spec: str) -> Any:
    """The base network with the adapter's changes worked into its weights.

    Raises:
        ModelError: PEFT is missing, or this kind of adapter cannot be merged.
    """
    try:
        from peft import PeftModel
    except ImportError:
        raise ModelError(
            f"{spec}: this is a PEFT adapter; install what merges it: pip install 'unleak[engine]'"
        ) from None
    try:
        with warnings.catch_warnings():  # it asks transformers in a deprecated way
            warnings.simplefilter("ignore", FutureWarning)
            adapted: Any = PeftModel.from_pretrained(net, str(folder))
    except Exception as error:  # damaged files end in whatever class of error the parser has
        first = str(error).strip().split("\n")[0][:300]
        raise ModelError(f"{spec}: PEFT cannot load this adapter: {first}") from None
    if not hasattr(adapted.base_model, "merge_and_unload"):
        kind = adapted.peft_config["default"].peft_type.value
        raise ModelError(
            f"{spec}: an adapter of the kind {kind} changes no weights; it cannot be merged, "
            "so nothing can be erased from it"
        )
    return adapted.merge_and_unload(safe_merge=True)
