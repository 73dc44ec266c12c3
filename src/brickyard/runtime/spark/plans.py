"""Rewriting a plan so that the engine finds its tables and paths, and what it cannot do itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyspark.sql.connect.proto as pb2

from brickyard.runtime.spark import catalog_calls
from brickyard.runtime.spark.backchannel import local_relation
from brickyard.runtime.spark.errors import analysis_error
from brickyard.runtime.spark.rewriting import (
    path_reference,
    read_path,
    rewrite_name,
    rewrite_sql,
    write_path,
)
from brickyard.runtime.spark.session import Session
from brickyard.runtime.spark.sqltext.cursor import split_name
from brickyard.runtime.spark.statements import carry_out
from brickyard.runtime.spark.statistics import approx_quantile
from brickyard.runtime.spark.walk import walk
from brickyard.runtime.spark.writes import path_write, table_write

# Sources that are not files; their "path" options are not paths.
_NOT_FILES = frozenset({"jdbc", "rate", "rate-micro-batch", "socket", "kafka", "noop", "console"})
_Mode = pb2.WriteOperation.SaveMode
_ModeV2 = pb2.WriteOperationV2.Mode


def rewrite_plan(session: Session, plan: Any) -> None:
    """Rewrite a plan in place; carry out what the client does itself.

    Args:
        session: The session the plan belongs to.
        plan: A ``pb2.Plan``.

    Raises:
        BrickyardError: When the local engine lacks something the plan needs.
        AnalysisException: What Spark would say.
        grpc.RpcError: What the engine says to a statement made on the plan's behalf.
    """
    if plan.HasField("command"):
        if _command(session, plan):
            return
    elif plan.HasField("root"):
        answer = _answer(session, plan.root)
        if answer is not None:
            plan.root.CopyFrom(local_relation(answer))
            return
    rewrite_parts(session, plan)


def _answer(session: Session, root: Any) -> pa.Table | None:
    """The result of a query that the client answers itself."""
    kind = root.WhichOneof("rel_type")
    if kind == "catalog":
        return catalog_calls.carry_out(session, root.catalog)
    if kind == "approx_quantile":
        rewrite_parts(session, root)
        return approx_quantile(session, root.approx_quantile)
    return None


def rewrite_parts(session: Session, message: Any) -> None:
    """Rewrite the names and paths anywhere in a plan or an analyze request."""
    for part in walk(message):
        visit = _VISITS.get(part.DESCRIPTOR.full_name)
        if visit is not None:
            visit(session, part)


# -- commands -------------------------------------------------------------------------------------


def _command(session: Session, plan: Any) -> bool:
    """Prepare a command; returns whether nothing in it is left to rewrite."""
    command = plan.command
    if command.WhichOneof("command_type") == "write_operation_v2":
        _write_v2(session, command)
    kind = command.WhichOneof("command_type")
    if kind == "sql_command":
        return _sql_command(session, command.sql_command)
    if kind == "write_operation":
        _write(session, plan)
        return True
    return False


def _sql_command(session: Session, command: Any) -> bool:
    if command.sql and not command.HasField("input"):  # The form of clients before 4.0.
        command.input.sql.query = command.sql
        command.input.sql.args.update(command.args)
        command.input.sql.pos_args.extend(command.pos_args)
    if command.input.WhichOneof("rel_type") != "sql":
        return False
    outcome = carry_out(session, command.input.sql)
    if isinstance(outcome, pa.Table):
        command.Clear()
        command.input.CopyFrom(local_relation(outcome))
    else:
        command.input.sql.query = outcome
    return True


def _write(session: Session, plan: Any) -> None:
    op = plan.command.write_operation
    # Names in the query first: the engine is asked for its schema.
    rewrite_parts(session, op.input)
    if op.WhichOneof("save_type") != "table":
        path_write(session, op)
        return
    name = session.resolve(split_name(op.table.table_name))
    record = table_write(session, op)
    if record is None or name is None:
        return
    # The record is kept only after the write; so the write is carried out here.
    session.back.command(plan.command)
    session.warehouse.write_record(name, record)
    nothing = pb2.Command()
    nothing.sql_command.input.CopyFrom(local_relation(pa.table({"done": [True]})))
    plan.command.CopyFrom(nothing)


def _write_v2(session: Session, command: Any) -> None:
    """``df.writeTo(t).create()`` and the like, as the older form of the same write."""
    v2 = command.write_operation_v2
    modes = {
        _ModeV2.MODE_CREATE: _Mode.SAVE_MODE_ERROR_IF_EXISTS,
        _ModeV2.MODE_CREATE_OR_REPLACE: _Mode.SAVE_MODE_OVERWRITE,
        _ModeV2.MODE_REPLACE: _Mode.SAVE_MODE_OVERWRITE,
        _ModeV2.MODE_OVERWRITE_PARTITIONS: _Mode.SAVE_MODE_OVERWRITE,
    }
    if v2.mode not in modes:
        return
    if v2.mode in (_ModeV2.MODE_REPLACE, _ModeV2.MODE_OVERWRITE_PARTITIONS):
        name = session.resolve(split_name(v2.table_name))
        if name is not None and session.ensure_table(name) is None:
            raise analysis_error(
                "TABLE_OR_VIEW_NOT_FOUND", f"The table {name.sql} cannot be found."
            )
    columns = [_column(expression) for expression in v2.partitioning_columns]
    if None in columns:
        return  # A transform such as years(ts): the engine says what it makes of it.
    op = pb2.WriteOperation(input=v2.input, mode=modes[v2.mode])
    op.source = v2.provider
    op.table.table_name = v2.table_name
    op.table.save_method = pb2.WriteOperation.SaveTable.TABLE_SAVE_METHOD_SAVE_AS_TABLE
    op.options.update(v2.options)
    op.partitioning_columns.extend(columns)
    if v2.mode == _ModeV2.MODE_OVERWRITE_PARTITIONS:
        op.options["partitionOverwriteMode"] = "dynamic"
    elif v2.mode != _ModeV2.MODE_CREATE:
        op.options["overwriteSchema"] = "true"
    command.write_operation.CopyFrom(op)


def _column(expression: Any) -> str | None:
    if expression.WhichOneof("expr_type") != "unresolved_attribute":
        return None
    return str(expression.unresolved_attribute.unparsed_identifier)


# -- parts ----------------------------------------------------------------------------------------


def _visit_read(session: Session, read: Any) -> None:
    if read.HasField("named_table"):
        _named_table(session, read)
    elif read.HasField("data_source"):
        _data_source(session, read.data_source)


def _named_table(session: Session, read: Any) -> None:
    table = read.named_table
    parts = split_name(table.unparsed_identifier)
    path = path_reference(parts) if parts else None
    if path is None:
        table.unparsed_identifier = rewrite_name(session, table.unparsed_identifier)
        return
    source = pb2.Read.DataSource(format=path[0], paths=[read_path(session, path[1], path[0])])
    source.options.update(table.options)
    read.data_source.CopyFrom(source)


def _data_source(session: Session, source: Any) -> None:
    name = source.format.lower()
    if name in _NOT_FILES:
        return
    if not name and (source.paths or "path" in source.options):
        # The default source of a load; the engine asks for it to be named.
        name = source.format = "delta"
    paths = [read_path(session, path, name) for path in source.paths]
    source.paths[:] = paths
    for key in [key for key in source.options if key.lower() == "path"]:
        # Among the paths, for the engine heeds the option in some formats only.
        source.paths.append(read_path(session, source.options.pop(key), name))


def _visit_sql(session: Session, sql: Any) -> None:
    sql.query = rewrite_sql(session, sql.query)


def _visit_write_v2(session: Session, op: Any) -> None:
    op.table_name = rewrite_name(session, op.table_name)


def _visit_stream(session: Session, op: Any) -> None:
    source = op.format.lower()
    if op.WhichOneof("sink_destination") == "path" and op.path:
        op.path = write_path(session, op.path, source)
    elif op.table_name:
        op.table_name = rewrite_name(session, op.table_name)
    for key in op.options:
        if key.lower() in ("path", "checkpointlocation"):
            op.options[key] = write_path(session, op.options[key], source)


def _visit_merge(session: Session, op: Any) -> None:
    op.target_table_name = rewrite_name(session, op.target_table_name)


def _visit_view(session: Session, op: Any) -> None:
    """A temporary view: its name ignores case, and hides a table's of the same name."""
    op.name = op.name.lower()
    if not op.is_global:
        session.temp_views.add(op.name)


def _visit_catalog(session: Session, call: Any) -> None:
    catalog_calls.prepare(session, call)


_VISITS: dict[str, Callable[[Session, Any], None]] = {
    "spark.connect.Read": _visit_read,
    "spark.connect.SQL": _visit_sql,
    "spark.connect.Catalog": _visit_catalog,
    "spark.connect.WriteOperationV2": _visit_write_v2,
    "spark.connect.WriteStreamOperationStart": _visit_stream,
    "spark.connect.MergeIntoTableCommand": _visit_merge,
    "spark.connect.CreateDataFrameViewCommand": _visit_view,
}
