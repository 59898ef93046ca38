"""unleak.accepted: the last change was a completion that the user accepted."""

from typing import Any

from unleak.core.states import Origin
from unleak.lsp.arguments import only, text, whole
from unleak.lsp.document import Change, Document
from unleak.lsp.features.feature import Feature


class Accepted(Feature):
    """A label, no guess: without this command a change stays typed or unknown.

    It may come before its change or behind it: ghost text calls it with the version it was shown
    for, an accept key with the version it made.
    """

    def __init__(self, session: Any) -> None:
        super().__init__(session)
        self._awaited: set[str] = set()  # documents whose next change it is
        session.command("unleak.accepted", self._accepted)

    async def _accepted(self, argument: dict[str, Any]) -> None:
        name = "unleak.accepted"
        only(argument, ("uri", "version", "text"), name)
        document = self.session.document(text(argument, "uri", name))
        version = whole(argument, "version", name)
        given = argument.get("text")
        shown = self.session.taken(document.uri)
        wanted = given if isinstance(given, str) else shown
        change = _that_brought(document, wanted)
        if change is None and (not shown or isinstance(given, str)):
            change = _of_version(document, version)
        if change is None:
            self._awaited.add(document.uri)
        else:
            self._label(document, change)

    def changed(self, document: Document, change: Change) -> None:
        """The change that a command before it was about."""
        if document.uri in self._awaited:
            self._awaited.discard(document.uri)
            self._label(document, change)

    def closed(self, uri: str) -> None:
        """Forget."""
        self._awaited.discard(uri)

    def _label(self, document: Document, change: Change) -> None:
        own = change.new - document.echoes
        for finding in document.findings:
            # What stood in the text before is repeated, not remembered.
            if finding.fingerprint in own:
                document.origins[finding.fingerprint] = Origin.ACCEPTED
        self.session.learn_origin(document, change)


def _that_brought(document: Document, text: str) -> Change | None:
    """The last change that put a text in."""
    wanted = text.replace("\r\n", "\n")
    if not wanted:
        return None
    return next(
        (c for c in reversed(document.changes) if c.inserted.replace("\r\n", "\n") == wanted), None
    )


def _of_version(document: Document, version: int) -> Change | None:
    """The change that made a version, or the first one behind it."""
    return next((c for c in document.changes if c.version >= version), None)
