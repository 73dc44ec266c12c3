"""Statements about catalogs and schemas."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from brickyard.runtime.spark.errors import UnsupportedSqlError, analysis_error
from brickyard.runtime.spark.names import DEFAULT_SCHEMA, SchemaName, check_storable
from brickyard.runtime.spark.results import EMPTY
from brickyard.runtime.spark.rewriting import rewrite_sql
from brickyard.runtime.spark.session import Session
from brickyard.runtime.spark.sqltext.cursor import Cursor
from brickyard.runtime.spark.sqltext.ddl import parse_create_schema
from brickyard.runtime.spark.sqltext.lexer import quote_name
from brickyard.runtime.spark.sqltext.refs import splice

_SCHEMA_WORDS = ("SCHEMA", "DATABASE", "NAMESPACE")


def use(session: Session, relation: Any) -> str | pa.Table | None:
    """``USE [CATALOG | SCHEMA | DATABASE] name``."""
    cursor = Cursor(relation.query)
    cursor.accept("USE")
    if cursor.accept("CATALOG"):
        return _use_catalog(session, cursor)
    cursor.accept_any(*_SCHEMA_WORDS)
    name = cursor.name()
    if name is None or not cursor.done:
        return None
    session.use(session.resolve_schema(name.parts))
    return EMPTY


def set_catalog(session: Session, relation: Any) -> str | pa.Table | None:
    """``SET CATALOG name``."""
    cursor = Cursor(relation.query)
    return _use_catalog(session, cursor) if cursor.accept("SET", "CATALOG") else None


def _use_catalog(session: Session, cursor: Cursor) -> pa.Table | None:
    text = cursor.string()
    if text is None:
        name = cursor.name()
        text = name.parts[0] if name is not None and len(name.parts) == 1 else None
    if text is None or not cursor.done:
        return None
    session.use(SchemaName(text.lower(), DEFAULT_SCHEMA))
    return EMPTY


def create_schema(session: Session, relation: Any) -> str | pa.Table | None:
    """``CREATE SCHEMA``: the folder in the warehouse is the schema."""
    statement = parse_create_schema(relation.query)
    if statement is None:
        return None
    location = statement.location
    make_schema(
        session,
        session.resolve_schema(statement.name.parts),
        if_not_exists=statement.if_not_exists,
        location=session.paths.to_local(location) if location else None,
    )
    return EMPTY


def make_schema(
    session: Session, schema: SchemaName, *, if_not_exists: bool, location: str | None = None
) -> None:
    """Create a schema.

    Raises:
        AnalysisException: When it exists, its name cannot be kept, or its catalog is unknown.
    """
    session.check_catalog(schema.catalog)
    check_storable("schema", schema.schema)
    if session.warehouse.schema_exists(schema):
        if not if_not_exists:
            raise analysis_error(
                "SCHEMA_ALREADY_EXISTS",
                f"Cannot create schema {schema.sql} because it already exists.",
            )
    else:
        session.warehouse.make_schema(schema, location)
    session.ensure_schema(schema)


def create_catalog(session: Session, relation: Any) -> str | pa.Table | None:
    """``CREATE CATALOG``: only for one that exists, since the engine fixes its list at start."""
    cursor = Cursor(relation.query)
    if not cursor.accept("CREATE", "CATALOG"):
        return None
    if_not_exists = cursor.accept("IF", "NOT", "EXISTS")
    name = cursor.name()
    if name is None or len(name.parts) != 1:
        return None
    catalog = check_storable("catalog", name.parts[0])
    if catalog in session.shared.catalogs:
        if if_not_exists:
            return EMPTY
        raise analysis_error("CATALOG_ALREADY_EXISTS", f"The catalog {catalog!r} already exists.")
    raise UnsupportedSqlError(
        f"CREATE CATALOG {catalog} within a notebook",
        f"Make the folder warehouse/{catalog} in the workspace's home before the run.",
    )


def drop_schema(session: Session, relation: Any) -> str | pa.Table | None:
    """``DROP SCHEMA [IF EXISTS] name [RESTRICT | CASCADE]``."""
    cursor = Cursor(relation.query)
    cursor.accept("DROP")
    if not cursor.accept_any(*_SCHEMA_WORDS):
        return None
    if_exists = cursor.accept("IF", "EXISTS")
    name = cursor.name()
    if name is None:
        return None
    remove_schema(
        session,
        session.resolve_schema(name.parts),
        if_exists=if_exists,
        cascade=cursor.accept("CASCADE"),
    )
    return EMPTY


def remove_schema(session: Session, schema: SchemaName, *, if_exists: bool, cascade: bool) -> None:
    """Drop a schema.

    Raises:
        AnalysisException: When it is missing, or not empty and ``cascade`` is False.
    """
    if if_exists and not session.warehouse.schema_exists(schema):
        return
    session.check_schema(schema)
    held = session.warehouse.tables(schema)
    if held and not cascade:
        raise analysis_error(
            "SCHEMA_NOT_EMPTY",
            f"Cannot drop the schema {schema.sql} because it holds {len(held)} table(s) or "
            f"view(s), such as {held[0].table}. Use DROP SCHEMA {schema} CASCADE to drop them too.",
        )
    session.drop_schema(schema)


def show(session: Session, relation: Any) -> str | pa.Table | None:
    """``SHOW TABLES | VIEWS | SCHEMAS``: the engine answers, once it knows everything."""
    cursor = Cursor(relation.query)
    cursor.accept("SHOW")
    word = cursor.accept_any("TABLES", "VIEWS", "SCHEMAS", "DATABASES", "NAMESPACES", "TABLE")
    if word is None:
        return None
    if word == "TABLE" and not cursor.accept("EXTENDED"):
        return None
    within = cursor.accept_any("IN", "FROM") is not None
    name = cursor.name() if within else None
    if word in ("SCHEMAS", "DATABASES", "NAMESPACES"):
        catalog = name.parts[0].lower() if name else session.catalog
        know_schemas(session, catalog)
        edit = quote_name(catalog)
    else:
        schema = session.resolve_schema(name.parts) if name else session.current
        session.check_schema(schema)
        session.ensure_all(schema)
        edit = schema.sql
    if name is None:
        return rewrite_sql(session, relation.query)
    return splice(relation.query, [(name.start, name.end, edit)])


def know_schemas(session: Session, catalog: str) -> None:
    """Make the engine know every schema of a catalog."""
    session.check_catalog(catalog)
    for schema in session.warehouse.schemas(catalog):
        session.ensure_schema(schema)
