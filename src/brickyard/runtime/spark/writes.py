"""Writes of a query into a table: what must be put right before the engine carries them out."""

from __future__ import annotations

import uuid
from typing import Any

import pyarrow as pa
import pyspark.sql.connect.proto as pb2
from pyspark.sql.connect.types import proto_schema_to_pyspark_data_type
from pyspark.sql.pandas.types import to_arrow_schema
from pyspark.sql.types import ArrayType, DataType, MapType, StructField, StructType, UserDefinedType

from brickyard.runtime.spark.backchannel import local_relation
from brickyard.runtime.spark.deltalog import open_delta_table
from brickyard.runtime.spark.deltatables import stored_folder
from brickyard.runtime.spark.errors import analysis_error
from brickyard.runtime.spark.evolution import align
from brickyard.runtime.spark.names import TableName, check_storable
from brickyard.runtime.spark.overwrites import drop_option, narrow, option, refuse_dynamic_files
from brickyard.runtime.spark.reads import check_write_options
from brickyard.runtime.spark.rewriting import path_reference, to_local, write_path
from brickyard.runtime.spark.session import Session
from brickyard.runtime.spark.sqltext.cursor import split_name
from brickyard.runtime.spark.sqltext.lexer import quote_name, quote_string
from brickyard.runtime.spark.warehouse import Record, Stored, is_delta

_Op = pb2.WriteOperation
_SAVE_AS = _Op.SaveTable.TABLE_SAVE_METHOD_SAVE_AS_TABLE
DELTA = "delta"


def table_write(session: Session, op: Any) -> Record | None:
    """Prepare ``saveAsTable`` and ``insertInto``; changes ``op`` in place.

    Args:
        session: The session.
        op: A ``pb2.WriteOperation`` into a table.

    Returns:
        The record to keep once the write has succeeded, for a table that is not a Delta folder of
        the warehouse; None for all others.

    Raises:
        AnalysisException: When the schema is missing or the name is a view's.
    """
    parts = split_name(op.table.table_name)
    path = path_reference(parts) if parts else None
    if path is not None:
        op.source = op.source or path[0]
        op.path = path[1]
        path_write(session, op)
        return None
    name = session.resolve(parts) if parts else None
    if name is None:
        return None
    session.check_schema(name.schema)
    stored = session.ensure_table(name)
    op.table.table_name = name.sql
    if stored is not None and stored.record is not None and stored.record.kind == "VIEW":
        raise analysis_error("EXPECT_TABLE_NOT_VIEW", f"{name} is a view: it takes no rows.")
    if op.table.save_method != _SAVE_AS:
        folder = stored_folder(session, name, stored) if stored is not None else None
        if folder is not None:
            narrow(session, op, session.location(folder))
        return None
    return _save_as(session, op, name, stored)


def path_write(session: Session, op: Any) -> None:
    """Prepare ``df.write.save(path)``; changes ``op`` in place."""
    if not op.path:
        return
    source = op.source.lower() or DELTA
    if session.paths.is_foreign(op.path):
        return
    if source != DELTA:
        check_write_options(op)
        refuse_dynamic_files(session, op)
    existed = is_delta(to_local(session, op.path))
    op.path = write_path(session, op.path, source)
    if source == DELTA and existed:
        if op.mode == _Op.SaveMode.SAVE_MODE_APPEND:
            align(session, op, op.path)
        narrow(session, op, op.path)
    if source != DELTA or (existed and not replaces_schema(op)):
        return
    columns = make_nullable(session, op)
    if columns is not None and not existed and moves_columns(op, columns):
        create_partitioned(session, op.path.removeprefix("file://"), op, columns)
        _no_longer_overwrites(op, _Op.SaveMode.SAVE_MODE_APPEND)


def _save_as(session: Session, op: Any, name: TableName, stored: Stored | None) -> Record | None:
    provider = op.source.lower() or DELTA
    if stored is None:
        check_storable("table", name.table)
    record = None
    location = option(op, "path")
    if stored is None and (location is not None or provider != DELTA):
        record = _external(session, op, name, provider, location)
    if provider == DELTA:
        columns = None
        if stored is None or replaces_schema(op):
            columns = make_nullable(session, op)
        is_new = stored is None and record is None
        if is_new and columns is not None and moves_columns(op, columns):
            _create_aside(session, op, name, columns)
        if stored is not None and _into_existing(session, op, name, stored):
            return None
    elif stored is not None:
        refuse_dynamic_files(session, op)
    if stored is None or op.mode == _Op.SaveMode.SAVE_MODE_OVERWRITE or op.partitioning_columns:
        # A plain append leaves the registration alone, and with it other threads' queries.
        session.engine_owns(name)
    return record


def _into_existing(session: Session, op: Any, name: TableName, stored: Stored) -> bool:
    """Prepare a write into a Delta table; returns whether it has become one to its folder."""
    folder = stored_folder(session, name, stored)
    if folder is None:
        return False
    place = session.location(folder)
    overwrites = op.mode == _Op.SaveMode.SAVE_MODE_OVERWRITE
    if op.mode == _Op.SaveMode.SAVE_MODE_APPEND or (overwrites and not replaces_schema(op)):
        align(session, op, place)
    # By its folder, an overwrite leaves the registration alone, and with it other threads' queries.
    if narrow(session, op, place, always=overwrites and _keeps_partitions(op, place)):
        return True
    if stored.record is None:
        _match_partitions(session, op, name)
    return False


def _keeps_partitions(op: Any, folder: str) -> bool:
    """Whether an overwrite names the partitioning that the table has."""
    if not op.partitioning_columns and not replaces_schema(op):
        return True
    columns = list(open_delta_table(folder).metadata().partition_columns)
    return columns == list(op.partitioning_columns)


def replaces_schema(op: Any) -> bool:
    """Whether a write replaces the table's schema with the query's."""
    is_overwrite = op.mode == _Op.SaveMode.SAVE_MODE_OVERWRITE
    return is_overwrite and (option(op, "overwriteschema") or "").lower() == "true"


def _external(
    session: Session, op: Any, name: TableName, provider: str, location: str | None
) -> Record:
    """The record of a table outside the warehouse or in another format than Delta."""
    if location is None:
        local = session.location(session.warehouse.table_dir(name))
    else:
        local = write_path(session, location, provider)
        drop_option(op, "path")
        op.options["path"] = local
    options = {
        key: value
        for key, value in op.options.items()
        if key.lower() not in ("path", "overwriteschema", "mergeschema")
    }
    return Record(
        kind="EXTERNAL",
        ddl=external_ddl(name, provider, local, options, list(op.partitioning_columns)),
        provider=provider,
        location=location or "",
    )


def external_ddl(
    name: TableName,
    provider: str,
    location: str,
    options: dict[str, str],
    partitions: list[str],
    columns: str = "",
) -> str:
    """The statement that registers an external table again."""
    parts = [f"CREATE TABLE IF NOT EXISTS {name.sql}"]
    # A Delta table's own log knows its columns, and keeps knowing them when they change.
    if provider != DELTA and columns:
        parts.append(columns)
    parts.append(f"USING {provider}")
    if options and provider != DELTA:
        pairs = ", ".join(f"{quote_string(k)} = {quote_string(v)}" for k, v in options.items())
        parts.append(f"OPTIONS ({pairs})")
    if partitions and provider != DELTA:
        parts.append(f"PARTITIONED BY ({', '.join(map(quote_name, partitions))})")
    parts.append(f"LOCATION {quote_string(location)}")
    return " ".join(parts)


def _match_partitions(session: Session, op: Any, name: TableName) -> None:
    """Let the engine accept a partitioning that is named again, or replaced, by a write.

    The engine compares it with its own registration, which knows no partitioning.
    """
    if not op.partitioning_columns:
        return
    folder = session.location(session.warehouse.table_dir(name))
    columns = open_delta_table(folder).metadata().partition_columns
    if replaces_schema(op):
        columns = list(op.partitioning_columns)
    by = f"PARTITIONED BY ({', '.join(map(quote_name, columns))})" if columns else ""
    session.back.sql(f"DROP TABLE IF EXISTS {name.sql}")
    session.back.sql(
        f"CREATE TABLE IF NOT EXISTS {name.sql} USING delta {by} LOCATION {quote_string(folder)}"
    )


# -- the order of columns -------------------------------------------------------------------------


def moves_columns(op: Any, columns: StructType) -> bool:
    """Whether the engine would store the columns in another order than the query's.

    It puts those that partition the table last; Spark leaves them where they are.
    """
    names = [field.name.lower() for field in columns]
    partitions = [name.lower() for name in op.partitioning_columns]
    return bool(partitions) and names[-len(partitions) :] != partitions


def column_ddl(field: StructField) -> str:
    """A column as in ``CREATE TABLE``."""
    text = f"{quote_name(field.name)} {field.dataType.simpleString()}"
    if not field.nullable:
        text += " NOT NULL"
    comment = field.metadata.get("comment") if field.metadata else None
    return f"{text} COMMENT {quote_string(comment)}" if comment else text


def create_partitioned(session: Session, folder: str, op: Any, columns: StructType) -> None:
    """Make an empty Delta table that has the query's columns in the query's order."""
    scratch = TableName(session.current, f"creating_{uuid.uuid4().hex}")
    session.ensure_schema(scratch.schema)
    session.back.sql(
        f"CREATE TABLE {scratch.sql} ({', '.join(map(column_ddl, columns))}) USING delta "
        f"PARTITIONED BY ({', '.join(map(quote_name, op.partitioning_columns))}) "
        f"LOCATION {quote_string(folder)}"
    )
    session.back.sql(f"DROP TABLE IF EXISTS {scratch.sql}")


def _create_aside(session: Session, op: Any, name: TableName, columns: StructType) -> None:
    """Make a new table's rows aside, so that it appears whole or not at all.

    ``op`` becomes a write that finds the table there and has nothing left to do.
    """
    aside = session.warehouse.aside(name)
    folder = session.location(aside)
    create_partitioned(session, folder, op, columns)
    rows = pb2.WriteOperation()
    rows.CopyFrom(op)
    rows.path = folder
    rows.source = DELTA
    _no_longer_overwrites(rows, _Op.SaveMode.SAVE_MODE_APPEND)
    session.back.command(pb2.Command(write_operation=rows))
    if session.warehouse.put_in_place(aside, session.warehouse.table_dir(name)):
        session.ensure_table(name)
        _no_longer_overwrites(op, _Op.SaveMode.SAVE_MODE_IGNORE)
    _match_partitions(session, op, name)


def _no_longer_overwrites(op: Any, mode: Any) -> None:
    """Give a write to a new table another mode; the engine takes this option in no other."""
    op.mode = mode
    drop_option(op, "overwriteschema")


# -- nullability ----------------------------------------------------------------------------------


def make_nullable(session: Session, op: Any) -> StructType | None:
    """Let every column of a new Delta table take nulls, as on Spark.

    The engine would keep that a literal or a range is never null, and refuse nulls in later
    writes. A union with no rows of nullable columns takes that away at no cost.

    Returns:
        The columns of the query, all nullable; None when they are not columns.
    """
    found = proto_schema_to_pyspark_data_type(session.back.schema(op.input))
    if not isinstance(found, StructType):
        return None
    wanted: StructType = _nullable(found)
    if wanted == found or _has_udt(wanted):
        return wanted
    empty = local_relation(
        pa.Table.from_batches([], schema=to_arrow_schema(wanted, timezone="UTC"))
    )
    empty.local_relation.schema = wanted.json()
    union = pb2.Relation()
    union.set_op.left_input.CopyFrom(op.input)
    union.set_op.right_input.CopyFrom(empty)
    union.set_op.set_op_type = pb2.SetOperation.SetOpType.SET_OP_TYPE_UNION
    union.set_op.is_all = True
    op.input.CopyFrom(union)
    return wanted


def _nullable(data_type: Any) -> Any:
    if isinstance(data_type, StructType):
        return StructType(
            [StructField(f.name, _nullable(f.dataType), True, f.metadata) for f in data_type]
        )
    if isinstance(data_type, ArrayType):
        return ArrayType(_nullable(data_type.elementType), True)
    if isinstance(data_type, MapType):
        return MapType(_nullable(data_type.keyType), _nullable(data_type.valueType), True)
    return data_type


def _has_udt(data_type: DataType) -> bool:
    if isinstance(data_type, StructType):
        return any(_has_udt(field.dataType) for field in data_type)
    if isinstance(data_type, ArrayType):
        return _has_udt(data_type.elementType)
    return isinstance(data_type, UserDefinedType)
