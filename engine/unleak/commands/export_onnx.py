"""unleak models export-onnx: a model for the editor side, which has no torch."""

from pathlib import Path
from typing import Annotated

import typer

from unleak.commands.screen import out
from unleak.core.errors import ModelError

EMBEDDED = "demo"


def export_onnx(
    model: Annotated[str, typer.Option(help="A folder with model.safetensors, or demo.")],
    out_folder: Annotated[Path, typer.Option("--out", help="The folder to write.")],
) -> None:
    """Write a model as ONNX with a key-value cache, for completions in the editor."""
    from unleak.models import embedded

    try:
        from unleak.models.onnx_export import export
    except ModuleNotFoundError:
        raise ModelError("onnx is not installed: pip install 'unleak[engine]'") from None
    folder = Path(embedded.__file__).parent if model == EMBEDDED else Path(model)
    export(folder, out_folder)
    out.print(f"{out_folder}: set unleak.completion.model to it", soft_wrap=True, markup=False)
