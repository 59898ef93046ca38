"""Jobs on their way into the queue: what may be asked for, and what is asked for already."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from unleak.core.errors import LedgerError, OutputError, UsageError
from unleak.core.states import LeakState, Verdict
from unleak.ledger.leak_book import move_within
from unleak.ledger.records import Leak
from unleak.ledger.transaction import Transaction
from unleak.service.contract import Job, JobKind
from unleak.service.core import Core
from unleak.service.erased import suite_file
from unleak.service.jobs import Entry
from unleak.service.lineage import Base
from unleak.service.places import Anywhere, Places

_ERASURES_LOCK: Final = 0x756E6C65616D  # any number that nothing else uses
_BUSY: Final = {LeakState.QUEUED, LeakState.ERASING, LeakState.VERIFYING}
_DEPTHS: Final = ("standard", "full")
_REASONS: Final = {
    Verdict.ECHOED: "it only echoed its prompt",
    Verdict.INVENTED: "the model made it up",
}


class Submitter:
    """Takes jobs for somebody who may reach some places."""

    def __init__(self, core: Core, actor: str, places: Places) -> None:
        self._core = core
        self._actor = actor
        self._places = places

    def confirm(self, leaks: Sequence[str], model: str | None, options: Mapping[str, Any]) -> Job:
        """Ask a model about leaks."""
        base = self._base(leaks, model, newest=False)
        return self._add(JobKind.CONFIRM, base, leaks=leaks, options=self._trust(options))

    def verify(self, leaks: Sequence[str], model: str, reference: str | None, depth: str) -> Job:
        """Attack a model."""
        _check_depth(depth)
        options: dict[str, Any] = {"verify": depth}
        if reference:
            options["reference"] = self._core.lineage.spec(
                self._core.lineage.asked(reference, self._places)
            )
        base = self._base(leaks, model, newest=False)
        return self._add(JobKind.VERIFY, base, leaks=leaks, options=options)

    def gate(self, model: str, suite: str, options: Mapping[str, Any]) -> Job:
        """Run a suite against a model."""
        unknown = sorted(set(options) - {"tries"})
        if unknown:
            raise UsageError(f"gate: no option {', '.join(unknown)} for a job; there is tries")
        base = self._core.lineage.asked(model, self._places)
        if suite == "erased":
            suite = str(suite_file())
        elif suite != "demo":
            suite = str(self._places.check(suite, "suite"))
        return self._add(JobKind.GATE, base, options={"suite": suite, **options})

    def erase(
        self,
        leaks: Sequence[str],
        model: str | None,
        out: str | None,
        options: Mapping[str, Any],
    ) -> Job:
        """Erase leaks. They are in the block list, and queued, in the same transaction."""
        if not leaks:
            raise UsageError("nothing to erase: give leak ids")
        _check_depth(str(options["verify"]))
        self._core.runner()  # it takes over a job whose engine is gone
        if found := self._existing(leaks, self._core.jobs.active()):
            return found
        self._check(leaks)
        base = self._base(leaks, model, newest=True)
        # What is in use when the job begins may be made by a job that is still before it.
        own = None if model else self._core.ledger.get(leaks[0]).model
        more = self._trust(options)
        if more.get("keep"):
            more["keep"] = str(self._places.check(str(more["keep"]), "keep"))
        try:
            with self._core.ledger.writing() as transaction:
                transaction.alone(_ERASURES_LOCK)  # before looking at what others began
                active = self._core.jobs.active(transaction)
                if found := self._existing(leaks, active):
                    return found
                self._move_to_queue(transaction, leaks)
                folder, line = self._output(base, out, active)
                id = self._core.jobs.add(
                    transaction,
                    JobKind.ERASE,
                    owner=self._core.runner().owner.id,
                    leaks=leaks,
                    model=base.spec or base.name,
                    out=str(folder),
                    line=line,
                    options={**more, "name": base.name, "spec": base.spec, "of": own},
                )
        except LedgerError:
            # Somebody was quicker: the same job, then.
            if found := self._existing(leaks, self._core.jobs.active()):
                return found
            raise
        self._core.runner().wake()
        return self._core.jobs.get(id).job

    def cancel(self, id: str) -> Job:
        """Stop a job; one that only waits is over at once."""
        jobs = self._core.jobs
        jobs.get(id)
        with self._core.ledger.writing() as transaction:
            waiting = jobs.cancel(transaction, id)
            if waiting is not None and waiting.kind == JobKind.ERASE:
                move_within(transaction, waiting.leaks, (LeakState.CANCELLED,), self._actor)
        self._core.runner().wake()
        return jobs.get(id).job

    def _add(
        self,
        kind: JobKind,
        base: Base,
        *,
        leaks: Sequence[str] = (),
        options: Mapping[str, Any],
    ) -> Job:
        with self._core.ledger.writing() as transaction:
            id = self._core.jobs.add(
                transaction,
                kind,
                owner=self._core.runner().owner.id,
                leaks=leaks,
                model=base.spec or base.name,
                options={**options, "name": base.name, "spec": base.spec},
            )
        self._core.runner().wake()
        return self._core.jobs.get(id).job

    def _base(self, leaks: Sequence[str], model: str | None, *, newest: bool) -> Base:
        if model:
            return self._core.lineage.asked(model, self._places)
        if not leaks:
            raise UsageError("give leak ids")
        digests = {self._core.ledger.get(id).model for id in leaks}
        bases = {self._core.lineage.of(digest, newest=newest) for digest in sorted(digests)}
        if len(bases) != 1:
            raise UsageError("the leaks are of several models; take one model's at a time")
        return bases.pop()

    def _check(self, leaks: Sequence[str]) -> None:
        for id in leaks:
            leak = self._core.ledger.get(id)
            if leak.state in {LeakState.FLAGGED, LeakState.DISMISSED}:
                raise LedgerError(_refusal(leak))
            if leak.state == LeakState.ERASED:
                raise LedgerError(
                    f"leak {id} is already erased; `unleak verify` checks another model"
                )
            if leak.shredded:
                raise LedgerError(f"leak {id}: its secret was shredded; it cannot be erased")

    def _existing(self, leaks: Sequence[str], active: Sequence[Entry]) -> Job | None:
        """The job that erases all of these already.

        Raises:
            LedgerError: one erases some of them.
        """
        for entry in active:
            if entry.job.kind != JobKind.ERASE:
                continue
            if set(leaks) <= set(entry.job.leaks):
                return entry.job
            both = sorted(set(leaks) & set(entry.job.leaks))
            if both:
                raise LedgerError(
                    f"leak {both[0]} is being erased by job {entry.job.id}; wait for it, cancel "
                    "it, or leave the leak out"
                )
        return None

    def _move_to_queue(self, transaction: Transaction, leaks: Sequence[str]) -> None:
        for id in leaks:
            # Busy without a job: an engine was killed between two notes.
            busy = self._core.ledger.get(id).state in _BUSY
            steps = (LeakState.FAILED,) if busy else ()
            move_within(transaction, [id], (*steps, LeakState.QUEUED), self._actor)

    def _output(self, base: Base, out: str | None, active: Sequence[Entry]) -> tuple[Path, str]:
        registry = self._core.registry
        if out is None:
            line = f"registry/{base.name}"
            taken = {entry.job.out for entry in active}
            folder = registry.next_version(base.name, taken)
            return folder, line
        folder = self._places.check(out, "out")
        if folder.is_relative_to(registry.root):
            raise OutputError(
                "the registry numbers its versions itself; leave the output away, or choose "
                "another folder"
            )
        if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
            raise OutputError(f"{folder} already exists: choose another output, or remove it first")
        if any(entry.job.out == str(folder) for entry in active):
            raise OutputError(f"{folder}: another job writes there; choose another output")
        return folder, hashlib.sha256(str(folder).encode()).hexdigest()[:16]

    def _trust(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Code of a model's folder runs only for this machine's user, who could run it anyway."""
        if options.get("trust_remote_code") and not isinstance(self._places, Anywhere):
            raise UsageError("this engine runs no code that comes with a model")
        return {name: value for name, value in options.items() if value}


def _refusal(leak: Leak) -> str:
    if leak.verdict in _REASONS:
        why = _REASONS[leak.verdict]
        return f"leak {leak.id} is {leak.state}: {why}; only what a model memorised can be erased"
    return (
        f"leak {leak.id} is {leak.state}, not confirmed; run `unleak confirm --leak {leak.id}` "
        "first: only what a model memorised can be erased from it"
    )


def _check_depth(depth: str) -> None:
    if depth not in _DEPTHS:
        raise UsageError(f"--verify {depth}: choose one of {', '.join(_DEPTHS)}")
