"""What features share: documents, settings, scanners, the way to the engine."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pygls.uris import to_fs_path

from unleak.core.finding import ALERT_SCORE, Finding
from unleak.core.keys import load_key
from unleak.core.secret import Fingerprinter
from unleak.core.states import Origin
from unleak.lsp.document import Change, Document
from unleak.lsp.engine_link import Connect, EngineLink, shown
from unleak.lsp.positions import UTF8, UTF16, UTF32
from unleak.lsp.protocol import RefusedError, refusal
from unleak.lsp.scanners import Scanners
from unleak.lsp.settings import Settings, read
from unleak.lsp.wire import types
from unleak.service.contract import AsyncEngine, LeakView, Sighting

if TYPE_CHECKING:
    from unleak.lsp.features.feature import Feature
    from unleak.lsp.server import Server

Command = Callable[[dict[str, Any]], Awaitable[Any]]


class Session:
    """One client's conversation."""

    def __init__(self, server: "Server", connect: Connect | None) -> None:
        self.server = server
        self.documents: dict[str, Document] = {}
        self.settings = Settings()
        self.capabilities = types.ClientCapabilities()
        self.encoding = UTF16
        self.client = ""
        self.folders: list[Path] = []
        self.features: list[Feature] = []
        self.commands: dict[str, Command] = {}
        self.completion_model = ""  # of the backend in use
        self.sighted: set[str] = set()  # fingerprints that the engine was told of
        self.cancels: dict[int | str, Callable[[], None]] = {}
        self._connect = connect or self._real_engine
        self._fingerprinter: Fingerprinter | None = None
        self._scanners: Scanners | None = None
        self._link: EngineLink | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._told: set[str] = set()
        server.answer(types.INITIALIZE, self._initialize)

    # --- features

    def add(self, feature: "Feature") -> None:
        """Take in a feature."""
        self.features.append(feature)

    def command(self, name: str, handler: Command) -> None:
        """Register a command."""
        self.commands[name] = handler

        async def listed(argument: dict[str, Any]) -> Any:
            return await handler(argument)

        self.server.command(name)(listed)  # for the list that the client is given

    def each(self, hook: str, *arguments: Any) -> None:
        """Call a hook of every feature; one that fails does not keep the others from it."""
        for feature in self.features:
            try:
                getattr(feature, hook)(*arguments)
            except Exception as error:
                self.server.failed(f"{type(feature).__name__}.{hook}", error)

    def run(self, work: Coroutine[Any, Any, Any], what: str) -> "asyncio.Task[Any]":
        """Do something in the background; a failure is logged."""

        async def guarded() -> None:
            try:
                await work
            except Exception as error:
                self.server.failed(what, error)

        task = asyncio.create_task(guarded())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    # --- the conversation

    def _initialize(self, params: types.InitializeParams) -> None:
        self.capabilities = params.capabilities
        self.encoding = _encoding(params.capabilities)
        self.client = params.client_info.name if params.client_info else ""
        self.settings = read(params.initialization_options)
        roots = [folder.uri for folder in params.workspace_folders or ()]
        if not roots and params.root_uri:
            roots = [params.root_uri]
        self.folders = [path for path in map(path_of, roots) if path]
        self.each("initialize", params)

    async def end(self) -> None:
        """Let go of everything."""
        for task in list(self._tasks):
            task.cancel()
        if self._link is not None:
            await self._link.close()

    @property
    def scanners(self) -> Scanners:
        """Scanners with the engine's key, or this machine's until an engine has told its own."""
        if self._scanners is None:
            if self._fingerprinter is None:
                self._fingerprinter = load_key().fingerprinter
            self._scanners = Scanners(self._fingerprinter)
        return self._scanners

    @property
    def link(self) -> EngineLink:
        """The way to the engine."""
        if self._link is None:
            self._link = EngineLink(self._connect, self)
            self._link.start()
        return self._link

    # --- documents

    def open(self, item: types.TextDocumentItem) -> None:
        """A client opened a document."""
        path = path_of(item.uri)
        scanner, missing = self.scanners.now(self._place(path), self.folders)
        document = Document(item, scanner, self.encoding, path=path, limit=self._limit)
        self.documents[item.uri] = document
        self.each("opened", document)
        if missing is not None:
            self.run(self._read_config(missing), "a configuration file")

    def change(
        self,
        uri: str,
        version: int,
        changes: Sequence[types.TextDocumentContentChangeEvent],
    ) -> None:
        """A client changed a document. An older version than the one at hand comes too late."""
        document = self.documents.get(uri)
        if document is None:
            self.server.log(types.MessageType.Warning, "a change of a document that is not open")
            return
        if version < document.version:
            self.server.log(
                types.MessageType.Warning,
                f"version {version} came after {document.version} and was left out",
            )
            return
        self.each("changed", document, document.change(changes, version))

    def close(self, uri: str) -> None:
        """A client closed a document."""
        if self.documents.pop(uri, None) is not None:
            self.each("closed", uri)

    def document(self, uri: str) -> Document:
        """An open document.

        Raises:
            RefusedError: it is not open.
        """
        document = self.documents.get(uri)
        if document is None:
            raise RefusedError("the document is not open")
        return document

    def _place(self, path: Path | None) -> Path | None:
        """Where a document's configuration is looked for; of one without a file, the first root."""
        return path or (self.folders[0] if self.folders else None)

    @property
    def _limit(self) -> int:
        return int(self.settings["scan.maxFileSize"])

    async def _read_config(self, file: Path) -> None:
        for problem in await self.scanners.read(file):
            self.warn(problem)
        self.rescan()

    def warn(self, problem: str) -> None:
        """Tell the user of a problem, once."""
        if problem not in self._told:
            self._told.add(problem)
            self.server.show(types.MessageType.Warning, f"unleak: {problem}")

    def rescan(self) -> None:
        """Scan every open document again with what holds now."""
        unread = set()
        for document in self.documents.values():
            scanner, missing = self.scanners.now(self._place(document.path), self.folders)
            if missing is not None:
                unread.add(missing)
            document.rescan(scanner, self._limit)
        for file in unread:
            self.run(self._read_config(file), "a configuration file")
        self.each("refreshed")

    # --- settings

    def configure(self, section: object) -> None:
        """Take over the client's settings."""
        before, self.settings = self.settings, read(section)
        for problem in self.settings.problems:
            self.warn(problem)
        if self._link and any(
            before[n] != self.settings[n] for n in ("engine.url", "engine.token")
        ):
            self.run(self._link.reconnect(self._connect), "the engine")
        self.each("configured")
        self.rescan()

    # --- findings

    def visible(self, document: Document) -> list[Finding]:
        """What is to be shown of a document's findings."""
        if not self.settings["diagnostics.enable"]:
            return []
        least = ALERT_SCORE if self.settings["diagnostics.minimum"] == "alert" else 0.0
        return [
            finding
            for finding in document.findings
            if finding.score >= least and shown(self.view(finding.fingerprint))
        ]

    def view(self, fingerprint: str) -> LeakView | None:
        """What the engine knows of a secret, as far as it was asked."""
        return self._link.view(fingerprint) if self._link else None

    @property
    def revision(self) -> int:
        """Grows with every change of what is known of leaks."""
        return self._link.revision if self._link else 0

    def look_up(self, fingerprints: Iterable[str]) -> None:
        """Ask the engine about secrets, without waiting for it."""
        found = list(fingerprints)
        if found:
            self.link.ask(found)

    @property
    def related_information(self) -> bool:
        """Whether the client shows other places beside a diagnostic."""
        text = self.capabilities.text_document
        if text and text.publish_diagnostics and text.publish_diagnostics.related_information:
            return True
        return bool(text and text.diagnostic and text.diagnostic.related_document_support)

    @property
    def versioned_edits(self) -> bool:
        """Whether the client takes edits that say which version they are for."""
        workspace = self.capabilities.workspace
        return bool(
            workspace and workspace.workspace_edit and workspace.workspace_edit.document_changes
        )

    def sighting(self, document: Document, finding: Finding, origin: Origin) -> Sighting:
        """What the engine is told of a finding."""
        return Sighting(
            finding.secret,
            document.before(finding.start, 2_000),
            finding.rule,
            document.models.get(finding.fingerprint, ""),
            origin,
            client=self.client,
        )

    def taken(self, uri: str) -> str:
        """The completion shown last in a document, now that it was accepted; "" if not ours."""
        texts = (feature.taken(uri) for feature in self.features)
        return next((text for text in texts if text), "")

    def learn_origin(self, document: Document, change: Change) -> None:
        """A change turned out to be a completion that was accepted: tell the engine."""
        seen = []
        for finding in document.findings:
            if finding.fingerprint in change.new and finding.fingerprint not in document.echoes:
                seen.append(self.sighting(document, finding, Origin.ACCEPTED))
        if seen:
            self.link.see(seen)
            self.each("refreshed")

    # --- commands

    async def execute(self, name: str, arguments: Sequence[Any] | None) -> Any:
        """Run a command with its one argument, an object.

        Raises:
            RefusedError: there is none of this name, the argument is wrong, or it failed.
        """
        handler = self.commands.get(name)
        if handler is None:
            raise RefusedError(f"there is no such command; there are {', '.join(self.commands)}")
        given = list(arguments or [{}])
        if len(given) != 1 or not isinstance(given[0], Mapping):
            raise RefusedError(f"{name} takes one object")
        try:
            return await handler(dict(given[0]))
        except Exception as error:
            raise refusal(error) from None

    def cancel_progress(self, token: int | str) -> None:
        """A client cancelled what it sees the progress of."""
        cancel = self.cancels.get(token)
        if cancel is not None:
            cancel()

    # --- what the link tells

    async def _real_engine(self) -> AsyncEngine:
        from unleak.service.client import aconnect  # brings httpx: only once it is needed

        url, token = self.settings["engine.url"], self.settings["engine.token"]
        return await aconnect(url or None, token=token or None)

    async def connected(self, engine: AsyncEngine) -> None:
        """Fingerprints are made with the engine's key from now on."""
        fingerprinter = await engine.fingerprinter()
        if self._fingerprinter is None or fingerprinter.id != self._fingerprinter.id:
            self._fingerprinter = fingerprinter
            self._scanners = Scanners(fingerprinter)
            self.rescan()
        self.each("engine_there")

    def disconnected(self, reason: str) -> None:
        """Everything local goes on."""
        self.each("engine_gone", reason)

    def leaks_changed(self, fingerprints: frozenset[str]) -> None:
        """What is shown of leaks is old now."""
        self.each("leaks_changed", fingerprints)

    def failed(self, what: str, error: BaseException) -> None:
        """Log it."""
        self.server.failed(what, error)


def path_of(uri: str) -> Path | None:
    """The file of a URI; None if it has none, as an untitled document."""
    try:
        path = to_fs_path(uri)
    except ValueError:
        return None
    return Path(path) if path else None


def _encoding(capabilities: types.ClientCapabilities) -> types.PositionEncodingKind:
    """The first that the client names and we know; as pygls chooses what it announces."""
    offered = (capabilities.general and capabilities.general.position_encodings) or ()
    known = {encoding.value: encoding for encoding in (UTF8, UTF16, UTF32)}
    for name in offered:
        value = getattr(name, "value", name)
        if value in known:
            return known[value]
    return UTF16
