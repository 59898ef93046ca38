"""Load a model from a folder, a GGUF file, a hub id, or the one that ships with unleak."""

import hashlib
import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import transformers
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

from unleak.core.errors import ModelError
from unleak.models.allocator import keep_freed_memory
from unleak.models.digest import CERTIFICATE as CERTIFICATE
from unleak.models.digest import digest_of as digest_of

EMBEDDED = "demo"
SPREAD = "map"
_PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl")
_HUB_FILES = ("*.safetensors", "*.json", "*.txt", "*.model", "README.md")


@dataclass(frozen=True)
class Model:
    """A causal language model, ready to be asked.

    `net` computes in float32 on a CPU, whatever its files hold, so that verdicts do not hang on
    the processor (unless it was loaded to be fast); on an accelerator in `stored_dtype`.
    """

    spec: str  # as the user gave it
    net: Any  # a transformers PreTrainedModel; its classes are untyped
    tokenizer: Any  # a fast tokenizer
    digest: str  # sha256 of the files that make the model
    stored_dtype: torch.dtype
    source: Path  # the folder or file it came from

    @property
    def device(self) -> torch.device:
        """Where inputs must be put."""
        device: torch.device = self.net.get_input_embeddings().weight.device
        return device

    @property
    def context(self) -> int:
        """How many positions the model accepts."""
        config = self.net.config
        return int(
            getattr(config, "max_position_embeddings", None)
            or getattr(config, "n_positions", 0)
            or 2048
        )


def embedded_folder() -> Path:
    """Where the embedded model lies."""
    return Path(__file__).parent / "embedded"


def load(
    spec: str, *, trust_remote_code: bool = False, device: str | None = None, fast: bool = False
) -> Model:
    """Load a model for probing or erasing.

    Args:
        spec: a folder, a .gguf file, a hub id, or `demo`.
        trust_remote_code: run Python code that the model's folder brings; off by default.
        device: torch device, or `map` to spread the model over all accelerators; default the
            first accelerator, else the CPU.
        fast: on a CPU with matrix units for bfloat16, keep a model in it that is stored in it.

    Raises:
        ModelError: there is no such model, or it cannot be used; says why.
    """
    keep_freed_memory()
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    logging.getLogger("transformers").setLevel(logging.ERROR)
    path = _resolve(spec)
    where = _device(device)
    options: dict[str, Any] = {"trust_remote_code": trust_remote_code}
    folder = path
    if path.is_file():
        folder, options["gguf_file"] = path.parent, path.name
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, **options)
        stored = _stored_dtype(folder, options)
        net = AutoModelForCausalLM.from_pretrained(
            folder,
            dtype=stored if where.type != "cpu" or (fast and _is_fast(stored)) else torch.float32,
            use_safetensors=True,
            device_map="auto" if device == SPREAD else None,
            **options,
        )
    except Exception as error:  # damaged files end in whatever class of error the parser has
        first = str(error).strip().split("\n")[0][:300]
        raise ModelError(f"{spec}: transformers cannot load this model: {first}") from None
    if not getattr(tokenizer, "is_fast", False):
        raise ModelError(
            f"{spec}: its tokenizer gives no character offsets; "
            "unleak needs a fast tokenizer (tokenizer.json)"
        )
    if path.is_file():
        _forget_quantisation(net)
    if device != SPREAD:
        net.to(where)  # type: ignore[arg-type]  # transformers wraps torch's method untyped
    net.eval().requires_grad_(False)
    return Model(spec, net, tokenizer, digest_of(path), stored, path)


def _is_fast(stored: torch.dtype) -> bool:
    """Whether the CPU computes in this type faster, and it holds the weights exactly."""
    return stored == torch.bfloat16 and bool(torch.cpu._is_amx_tile_supported())


def _device(name: str | None) -> torch.device:
    """Raises ModelError if there is no such device here."""
    present = torch.cuda.is_available()
    try:
        where = torch.device(("cuda" if present else "cpu") if name in (None, SPREAD) else name)
    except RuntimeError:
        raise ModelError(f"{name}: no such device; say cpu, cuda, cuda:1 or map") from None
    if where.type == "cuda" and (where.index or 0) >= torch.cuda.device_count():
        raise ModelError(f"{name}: this machine has {torch.cuda.device_count()} CUDA devices")
    return where


def _forget_quantisation(net: Any) -> None:
    """Weights read from GGUF are ordinary dense tensors; only their labels say otherwise."""
    net.hf_quantizer = None
    net.is_quantized = False
    for holder, name in ((net, "quantization_method"), (net.config, "quantization_config")):
        if hasattr(holder, name):
            delattr(holder, name)


def _resolve(spec: str) -> Path:
    if spec == EMBEDDED:
        return embedded_folder()
    path = Path(spec)
    if path.is_file():
        if path.suffix != ".gguf":
            raise ModelError(
                f"{spec}: a single file must be GGUF; otherwise give the model's folder"
            )
        return path
    if path.is_dir():
        _check_folder(path, spec)
        return path
    if spec.count("/") == 1 and not spec.startswith((".", "/", "~")):
        return _from_hub(spec)
    raise ModelError(f"{spec}: no such folder, GGUF file or hub id")


def _check_folder(path: Path, spec: str) -> None:
    if (path / "adapter_config.json").exists() and not (path / "config.json").exists():
        raise ModelError(f"{spec}: an adapter without its base model; merge them first")
    if not (path / "config.json").exists():
        raise ModelError(
            f"{spec}: no model here (no config.json); give the folder that `save_pretrained` wrote"
        )
    try:
        config = json.loads((path / "config.json").read_text("utf-8"))
    except (OSError, ValueError):
        raise ModelError(f"{spec}: config.json is not readable JSON") from None
    if not isinstance(config, dict) or "model_type" not in config:
        raise ModelError(
            f"{spec}: config.json names no model_type; this is not a transformers model"
        )
    if not any(path.glob("*.safetensors")):
        if any(file for pattern in _PICKLES for file in path.glob(pattern)):
            raise ModelError(
                f"{spec}: only pickled weights, which can run code when loaded; convert them to "
                "safetensors (save_pretrained does) and try again"
            )
        raise ModelError(f"{spec}: no weights here (no .safetensors file)")


def _from_hub(spec: str) -> Path:
    from huggingface_hub import snapshot_download

    try:
        folder = Path(snapshot_download(spec, allow_patterns=list(_HUB_FILES)))
    except Exception as error:  # the hub client has a dozen unrelated error classes
        kind = type(error).__name__
        raise ModelError(
            f"{spec}: no such folder, and the hub did not give it ({kind}); "
            "check the name and the connection"
        ) from None
    _check_folder(folder, spec)
    return folder


def _stored_dtype(folder: Path, options: dict[str, Any]) -> torch.dtype:
    if "gguf_file" in options:
        return torch.bfloat16  # GGUF weights are dequantised; bfloat16 holds more than they had
    config = AutoConfig.from_pretrained(folder, **options)
    stored = getattr(config, "dtype", None)
    return stored if isinstance(stored, torch.dtype) else torch.float32


def tokenizer_digest(tokenizer: Any) -> str:
    """sha256 of what makes a fast tokenizer, whatever it was last called with."""
    parts = json.loads(tokenizer.backend_tokenizer.to_str())
    parts.pop("padding", None)
    parts.pop("truncation", None)
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
