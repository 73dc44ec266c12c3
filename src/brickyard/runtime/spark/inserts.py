"""``INSERT`` in the forms that the engine lacks, or would carry out for the whole table."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import grpc
import pyarrow as pa
import pyspark.sql.connect.proto as pb2
from pyspark.sql.connect.types import proto_schema_to_pyspark_data_type
from pyspark.sql.types import StructField, StructType

from brickyard.runtime.spark.deltalog import columns_of, open_delta_table
from brickyard.runtime.spark.deltatables import delta_folder
from brickyard.runtime.spark.errors import UnsupportedSqlError, analysis_error
from brickyard.runtime.spark.evolution import is_computed
from brickyard.runtime.spark.overwrites import (
    is_dynamic,
    mismatch_check,
    narrow,
)
from brickyard.runtime.spark.results import write_counts
from brickyard.runtime.spark.rewriting import path_reference, rewrite_sql
from brickyard.runtime.spark.session import Session
from brickyard.runtime.spark.sqltext.cursor import Cursor, Name
from brickyard.runtime.spark.sqltext.ddl import group, split_list
from brickyard.runtime.spark.sqltext.lexer import quote_name

_QUERY = ("SELECT", "WITH", "VALUES", "TABLE", "FROM")
_Mode = pb2.WriteOperation.SaveMode


@dataclass
class _Insert:
    """An ``INSERT`` taken apart.

    Attributes:
        name: The table.
        overwrite: INSERT OVERWRITE.
        partitions: Columns of PARTITION; with a value as written, or None.
        columns: The column list; None without one.
        replace_where: The condition of REPLACE WHERE, as written.
        by_name: BY NAME.
        query: Where the query starts.
    """

    name: Name
    overwrite: bool
    partitions: dict[str, str | None] = field(default_factory=dict)
    columns: list[str] | None = None
    replace_where: str = ""
    by_name: bool = False
    query: int = 0


def insert(session: Session, relation: Any) -> str | pa.Table | None:
    """``INSERT INTO`` and ``INSERT OVERWRITE`` a Delta table."""
    statement = _parse(relation.query)
    folder = delta_folder(session, statement.name.parts) if statement is not None else None
    if statement is None or folder is None:
        return None
    _tell_columns_apart(session, relation, statement)
    delta = open_delta_table(session.location(folder))
    columns = columns_of(delta)
    if statement.partitions:
        return _into_partition(session, relation.query, statement, list(columns))
    partitioned = bool(delta.metadata().partition_columns)
    dynamic = statement.overwrite and partitioned and is_dynamic(session)
    if dynamic or path_reference(statement.name.parts) is not None:
        if statement.columns is not None or statement.by_name or statement.replace_where:
            raise UnsupportedSqlError(
                "INSERT with a column list into partitions overwritten dynamically, or a path",
                "List the columns in the query, in the table's order.",
            )
        return _as_write(session, relation, statement, folder)
    if statement.replace_where:
        return _checked(session, relation.query, statement, columns.names)
    missing = _missing(statement, list(columns))
    return _completed(session, relation.query, statement, missing) if missing else None


def _parse(sql: str) -> _Insert | None:
    cursor = Cursor(sql)
    if not cursor.accept("INSERT"):
        return None
    word = cursor.accept_any("INTO", "OVERWRITE")
    cursor.accept("INTO")
    cursor.accept("TABLE")
    name = cursor.name() if word is not None else None
    if name is None:
        return None
    found = _Insert(name, overwrite=word == "OVERWRITE")
    if cursor.accept("PARTITION"):
        found.partitions = _partition_values(group(cursor))
    token, following = cursor.peek(), cursor.peek(1)
    is_query = following is not None and (following.upper in _QUERY or following.text == "(")
    if token is not None and token.text == "(" and not is_query:
        found.columns = [Cursor(part).tokens[0].value for part in split_list(group(cursor)[1:-1])]
    found.by_name = cursor.accept("BY", "NAME")
    if cursor.accept("REPLACE", "WHERE"):
        found.replace_where = _condition(cursor)
    token = cursor.peek()
    found.query = token.start if token is not None else len(sql)
    return found


def _tell_columns_apart(session: Session, relation: Any, statement: _Insert) -> None:
    """Name a query's columns anew where two have one name, as in ``SELECT 1, null, null``.

    An insert goes by position and does not ask for names; the engine refuses such a query.
    ``relation`` is changed in place.
    """
    head, query = relation.query[: statement.query], relation.query[statement.query :]
    first = Cursor(query).peek()
    if statement.by_name or first is None or first.upper not in ("SELECT", "WITH"):
        return
    asked = pb2.Relation()
    asked.sql.CopyFrom(relation)
    asked.sql.query = rewrite_sql(session, query)
    try:
        schema = proto_schema_to_pyspark_data_type(session.back.schema(asked))
    except grpc.RpcError:
        return  # It names data frames, or is wrong: the engine says so of the whole statement.
    names = schema.names if isinstance(schema, StructType) else []
    if len({name.lower() for name in names}) < len(names):
        listed = ", ".join(quote_name(f"_{index}") for index in range(len(names)))
        text = query.rstrip().rstrip(";")
        # Lines of their own: the query may end with a comment.
        relation.query = f"{head}SELECT * FROM (\n{text}\n) AS _given({listed})"  # noqa: S608


def _partition_values(text: str) -> dict[str, str | None]:
    values: dict[str, str | None] = {}
    for part in split_list(text[1:-1]):
        key, equals, value = part.partition("=")
        values[Cursor(key).tokens[0].value.lower()] = value.strip() if equals else None
    return values


def _condition(cursor: Cursor) -> str:
    """The text up to the query that follows it."""
    first = cursor.peek()
    start = first.start if first is not None else 0
    while (token := cursor.peek()) is not None and token.upper not in _QUERY:
        if not cursor.skip_parens():
            cursor.take()
    end = token.start if token is not None else len(cursor.sql)
    return cursor.sql[start:end].strip()


def _into_partition(
    session: Session, sql: str, statement: _Insert, columns: list[StructField]
) -> str:
    """State the partition's values as columns, and what an overwrite replaces as a condition."""
    fixed = {key: value for key, value in statement.partitions.items() if value is not None}
    open_ = [key for key, value in statement.partitions.items() if value is None]
    if statement.columns is not None or statement.by_name:
        raise UnsupportedSqlError(
            "INSERT … PARTITION with a column list", "Name the partition's columns in the list."
        )
    if statement.overwrite and open_ and is_dynamic(session):
        raise UnsupportedSqlError(
            "INSERT OVERWRITE … PARTITION with columns without a value in dynamic mode",
            "Leave PARTITION away: the query's last columns are the partition's.",
        )
    unknown = statement.partitions.keys() - {column.name.lower() for column in columns}
    if unknown:
        raise analysis_error(
            "NON_PARTITION_COLUMN", f"PARTITION names the column(s) {sorted(unknown)}, not there."
        )
    given = [c.name for c in columns if c.name.lower() not in statement.partitions]
    given += [next(c.name for c in columns if c.name.lower() == key) for key in open_]
    names = ", ".join(quote_name(f"_{index}") for index in range(len(given)))
    values = {name.lower(): quote_name(f"_{index}") for index, name in enumerate(given)} | fixed
    picked = ", ".join(f"{values[c.name.lower()]} AS {quote_name(c.name)}" for c in columns)
    query = f"SELECT {picked} FROM ({sql[statement.query :]}) AS _given({names})"  # noqa: S608 - the user's own
    target = sql[statement.name.start : statement.name.end]
    if not statement.overwrite:
        return rewrite_sql(session, f"INSERT INTO {target} {query}")
    where = " AND ".join(f"{quote_name(key)} = {value}" for key, value in fixed.items())
    form = f"INSERT INTO {target} REPLACE WHERE {where}" if where else f"INSERT OVERWRITE {target}"
    return rewrite_sql(session, f"{form} {query}")


def _as_write(session: Session, relation: Any, statement: _Insert, folder: str) -> pa.Table:
    """Carry the statement out as a write by position to the table's folder."""
    op = pb2.WriteOperation(source="delta")
    op.input.sql.CopyFrom(relation)
    op.input.sql.query = rewrite_sql(session, relation.query[statement.query :])
    op.table.table_name = "by position"
    op.table.save_method = pb2.WriteOperation.SaveTable.TABLE_SAVE_METHOD_INSERT_INTO
    op.mode = _Mode.SAVE_MODE_OVERWRITE if statement.overwrite else _Mode.SAVE_MODE_APPEND
    narrow(session, op, session.location(folder), always=True)
    session.back.command(pb2.Command(write_operation=op))
    return write_counts()


def _checked(session: Session, sql: str, statement: _Insert, columns: list[str]) -> str:
    """Let the query fail on a row that the condition does not cover."""
    names = "" if statement.by_name else f"({', '.join(map(quote_name, columns))})"
    check = mismatch_check(statement.replace_where)
    head, query = sql[: statement.query], sql[statement.query :]
    checked = f"{head} SELECT * FROM ({query}) AS _given{names} WHERE {check}"  # noqa: S608
    return rewrite_sql(session, checked)


def _missing(statement: _Insert, columns: list[StructField]) -> list[StructField]:
    """Columns that a column list leaves out and that nothing fills but null."""
    if statement.columns is None:
        return []
    named = {name.lower() for name in statement.columns}
    left = [column for column in columns if column.name.lower() not in named]
    if any(map(is_computed, left)):
        return []  # The engine fills those; it then fills none with null.
    return [column for column in left if column.nullable]


def _completed(session: Session, sql: str, statement: _Insert, missing: list[StructField]) -> str:
    names = [*(statement.columns or []), *(column.name for column in missing)]
    nulls = [f"CAST(NULL AS {column.dataType.simpleString()})" for column in missing]
    word = "OVERWRITE" if statement.overwrite else "INTO"
    target = sql[statement.name.start : statement.name.end]
    listed = ", ".join(map(quote_name, names))
    query = f"SELECT *, {', '.join(nulls)} FROM ({sql[statement.query :]}) AS _given"  # noqa: S608
    return rewrite_sql(session, f"INSERT {word} {target} ({listed}) {query}")
