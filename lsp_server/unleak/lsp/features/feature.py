"""What a feature is: hooks, each doing nothing unless the feature has something to do there."""

from typing import TYPE_CHECKING

from unleak.lsp.document import Change, Document
from unleak.lsp.wire import types

if TYPE_CHECKING:
    from unleak.lsp.session import Session


class Feature:
    """One LSP feature. It registers its own requests when it is made.

    Whatever a hook raises is logged, and the other features go on.
    """

    def __init__(self, session: "Session") -> None:
        self.session = session

    def initialize(self, params: types.InitializeParams) -> None:
        """The client's capabilities are known; what hangs on them may still be registered."""

    def ready(self) -> None:
        """The client has taken note of the server's capabilities."""

    def job_moved(self, id: str, message: str) -> None:
        """A job of this client works; or is over, with an empty message."""

    def opened(self, document: Document) -> None:
        """A document was opened."""

    def changed(self, document: Document, change: Change) -> None:
        """A document has a new version."""

    def saved(self, document: Document) -> None:
        """A document was saved."""

    def scanned(self, document: Document) -> None:
        """All of a large document was scanned."""

    def closed(self, uri: str) -> None:
        """A document was closed."""

    def configured(self) -> None:
        """Settings have changed."""

    def refreshed(self) -> None:
        """What is shown of any document may be old: settings, rules or keys have changed."""

    def leaks_changed(self, fingerprints: frozenset[str]) -> None:
        """The engine knows something new of these secrets."""

    def engine_there(self) -> None:
        """The engine answers."""

    def engine_gone(self, reason: str) -> None:
        """The engine does not answer."""

    def trouble(self, reason: str) -> None:
        """Completions cannot be had, and why; or they can again, with an empty reason."""

    def taken(self, uri: str) -> str:
        """The completion shown last in a document, now that it was accepted; "" if none was."""
        return ""
