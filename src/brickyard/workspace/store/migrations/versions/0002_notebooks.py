"""Runs that notebooks start, task values, and mounts."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them."""
    with op.batch_alter_table(
        "runs", schema=None, recreate="always", table_kwargs={"sqlite_autoincrement": True}
    ) as batch_op:
        batch_op.add_column(
            sa.Column("caller_id", sa.Integer(), nullable=True), insert_after="task_key"
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_runs_caller_id"), "runs", ["caller_id"], ["run_id"], ondelete="SET NULL"
        )
        batch_op.create_index(batch_op.f("ix_runs_caller_id"), ["caller_id"], unique=False)
    op.create_table(
        "task_values",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("task_key", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["runs.run_id"], name=op.f("fk_task_values_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", "task_key", "key", name=op.f("pk_task_values")),
    )
    op.create_table(
        "mounts",
        sa.Column("mount_point", sa.String(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("encryption_type", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("mount_point", name=op.f("pk_mounts")),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("mounts")
    op.drop_table("task_values")
    with op.batch_alter_table("runs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_runs_caller_id"))
        batch_op.drop_constraint(batch_op.f("fk_runs_caller_id"), type_="foreignkey")
        batch_op.drop_column("caller_id")
