"""Alembic's entry point: runs the migrations on the connection that the program hands over."""

from alembic import context
from sqlalchemy import inspect

from aggregator.store.schema import metadata
from aggregator.store.views import create_views, drop_views

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    compare_type=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    drop_views(connection)
    context.run_migrations()
    if inspect(connection).has_table("articles"):  # not after the whole history is undone
        create_views(connection)
