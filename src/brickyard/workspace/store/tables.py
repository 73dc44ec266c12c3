"""The tables. Settings and specifications stay Databricks' own JSON (design D1)."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

jobs = Table(
    "jobs",
    metadata,
    Column("job_id", Integer, primary_key=True),
    Column("name", String, nullable=False, index=True),
    Column("creator", String, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("settings", JSON, nullable=False),
    sqlite_autoincrement=True,  # an id is never given twice
)

runs = Table(
    "runs",
    metadata,
    Column("run_id", Integer, primary_key=True),
    # A job run has no parent; a task run's parent is its job run.
    Column("parent_id", Integer, ForeignKey("runs.run_id", ondelete="CASCADE"), index=True),
    Column("job_id", Integer, index=True),
    Column("task_key", String),
    # The task run whose notebook has called dbutils.notebook.run.
    Column("caller_id", Integer, ForeignKey("runs.run_id", ondelete="SET NULL"), index=True),
    Column("number_in_job", BigInteger, nullable=False),
    Column("attempt", Integer, nullable=False, default=0),
    Column("run_type", String, nullable=False),
    Column("name", String, nullable=False),
    Column("creator", String, nullable=False),
    # Job run: the job's settings when it started. Task run: the task, its references resolved.
    Column("settings", JSON, nullable=False),
    Column("parameters", JSON, nullable=False),
    Column("idempotency_token", String, unique=True),
    Column("life_cycle", String, nullable=False, index=True),
    Column("result", String),
    Column("message", Text, nullable=False, default=""),
    Column("termination_code", String),
    Column("created_ms", BigInteger, nullable=False),
    Column("started_ms", BigInteger),
    Column("ended_ms", BigInteger),
    Column("setup_ms", BigInteger),
    Column("execution_ms", BigInteger),
    Column("exit_value", Text),
    Column("error", Text),
    Column("error_trace", Text),
    sqlite_autoincrement=True,
)

task_values = Table(
    "task_values",
    metadata,
    # The job run that they belong to.
    Column("run_id", Integer, ForeignKey("runs.run_id", ondelete="CASCADE"), primary_key=True),
    Column("task_key", String, primary_key=True),
    Column("key", String, primary_key=True),
    # JSON as the notebook wrote it.
    Column("value", Text, nullable=False),
)

mounts = Table(
    "mounts",
    metadata,
    Column("mount_point", String, primary_key=True),
    Column("source", Text, nullable=False),
    Column("encryption_type", String, nullable=False, default=""),
)

cells = Table(
    "cells",
    metadata,
    Column("run_id", Integer, ForeignKey("runs.run_id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("language", String, nullable=False),
    Column("title", String),
    Column("source", Text, nullable=False),
    Column("state", String, nullable=False),
    Column("started_ms", BigInteger),
    Column("ended_ms", BigInteger),
)

outputs = Table(
    "outputs",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("run_id", Integer, ForeignKey("runs.run_id", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    # stream, display or error: as Jupyter's message of the same name.
    Column("kind", String, nullable=False),
    Column("content", JSON, nullable=False),
    Index("ix_outputs_run", "run_id", "sequence"),
)

clusters = Table(
    "clusters",
    metadata,
    Column("cluster_id", String, primary_key=True),
    Column("creator", String, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("spec", JSON, nullable=False),
    Column("state", String, nullable=False),
    Column("state_message", Text, nullable=False, default=""),
    Column("started_ms", BigInteger),
    Column("terminated_ms", BigInteger),
    Column("pinned", Boolean, nullable=False, default=False),
)

cluster_events = Table(
    "cluster_events",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("cluster_id", String, nullable=False, index=True),
    Column("timestamp_ms", BigInteger, nullable=False),
    Column("type", String, nullable=False),
    Column("details", JSON, nullable=False),
)

cluster_libraries = Table(
    "cluster_libraries",
    metadata,
    # In the order of installation.
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column(
        "cluster_id",
        String,
        ForeignKey("clusters.cluster_id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("key", Text, nullable=False),  # the same for equal libraries
    Column("library", JSON, nullable=False),
    Column("status", String, nullable=False),
    Column("messages", JSON, nullable=False),
    # The start of the cluster that the status holds for; null while the cluster does not run.
    Column("life", BigInteger),
    # What uv was given; null until the library is installed.
    Column("lines", JSON(none_as_null=True)),
    Index("ix_cluster_libraries_key", "cluster_id", "key", unique=True),
)

secret_scopes = Table(
    "secret_scopes",
    metadata,
    Column("scope", String, primary_key=True),
    Column("created_ms", BigInteger, nullable=False),
)

secrets = Table(
    "secrets",
    metadata,
    Column(
        "scope", String, ForeignKey("secret_scopes.scope", ondelete="CASCADE"), primary_key=True
    ),
    Column("key", String, primary_key=True),
    Column("ciphertext", LargeBinary, nullable=False),
    Column("updated_ms", BigInteger, nullable=False),
)

secret_acls = Table(
    "secret_acls",
    metadata,
    Column(
        "scope", String, ForeignKey("secret_scopes.scope", ondelete="CASCADE"), primary_key=True
    ),
    Column("principal", String, primary_key=True),
    Column("permission", String, nullable=False),
)
