"""``DESCRIBE`` and ``SHOW`` of a table, answered from its own Delta log.

The engine registers tables without columns (so that they can change under it), and knows neither
history nor detail.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyspark.sql.connect.proto as pb2
from pyspark.sql.connect.types import proto_schema_to_pyspark_data_type
from pyspark.sql.types import StructType

from brickyard.runtime.spark.deltalog import columns_of
from brickyard.runtime.spark.deltatables import open_delta
from brickyard.runtime.spark.errors import UnsupportedSqlError, analysis_error
from brickyard.runtime.spark.names import TableName
from brickyard.runtime.spark.results import strings
from brickyard.runtime.spark.rewriting import rewrite_sql
from brickyard.runtime.spark.session import Session
from brickyard.runtime.spark.sqltext.cursor import Cursor
from brickyard.runtime.spark.sqltext.lexer import Kind, quote_name, quote_string
from brickyard.runtime.spark.sqltext.refs import splice
from brickyard.runtime.spark.writes import column_ddl

if TYPE_CHECKING:
    from deltalake import DeltaTable

_DESCRIBED_OTHERS = ("FUNCTION", "CATALOG", "SCHEMA", "DATABASE")
_QUERY_WORDS = ("QUERY", "SELECT", "WITH", "VALUES")
_METADATA_COLUMNS = ("col_name", "data_type", "comment")


# -- DESCRIBE -------------------------------------------------------------------------------------


def describe(session: Session, relation: Any) -> str | pa.Table | None:
    """``DESCRIBE [TABLE] [EXTENDED] t``, ``DESCRIBE HISTORY t`` and ``DESCRIBE DETAIL t``."""
    cursor = Cursor(relation.query)
    cursor.accept_any("DESCRIBE", "DESC")
    following = cursor.peek(1)
    is_word = following is not None and following.text != "."
    if is_word and cursor.accept("HISTORY"):
        return _history(session, cursor)
    if is_word and cursor.accept("DETAIL"):
        return _detail(session, cursor)
    token = cursor.peek()
    if token is not None and token.upper in _QUERY_WORDS and is_word:
        return _describe_query(session, relation, cursor)
    if token is None or (token.upper in _DESCRIBED_OTHERS and is_word):
        return None
    cursor.accept("TABLE")
    extended = cursor.accept_any("EXTENDED", "FORMATTED") is not None
    name = cursor.name()
    if name is None:
        return None
    if not cursor.done:
        return _describe_column(session, name.parts, cursor)
    table = session.resolve(name.parts)
    stored = session.ensure_table(table) if table is not None else None
    if table is not None and stored is not None and stored.record is None:
        return _describe_table(open_delta(session, name.parts)[0], table, extended=extended)
    text = splice(relation.query, [(name.start, name.end, table.sql)] if stored and table else [])
    return _say_table(rewrite_sql(session, text), extended=extended)


def _describe_column(session: Session, parts: tuple[str, ...], cursor: Cursor) -> pa.Table | None:
    """``DESCRIBE t column``."""
    column = cursor.name()
    if column is None or not cursor.done:
        raise UnsupportedSqlError(
            f"DESCRIBE {'.'.join(parts)} with further words", "Use DESCRIBE EXTENDED or DETAIL."
        )
    for field in columns_of(open_delta(session, parts)[0]):
        if field.name.lower() == column.parts[-1].lower():
            comment = (field.metadata or {}).get("comment")
            facts = ("col_name", field.name), ("data_type", field.dataType.simpleString())
            return strings(("info_name", "info_value"), [*facts, ("comment", comment or "NULL")])
    raise analysis_error("UNRESOLVED_COLUMN", f"The table has no column {column.parts[-1]!r}.")


def _describe_query(session: Session, relation: Any, cursor: Cursor) -> pa.Table | None:
    cursor.accept("QUERY")
    token = cursor.peek()
    if token is None:
        return None
    query = pb2.Relation()
    query.sql.CopyFrom(relation)
    query.sql.query = rewrite_sql(session, cursor.sql[token.start :])
    struct = proto_schema_to_pyspark_data_type(session.back.schema(query))
    if not isinstance(struct, StructType):
        return None
    rows = [(field.name, field.dataType.simpleString(), None) for field in struct]
    return strings(_METADATA_COLUMNS, rows)


def _say_table(sql: str, *, extended: bool) -> str:
    """The engine wants the word TABLE, which Spark lets one leave out."""
    if extended:
        return sql
    return re.sub(r"^\s*(?:describe|desc)\s+(?!table\b)", "DESCRIBE TABLE ", sql, flags=re.I)


def _describe_table(delta: DeltaTable, name: TableName, *, extended: bool) -> pa.Table:
    metadata = delta.metadata()
    columns = columns_of(delta)
    rows: list[tuple[str | None, ...]] = [
        (field.name, field.dataType.simpleString(), field.metadata.get("comment"))
        for field in columns
    ]
    if metadata.partition_columns:
        rows += [("# Partition Information", "", ""), ("# col_name", "data_type", "comment")]
        rows += [
            (name_, columns[name_].dataType.simpleString(), columns[name_].metadata.get("comment"))
            for name_ in metadata.partition_columns
        ]
    if extended:
        rows += [
            ("", "", ""),
            ("# Detailed Table Information", "", ""),
            ("Catalog", name.schema.catalog, ""),
            ("Database", name.schema.schema, ""),
            ("Table", name.table, ""),
            ("Type", "MANAGED", ""),
            ("Comment", metadata.description or "", ""),
            ("Location", str(delta.table_uri), ""),
            ("Provider", "delta", ""),
            ("Table Properties", _properties(metadata.configuration), ""),
        ]
    return strings(_METADATA_COLUMNS, rows)


def _properties(properties: dict[str, Any]) -> str:
    return "[" + ",".join(f"{key}={value}" for key, value in sorted(properties.items())) + "]"


_STRING_MAP = pa.map_(pa.string(), pa.string())
_HISTORY = pa.schema(
    [
        ("version", pa.int64()),
        ("timestamp", pa.timestamp("us", tz="UTC")),
        ("userId", pa.string()),
        ("userName", pa.string()),
        ("operation", pa.string()),
        ("operationParameters", _STRING_MAP),
        ("readVersion", pa.int64()),
        ("isolationLevel", pa.string()),
        ("isBlindAppend", pa.bool_()),
        ("operationMetrics", _STRING_MAP),
        ("userMetadata", pa.string()),
        ("engineInfo", pa.string()),
    ]
)


def _text_map(values: Any) -> list[tuple[str, str]]:
    if not isinstance(values, dict):
        return []
    return [
        (str(key), value if isinstance(value, str) else json.dumps(value))
        for key, value in values.items()
        if value is not None
    ]


def _history(session: Session, cursor: Cursor) -> pa.Table | None:
    name = cursor.name()
    if name is None:
        return None
    limit = None
    if cursor.accept("LIMIT"):
        token = cursor.take()
        limit = int(token.text) if token and token.kind is Kind.NUMBER else None
    delta, _ = open_delta(session, name.parts)
    rows = [
        {
            "version": entry.get("version"),
            "timestamp": _micros(entry.get("timestamp")),
            "operation": entry.get("operation"),
            "operationParameters": _text_map(entry.get("operationParameters")),
            "readVersion": entry.get("readVersion"),
            "isolationLevel": entry.get("isolationLevel"),
            "isBlindAppend": entry.get("isBlindAppend"),
            "operationMetrics": _text_map(entry.get("operationMetrics")),
            "userMetadata": entry.get("userMetadata"),
            "engineInfo": entry.get("engineInfo") or entry.get("clientVersion"),
        }
        for entry in delta.history(limit)
    ]
    return pa.Table.from_pylist(rows, schema=_HISTORY)


def _micros(millis: Any) -> int | None:
    return None if millis is None else int(millis) * 1000


_DETAIL = pa.schema(
    [
        ("format", pa.string()),
        ("id", pa.string()),
        ("name", pa.string()),
        ("description", pa.string()),
        ("location", pa.string()),
        ("createdAt", pa.timestamp("us", tz="UTC")),
        ("lastModified", pa.timestamp("us", tz="UTC")),
        ("partitionColumns", pa.list_(pa.string())),
        ("numFiles", pa.int64()),
        ("sizeInBytes", pa.int64()),
        ("properties", _STRING_MAP),
        ("minReaderVersion", pa.int32()),
        ("minWriterVersion", pa.int32()),
    ]
)


def _detail(session: Session, cursor: Cursor) -> pa.Table | None:
    name = cursor.name()
    if name is None or not cursor.done:
        return None
    delta, shown = open_delta(session, name.parts)
    metadata, protocol = delta.metadata(), delta.protocol()
    files = pa.table(delta.get_add_actions(flatten=True))
    sizes = files.column("size_bytes").to_pylist() if files.num_rows else []
    last = next(iter(delta.history(1)), {})
    row = {
        "format": "delta",
        "id": str(metadata.id),
        "name": shown,
        "description": metadata.description,
        "location": delta.table_uri,
        "createdAt": _micros(metadata.created_time),
        "lastModified": _micros(last.get("timestamp")),
        "partitionColumns": list(metadata.partition_columns),
        "numFiles": len(sizes),
        "sizeInBytes": sum(sizes),
        "properties": _text_map(metadata.configuration),
        "minReaderVersion": protocol.min_reader_version,
        "minWriterVersion": protocol.min_writer_version,
    }
    return pa.Table.from_pylist([row], schema=_DETAIL)


# -- SHOW -----------------------------------------------------------------------------------------


def show(session: Session, relation: Any) -> str | pa.Table | None:
    """``SHOW COLUMNS``, ``SHOW TBLPROPERTIES`` and ``SHOW PARTITIONS`` of a Delta table."""
    cursor = Cursor(relation.query)
    cursor.accept("SHOW")
    if cursor.accept("CREATE", "TABLE"):
        return _show_create(session, cursor)
    word = cursor.accept_any("COLUMNS", "TBLPROPERTIES", "PARTITIONS")
    if word is None:
        return None
    cursor.accept_any("IN", "FROM")
    name = cursor.name()
    if name is None:
        return None
    parts = name.parts
    if cursor.accept_any("IN", "FROM"):
        schema = cursor.name()
        parts = (*schema.parts, *parts) if schema is not None else parts
    delta, _ = open_delta(session, parts)
    if word == "COLUMNS":
        return strings(("col_name",), [(field.name,) for field in columns_of(delta)])
    if word == "TBLPROPERTIES":
        pairs = sorted(delta.metadata().configuration.items())
        return strings(("key", "value"), [(key, str(value)) for key, value in pairs])
    return _partitions(delta)


def _show_create(session: Session, cursor: Cursor) -> pa.Table | None:
    name = cursor.name()
    if name is None:
        return None
    delta, shown = open_delta(session, name.parts)
    metadata = delta.metadata()
    columns = ",\n  ".join(column_ddl(field) for field in columns_of(delta))
    lines = [f"CREATE TABLE {shown} (\n  {columns})", "USING delta"]
    if metadata.partition_columns:
        lines.append(f"PARTITIONED BY ({', '.join(map(quote_name, metadata.partition_columns))})")
    if metadata.description:
        lines.append(f"COMMENT {quote_string(metadata.description)}")
    if metadata.configuration:
        found = sorted(metadata.configuration.items())
        text = ",\n  ".join(f"{quote_string(k)} = {quote_string(str(v))}" for k, v in found)
        lines.append(f"TBLPROPERTIES (\n  {text})")
    return strings(("createtab_stmt",), [("\n".join(lines),)])


def _partitions(delta: DeltaTable) -> pa.Table:
    columns = tuple(delta.metadata().partition_columns)
    if not columns:
        raise analysis_error(
            "INVALID_PARTITION_OPERATION.PARTITION_SCHEMA_IS_EMPTY", "The table is not partitioned."
        )
    found = {tuple(str(part.get(c)) for c in columns) for part in delta.partitions()}
    return strings(columns, sorted(found))
