"""What one Spark session has been told about the warehouse.

The engine's catalogs live in memory, per session, and start empty. Each schema and table is
registered the moment a plan names it, and registered again when what lies on disk has changed.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import grpc

from brickyard.errors import did_you_mean
from brickyard.runtime.paths import PathMap
from brickyard.runtime.spark.backchannel import Backchannel
from brickyard.runtime.spark.errors import LocalSparkError, analysis_error
from brickyard.runtime.spark.locations import Locations
from brickyard.runtime.spark.names import DEFAULT_SCHEMA, SchemaName, TableName, is_storable
from brickyard.runtime.spark.sqltext.lexer import quote_name, quote_string
from brickyard.runtime.spark.warehouse import Stored, Warehouse

# A registration that the engine made itself, with columns of its own; replaced before next use.
_ENGINES_OWN = "engine"
_VIEW_DEPTH = 20
GLOBAL_TEMP = "global_temp"
# Formats whose name before a path makes `format`.`path` a table reference.
PATH_FORMATS = frozenset({"delta", "parquet", "csv", "json", "orc", "avro", "text", "binaryfile"})


@dataclass(frozen=True)
class Shared:
    """What all sessions of one engine share.

    Attributes:
        warehouse: The tables on disk.
        locations: Gives folders plain names.
        catalogs: The catalogs the engine was started with.
        conf: The configuration that every session starts with.
    """

    warehouse: Warehouse
    locations: Locations
    catalogs: tuple[str, ...]
    conf: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Session:
    """One Spark session as the interceptor knows it.

    Attributes:
        shared: What it shares with other sessions.
        back: Runs the interceptor's own statements in this session.
        paths: The mapping of paths as of the current plan.
        catalog: The current catalog.
        schema: The current schema.
        temp_views: Names of the session's temporary views, lower case.
        cached: Tables that the user has asked to cache; nothing is, for everything is local.
        lock: Held while registrations change; several threads may use a session.
    """

    shared: Shared
    back: Backchannel
    paths: PathMap
    catalog: str
    schema: str = DEFAULT_SCHEMA
    temp_views: set[str] = field(default_factory=set)
    cached: set[TableName] = field(default_factory=set)
    lock: threading.RLock = field(default_factory=threading.RLock)
    _schemas: set[SchemaName] = field(default_factory=set)
    _tables: dict[TableName, tuple[str, bool]] = field(default_factory=dict)

    @property
    def warehouse(self) -> Warehouse:
        """The tables on disk."""
        return self.shared.warehouse

    @property
    def current(self) -> SchemaName:
        """The current schema in full."""
        return SchemaName(self.catalog, self.schema)

    # -- names ----------------------------------------------------------------------------------

    def resolve(self, parts: tuple[str, ...]) -> TableName | None:
        """The table that a name means in this session.

        Args:
            parts: The name's parts, one to three.

        Returns:
            The full name whether or not such a table exists; None for a temporary view, a path
            and what cannot be a table's name.
        """
        lower = tuple(part.lower() for part in parts)
        if not all(is_storable(part) for part in lower):
            return None
        if len(lower) == 1:
            return None if lower[0] in self.temp_views else TableName(self.current, lower[0])
        if len(lower) == 2:
            if lower[0] == GLOBAL_TEMP:
                return None
            return TableName(SchemaName(self.catalog, lower[0]), lower[1])
        if len(lower) == 3:
            return TableName(SchemaName(lower[0], lower[1]), lower[2])
        return None

    def resolve_schema(self, parts: tuple[str, ...]) -> SchemaName:
        """The schema that a name of one or two parts means.

        Raises:
            AnalysisException: When it has more parts.
        """
        lower = tuple(part.lower() for part in parts)
        if len(lower) == 1:
            return SchemaName(self.catalog, lower[0])
        if len(lower) == 2:
            return SchemaName(lower[0], lower[1])
        raise analysis_error(
            "REQUIRES_SINGLE_PART_NAMESPACE", f"{'.'.join(parts)!r} is not a schema's name."
        )

    def check_catalog(self, catalog: str) -> None:
        """Raise unless the engine has this catalog.

        Raises:
            AnalysisException: ``CATALOG_NOT_FOUND``.
            LocalSparkError: When the catalog was created after this run's Spark started.
        """
        if catalog in self.shared.catalogs:
            return
        if catalog in self.warehouse.catalogs():
            raise LocalSparkError(
                f"The catalog {catalog!r} was created after this run's Spark had started.",
                "Start the run again to use it.",
            )
        hint = did_you_mean(catalog, self.shared.catalogs)
        raise analysis_error("CATALOG_NOT_FOUND", f"There is no catalog {catalog!r}. {hint}")

    def check_schema(self, schema: SchemaName) -> None:
        """Raise unless the schema exists.

        Raises:
            AnalysisException: ``SCHEMA_NOT_FOUND`` or ``CATALOG_NOT_FOUND``.
        """
        self.check_catalog(schema.catalog)
        if not self.warehouse.schema_exists(schema):
            known = [found.schema for found in self.warehouse.schemas(schema.catalog)]
            raise analysis_error(
                "SCHEMA_NOT_FOUND",
                f"The schema {schema.sql} cannot be found. {did_you_mean(schema.schema, known)} "
                f"Create it with: CREATE SCHEMA {schema}",
            )

    # -- schemas --------------------------------------------------------------------------------

    def ensure_schema(self, schema: SchemaName) -> bool:
        """Make the engine know a schema that exists on disk.

        Returns:
            Whether the schema exists.
        """
        with self.lock:
            if schema.catalog not in self.shared.catalogs:
                return False
            if not self.warehouse.schema_exists(schema):
                self._forget_schema(schema)
                return False
            if schema not in self._schemas:
                self._register_schema(schema)
            return True

    def _register_schema(self, schema: SchemaName) -> None:
        if schema.schema == DEFAULT_SCHEMA:
            # The engine's own has no location, which only a new one can be given.
            self.warehouse.schema_dir(schema).mkdir(parents=True, exist_ok=True)
            self.back.sql(f"DROP SCHEMA IF EXISTS {schema.sql} CASCADE")
        location = self.location(self.warehouse.schema_dir(schema))
        self.back.sql(f"CREATE SCHEMA IF NOT EXISTS {schema.sql} LOCATION {quote_string(location)}")
        self._schemas.add(schema)

    def _forget_schema(self, schema: SchemaName) -> None:
        if schema in self._schemas:
            self.back.sql(f"DROP SCHEMA IF EXISTS {schema.sql} CASCADE")
            self._schemas.discard(schema)
        for name in [name for name in self._tables if name.schema == schema]:
            del self._tables[name]

    def drop_schema(self, schema: SchemaName) -> None:
        """Delete a schema on disk and in the engine."""
        with self.lock:
            self.warehouse.drop_schema(schema)
            self._forget_schema(schema)
            if schema.schema == DEFAULT_SCHEMA:
                self._register_schema(schema)

    # -- tables ---------------------------------------------------------------------------------

    def location(self, folder: Path | str) -> str:
        """A folder as the engine takes it."""
        return self.shared.locations.plain(str(folder))

    def ensure_table(self, name: TableName, _depth: int = 0) -> Stored | None:
        """Make the engine know a table or view as it is on disk now.

        Args:
            name: The table.

        Returns:
            What is kept under the name, or None when there is nothing (the engine then knows
            nothing under it either).
        """
        with self.lock:
            if not self.ensure_schema(name.schema):
                return None
            stored = self.warehouse.find(name)
            known = self._tables.get(name)
            if stored is None:
                self._forget(name)
                return None
            self._ensure_reads(name, stored, _depth)
            if known is None or known[0] != stored.stamp:
                self._forget(name)
                self._register(name, stored)
            return stored

    def _ensure_reads(self, name: TableName, stored: Stored, depth: int) -> None:
        """A view's tables must be known before the view is used."""
        if stored.record is None:
            return
        if depth > _VIEW_DEPTH:
            raise analysis_error("VIEW_EXCEED_MAX_NESTED_DEPTH", f"The view {name} reads itself.")
        for text in stored.record.reads:
            read = self.resolve(tuple(text.split(".")))
            if read is not None:
                self.ensure_table(read, depth + 1)

    def _register(self, name: TableName, stored: Stored) -> None:
        if stored.record is None:
            # Without columns, so that every query reads the schema in the table's own log.
            location = quote_string(self.location(self.warehouse.table_dir(name)))
            try:
                self.back.sql(
                    f"CREATE TABLE IF NOT EXISTS {name.sql} USING delta LOCATION {location}"
                )
            except grpc.RpcError:
                if self.warehouse.find(name) is not None:
                    raise
                return  # Another process dropped it between our look and the statement.
        else:
            self.back.sql(stored.record.ddl)
        is_view = stored.record is not None and stored.record.kind == "VIEW"
        self._tables[name] = (stored.stamp, is_view)

    def _forget(self, name: TableName) -> None:
        known = self._tables.pop(name, None)
        if known is not None:
            kind = "VIEW" if known[1] else "TABLE"
            self.back.sql(f"DROP {kind} IF EXISTS {name.sql}")

    def ensure_all(self, schema: SchemaName) -> None:
        """Make the engine know everything in a schema, and nothing that has gone from it."""
        with self.lock:
            if not self.ensure_schema(schema):
                return
            names = set(self.warehouse.tables(schema))
            for name in [known for known in self._tables if known.schema == schema]:
                names.add(name)
            for name in sorted(names):
                self.ensure_table(name)

    def engine_owns(self, name: TableName) -> None:
        """Note that the engine is about to register a table itself.

        Its registration keeps the columns of that moment; another process may change them. So it
        is replaced before the next use.
        """
        with self.lock:
            self._tables[name] = (_ENGINES_OWN, False)

    def engine_owns_view(self, name: TableName) -> None:
        """The same for a view."""
        with self.lock:
            self._tables[name] = (_ENGINES_OWN, True)

    def drop_table(self, name: TableName) -> None:
        """Delete a table or view on disk and in the engine."""
        with self.lock:
            self._forget(name)
            self.warehouse.drop_table(name)

    def rename_table(self, old: TableName, new: TableName) -> None:
        """Give a table or view another name, on disk and in the engine."""
        with self.lock:
            self._forget(old)
            self.warehouse.rename_table(old, new)
            self.ensure_table(new)

    # -- the current schema ---------------------------------------------------------------------

    def use(self, schema: SchemaName) -> None:
        """Make a schema the current one.

        Raises:
            AnalysisException: When there is no such schema.
        """
        with self.lock:
            self.check_schema(schema)
            self.ensure_schema(schema)
            self.back.sql(f"USE CATALOG {quote_name(schema.catalog)}")
            self.back.sql(f"USE SCHEMA {quote_name(schema.schema)}")
            self.catalog, self.schema = schema.catalog, schema.schema
