"""Commands about leaks as the engine keeps them: list, dismiss, models."""

from dataclasses import fields
from typing import Any

from unleak.lsp.arguments import only, text
from unleak.lsp.features.feature import Feature
from unleak.service.contract import LeakView


class Leaks(Feature):
    """unleak.leaks, unleak.dismiss, unleak.models."""

    def __init__(self, session: Any) -> None:
        super().__init__(session)
        session.command("unleak.leaks", self._leaks)
        session.command("unleak.dismiss", self._dismiss)
        session.command("unleak.models", self._models)

    async def _leaks(self, argument: dict[str, Any]) -> list[dict[str, Any]]:
        only(argument, (), "unleak.leaks")
        engine = await self.session.link.engine()
        return [view.as_json() for view in await engine.leaks()]

    async def _dismiss(self, argument: dict[str, Any]) -> dict[str, Any]:
        only(argument, ("leak",), "unleak.dismiss")
        engine = await self.session.link.engine()
        view = await engine.dismiss(text(argument, "leak", "unleak.dismiss"))
        self.session.link.learn(view.as_json())
        return view.as_json()

    async def _models(self, argument: dict[str, Any]) -> list[dict[str, Any]]:
        only(argument, (), "unleak.models")
        engine = await self.session.link.engine()
        known = await engine.models()
        named = {entry.get("name") for entry in known}
        own = [
            {"digest": "", "name": name, "path": path, "parent": None, "current": False}
            for name, path in self.session.settings["models"].items()
            if name not in named
        ]
        return [*known, *own]


async def refresh(session: Any, ids: list[str]) -> None:
    """Take over what the engine now says of some leaks."""
    engine = await session.link.engine()
    names = {field.name for field in fields(LeakView)}
    for id in ids:
        leak = await engine.leak(id)
        session.link.learn({name: leak[name] for name in names if name in leak})
