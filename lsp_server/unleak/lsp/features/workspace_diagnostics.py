"""Diagnostics of files that are not open, for clients that pull them."""

import asyncio
from pathlib import Path
from typing import Any

from unleak.core.errors import UsageError
from unleak.lsp.document import Change, Document
from unleak.lsp.features.feature import Feature
from unleak.lsp.findings_json import diagnostics
from unleak.lsp.wire import types


class WorkspaceDiagnostics(Feature):
    """A request is answered once there is something new: clients ask again at once."""

    def __init__(self, session: Any) -> None:
        super().__init__(session)
        self._news = asyncio.Event()
        self._epoch = 0

    def initialize(self, params: types.InitializeParams) -> None:
        """Register with the pull of single documents: see `diagnostics`."""
        if types.TEXT_DOCUMENT_DIAGNOSTIC in self.session.server.protocol.fm.features:
            self.session.server.answer(types.WORKSPACE_DIAGNOSTIC, self._pulled)

    async def _pulled(self, params: types.WorkspaceDiagnosticParams) -> dict[str, Any]:
        known = {entry.uri: entry.value for entry in params.previous_result_ids}
        while True:
            self._news.clear()
            items = await self._reports(known)
            if items or not known:
                return {"items": items}
            await self._news.wait()

    async def _reports(self, known: dict[str, str]) -> list[dict[str, Any]]:
        reports = []
        seen = set()
        for folder in list(self.session.folders):
            for file in await asyncio.to_thread(_files, folder):
                uri = file.as_uri()
                seen.add(uri)
                if uri in self.session.documents:
                    continue  # it is pulled by itself
                id = f"{_stamp(file)}.{self.session.revision}.{self._epoch}"
                if known.get(uri) == id:
                    continue
                items = await self._file(file, uri)
                if items or uri in known:
                    reports.append(_report(uri, id, items))
        reports += [_report(uri, "gone", []) for uri in known if uri not in seen]
        return [r for r in reports if known.get(r["uri"]) != r["resultId"]]

    async def _file(self, file: Path, uri: str) -> list[dict[str, Any]]:
        scanner, missing = self.session.scanners.now(file, self.session.folders)
        if missing is not None:
            for problem in await self.session.scanners.read(missing):
                self.session.warn(problem)
            scanner, _ = self.session.scanners.now(file, self.session.folders)
        limit = int(self.session.settings["scan.maxFileSize"])

        def scanned() -> Document | None:
            from unleak.detect.files import read_text

            try:
                text = read_text(file) if file.stat().st_size <= limit else None
            except (OSError, UsageError):
                return None
            item = types.TextDocumentItem(uri, "", 0, text or "")
            encoding = self.session.encoding
            return Document(item, scanner, encoding, path=file, limit=limit) if text else None

        document = await asyncio.to_thread(scanned)
        return diagnostics(self.session, document) if document else []

    def _changed(self) -> None:
        self._epoch += 1
        self._news.set()

    def saved(self, document: Document) -> None:
        """Files have changed."""
        self._news.set()

    def closed(self, uri: str) -> None:
        """It is to be judged as a file again."""
        self._news.set()

    def opened(self, document: Document) -> None:
        """It is pulled by itself from now on."""

    def changed(self, document: Document, change: Change) -> None:
        """Of open documents nothing is told here."""

    def leaks_changed(self, fingerprints: frozenset[str]) -> None:
        """What was told may be old."""
        self._changed()

    def refreshed(self) -> None:
        """What was told may be old."""
        self._changed()


def _files(folder: Path) -> list[Path]:
    from unleak.detect.files import files_of  # slow to import

    try:
        return files_of(folder)[0]
    except UsageError:
        return []


def _stamp(file: Path) -> str:
    try:
        status = file.stat()
    except OSError:
        return "gone"
    return f"{status.st_mtime_ns}-{status.st_size}"


def _report(uri: str, id: str, items: list[dict[str, Any]]) -> dict[str, Any]:
    return {"kind": "full", "uri": uri, "version": None, "resultId": id, "items": items}
