"""The calls of ``spark.catalog``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyspark.sql.connect.proto as pb2
from pyspark.sql.connect.types import proto_schema_to_pyspark_data_type
from pyspark.sql.types import StructType

from brickyard.runtime.spark import noops, objects, schemas
from brickyard.runtime.spark.deltalog import columns_of
from brickyard.runtime.spark.deltatables import open_delta
from brickyard.runtime.spark.names import DEFAULT_SCHEMA, SchemaName, TableName
from brickyard.runtime.spark.session import Session
from brickyard.runtime.spark.sqltext.cursor import split_name
from brickyard.runtime.spark.sqltext.lexer import quote_string
from brickyard.runtime.spark.writes import column_ddl

_DONE = pa.table({"done": [True]})


def carry_out(session: Session, call: Any) -> pa.Table | None:
    """Carry out a call that changes something or that the engine answers wrongly.

    Args:
        session: The session.
        call: A ``pb2.Catalog``.

    Returns:
        The result, or None when the engine shall answer.
    """
    kind = call.WhichOneof("cat_type")
    handler = _CALLS.get(kind)
    return handler(session, getattr(call, kind)) if handler is not None else None


def prepare(session: Session, call: Any) -> None:
    """Make the engine know what a call asks about; rewrites the call's names in place."""
    kind = call.WhichOneof("cat_type")
    if kind is None:
        return
    inner = getattr(call, kind)
    fields = {field.name for field in inner.DESCRIPTOR.fields}
    if "table_name" in fields and inner.table_name:
        _prepare_table(session, inner, fields)
    elif kind in ("list_tables", "list_views"):
        schema = _schema(session, inner)
        session.check_schema(schema)
        session.ensure_all(schema)
        inner.db_name = f"{schema.catalog}.{schema.schema}"
    elif kind in ("get_database", "database_exists"):
        schema = _schema(session, inner)
        session.ensure_schema(schema)
        inner.db_name = f"{schema.catalog}.{schema.schema}"
    elif kind == "list_databases":
        schemas.know_schemas(session, session.catalog)


def _schema(session: Session, inner: Any) -> SchemaName:
    parts = split_name(inner.db_name) if inner.db_name else ()
    return session.resolve_schema(parts) if parts else session.current


def _table_parts(inner: Any, fields: set[str]) -> tuple[str, ...]:
    parts = split_name(inner.table_name)
    if "db_name" in fields and inner.db_name:
        parts = (*split_name(inner.db_name), *parts)
    return parts


def _prepare_table(session: Session, inner: Any, fields: set[str]) -> None:
    parts = _table_parts(inner, fields)
    name = session.resolve(parts) if parts else None
    if name is None:
        if len(parts) == 1 and parts[0].lower() in session.temp_views:
            inner.table_name = parts[0].lower()
        return
    session.ensure_table(name)
    inner.table_name = f"{name.schema.catalog}.{name.schema.schema}.{name.table}"
    if "db_name" in fields:
        inner.ClearField("db_name")


def _set_current_catalog(session: Session, inner: Any) -> pa.Table:
    session.use(SchemaName(inner.catalog_name.lower(), DEFAULT_SCHEMA))
    return _DONE


def _set_current_database(session: Session, inner: Any) -> pa.Table:
    session.use(session.resolve_schema(split_name(inner.db_name) or (inner.db_name,)))
    return _DONE


def _list_tables(session: Session, inner: Any) -> pa.Table:
    """What the engine lists; it takes every table with a location for an external one."""
    call = pb2.Relation()
    call.catalog.list_tables.CopyFrom(inner)
    prepare(session, call.catalog)
    listed = session.back.table(call)
    schema = _schema(session, inner)
    managed = {
        name.table
        for name in session.warehouse.tables(schema)
        if session.warehouse.is_managed(name)
    }
    # The engine's columns have numbers for names; their order is pyspark's.
    names, kinds = listed.column(0).to_pylist(), listed.column(4).to_pylist()
    shown = [
        "MANAGED" if kind == "EXTERNAL" and name in managed else kind
        for name, kind in zip(names, kinds, strict=True)
    ]
    return listed.set_column(4, listed.schema.names[4], pa.array(shown, pa.string()))


def _create_table(session: Session, inner: Any) -> pa.Table:
    """``spark.catalog.createTable``, as the statement it stands for."""
    columns = ""
    if inner.HasField("schema"):
        struct = proto_schema_to_pyspark_data_type(inner.schema)
        if isinstance(struct, StructType) and struct.fields:
            columns = f" ({', '.join(column_ddl(field) for field in struct)})"
    options = dict(inner.options)
    path = inner.path or options.pop("path", "")
    text = f"CREATE TABLE {inner.table_name}{columns} USING {inner.source or 'delta'}"
    if options:
        pairs = ", ".join(f"{quote_string(k)} = {quote_string(v)}" for k, v in options.items())
        text += f" OPTIONS ({pairs})"
    if path:
        text += f" LOCATION {quote_string(path)}"
    if inner.description:
        text += f" COMMENT {quote_string(inner.description)}"
    objects.create_table(session, pb2.SQL(query=text))
    return pa.table({"done": [True]}).slice(0, 0)


def _delta_name(session: Session, inner: Any) -> TableName | None:
    """The full name when the call is about a Delta folder of the warehouse."""
    parts = _table_parts(inner, {field.name for field in inner.DESCRIPTOR.fields})
    name = session.resolve(parts) if parts else None
    stored = session.ensure_table(name) if name is not None else None
    return name if stored is not None and stored.record is None else None


def _list_columns(session: Session, inner: Any) -> pa.Table | None:
    name = _delta_name(session, inner)
    if name is None:
        return None
    delta, _ = open_delta(session, (name.schema.catalog, name.schema.schema, name.table))
    partitions = set(delta.metadata().partition_columns)
    columns = columns_of(delta)
    count = len(columns)
    return pa.table(
        {
            "name": pa.array([field.name for field in columns], pa.string()),
            "description": pa.array([f.metadata.get("comment") for f in columns], pa.string()),
            "dataType": pa.array([f.dataType.simpleString() for f in columns], pa.string()),
            "nullable": pa.array([field.nullable for field in columns], pa.bool_()),
            "isPartition": pa.array([f.name in partitions for f in columns], pa.bool_()),
            "isBucket": pa.array([False] * count, pa.bool_()),
            "isCluster": pa.array([False] * count, pa.bool_()),
        }
    )


def _table_row(name: TableName, description: str | None, kind: str) -> pa.Table:
    return pa.table(
        {
            "name": pa.array([name.table], pa.string()),
            "catalog": pa.array([name.schema.catalog], pa.string()),
            "namespace": pa.array([[name.schema.schema]], pa.list_(pa.string())),
            "description": pa.array([description], pa.string()),
            "tableType": pa.array([kind], pa.string()),
            "isTemporary": pa.array([False], pa.bool_()),
        }
    )


def _get_table(session: Session, inner: Any) -> pa.Table | None:
    name = _delta_name(session, inner)
    if name is None:
        return None
    delta, _ = open_delta(session, (name.schema.catalog, name.schema.schema, name.table))
    return _table_row(name, delta.metadata().description, "MANAGED")


def _drop_table(session: Session, inner: Any) -> pa.Table | None:
    name = session.resolve(split_name(inner.table_name))
    if name is None:
        return None
    objects.remove_table(session, name, is_view=False, if_exists=inner.if_exists)
    return _DONE


def _drop_view(session: Session, inner: Any) -> pa.Table | None:
    name = session.resolve(split_name(inner.view_name))
    if name is None:
        return None
    objects.remove_table(session, name, is_view=True, if_exists=inner.if_exists)
    return _DONE


def _create_database(session: Session, inner: Any) -> pa.Table:
    schema = session.resolve_schema(split_name(inner.db_name))
    schemas.make_schema(session, schema, if_not_exists=inner.if_not_exists)
    return _DONE


def _drop_database(session: Session, inner: Any) -> pa.Table:
    schema = session.resolve_schema(split_name(inner.db_name))
    schemas.remove_schema(session, schema, if_exists=inner.if_exists, cascade=inner.cascade)
    return _DONE


def _drop_temp_view(session: Session, inner: Any) -> None:
    inner.view_name = inner.view_name.lower()
    session.temp_views.discard(inner.view_name)


def _refresh_table(session: Session, inner: Any) -> pa.Table:
    open_delta(session, split_name(inner.table_name))
    return _DONE


def _cache_table(session: Session, inner: Any) -> pa.Table:
    parts = split_name(inner.table_name)
    noops.check_exists(session, parts)
    noops.note_cached(session, parts, cached=True)
    return _DONE


def _uncache_table(session: Session, inner: Any) -> pa.Table:
    noops.note_cached(session, split_name(inner.table_name), cached=False)
    return _DONE


def _is_cached(session: Session, inner: Any) -> pa.Table:
    parts = split_name(inner.table_name)
    noops.check_exists(session, parts)
    table = session.resolve(parts)
    return pa.table({"cached": [table in session.cached]})


def _clear_cache(session: Session, inner: Any) -> pa.Table:
    del inner
    session.cached.clear()
    return _DONE


def _nothing_to_do(session: Session, inner: Any) -> pa.Table:
    """``refreshByPath``: nothing is kept of a path's files. ``recoverPartitions``: nor of those."""
    del session, inner
    return _DONE


def _function_names(session: Session) -> list[str]:
    listed = pb2.Relation()
    listed.catalog.list_functions.SetInParent()
    return [str(name) for name in session.back.table(listed).column(0).to_pylist()]


def _function_exists(session: Session, inner: Any) -> pa.Table:
    wanted = inner.function_name.rpartition(".")[2].lower()
    return pa.table({"exists": [wanted in (n.lower() for n in _function_names(session))]})


_CALLS: dict[str, Callable[[Session, Any], pa.Table | None]] = {
    "list_tables": _list_tables,
    "create_table": _create_table,
    "create_external_table": _create_table,
    "set_current_catalog": _set_current_catalog,
    "set_current_database": _set_current_database,
    "list_columns": _list_columns,
    "get_table": _get_table,
    "drop_table": _drop_table,
    "drop_view": _drop_view,
    "create_database": _create_database,
    "drop_database": _drop_database,
    "drop_temp_view": _drop_temp_view,
    "refresh_table": _refresh_table,
    "refresh_by_path": _nothing_to_do,
    "recover_partitions": _nothing_to_do,
    "cache_table": _cache_table,
    "uncache_table": _uncache_table,
    "is_cached": _is_cached,
    "clear_cache": _clear_cache,
    "function_exists": _function_exists,
}
