"""Erasures, certificates, and the suites that leaks went into."""

from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import insert, or_, select, update

from unleak.core.errors import LedgerError
from unleak.ledger.book import Book, storable, upsert
from unleak.ledger.leak_query import true_id
from unleak.ledger.records import Erasure, SuiteCase
from unleak.ledger.tables import certificates, erased_leaks, erasures, models, suite_cases
from unleak.ledger.transaction import now


class ErasureBook(Book):
    """The ledger's erasures."""

    def add_erasure(
        self,
        model: str,
        new_model: str | None,
        verdict: str,
        certificate: Mapping[str, object],
        *,
        leaks: Mapping[str, str] | None = None,
    ) -> int:
        """Keep the outcome of an erasure; its number.

        Args:
            model: the digest of what it was run on.
            new_model: the digest of what it made, in the ledger already; None if it failed.
            verdict: "erased" or "failed".
            certificate: the new model's certificate; the report if there is none.
            leaks: what came of each leak, by its id.
        """
        with self.writing() as transaction:
            at = now()
            row = transaction.execute(
                insert(erasures).values(
                    model=model,
                    new_model=new_model,
                    verdict=verdict,
                    report=dict(certificate),
                    at=at,
                )
            ).inserted_primary_key
            number = int(row[0]) if row else 0
            named = {
                true_id(transaction.connection, id): each for id, each in (leaks or {}).items()
            }
            for id, each in sorted(named.items()):
                transaction.execute(
                    insert(erased_leaks).values(erasure=number, leak=id, verdict=each)
                )
                transaction.changed("leak", id)
            if new_model is not None:
                transaction.execute(
                    insert(certificates).values(
                        erasure=number, model=new_model, document=dict(certificate), at=at
                    )
                )
                transaction.execute(
                    update(models)
                    .where(models.c.digest == new_model)
                    .values(parent=model, erasure=number)
                )
                transaction.changed("model", new_model)
            return number

    def erasures(self, leak: str | None = None) -> list[Erasure]:
        """All erasures, or those of a leak, oldest first."""
        columns = [erasures.c[name] for name in ("id", "model", "new_model", "verdict", "at")]
        asked = select(*columns).order_by(erasures.c.id)
        with self.database.reading() as connection:
            if leak is not None:
                id = true_id(connection, leak)
                asked = asked.join(erased_leaks).where(erased_leaks.c.leak == id)
            outcomes: dict[int, dict[str, str]] = {}
            for row in connection.execute(select(erased_leaks)):
                outcomes.setdefault(row.erasure, {})[row.leak] = row.verdict
            return [
                Erasure(id, model, new, verdict, outcomes.get(id, {}), at)
                for id, model, new, verdict, at in connection.execute(asked)
            ]

    def certificate(self, of: str) -> dict[str, object]:
        """The latest certificate of a leak, by its id, or of a model, by its digest.

        Raises:
            LedgerError: there is none.
        """
        erased = select(erased_leaks.c.erasure).where(erased_leaks.c.leak == of)
        with self.database.reading() as connection:
            found: dict[str, object] | None = connection.execute(
                select(certificates.c.document)
                .where(or_(certificates.c.model == of, certificates.c.erasure.in_(erased)))
                .order_by(certificates.c.id.desc())
                .limit(1)
            ).scalar()
        if found is None:
            raise LedgerError(f"{of}: no certificate; nothing was erased of it yet")
        return found

    def add_suite(self, path: Path, digest: str, cases: Mapping[str, str]) -> None:
        """Remember which cases of a suite came of which leaks.

        Args:
            path: where the suite was written.
            digest: the suite's keyed digest.
            cases: the leak's id by the case's id.
        """
        with self.writing() as transaction:
            for case, leak in sorted(cases.items()):
                row = {
                    "suite": digest,
                    "case": storable(case),
                    "leak": true_id(transaction.connection, leak),
                    "path": storable(str(path)),
                    "at": now(),
                }
                transaction.execute(
                    upsert(transaction.connection, suite_cases)
                    .values(row)
                    .on_conflict_do_update(
                        index_elements=["suite", "case"],
                        set_={name: row[name] for name in ("leak", "path", "at")},
                    )
                )

    def suites(self, leak: str) -> list[SuiteCase]:
        """The cases of suites that came of a leak."""
        columns = (suite_cases.c[name] for name in SuiteCase.__slots__)
        with self.database.reading() as connection:
            rows = connection.execute(
                select(*columns)
                .where(suite_cases.c.leak == true_id(connection, leak))
                .order_by(suite_cases.c.at, suite_cases.c.suite, suite_cases.c.case)
            )
            return [SuiteCase(*row) for row in rows]

    def suite_paths(self) -> set[str]:
        """Where suites were written that came of leaks."""
        with self.database.reading() as connection:
            return set(connection.execute(select(suite_cases.c.path)).scalars())
