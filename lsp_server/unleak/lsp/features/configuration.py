"""Settings and configuration files, live."""

from typing import Any, Final

from unleak.lsp.features.feature import Feature
from unleak.lsp.session import path_of
from unleak.lsp.wire import types

_FILES: Final = ("**/unleak.toml", "**/pyproject.toml")


class Configuration(Feature):
    """Pulled where the client answers `workspace/configuration`, else as it pushes them."""

    def __init__(self, session: Any) -> None:
        super().__init__(session)
        answer = session.server.answer
        answer(types.INITIALIZED, self._initialized)
        answer(types.WORKSPACE_DID_CHANGE_CONFIGURATION, self._changed)
        answer(types.WORKSPACE_DID_CHANGE_WATCHED_FILES, self._files)
        answer(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS, self._folders)
        answer(types.TEXT_DOCUMENT_DID_SAVE, self._saved, types.SaveOptions(include_text=False))

    def _initialized(self, params: types.InitializedParams) -> None:
        for problem in self.session.settings.problems:
            self.session.warn(problem)
        self._register()
        self._pull()
        self.session.each("ready")

    def _register(self) -> None:
        """Ask for what a client only sends when it is asked for."""
        workspace = self.session.capabilities.workspace
        wanted = []
        if _dynamic(workspace and workspace.did_change_configuration):
            wanted.append(
                types.Registration(
                    "unleak-settings", types.WORKSPACE_DID_CHANGE_CONFIGURATION,
                    {"section": "unleak"},
                )
            )  # fmt: skip
        if _dynamic(workspace and workspace.did_change_watched_files):
            watchers = [{"globPattern": pattern} for pattern in _FILES]
            wanted.append(
                types.Registration(
                    "unleak-files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES,
                    {"watchers": watchers},
                )
            )  # fmt: skip
        if wanted:
            self.session.server.client_register_capability(types.RegistrationParams(wanted))

    def _pull(self) -> bool:
        workspace = self.session.capabilities.workspace
        if not (workspace and workspace.configuration):
            return False

        async def pulled() -> None:
            items = types.ConfigurationParams([types.ConfigurationItem(section="unleak")])
            answer = await self.session.server.workspace_configuration_async(items)
            if answer and answer[0] is not None:
                self.session.configure(answer[0])

        self.session.run(pulled(), "the client's settings")
        return True

    def _changed(self, params: types.DidChangeConfigurationParams) -> None:
        pushed = params.settings
        if isinstance(pushed, dict) and isinstance(pushed.get("unleak"), dict):
            self.session.configure(pushed["unleak"])
        elif not self._pull() and pushed is not None:
            self.session.configure(pushed)

    def _files(self, params: types.DidChangeWatchedFilesParams) -> None:
        self.session.rescan()

    def _folders(self, params: types.DidChangeWorkspaceFoldersParams) -> None:
        gone = {folder.uri for folder in params.event.removed}
        kept = [folder for folder in self.session.folders if folder.as_uri() not in gone]
        added = [path for path in (path_of(f.uri) for f in params.event.added) if path]
        self.session.folders = [*kept, *added]
        self.session.rescan()

    def _saved(self, params: types.DidSaveTextDocumentParams) -> None:
        document = self.session.documents.get(params.text_document.uri)
        if document is None:
            return
        if document.path and document.path.name in ("unleak.toml", "pyproject.toml"):
            self.session.rescan()
        self.session.each("saved", document)


def _dynamic(capability: Any) -> bool:
    return bool(capability and capability.dynamic_registration)
