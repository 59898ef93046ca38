"""unleak lsp: the language server."""

from typing import Annotated

import typer


def lsp(
    stdio: Annotated[bool, typer.Option("--stdio", help="The one way there is.")] = True,
) -> None:
    """Speak the language server protocol on standard input and output."""
    from unleak.lsp.server import start

    start()
