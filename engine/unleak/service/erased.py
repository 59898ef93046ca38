"""What follows an erasure: ledger, registry, gate suite, certificate, serving side.

Each step may be done twice with the same outcome: a crash in between is followed by all of them.
"""

from pathlib import Path
from typing import Any, Final

from unleak.core.envelope import said_in
from unleak.core.keys import home
from unleak.core.states import LeakState
from unleak.ledger.ledger import Ledger
from unleak.ledger.records import SERVED
from unleak.probe.suite import Case, read, suite_digest, write
from unleak.service.hook import call_hook
from unleak.service.jobs import Entry
from unleak.service.registry import Registry
from unleak.service.settings import EngineSettings

SUITE: Final = "erased.unleak"


def suite_file() -> Path:
    """The encrypted suite that holds a case for every erased leak."""
    return home() / SUITE


class Erased:
    """Keeps what an erasure made."""

    def __init__(self, ledger: Ledger, registry: Registry, settings: EngineSettings) -> None:
        self._ledger = ledger
        self._registry = registry
        self._settings = settings

    def keep(self, entry: Entry, result: dict[str, Any]) -> tuple[dict[str, Any], str]:
        """Do all that follows; the job's result, and a sentence about the model.

        result: as `unleak.service.work.erase` gives it.
        """
        report, certificate, digest = result["report"], result["certificate"], result["digest"]
        verdicts = {one["id"]: one["verdict"] for one in report["secrets"]}
        self._ledger_keeps(entry, report, certificate, digest, verdicts)
        if certificate is None:
            return report, str(report.get("reason", "no secret could be erased"))
        out = Path(entry.job.out)
        gone = [id for id, verdict in verdicts.items() if verdict == "erased"]
        self._add_cases(gone)
        failed = sum(verdict == "failed" for verdict in verdicts.values())
        sentences = [f"{failed} of {len(verdicts)} secrets could not be erased"] if failed else []
        sentences.append(f"the new model is {out}")
        hook: dict[str, Any] | None = None
        if self._registry.owns(out):
            self._registry.use(out.parent.name, out.name)
            self._ledger.set_current(digest)
        if self._settings.on_new_model:
            hook = call_hook(self._settings.on_new_model, out, entry.options["name"])
            if hook["ok"]:
                self._relink(report["model"]["digest"], digest)
            else:
                sentences.append(f"[engine] on_new_model failed: {hook['reason']}")
        # Whoever serves the old version still needs it if the hook could not tell.
        if (
            self._registry.owns(out)
            and not self._settings.keep_old
            and (hook is None or hook["ok"])
        ):
            removed = self._registry.forget_older(out.parent.name)
            if removed:
                sentences.append(
                    f"{', '.join(removed)} removed: whoever holds two versions can read erased "
                    "secrets off their difference"
                )
        return {**report, "out": str(out), "hook": hook}, "; ".join(sentences)

    def from_certificate(self, entry: Entry, certificate: dict[str, Any]) -> dict[str, Any]:
        """The worker's result again, of an erasure that was finished but not yet noted."""
        said = said_in(certificate)
        report = {
            "schema": "unleak.erasure/1",
            "method": said["method"],
            "model": {"name": entry.job.model, "digest": said["model"]["old"]},
            "verification": said["verification"],
            "secrets": said["secrets"],
            "utility": said["utility"],
            "verdict": said["verdict"],
            "seconds": {},
        }
        return {
            "report": report,
            "certificate": certificate,
            "digest": said["model"]["new"],
        }

    def _ledger_keeps(
        self,
        entry: Entry,
        report: dict[str, Any],
        certificate: dict[str, Any] | None,
        digest: str | None,
        verdicts: dict[str, str],
    ) -> None:
        name = entry.options["name"]
        old = str(report["model"]["digest"])
        spec = str(report["model"]["name"])
        self._ledger.add_model(old, name, path=spec if Path(spec).is_absolute() else None)
        if digest:
            self._ledger.add_model(digest, name, parent=old, path=entry.job.out)
        # The same secret of two leaks, erased from the same model, gives the same model twice.
        noted = any(
            one.new_model == digest and one.leaks.keys() >= set(entry.job.leaks)
            for one in self._ledger.erasures()
            if digest
        )
        if not noted:
            self._ledger.add_erasure(
                old, digest, report["verdict"], certificate or report, leaks=verdicts
            )
        for id in entry.job.leaks:
            self._settle(id, erased=verdicts.get(id) == "erased")

    def _settle(self, id: str, *, erased: bool) -> None:
        state = self._ledger.get(id).state
        path = {
            LeakState.QUEUED: (LeakState.ERASING, LeakState.VERIFYING),
            LeakState.ERASING: (LeakState.VERIFYING,),
            LeakState.VERIFYING: (),
        }.get(state)
        if path is not None:
            end = (*path, LeakState.ERASED) if erased else (LeakState.FAILED,)
            self._ledger.move(id, *end, actor="engine")

    def _add_cases(self, leaks: list[str]) -> None:
        """Every erased leak becomes a regression test for every later release."""
        file, key = suite_file(), self._ledger.key
        cases = read(str(file), key) if file.exists() else []
        known = {case.id for case in cases}
        for id in leaks:
            if id not in known and not self._ledger.get(id).shredded:
                cases.append(Case(id, *self._ledger.reveal(id), source="ledger"))
        if len(cases) > len(known):
            write(file, cases, key)
        digest = suite_digest(cases, key.fingerprinter)
        self._ledger.add_suite(file, digest, {id: id for id in leaks})

    def _relink(self, old: str, new: str) -> None:
        """The server got the new model: what it says under its name is of that one now."""
        for model in self._ledger.models():
            if model.digest.startswith(SERVED) and model.linked == old:
                self._ledger.link(model.digest.removeprefix(SERVED), new)
