"""Alembic's entry: migrate the database that the configuration names."""

from alembic import context
from sqlalchemy import Connection, create_engine, event

from brickyard.workspace.store.tables import metadata

url = context.config.get_main_option("sqlalchemy.url")
engine = create_engine(str(url), connect_args={"isolation_level": None})


@event.listens_for(engine, "begin")
def begin(connection: Connection) -> None:
    """Begin in earnest: the driver would leave changes of the schema outside of transactions."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


with engine.connect() as connection:
    # SQLite cannot alter most of a column: batch mode copies the table.
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()
