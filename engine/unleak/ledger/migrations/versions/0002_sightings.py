"""Sightings, lineage, certificates, the suites' provenance, and the log of changes."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_LENGTH = re.compile(r"\((\d+) characters\)$")  # what a preview ends in


def upgrade() -> None:
    """Add columns and tables, and fill them from what there is."""
    op.create_table(
        "about",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.create_table(
        "changes",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_changes_kind", "changes", ["kind", "id"])
    _models()
    _leaks()
    _of_leaks()
    _erasures()


def _models() -> None:
    for column in (
        sa.Column("path", sa.Text),
        sa.Column("erasure", sa.Integer),
        sa.Column("current", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("linked", sa.Text),
    ):
        op.add_column("models", column)


def _leaks() -> None:
    for column in (
        sa.Column("number", sa.Integer, nullable=False, server_default="0"),
        sa.Column("key", sa.Text, nullable=False, server_default=""),
        sa.Column("length", sa.Integer, nullable=False, server_default="0"),
        sa.Column("verdict", sa.Text, nullable=False, server_default="unknown"),
        sa.Column("reason", sa.Text),
        sa.Column("last_seen", sa.Text, nullable=False, server_default=""),
    ):
        op.add_column("leaks", column)
    connection = op.get_bind()
    leaks = sa.table("leaks", *map(sa.column, ("id", "added", "preview", "number", "length",
                                               "last_seen", "verdict", "reason")))  # fmt: skip
    evidence = sa.table(
        "evidence", sa.column("id"), sa.column("leak"), sa.column("figures", sa.JSON)
    )
    found: dict[str, dict[str, object]] = {}
    for leak, figures in connection.execute(
        sa.select(evidence.c.leak, evidence.c.figures).order_by(evidence.c.id)
    ):
        found[leak] = figures  # the last one stays
    rows = connection.execute(
        sa.select(leaks.c.id, leaks.c.added, leaks.c.preview).order_by(leaks.c.added, leaks.c.id)
    ).all()
    for number, (id, added, preview) in enumerate(rows, 1):
        told = _LENGTH.search(preview)
        values: dict[str, object] = {
            "number": number,
            "last_seen": added,
            "length": int(told[1]) if told else 0,
        }
        if id in found:
            values["verdict"] = str(found[id].get("verdict", "unknown"))
            values["reason"] = str(found[id].get("reason", ""))
        connection.execute(sa.update(leaks).where(leaks.c.id == id).values(values))
    op.create_index("ix_leaks_identity", "leaks", ["fingerprint", "model"], unique=True)
    for name in ("model", "state", "number"):
        op.create_index(f"ix_leaks_{name}", "leaks", [name])


def _of_leaks() -> None:
    op.create_table(
        "aliases",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("leak", sa.Text, sa.ForeignKey("leaks.id"), nullable=False, index=True),
    )
    op.create_table(
        "sightings",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("leak", sa.Text, sa.ForeignKey("leaks.id"), nullable=False, index=True),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("client", sa.Text, nullable=False),
        sa.Column("served", sa.Text, nullable=False),
        sa.Column("verdict", sa.Text),
        sa.Column("hint", sa.Float),
    )
    op.create_table(
        "suite_cases",
        sa.Column("suite", sa.Text, primary_key=True),
        sa.Column("case", sa.Text, primary_key=True),
        sa.Column("leak", sa.Text, sa.ForeignKey("leaks.id"), nullable=False, index=True),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
    )


def _erasures() -> None:
    op.execute("alter table erasures rename column certificate to report")
    for name in ("model", "new_model"):
        op.create_index(f"ix_erasures_{name}", "erasures", [name])
    op.create_table(
        "erased_leaks",
        sa.Column("erasure", sa.Integer, sa.ForeignKey("erasures.id"), primary_key=True),
        sa.Column("leak", sa.Text, sa.ForeignKey("leaks.id"), primary_key=True, index=True),
        sa.Column("verdict", sa.Text, nullable=False),
    )
    certificates = op.create_table(
        "certificates",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("erasure", sa.Integer, sa.ForeignKey("erasures.id"), nullable=False, index=True),
        sa.Column("model", sa.Text, nullable=False, index=True),
        sa.Column("document", sa.JSON, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
    )
    # What 0.1 kept of an erasure that made a model was its certificate.
    erasures = sa.table("erasures", *map(sa.column, ("id", "new_model", "report", "at")))
    op.get_bind().execute(
        sa.insert(certificates).from_select(
            ["erasure", "model", "document", "at"],
            sa.select(erasures.c.id, erasures.c.new_model, erasures.c.report, erasures.c.at).where(
                erasures.c.new_model.is_not(None)
            ),
        )
    )
    _link_erased()


def _link_erased() -> None:
    """Tie erasures to the leaks that their certificates name."""
    connection = op.get_bind()
    known = {id for (id,) in connection.execute(sa.text("select id from leaks"))}
    erasures = sa.table("erasures", sa.column("id"), sa.column("report", sa.JSON))
    erased = sa.table("erased_leaks", *map(sa.column, ("erasure", "leak", "verdict")))
    for id, report in connection.execute(sa.select(erasures.c.id, erasures.c.report)).all():
        named = report.get("secrets", []) if isinstance(report, dict) else []
        verdicts = {entry.get("id"): str(entry.get("verdict", "")) for entry in named}
        for leak in known & verdicts.keys():
            connection.execute(
                sa.insert(erased).values(erasure=id, leak=leak, verdict=verdicts[leak])
            )
