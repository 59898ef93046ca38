"""Documents over the size limit: scanned as a whole when opened and saved, a slice at a time."""

import asyncio
import time
from typing import Any, Final

from unleak.detect.scanner import without_overlaps
from unleak.lsp.document import Document
from unleak.lsp.features.feature import Feature

_SLICE: Final = 0.003  # seconds; a keystroke elsewhere waits no longer


class LargeDocuments(Feature):
    """Between two scans only what stands around a change is scanned, see `Document`."""

    def __init__(self, session: Any) -> None:
        super().__init__(session)
        self._running: dict[str, asyncio.Task[Any]] = {}

    def opened(self, document: Document) -> None:
        """Scan it."""
        self._start(document)

    def saved(self, document: Document) -> None:
        """Scan it again."""
        self._start(document)

    def closed(self, uri: str) -> None:
        """Stop."""
        running = self._running.pop(uri, None)
        if running is not None:
            running.cancel()

    def refreshed(self) -> None:
        """With other rules, all is new; what is scanned already is not scanned twice."""
        for document in self.session.documents.values():
            if document.lazy and not document.findings:
                self._start(document)

    def _start(self, document: Document) -> None:
        if document.lazy:
            self.closed(document.uri)
            self._running[document.uri] = self.session.run(self._scan(document), "a large document")

    async def _scan(self, document: Document) -> None:
        text, version, scanner = document.text, document.version, document.scanner
        found = []
        until = time.monotonic() + _SLICE
        for line in scanner.each_line(text):
            found += scanner.scan_lines(text, [line])
            if time.monotonic() > until:
                await asyncio.sleep(0)
                until = time.monotonic() + _SLICE
        if document.take_findings(without_overlaps(found), version):
            self.session.each("scanned", document)
