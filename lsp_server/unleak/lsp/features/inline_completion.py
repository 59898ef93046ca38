"""Ghost text: completions of the configured backend, scanned before they are shown."""

import asyncio
from collections import OrderedDict
from typing import Any, Final

from unleak.core.errors import UnleakError
from unleak.core.states import Origin
from unleak.lsp.completion.backend import Backend, Proposal, backend_of
from unleak.lsp.completion.screening import Screened, screen
from unleak.lsp.document import Change, Document
from unleak.lsp.environment import language_of
from unleak.lsp.features.feature import Feature
from unleak.lsp.findings_json import range_json
from unleak.lsp.wire import types
from unleak.service.contract import Sighting

_PREFIX: Final = 8_000  # characters before the cursor
_SUFFIX: Final = 2_000
_SCANNED: Final = 2_000  # characters of the prefix that are scanned with a completion
_CACHED: Final = 64

# Where a secret came from that a model gave first: repeating it is no echo of the user's text.
_FROM_A_MODEL: Final = (Origin.COMPLETION, Origin.ACCEPTED)
_Key = tuple[str, str, str]


class InlineCompletion(Feature):
    """Debounced, cancellable, cached. A secret that was asked along is an echo, and stays."""

    def __init__(self, session: Any) -> None:
        super().__init__(session)
        self._backend: Backend | None = None
        self._cache: OrderedDict[_Key, Proposal] = OrderedDict()
        self._latest: dict[str, asyncio.Event] = {}  # set once a newer request has come
        self._shown: dict[str, str] = {}
        session.server.answer(
            types.TEXT_DOCUMENT_INLINE_COMPLETION, self._completed, types.InlineCompletionOptions()
        )

    async def _completed(self, params: types.InlineCompletionParams) -> dict[str, Any]:
        nothing: dict[str, Any] = {"items": []}
        document = self.session.documents.get(params.text_document.uri)
        backend = self._chosen()
        if document is None or backend is None:
            return nothing
        version = document.version
        offset = document.offset(params.position)
        prefix, suffix = document.before(offset, _PREFIX), document.behind(offset, _SUFFIX)
        proposal = self._cached(backend, prefix, suffix)
        if proposal is None:
            automatic = params.context.trigger_kind == types.InlineCompletionTriggerKind.Automatic
            if automatic and not await self._rested(document.uri):
                return nothing
            proposal = await self._proposal(backend, prefix, suffix)
        if proposal is None or document.version != version or not proposal.text.strip():
            return nothing
        screened = self._screened(document, prefix, proposal.text)
        self._note(document, backend, prefix, proposal, screened)
        if not screened.text:
            return nothing
        self._shown[document.uri] = screened.text
        command = {
            "title": "Accepted",
            "command": "unleak.accepted",
            "arguments": [{"uri": document.uri, "version": version}],
        }
        where = range_json(types.Range(params.position, params.position))
        return {"items": [{"insertText": screened.text, "range": where, "command": command}]}

    def _chosen(self) -> Backend | None:
        if self._backend is None:
            try:
                self._backend = backend_of(self.session.settings)
            except UnleakError as error:
                self.session.warn(str(error))
            if self._backend is not None:
                self.session.completion_model = self._backend.model
        return self._backend

    async def _rested(self, uri: str) -> bool:
        """Wait as long as the debounce says; False if a newer request came in the meantime."""
        before = self._latest.get(uri)
        if before is not None:
            before.set()
        newer = self._latest[uri] = asyncio.Event()
        try:
            await asyncio.wait_for(
                newer.wait(), self.session.settings["completion.debounce"] / 1000
            )
        except TimeoutError:
            return True
        return False

    async def _proposal(self, backend: Backend, prefix: str, suffix: str) -> Proposal | None:
        try:
            proposal = await backend.complete(
                prefix, suffix, self.session.settings["completion.maxTokens"]
            )
        except UnleakError as error:
            self.session.each("trouble", str(error))
            return None
        self.session.each("trouble", "")
        self._cache[backend.model, prefix, suffix] = proposal
        while len(self._cache) > _CACHED:
            self._cache.popitem(last=False)
        return proposal

    def _cached(self, backend: Backend, prefix: str, suffix: str) -> Proposal | None:
        """The same request's answer, or what is left of one whose beginning was typed since."""
        exact = self._cache.get((backend.model, prefix, suffix))
        if exact is not None:
            return exact
        for (model, before, behind), proposal in reversed(self._cache.items()):
            grown = len(prefix) > len(before) and prefix.startswith(before)
            typed = prefix[len(before) :] if grown else ""
            same = model == backend.model and behind == suffix
            if same and typed and proposal.text.startswith(typed) and proposal.text != typed:
                return Proposal(proposal.text[len(typed) :], proposal.logprob)
        return None

    def _screened(self, document: Document, prefix: str, text: str) -> Screened:
        known = [document.text]  # prefix, suffix, and whatever else a backend may have seen
        return screen(
            document.scanner, prefix[-_SCANNED:], text, known,
            self.session.settings["completion.onSecret"],
            language_of(document.language, document.uri),
        )  # fmt: skip

    def _note(
        self, document: Document, backend: Backend, prefix: str, proposal: Proposal,
        screened: Screened,
    ) -> None:  # fmt: skip
        """Label echoes, and tell the engine of the rest."""
        document.echoes |= {
            finding.fingerprint
            for finding in screened.echoes
            if document.origins.get(finding.fingerprint) not in _FROM_A_MODEL
        }
        scanned = prefix[-_SCANNED:]
        seen = []
        for finding in screened.new:
            if finding.fingerprint in self.session.sighted:
                continue
            self.session.sighted.add(finding.fingerprint)
            document.models[finding.fingerprint] = backend.model
            document.origins[finding.fingerprint] = Origin.COMPLETION
            before = (scanned + proposal.text)[: finding.start]
            seen.append(
                Sighting(
                    finding.secret,
                    before[-_SCANNED:],
                    finding.rule,
                    backend.model,
                    Origin.COMPLETION,
                    hint=proposal.logprob,
                    client=self.session.client,
                )
            )
        if seen:
            self.session.link.see(seen)

    def taken(self, uri: str) -> str:
        """What was shown last in a document, and was accepted now."""
        return self._shown.pop(uri, "")

    def changed(self, document: Document, change: Change) -> None:
        """A secret whose every place has gone is no echo any more."""
        if document.echoes:
            document.echoes &= {finding.fingerprint for finding in document.findings}

    def closed(self, uri: str) -> None:
        """Forget it."""
        self._shown.pop(uri, None)
        self._latest.pop(uri, None)

    def configured(self) -> None:
        """Another backend, perhaps."""
        backend, self._backend = self._backend, None
        self._cache.clear()
        if backend is not None:
            self.session.run(backend.close(), "a completion backend")
