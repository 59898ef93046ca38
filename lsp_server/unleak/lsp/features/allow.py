"""unleak.allow: the same edits as the quick fixes, applied by the server."""

from typing import Any, Literal

from unleak.core.finding import Finding
from unleak.lsp.allowing import in_config
from unleak.lsp.arguments import text, whole
from unleak.lsp.document import Document
from unleak.lsp.features.feature import Feature
from unleak.lsp.protocol import RefusedError
from unleak.lsp.wire import types


class Allow(Feature):
    """Here, in the file, in the project."""

    def __init__(self, session: Any) -> None:
        super().__init__(session)
        session.command("unleak.allow", self._allow)

    async def _allow(self, argument: dict[str, Any]) -> dict[str, bool]:
        from unleak.lsp.features.code_actions import here_edit

        name = "unleak.allow"
        document = self.session.document(text(argument, "uri", name))
        fingerprint = text(argument, "fingerprint", name)
        line = whole(argument, "line", name)
        scope = text(argument, "scope", name, ("here", "file", "project"))
        same = [f for f in document.findings if f.fingerprint == fingerprint]
        finding = next((f for f in same if document.position(f.start).line == line), None)
        finding = finding or next(iter(same), None)
        if finding is None:
            raise RefusedError("this finding does not stand in the document any more")
        if scope == "here":
            edit: dict[str, Any] = {"changes": {document.uri: [here_edit(document, finding)]}}
        else:
            chosen: Literal["file", "project"] = "file" if scope == "file" else "project"
            edit = config_edit(self.session, document, finding, chosen)
        converter = self.session.server.protocol._converter
        structured = converter.structure(edit, types.WorkspaceEdit)
        answer = await self.session.server.workspace_apply_edit_async(
            types.ApplyWorkspaceEditParams(structured, label="Allow")
        )
        if scope != "here":
            self.session.rescan()
        return {"applied": bool(answer.applied)}


def config_edit(
    session: Any,
    document: Document,
    finding: Finding,
    scope: Literal["file", "project"],
) -> dict[str, Any]:
    """The edit of a configuration file, as a workspace edit.

    Raises:
        RefusedError: there is none to edit, or not safely.
    """
    edit = in_config(
        scope,
        rule=finding.rule,
        fingerprint=finding.fingerprint,
        path=document.path,
        folders=session.folders,
    )
    uri = edit.path.as_uri()
    opened = session.documents.get(uri)
    before = opened.text if opened else edit.before
    if before != edit.before:
        raise RefusedError(f"{edit.path} has changes that are not saved: save it first")
    end = before.count("\n")
    whole_text = {"start": {"line": 0, "character": 0}, "end": {"line": end + 1, "character": 0}}
    change = {"range": whole_text, "newText": edit.text}
    if not session.versioned_edits:
        if edit.made:
            raise RefusedError(f"the editor makes no files: make {edit.path} first")
        return {"changes": {uri: [change]}}
    changes: list[dict[str, Any]] = []
    if edit.made:
        changes.append({"kind": "create", "uri": uri, "options": {"ignoreIfExists": True}})
    version = opened.version if opened else None
    changes.append({"textDocument": {"uri": uri, "version": version}, "edits": [change]})
    return {"documentChanges": changes}
