"""unleak/status and unleak/leaksChanged: for a status item and a list of leaks."""

from typing import Any

from unleak.lsp.document import Change, Document
from unleak.lsp.features.feature import Feature


class Status(Feature):
    """Told when it changes, not before."""

    def __init__(self, session: Any) -> None:
        super().__init__(session)
        self._told: dict[str, Any] = {}
        self._offline = self._trouble = ""
        self._counts: dict[str, int] = {}
        self._working: dict[str, str] = {}

    def ready(self) -> None:
        """The conversation has begun."""
        self._tell()

    def opened(self, document: Document) -> None:
        """Count."""
        self._count(document)

    def changed(self, document: Document, change: Change) -> None:
        """Count."""
        self._count(document)

    def scanned(self, document: Document) -> None:
        """Count."""
        self._count(document)

    def closed(self, uri: str) -> None:
        """Count."""
        self._counts.pop(uri, None)
        self._tell()

    def refreshed(self) -> None:
        """Count all."""
        for document in self.session.documents.values():
            self._counts[document.uri] = len(self.session.visible(document))
        self._tell()

    def leaks_changed(self, fingerprints: frozenset[str]) -> None:
        """The list of leaks is old."""
        self.session.server.protocol.send_plain(
            "unleak/leaksChanged", {"revision": self.session.revision}
        )
        self.refreshed()

    def engine_there(self) -> None:
        """Ready."""
        self._offline = ""
        self._tell()

    def engine_gone(self, reason: str) -> None:
        """Offline; findings go on."""
        self._offline = reason
        self._tell()

    def trouble(self, reason: str) -> None:
        """No completions."""
        self._trouble = reason
        self._tell()

    def job_moved(self, id: str, message: str) -> None:
        """A job of this client works; or is over, with an empty message."""
        if message:
            self._working[id] = message
        else:
            self._working.pop(id, None)
        self._tell()

    def _count(self, document: Document) -> None:
        self._counts[document.uri] = len(self.session.visible(document))
        self._tell()

    def _tell(self) -> None:
        state, message = "ready", ""
        if self._working:
            state, message = "working", next(iter(self._working.values()))
        elif self._trouble:
            state, message = "error", self._trouble
        elif self._offline:
            state, message = "offline", self._offline
        told = {"state": state, "message": message, "flagged": sum(self._counts.values())}
        if told != self._told:
            self._told = told
            self.session.server.protocol.send_plain("unleak/status", told)
