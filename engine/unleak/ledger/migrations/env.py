"""Alembic runs this with the connection that `unleak.ledger.migrate` gives it."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"], transaction_per_migration=False
)
context.run_migrations()
