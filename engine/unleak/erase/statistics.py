"""What an edit must leave alone, measured once per model and kept on disk.

For a chosen block, C = mean of k k^T over retained text, k being the input of `down_proj`; it
says which directions that text uses. G = U^T U / V, with U the centred unembedding times
the final norm's gain; it says how a change of the hidden state moves all logits.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from unleak.core.files import new_folder
from unleak.core.keys import home
from unleak.erase.anatomy import Anatomy, inner_width
from unleak.erase.retain import secret_like
from unleak.models.corpus import code
from unleak.models.forward import fast_arithmetic, padded
from unleak.models.load import Model

TOKENS_PER_KEY = 10  # of code for each dimension of d_ff; of made-up secrets twice as many
WINDOW = 256
RECIPE = 2  # one more with every change of what is measured: older files are not read then
_BATCH = 8
_RIDGE_C = 1e-3  # of C's mean diagonal: keeps its inverse finite
_RIDGE_G = 1e-2


@dataclass(frozen=True)
class Statistics:
    """Inverses. inverse_c[block]: (d_ff, d_ff); inverse_g: (width, width); mean: (width,) of U."""

    inverse_c: dict[int, Tensor]
    inverse_g: Tensor
    mean: Tensor


def statistics(
    model: Model,
    parts: Anatomy,
    blocks: Sequence[int],
    progress: Callable[[float], None] = lambda _: None,
) -> Statistics:
    """Load the statistics of these blocks from the disk, or measure them."""
    name = f"{RECIPE}-{model.digest[:32]}-{'-'.join(map(str, blocks))}"
    folder = home() / "statistics" / name
    path = folder / "statistics.safetensors"
    if not path.exists():
        measured = _measure(model, parts, blocks, progress)
        _keep(folder, measured)
    loaded = load_file(path, device=str(model.device))
    return Statistics(
        inverse_c={block: loaded[f"c.{block}"] for block in blocks},
        inverse_g=loaded["g"],
        mean=loaded["mean"],
    )


def _keep(folder: Path, tensors: dict[str, Tensor]) -> None:
    with new_folder(folder) as temporary:
        save_file(tensors, temporary / "statistics.safetensors")


@torch.inference_mode()
def _measure(
    model: Model, parts: Anatomy, blocks: Sequence[int], progress: Callable[[float], None]
) -> dict[str, Tensor]:
    downs = {block: parts.down(parts.blocks[block]) for block in blocks}
    d_ff = inner_width(downs[blocks[0]])
    wanted = TOKENS_PER_KEY * d_ff
    texts = code("retain", 8 * wanted), "\n".join(secret_like(wanted // 12))
    pieces = []
    for text, count in zip(texts, (wanted, 2 * wanted), strict=True):
        ids = model.tokenizer(text, add_special_tokens=False).input_ids[:count]
        pieces += [ids[i : i + WINDOW] for i in range(0, len(ids) - WINDOW + 1, WINDOW)]
    totals = {block: torch.zeros(d_ff, d_ff, device=model.device) for block in blocks}

    def add(block: int) -> Callable[..., None]:
        def hook(_: torch.nn.Module, args: tuple[Tensor, ...]) -> None:
            # The first position takes no part: models park outsized activations there.
            keys = args[0].reshape(-1, WINDOW, d_ff)[:, 1:].flatten(0, 1).float()
            totals[block].addmm_(keys.T, keys)

        return hook

    hooks = [downs[block].register_forward_pre_hook(add(block)) for block in blocks]
    try:
        for at in range(0, len(pieces), _BATCH):
            batch = padded(pieces[at : at + _BATCH], model.device)
            with fast_arithmetic(model.device):
                model.net.base_model(input_ids=batch, use_cache=False)
            progress(min(1.0, (at + _BATCH) / len(pieces)))
    finally:
        for hook in hooks:
            hook.remove()
    count = len(pieces) * (WINDOW - 1)
    result = {f"c.{block}": _inverse(total / count, _RIDGE_C) for block, total in totals.items()}
    mean = parts.head.weight.float().mean(0)
    u = parts.unembedding(parts.head.weight, mean)
    result["g"] = _inverse(u.T @ u / len(u), _RIDGE_G)
    result["mean"] = mean
    return result


def _inverse(matrix: Tensor, ridge: float) -> Tensor:
    eye = torch.eye(len(matrix), device=matrix.device, dtype=torch.float64)
    inverse: Tensor = torch.linalg.inv(matrix.double() + ridge * matrix.diagonal().mean() * eye)
    return inverse.float().contiguous()
