"""Models, leaks, evidence, transitions, erasures: what a ledger of unleak 0.1 holds."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "models",
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("parent", sa.Text),
        sa.Column("added", sa.Text, nullable=False),
    )
    op.create_table(
        "leaks",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("fingerprint", sa.Text, nullable=False, index=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("preview", sa.Text, nullable=False),
        sa.Column("model", sa.Text, sa.ForeignKey("models.digest"), nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary),
        sa.Column("sightings", sa.Integer, nullable=False),
        sa.Column("added", sa.Text, nullable=False),
    )
    op.create_table(
        "evidence",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("leak", sa.Text, sa.ForeignKey("leaks.id"), nullable=False, index=True),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("figures", sa.JSON, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
    )
    op.create_table(
        "transitions",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("leak", sa.Text, sa.ForeignKey("leaks.id"), nullable=False, index=True),
        sa.Column("before", sa.Text),
        sa.Column("after", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
    )
    op.create_table(
        "erasures",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("new_model", sa.Text),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("certificate", sa.JSON, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
    )
