"""Statements that create and drop tables and views."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyspark.sql.connect.proto as pb2

from brickyard.runtime.spark.deltalog import open_delta_table
from brickyard.runtime.spark.errors import UnsupportedSqlError, analysis_error
from brickyard.runtime.spark.names import TableName, check_storable
from brickyard.runtime.spark.refusals import check_properties
from brickyard.runtime.spark.results import EMPTY, write_counts
from brickyard.runtime.spark.rewriting import (
    path_reference,
    rewrite_sql,
    table_reference,
    write_path,
)
from brickyard.runtime.spark.session import Session
from brickyard.runtime.spark.sqltext.cursor import Cursor
from brickyard.runtime.spark.sqltext.ddl import (
    KEY_PROPERTY,
    CreateTable,
    CreateView,
    parse_create_table,
    parse_create_view,
)
from brickyard.runtime.spark.sqltext.lexer import quote_name
from brickyard.runtime.spark.sqltext.refs import replace_tables, splice, table_names
from brickyard.runtime.spark.warehouse import Record, Stored
from brickyard.runtime.spark.writes import DELTA, external_ddl, table_write

_Mode = pb2.WriteOperation.SaveMode


def create_table(session: Session, relation: Any) -> str | pa.Table | None:
    """``CREATE TABLE``, with and without a query."""
    statement = parse_create_table(relation.query)
    if statement is None:
        return None
    name = session.resolve(statement.name.parts)
    if name is None:
        if path_reference(statement.name.parts) is not None:
            raise UnsupportedSqlError(
                "CREATE TABLE with a path as its name", "Name the table and give its LOCATION."
            )
        check_storable("table", statement.name.parts[-1])
        return None
    session.check_schema(name.schema)
    check_storable("table", name.table)
    check_properties(statement.properties)
    stored = session.ensure_table(name)
    if stored is None and Cursor(relation.query).accept("REPLACE"):
        raise analysis_error(
            "TABLE_OR_VIEW_NOT_FOUND", f"The table {name.sql} cannot be found to be replaced."
        )
    if stored is not None and _exists_already(name, stored, statement):
        return write_counts() if statement.query is not None else EMPTY
    if statement.query is not None:
        return _create_as(session, relation, statement, name)
    return _create_empty(session, relation.query, statement, name)


def _exists_already(name: TableName, stored: Stored, statement: CreateTable) -> bool:
    """Whether there is nothing to do because the table exists."""
    if statement.if_not_exists:
        return True
    if stored.record is not None and stored.record.kind == "VIEW":
        raise analysis_error("EXPECT_TABLE_NOT_VIEW", f"{name} is a view.")
    if not statement.replace:
        raise analysis_error(
            "TABLE_OR_VIEW_ALREADY_EXISTS",
            f"Cannot create table or view {name.sql} because it already exists. "
            "Choose a different name, drop or replace the existing object, "
            "or add the IF NOT EXISTS clause.",
        )
    return False


def _create_as(
    session: Session, relation: Any, statement: CreateTable, name: TableName
) -> pa.Table:
    """``CREATE TABLE … AS`` is a write of the query's rows."""
    op = pb2.WriteOperation()
    op.input.sql.CopyFrom(relation)
    op.input.sql.query = rewrite_sql(session, statement.query or "")
    op.source = statement.provider or DELTA
    op.table.table_name = name.sql
    op.table.save_method = pb2.WriteOperation.SaveTable.TABLE_SAVE_METHOD_SAVE_AS_TABLE
    op.mode = _Mode.SAVE_MODE_ERROR_IF_EXISTS
    op.options.update(statement.options)
    op.partitioning_columns.extend(statement.partitions)
    if statement.location is not None:
        op.options["path"] = statement.location
    if statement.replace:
        op.mode = _Mode.SAVE_MODE_OVERWRITE
        op.options["overwriteSchema"] = "true"
    record = table_write(session, op)
    session.back.command(pb2.Command(write_operation=op))
    if record is not None:
        session.warehouse.write_record(name, record)
    _describe(session, name, statement)
    return write_counts()


def _describe(session: Session, name: TableName, statement: CreateTable) -> None:
    """Keep a managed Delta table's comment and properties in its own log."""
    properties = {f"{KEY_PROPERTY}{key}": text for key, text in statement.keys.items()}
    properties |= statement.properties
    if not (properties or statement.comment) or statement.location is not None:
        return
    if (statement.provider or DELTA) != DELTA:
        return
    alter = open_delta_table(session.location(session.warehouse.table_dir(name))).alter
    if properties:
        alter.set_table_properties(properties, raise_if_not_exists=False)
    if statement.comment:
        alter.set_table_description(statement.comment)


def _create_empty(
    session: Session, sql: str, statement: CreateTable, name: TableName
) -> pa.Table | None:
    """``CREATE TABLE`` without a query; for an existing LOCATION, or with columns."""
    provider = statement.provider or DELTA
    edits = [(statement.name.start, statement.name.end, name.sql), *statement.edits]
    text = splice(sql, edits)
    location = statement.location
    record = None
    if location is not None or provider != DELTA:
        local = (
            write_path(session, location, provider)
            if location is not None
            else session.location(session.warehouse.table_dir(name))
        )
        record = Record(
            kind="EXTERNAL",
            ddl=external_ddl(
                name, provider, local, statement.options, statement.partitions, statement.columns
            ),
            provider=provider,
            location=location or "",
            comment=statement.comment,
        )
    session.engine_owns(name)
    session.back.sql(rewrite_sql(session, text) if location is not None else text)
    if record is not None:
        session.warehouse.write_record(name, record)
    elif statement.keys:
        _describe(session, name, CreateTable(statement.name, keys=statement.keys))
    return EMPTY


def create_view(session: Session, relation: Any) -> str | pa.Table | None:
    """``CREATE VIEW``: temporary ones are the engine's, permanent ones are kept as a record."""
    view = parse_create_view(relation.query)
    if view is None:
        return None
    if view.temporary:
        return _temporary_view(session, relation.query, view)
    name = session.resolve(view.name.parts)
    if name is None:
        return None
    session.check_schema(name.schema)
    check_storable("view", name.table)
    stored = session.ensure_table(name)
    if stored is not None:
        if view.if_not_exists:
            return EMPTY
        if stored.record is None or stored.record.kind != "VIEW":
            raise analysis_error("EXPECT_VIEW_NOT_TABLE", f"{name} is a table.")
        if not view.replace:
            raise analysis_error(
                "TABLE_OR_VIEW_ALREADY_EXISTS",
                f"Cannot create view {name.sql} because it already exists.",
            )
    record = _view_record(session, view, name)
    session.back.sql(record.ddl)  # The engine says first whether the query is right.
    session.warehouse.write_record(name, record)
    session.engine_owns_view(name)
    return EMPTY


def _view_record(session: Session, view: CreateView, name: TableName) -> Record:
    """A view's record: its query with full names, for it is used under other current schemas."""
    reads: list[str] = []
    for found in table_names(view.query):
        if found.parts[-1].lower() in session.temp_views and len(found.parts) == 1:
            raise analysis_error(
                "INVALID_TEMP_OBJ_REFERENCE",
                f"The view {name} cannot read the temporary view {found.parts[0]!r}, "
                "which ends with this session.",
            )

    def full(parts: tuple[str, ...]) -> str | None:
        table = session.resolve(parts)
        if table is None or path_reference(parts) is not None:
            return table_reference(session, parts)
        session.ensure_table(table)
        reads.append(str(table))
        return table.sql

    text = replace_tables(view.query, full)
    return Record(
        kind="VIEW",
        ddl=f"CREATE OR REPLACE VIEW {name.sql} {view.columns} AS {text}",
        text=text,
        comment=view.comment,
        reads=tuple(dict.fromkeys(reads)),
    )


def _temporary_view(session: Session, sql: str, view: CreateView) -> str:
    name = view.name.parts[-1].lower()
    if not view.global_temporary:
        session.temp_views.add(name)
    quoted = ".".join(quote_name(part.lower()) for part in view.name.parts)
    tail = rewrite_sql(session, sql[view.name.end :])
    return sql[: view.name.start] + quoted + tail


def drop(session: Session, relation: Any) -> str | pa.Table | None:
    """``DROP TABLE`` and ``DROP VIEW``."""
    cursor = Cursor(relation.query)
    cursor.accept("DROP")
    word = cursor.accept_any("TABLE", "VIEW")
    if word is None:
        return None
    if_exists = cursor.accept("IF", "EXISTS")
    found = cursor.name()
    if found is None:
        return None
    lower = found.parts[-1].lower()
    if len(found.parts) == 1 and lower in session.temp_views and word == "VIEW":
        session.temp_views.discard(lower)
        return splice(relation.query, [(found.start, found.end, quote_name(lower))])
    name = session.resolve(found.parts)
    if name is None:
        return None
    remove_table(session, name, is_view=word == "VIEW", if_exists=if_exists)
    return EMPTY


def remove_table(session: Session, name: TableName, *, is_view: bool, if_exists: bool) -> None:
    """Drop a table or a view.

    Raises:
        AnalysisException: When it is missing and must exist, or is the other kind.
    """
    stored = session.ensure_table(name)
    if stored is None:
        if if_exists:
            return
        raise analysis_error(
            "TABLE_OR_VIEW_NOT_FOUND",
            f"The table or view {name.sql} cannot be found. Verify the spelling and correctness "
            "of the schema and catalog.",
        )
    holds_view = stored.record is not None and stored.record.kind == "VIEW"
    if holds_view and not is_view:
        raise analysis_error("EXPECT_TABLE_NOT_VIEW", f"{name} is a view: use DROP VIEW.")
    if is_view and not holds_view:
        raise analysis_error("EXPECT_VIEW_NOT_TABLE", f"{name} is a table: use DROP TABLE.")
    session.drop_table(name)
