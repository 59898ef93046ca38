"""Events, from the ledger's change log: what any process did, in the order of the commits."""

from collections.abc import Iterator
from typing import Any, Final

from unleak.core.errors import UnleakError
from unleak.ledger.records import Change
from unleak.service.contract import Event, EventKind, LeakView
from unleak.service.core import Core

_MOST: Final = 500  # events at once


def events_after(core: Core, seen: int) -> list[Event]:
    """The events after one. An event shows its subject as it is now.

    So of several changes of one subject only the last is told.
    """
    changes = core.ledger.changes(seen, _MOST)
    last = {(change.kind, change.subject): change.id for change in changes}
    return list(_told(core, [c for c in changes if last[c.kind, c.subject] == c.id]))


def _told(core: Core, changes: list[Change]) -> Iterator[Event]:
    models: dict[str, dict[str, Any]] | None = None
    for change in changes:
        try:
            kind = EventKind(change.kind)
        except ValueError:
            continue  # a newer unleak's
        data: dict[str, Any] = {"id": change.subject}
        try:
            if kind == EventKind.LEAK:
                leak = core.ledger.get(change.subject)
                data = LeakView(
                    **{name: getattr(leak, name) for name in LeakView.__slots__}
                ).as_json()
            elif kind == EventKind.JOB:
                data = core.jobs.get(change.subject).job.as_json()
            elif kind == EventKind.BLOCK_LIST:
                data = {"revision": change.id}
            else:
                if models is None:
                    models = {model["digest"]: model for model in core.model_entries()}
                data = models.get(change.subject, data)
        except UnleakError:
            pass  # it is gone by now
        yield Event(change.id, kind, data)
