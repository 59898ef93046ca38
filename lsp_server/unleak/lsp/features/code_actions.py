"""Quick fixes. What an edit costs to find out is found out when it is chosen."""

from typing import Any

from unleak.core.finding import Finding
from unleak.core.states import Verdict
from unleak.lsp.allowing import marker
from unleak.lsp.describe import ERASABLE, model_of, verdict_of
from unleak.lsp.document import Document
from unleak.lsp.environment import language_of, missing_import, replacement
from unleak.lsp.features.allow import config_edit
from unleak.lsp.features.feature import Feature
from unleak.lsp.findings_json import range_json
from unleak.lsp.protocol import RefusedError
from unleak.lsp.wire import types

REDACTED = "REDACTED"
_MOST = 20  # findings that one request offers fixes for
Json = dict[str, Any]


class CodeActions(Feature):
    """Environment variable, redact, allow; confirm, erase, dismiss."""

    def __init__(self, session: Any) -> None:
        super().__init__(session)
        options = types.CodeActionOptions([types.CodeActionKind.QuickFix], resolve_provider=True)
        session.server.answer(types.TEXT_DOCUMENT_CODE_ACTION, self._offered, options)
        session.server.answer(types.CODE_ACTION_RESOLVE, self._resolved)

    def _offered(self, params: types.CodeActionParams) -> list[Json]:
        document = self.session.documents.get(params.text_document.uri)
        only = params.context.only
        kinds = ("quickfix", "")
        if document is None or (
            only is not None and not any(str(getattr(k, "value", k)) in kinds for k in only)
        ):
            return []
        visible = self.session.visible(document)
        touched = [finding for finding in document.at(params.range) if finding in visible]
        actions = []
        for finding in touched[:_MOST]:
            shown = [d for d in params.context.diagnostics if _is_of(d, finding)]
            for action in self._of(document, finding):
                if shown:
                    action["diagnostics"] = [_as_it_came(self.session, d) for d in shown]
                actions.append(action if self._lazy else self._with_edit(action))
        return [action for action in actions if "edit" in action or "command" in action or
                self._lazy]  # fmt: skip

    @property
    def _lazy(self) -> bool:
        text = self.session.capabilities.text_document
        support = text and text.code_action and text.code_action.resolve_support
        return bool(support and "edit" in support.properties)

    def _with_edit(self, action: Json) -> Json:
        if "command" in action:
            return action
        try:
            return self._edited(action)
        except RefusedError:
            return action

    def _of(self, document: Document, finding: Finding) -> list[Json]:
        data = {
            "uri": document.uri,
            "version": document.version,
            "fingerprint": finding.fingerprint,
            "rule": finding.rule,
            "line": document.position(finding.start).line,
        }
        actions = []
        if found := self._variable(document, finding):
            title = f"Replace with the environment variable {found.name}"
            actions.append(_edit(title, {**data, "do": "environment"}, preferred=True))
        actions.append(_edit(f"Redact this {finding.kind}", {**data, "do": "redact"}))
        actions += self._about_the_leak(document, finding)
        language = language_of(document.language, document.uri)
        if marker(language, finding.rule) and not _several_lines(document, finding):
            actions.append(_edit("Allow here", {**data, "do": "here"}))
        if document.path:
            actions.append(_edit(f"Allow {finding.rule} in this file", {**data, "do": "file"}))
        if document.path or self.session.folders:
            actions.append(_edit("Allow this value in this project", {**data, "do": "project"}))
        return actions

    def _about_the_leak(self, document: Document, finding: Finding) -> list[Json]:
        view = self.session.view(finding.fingerprint)
        verdict = verdict_of(document, finding, view)
        if verdict == Verdict.ECHOED:
            return []  # nothing that a model remembers
        place = {"uri": document.uri, "fingerprint": finding.fingerprint}
        actions = []
        if verdict != Verdict.MEMORISED:
            argument = {"leak": view.id if view else None, **place}
            title = f"Ask the model whether it memorised this {finding.kind}"
            actions.append(_command(title, "unleak.confirm", argument))
        if view and verdict == Verdict.MEMORISED and view.state in ERASABLE:
            title = f"Erase this leak from {model_of(view)}"
            actions.append(_command(title, "unleak.erase", {"leaks": [view.id]}))
        if view and view.state in ERASABLE:
            actions.append(
                _command("Dismiss: this is no leak", "unleak.dismiss", {"leak": view.id})
            )
        return actions

    def _variable(self, document: Document, finding: Finding) -> Any:
        if _several_lines(document, finding):
            return None
        line = document.line_of(finding.start)
        start = finding.start - line.start
        language = language_of(document.language, document.uri)
        return replacement(
            language, line.text, start, start + finding.end - finding.start, finding.kind
        )

    def _resolved(self, action: types.CodeAction) -> Json:
        plain: Json = {"title": action.title, "kind": "quickfix", "data": action.data}
        return self._edited(plain)

    def _edited(self, action: Json) -> Json:
        data = action["data"]
        if not isinstance(data, dict):
            raise RefusedError("this action was not made here")
        document = self.session.document(str(data.get("uri")))
        finding = self._still_there(document, data)
        do = data.get("do")
        if do == "environment":
            edits = self._environment(document, finding)
        elif do == "redact":
            where = document.range(finding.start, finding.end)
            edits = [{"range": range_json(where), "newText": REDACTED}]
        elif do == "here":
            edits = [here_edit(document, finding)]
        elif do in ("file", "project"):
            return {**action, "edit": config_edit(self.session, document, finding, do)}
        else:
            raise RefusedError("this action is not known")
        change = {
            "textDocument": {"uri": document.uri, "version": document.version}, "edits": edits
        }  # fmt: skip
        if self.session.versioned_edits:
            return {**action, "edit": {"documentChanges": [change]}}
        return {**action, "edit": {"changes": {document.uri: edits}}}

    def _still_there(self, document: Document, data: Json) -> Finding:
        same = [f for f in document.findings if f.fingerprint == data.get("fingerprint")]
        line = data.get("line")
        finding = next((f for f in same if document.position(f.start).line == line), None)
        if finding is None and document.version != data.get("version"):
            finding = next(iter(same), None)
        if finding is None:
            raise RefusedError("the document has changed: it does not stand there any more")
        return finding

    def _environment(self, document: Document, finding: Finding) -> list[Json]:
        found = self._variable(document, finding)
        if found is None:
            raise RefusedError("the document has changed: there is no text to replace any more")
        first = document.line_of(finding.start).start
        where = document.range(first + found.start, first + found.end)
        edits = [{"range": range_json(where), "newText": found.text}]
        language = language_of(document.language, document.uri)
        missing = missing_import(language, found.needs, document.lines)
        if missing:
            line, text = missing
            position = types.Position(line, 0)
            if line >= len(document.lines):
                text = f"\n{text}"
            edits.append({"range": range_json(types.Range(position, position)), "newText": text})
        return edits


def here_edit(document: Document, finding: Finding) -> Json:
    """The comment at the end of a finding's line.

    Raises:
        RefusedError: none can stand there.
    """
    language = language_of(document.language, document.uri)
    text = marker(language, finding.rule)
    if not text:
        raise RefusedError(f"{language or 'this language'} has no comment at the end of a line")
    line = document.line_of(finding.end)
    end = line.start + len(line.text)
    return {"range": range_json(document.range(end, end)), "newText": text}


def _several_lines(document: Document, finding: Finding) -> bool:
    return document.position(finding.start).line != document.position(finding.end).line


def _edit(title: str, data: Json, *, preferred: bool = False) -> Json:
    action: Json = {"title": title, "kind": "quickfix", "data": data}
    return {**action, "isPreferred": True} if preferred else action


def _command(title: str, name: str, argument: Json) -> Json:
    command = {"title": title, "command": name, "arguments": [argument]}
    return {"title": title, "kind": "quickfix", "command": command}


def _is_of(diagnostic: types.Diagnostic, finding: Finding) -> bool:
    data = diagnostic.data
    return isinstance(data, dict) and data.get("fingerprint") == finding.fingerprint


def _as_it_came(session: Any, diagnostic: types.Diagnostic) -> Any:
    return session.server.protocol._converter.unstructure(diagnostic)
