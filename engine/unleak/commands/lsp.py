"""unleak lsp: the language server."""


def lsp() -> None:
    """Speak the language server protocol on standard input and output."""
    from unleak.lsp.server import start

    start()
