"""Alembic's entry: runs the migrations in the transaction of the caller (`host_tools.city.store.upgrade`)."""

from __future__ import annotations

from alembic import context

from host_tools.city.store.metadata import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
