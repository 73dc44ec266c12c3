"""Rewriting a plan so that the engine finds its tables and paths, and what it cannot do itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyspark.sql.connect.proto as pb2

from brickyard.runtime.spark import catalog_calls
from brickyard.runtime.spark.backchannel import local_relation
from brickyard.runtime.spark.changes import change_rows
from brickyard.runtime.spark.deltatables import open_delta
from brickyard.runtime.spark.errors import analysis_error
from brickyard.runtime.spark.percentiles import exact_plan
from brickyard.runtime.spark.reads import check_options, pick_files, show_paths, type_partitions
from brickyard.runtime.spark.refusals import refuse_plan, refuse_relation
from brickyard.runtime.spark.rewriting import (
    path_reference,
    read_path,
    rewrite_name,
    rewrite_sql,
    to_local,
    write_path,
)
from brickyard.runtime.spark.session import Session
from brickyard.runtime.spark.sqltext.cursor import split_name
from brickyard.runtime.spark.statements import carry_out
from brickyard.runtime.spark.statistics import approx_quantile, describe, freq_items, summary
from brickyard.runtime.spark.walk import reads_binary, walk
from brickyard.runtime.spark.warehouse import is_delta
from brickyard.runtime.spark.writes import DELTA, path_write, table_write

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
    refuse_plan(plan)
    exact_plan(plan)
    if plan.HasField("command"):
        if _command(session, plan):
            return
    elif plan.HasField("root"):
        answer = _answer(session, plan.root)
        if answer is not None:
            plan.root.CopyFrom(local_relation(answer))
            return
    rewrite_parts(session, plan)


_STATISTICS: dict[str, Callable[[Session, Any], pa.Table]] = {
    "approx_quantile": approx_quantile,
    "describe": describe,
    "freq_items": freq_items,
    "summary": summary,
}


def _answer(session: Session, root: Any) -> pa.Table | None:
    """The result of a query that the client answers itself."""
    kind = root.WhichOneof("rel_type")
    if kind == "catalog":
        return catalog_calls.carry_out(session, root.catalog)
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
    properties: dict[str, str] = {}
    if command.WhichOneof("command_type") == "write_operation_v2":
        properties = _write_v2(session, command)
    kind = command.WhichOneof("command_type")
    if kind == "sql_command":
        return _sql_command(session, command.sql_command)
    if kind == "write_operation":
        _write(session, plan, properties)
        return True
    return False


def _sql_command(session: Session, command: Any) -> bool:
    if command.sql and not command.HasField("input"):  # The form of clients before 4.0.
        command.input.sql.query = command.sql
        command.input.sql.args.update(command.args)
        command.input.sql.pos_args.extend(command.pos_args)
    statement = _statement(command.input)
    if statement is None:
        return False
    written = statement.query
    outcome: str | pa.Table | None = carry_out(session, statement)
    if isinstance(outcome, str):
        statement.query = outcome
        for reference in command.input.with_relations.references:
            rewrite_parts(session, reference)  # The frames that the statement's text names.
        outcome = change_rows(session, written, command)
    if outcome is not None:
        command.Clear()
        command.input.CopyFrom(local_relation(outcome))
    return True


def _statement(relation: Any) -> Any:
    """The ``pb2.SQL`` of a command's input, which may name data frames; None when it is none."""
    if relation.WhichOneof("rel_type") == "with_relations":
        relation = relation.with_relations.root
    return relation.sql if relation.WhichOneof("rel_type") == "sql" else None


def _write(session: Session, plan: Any, properties: dict[str, str]) -> None:
    op = plan.command.write_operation
    # Names in the query first: the engine is asked for its schema.
    rewrite_parts(session, op.input)
    if op.WhichOneof("save_type") != "table":
        path_write(session, op)
        return
    name = session.resolve(split_name(op.table.table_name))
    record = table_write(session, op)
    if name is None or (record is None and not properties):
        return
    # Record and properties are kept only after the write; so the write is carried out here.
    session.back.command(plan.command)
    if record is not None:
        session.warehouse.write_record(name, record)
    if properties:
        parts = (name.schema.catalog, name.schema.schema, name.table)
        delta, _ = open_delta(session, parts)
        delta.alter.set_table_properties(properties, raise_if_not_exists=False)
    nothing = pb2.Command()
    nothing.sql_command.input.CopyFrom(local_relation(pa.table({"done": [True]})))
    plan.command.CopyFrom(nothing)


def _write_v2(session: Session, command: Any) -> dict[str, str]:
    """``df.writeTo(t).create()`` and the like, as the older form of the same write.

    Returns:
        The properties that the table is to have.
    """
    v2 = command.write_operation_v2
    modes = {
        _ModeV2.MODE_CREATE: _Mode.SAVE_MODE_ERROR_IF_EXISTS,
        _ModeV2.MODE_CREATE_OR_REPLACE: _Mode.SAVE_MODE_OVERWRITE,
        _ModeV2.MODE_REPLACE: _Mode.SAVE_MODE_OVERWRITE,
        _ModeV2.MODE_OVERWRITE_PARTITIONS: _Mode.SAVE_MODE_OVERWRITE,
    }
    if v2.mode not in modes:
        return {}
    if v2.mode in (_ModeV2.MODE_REPLACE, _ModeV2.MODE_OVERWRITE_PARTITIONS):
        name = session.resolve(split_name(v2.table_name))
        if name is not None and session.ensure_table(name) is None:
            raise analysis_error(
                "TABLE_OR_VIEW_NOT_FOUND", f"The table {name.sql} cannot be found."
            )
    columns = [_column(expression) for expression in v2.partitioning_columns]
    if None in columns:
        return {}  # A transform such as years(ts): the engine says what it makes of it.
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
    properties = dict(v2.table_properties)
    command.write_operation.CopyFrom(op)
    return properties


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
    check_options(pb2.Read.DataSource(options=table.options))
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
    check_options(source)
    if name == DELTA and len(source.paths) == 1:
        _version_suffix(session, source)
    paths = [read_path(session, path, name) for path in source.paths]
    source.paths[:] = paths
    for key in [key for key in source.options if key.lower() == "path"]:
        # Among the paths, for the engine heeds the option in some formats only.
        source.paths.append(read_path(session, source.options.pop(key), name))
    if name != DELTA:
        pick_files(source)
    type_partitions(session, source)


def _version_suffix(session: Session, source: Any) -> None:
    """``load("/table@v3")`` is version 3 of the table in that folder."""
    path, at, version = source.paths[0].rpartition("@v")
    if at and version.isdigit() and not is_delta(to_local(session, source.paths[0])):
        source.paths[0] = path
        source.options["versionAsOf"] = version


def _visit_relation(session: Session, relation: Any) -> None:
    """A query or a part of one, as ``show`` and ``display`` put theirs around ``describe``."""
    kind = relation.WhichOneof("rel_type")
    refuse_relation(kind)
    if kind in _STATISTICS:
        call = getattr(relation, kind)
        rewrite_parts(session, call)
        relation.CopyFrom(local_relation(_STATISTICS[kind](session, call)))
    elif reads_binary(relation):
        _visit_binary(session, relation)


def _visit_binary(session: Session, relation: Any) -> None:
    """A ``binaryFile`` read."""
    source = relation.read.data_source
    options = [value for key, value in source.options.items() if key.lower() == "path"]
    written = [*source.paths, *options]
    _data_source(session, source)
    show_paths(relation, written, [to_local(session, path) for path in written])


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
    "spark.connect.Relation": _visit_relation,
    "spark.connect.SQL": _visit_sql,
    "spark.connect.Catalog": _visit_catalog,
    "spark.connect.WriteOperationV2": _visit_write_v2,
    "spark.connect.WriteStreamOperationStart": _visit_stream,
    "spark.connect.MergeIntoTableCommand": _visit_merge,
    "spark.connect.CreateDataFrameViewCommand": _visit_view,
}
