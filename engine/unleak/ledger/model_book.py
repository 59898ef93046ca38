"""Models: what they are called, where they lie, which was made of which."""

import re
from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection, or_, select, update

from unleak.core.errors import LedgerError
from unleak.ledger.book import Book, storable, upsert
from unleak.ledger.merge import fold
from unleak.ledger.records import SERVED, Model
from unleak.ledger.tables import leaks, models
from unleak.ledger.transaction import Transaction, now

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


class ModelBook(Book):
    """The ledger's models."""

    def add_model(
        self, digest: str, name: str, parent: str | None = None, *, path: str | None = None
    ) -> None:
        """Remember a model; of one that is known, what was not known of it."""
        with self.writing() as transaction:
            add_model(transaction, digest, name, parent, path)

    def models(self) -> list[Model]:
        """All models, in the order they came."""
        with self.database.reading() as connection:
            return _models(connection)

    def model(self, name: str) -> Model:
        """The model of a digest, the beginning of one, a served name, a path, or a name.

        Of several of the same name or path, the current one, else the latest.

        Raises:
            LedgerError: there is none, or a beginning fits several.
        """
        known = self.models()
        exact = [m for m in known if name in {m.digest, m.digest.removeprefix(SERVED)}]
        named = sorted((m for m in known if name in {m.path, m.name}), key=lambda m: m.current)
        if exact or named:
            return (exact or named)[-1]
        begun = [m for m in known if len(name) >= 4 and m.digest.startswith(name)]
        if len(begun) != 1:
            raise LedgerError(f"model {name}: {len(begun) or 'no'} such models in the ledger")
        return begun[0]

    def lineage(self, digest: str) -> list[Model]:
        """The models that a model was made of, the first one first, and itself last."""
        known = {model.digest: model for model in self.models()}
        line: list[Model] = []
        step = known.get(digest)
        while step is not None and step not in line:
            line.insert(0, step)
            step = known.get(step.parent or "")
        return line

    def set_current(self, digest: str) -> None:
        """Make a model the current one of its family: all that were made of each other.

        Raises:
            LedgerError: no such model.
        """
        with self.writing() as transaction:
            parents = {m.digest: m.parent for m in _models(transaction.connection)}
            if digest not in parents:
                raise LedgerError(f"model {digest}: not in the ledger")
            family = [other for other in parents if _root(other, parents) == _root(digest, parents)]
            for member in sorted(family):
                transaction.execute(
                    update(models).where(models.c.digest == member).values(current=member == digest)
                )
            transaction.changed("model", digest)

    def link(self, name: str, digest: str) -> None:
        """Say which model is behind a name that a server uses.

        Leaks that were seen under the name become leaks of the model; one that the model has
        already is merged with it, and its id stays good. A name may be linked anew when the server
        gets another model: what was seen before stays with the model before.

        Raises:
            LedgerError: no such model.
        """
        served = SERVED + storable(name.removeprefix(SERVED))
        with self.writing() as transaction:
            known = {model.digest for model in _models(transaction.connection)}
            if digest not in known or digest.startswith(SERVED):
                raise LedgerError(f"model {digest}: not in the ledger; add it first")
            add_model(transaction, served, served.removeprefix(SERVED))
            transaction.execute(
                update(models).where(models.c.digest == served).values(linked=digest)
            )
            moved = transaction.execute(
                select(leaks.c.id, leaks.c.fingerprint)
                .where(leaks.c.model == served)
                .order_by(leaks.c.id)
                .with_for_update()
            ).all()
            for id, fingerprint in moved:
                other = transaction.execute(
                    select(leaks.c.id)
                    .where(leaks.c.model == digest, leaks.c.fingerprint == fingerprint)
                    .with_for_update()
                ).scalar()
                if other:
                    fold(transaction, id, other)
                else:
                    transaction.execute(update(leaks).where(leaks.c.id == id).values(model=digest))
                    transaction.changed("leak", id)
            transaction.changed("model", digest)


def add_model(
    transaction: Transaction,
    digest: str,
    name: str,
    parent: str | None = None,
    path: str | None = None,
) -> None:
    """Remember a model within a transaction."""
    values = {
        "digest": storable(digest),
        "name": storable(name),
        "parent": parent,
        "path": path and storable(path),
        "added": now(),
        "current": False,
    }
    added = transaction.execute(
        upsert(transaction.connection, models)
        .values(values)
        .on_conflict_do_nothing()
        .returning(models.c.digest)
    ).first()
    learned = 0
    if not added and parent is not None:  # what a model was made of never changes
        learned += transaction.execute(
            update(models)
            .where(models.c.digest == digest, models.c.parent.is_(None))
            .values(parent=parent)
        ).rowcount
    if not added and path is not None:  # its folder may have moved
        learned += transaction.execute(
            update(models)
            .where(models.c.digest == digest, models.c.path.is_distinct_from(values["path"]))
            .values(path=values["path"])
        ).rowcount
    if added or learned:
        transaction.changed("model", digest)


def resolve(transaction: Transaction, names: Iterable[str]) -> dict[str, str]:
    """The digest that each name stands for: a digest, a folder, or a served name.

    A name that is not known becomes a model that is known by this name only.
    """
    asked = {name: storable(name).removeprefix(SERVED) for name in names}
    wanted = {*asked.values(), *(SERVED + name for name in asked.values())}
    rows = transaction.execute(
        select(models.c.digest, models.c.path, models.c.linked)
        .where(or_(models.c.digest.in_(wanted), models.c.path.in_(wanted)))
        .order_by(models.c.current, models.c.added)
    ).all()
    linked = {row.digest: row.linked for row in rows}
    places = {row.path: row.digest for row in rows if row.path}
    found: dict[str, str] = {}
    for name, bare in sorted(asked.items()):
        digest = bare if bare in linked or _DIGEST.fullmatch(bare) else places.get(bare)
        if digest is None:
            digest = SERVED + bare
        if digest not in linked:
            add_model(transaction, digest, bare[:12] if digest == bare else bare or "unknown")
            linked[digest] = None
        found[name] = linked[digest] or digest
    return found


def _root(digest: str, parents: dict[str, str | None]) -> str:
    met = {digest}
    while (parent := parents.get(digest)) is not None and parent not in met:
        met.add(parent)
        digest = parent
    return digest


def _models(connection: Connection) -> list[Model]:
    columns = (models.c[name] for name in Model.__slots__)
    rows = connection.execute(select(*columns).order_by(models.c.added, models.c.digest))
    return [Model(*row) for row in rows]
