"""Commands that are work for the engine: confirm, erase, gate; each with progress and a cancel."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from unleak.core.states import Origin, Verdict
from unleak.lsp.arguments import only, optional, text, texts
from unleak.lsp.features.feature import Feature
from unleak.lsp.features.leaks import refresh
from unleak.lsp.protocol import RefusedError
from unleak.lsp.wire import types
from unleak.service.contract import AsyncEngine, Job, LeakView

_TITLES = {"confirm": "Asking the model", "erase": "Erasing", "gate": "Testing the model"}


class Jobs(Feature):
    """unleak.confirm, unleak.erase, unleak.gate, unleak.cancel."""

    def __init__(self, session: Any) -> None:
        super().__init__(session)
        session.command("unleak.confirm", self._confirm)
        session.command("unleak.erase", self._erase)
        session.command("unleak.gate", self._gate)
        session.command("unleak.cancel", self._cancel)

    async def _confirm(self, argument: dict[str, Any]) -> dict[str, Any]:
        name = "unleak.confirm"
        only(argument, ("leak", "model", "uri", "fingerprint", "workDoneToken"), name)
        leak = optional(argument, "leak", name) or await self._sighted(argument, name)
        engine = await self.session.link.engine()
        model = self._model(optional(argument, "model", name), [leak])
        job = await engine.confirm([leak], model=model)
        return await self._follow(engine, job, argument)

    async def _sighted(self, argument: dict[str, Any], name: str) -> str:
        """The leak of a finding that the engine has not been told of yet."""
        document = self.session.document(text(argument, "uri", name))
        finding = document.find(text(argument, "fingerprint", name))
        if finding is None:
            raise RefusedError("this finding does not stand in the document any more")
        if finding.fingerprint in document.echoes:
            raise RefusedError("this is an echo of your own text: there is nothing to confirm")
        origin = document.origins.get(finding.fingerprint, Origin.UNKNOWN)
        sighting = self.session.sighting(document, finding, origin)
        view: LeakView = await self.session.link.sight_now(sighting)
        return view.id

    async def _erase(self, argument: dict[str, Any]) -> dict[str, Any]:
        name = "unleak.erase"
        only(argument, ("leaks", "model", "out", "method", "verify", "workDoneToken"), name)
        leaks = texts(argument, "leaks", name)
        engine = await self.session.link.engine()
        for leak in leaks:
            await self._refuse_echo(engine, leak)
        job = await engine.erase(
            leaks,
            model=self._model(optional(argument, "model", name), leaks),
            out=optional(argument, "out", name),
            method=optional(argument, "method", name) or "auto",
            verify=optional(argument, "verify", name) or "standard",
        )
        return await self._follow(engine, job, argument)

    async def _refuse_echo(self, engine: AsyncEngine, leak: str) -> None:
        """An echo is the user's own text: no model remembers it.

        Raises:
            RefusedError: the leak is one.
        """
        known = await engine.leak(leak)
        own = any(
            known.get("fingerprint") in document.echoes
            for document in self.session.documents.values()
        )
        memorised = known.get("verdict") == Verdict.MEMORISED
        if known.get("verdict") == Verdict.ECHOED or (own and not memorised):
            raise RefusedError(
                f"leak {leak} is an echo of your own text: there is nothing to erase; take it "
                "out of the file"
            )

    async def _gate(self, argument: dict[str, Any]) -> dict[str, Any]:
        name = "unleak.gate"
        only(argument, ("model", "suite", "workDoneToken"), name)
        suite = text(argument, "suite", name)
        engine = await self.session.link.engine()
        model = self._model(optional(argument, "model", name), []) or await _current(engine)
        job = await engine.gate(model=model, suite=suite)
        return await self._follow(engine, job, argument)

    async def _cancel(self, argument: dict[str, Any]) -> dict[str, Any]:
        only(argument, ("job",), "unleak.cancel")
        engine = await self.session.link.engine()
        return (await engine.cancel(text(argument, "job", "unleak.cancel"))).as_json()

    def _model(self, given: str | None, leaks: list[str]) -> str | None:
        """The folder that the settings give for a model's name; None leaves it to the engine."""
        folders = self.session.settings["models"]
        if given is not None:
            return str(folders.get(given, given))
        names = set()
        for leak in leaks:
            view = self.session.link.by_id(leak)
            names.add(view.model_name if view else "")
        name = names.pop() if len(names) == 1 else ""
        return str(folders[name]) if name in folders else None

    async def _follow(
        self, engine: AsyncEngine, job: Job, argument: dict[str, Any]
    ) -> dict[str, Any]:
        progress = await Progress.begin(self.session, job, argument.get("workDoneToken"))

        async def stop() -> None:
            await engine.cancel(job.id)

        def cancel() -> None:
            self.session.run(stop(), "a cancel")

        progress.on_cancel(cancel)
        self.session.each("job_moved", job.id, _line(job))
        try:
            done = await engine.wait(job.id, progress=self._moved(progress))
        except asyncio.CancelledError:
            cancel()  # the request was cancelled: nobody waits for the job any more
            raise
        finally:
            progress.end()
            self.session.each("job_moved", job.id, "")
        await refresh(self.session, list(done.leaks))
        return done.as_json()

    def _moved(self, progress: "Progress") -> Callable[[Job], None]:
        def moved(job: Job) -> None:
            progress.report(job)
            self.session.each("job_moved", job.id, _line(job))

        return moved


class Progress:
    """A work-done progress: the client's token, or one of our own where it takes them."""

    def __init__(self, session: Any, token: int | str | None) -> None:
        self._session = session
        self._token = token

    @classmethod
    async def begin(cls, session: Any, job: Job, token: int | str | None) -> "Progress":
        """Start to tell of a job."""
        window = session.capabilities.window
        if token is None and window and window.work_done_progress:
            token = f"unleak-{uuid4().hex[:12]}"
            await session.server.window_work_done_progress_create_async(
                types.WorkDoneProgressCreateParams(token)
            )
        progress = cls(session, token)
        begun = {"title": _TITLES.get(job.kind, str(job.kind)), "cancellable": True}
        progress._tell({"kind": "begin", "percentage": 0, **begun})
        return progress

    def on_cancel(self, cancel: Callable[[], None]) -> None:
        """What happens when the client cancels it."""
        if self._token is not None:
            self._session.cancels[self._token] = cancel

    def report(self, job: Job) -> None:
        """Where the job stands."""
        percentage = round(100 * min(1.0, max(0.0, job.done)))
        self._tell({"kind": "report", "message": _line(job), "percentage": percentage})

    def end(self) -> None:
        """It is over."""
        if self._token is not None:
            self._session.cancels.pop(self._token, None)
        self._tell({"kind": "end"})

    def _tell(self, value: dict[str, Any]) -> None:
        if self._token is not None:
            self._session.server.protocol.send_plain(
                "$/progress", {"token": self._token, "value": value}
            )


def _line(job: Job) -> str:
    return job.message or job.stage or str(job.state)


async def _current(engine: AsyncEngine) -> str:
    """The registry's current model.

    Raises:
        RefusedError: there is none, or several.
    """
    current = [m for m in await engine.models() if m.get("current")]
    if len(current) != 1:
        raise RefusedError("unleak.gate: say which model")
    return str(current[0].get("path") or current[0].get("name"))
