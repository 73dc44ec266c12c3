"""Alembic's entry: migrate the database that the configuration names."""

from alembic import context
from sqlalchemy import create_engine

from brickyard.workspace.store.tables import metadata

url = context.config.get_main_option("sqlalchemy.url")
engine = create_engine(str(url))
with engine.connect() as connection:
    # SQLite cannot alter most of a column: batch mode copies the table.
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
