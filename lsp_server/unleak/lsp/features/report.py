"""unleak.report: a leak or a job as a page and as JSON."""

from typing import Any

from unleak.lsp.arguments import only, optional
from unleak.lsp.features.feature import Feature
from unleak.lsp.protocol import RefusedError
from unleak.lsp.report_page import page


class Report(Feature):
    """The page has no script, so that any view may show it."""

    def __init__(self, session: Any) -> None:
        super().__init__(session)
        session.command("unleak.report", self._report)

    async def _report(self, argument: dict[str, Any]) -> dict[str, Any]:
        name = "unleak.report"
        only(argument, ("leak", "job"), name)
        leak, job = optional(argument, "leak", name), optional(argument, "job", name)
        if (leak is None) == (job is None):
            raise RefusedError(f"{name} takes a leak or a job")
        engine = await self.session.link.engine()
        document: dict[str, Any] = {"schema": "unleak.report/1"}
        if leak is not None:
            document["leak"] = await engine.leak(leak)
        else:
            found = await engine.job(str(job))
            document["job"] = found.as_json()
            document["leaks"] = [await engine.leak(id) for id in found.leaks]
        return {"html": page(document), "json": document}
