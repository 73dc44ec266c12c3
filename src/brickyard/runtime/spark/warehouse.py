"""The warehouse on disk: ``<catalog>/<schema>/<table>``, each table a Delta folder.

What is not a Delta folder there, a view or an external table, is a record: a small JSON file in
the schema's ``_objects`` folder. The folders are the truth; several processes share them.
"""

from __future__ import annotations

import json
import os
import shutil
import time
import uuid
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from brickyard.runtime.spark.errors import LocalSparkError
from brickyard.runtime.spark.names import (
    DEFAULT_SCHEMA,
    HIVE,
    HIVE_NAMES,
    SchemaName,
    TableName,
    is_storable,
)

RECORDS = "_objects"
_TRASH = ".trash"
# A table being made stands aside under this name until it is whole.
_ASIDE = ".creating-"
_STALE_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Record:
    """A view or an external table as it is kept.

    Attributes:
        kind: ``VIEW`` or ``EXTERNAL``.
        ddl: The statement that registers it, with full names and local paths.
        text: The view's query with full names; empty for a table.
        provider: The external table's format; empty for a view.
        location: Where an external table's data is, as the user wrote it.
        comment: The user's comment.
        reads: The tables that a view reads, as ``catalog.schema.table``.
    """

    kind: str
    ddl: str
    text: str = ""
    provider: str = ""
    location: str = ""
    comment: str = ""
    reads: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stored:
    """What the warehouse holds under a name.

    Attributes:
        stamp: Changes whenever the registration that an engine made of it is out of date.
        record: The record, or None for a Delta folder.
    """

    stamp: str
    record: Record | None = field(default=None)


def is_delta(folder: str | Path) -> bool:
    """Whether a folder holds a Delta table with at least one commit."""
    try:
        with os.scandir(os.path.join(folder, "_delta_log")) as entries:  # noqa: PTH118 - hot path
            return any(entry.name.endswith((".json", ".parquet")) for entry in entries)
    except (FileNotFoundError, NotADirectoryError):
        return False


class Warehouse:
    """The folders below one root.

    Args:
        root: The warehouse's folder; made on first need.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    # -- catalogs and schemas -------------------------------------------------------------------

    def catalog_dir(self, catalog: str) -> Path:
        """The folder of a catalog."""
        return self.root / (HIVE if catalog in HIVE_NAMES else catalog)

    def catalogs(self) -> list[str]:
        """The catalogs that have a folder, in order."""
        return [name for name in _folders(self.root) if is_storable(name) and name == name.lower()]

    def schema_dir(self, schema: SchemaName) -> Path:
        """The folder of a schema."""
        return self.catalog_dir(schema.catalog) / schema.schema

    def schema_exists(self, schema: SchemaName) -> bool:
        """Whether the schema exists; ``default`` always does."""
        return schema.schema == DEFAULT_SCHEMA or self.schema_dir(schema).is_dir()

    def schemas(self, catalog: str) -> list[SchemaName]:
        """The schemas of a catalog, ``default`` among them, in order."""
        names = {name for name in _folders(self.catalog_dir(catalog)) if is_storable(name)}
        return [SchemaName(catalog, name) for name in sorted(names | {DEFAULT_SCHEMA})]

    def make_schema(self, schema: SchemaName, location: str | None = None) -> None:
        """Create a schema's folder.

        Args:
            schema: The schema.
            location: A local folder that shall hold its tables; the schema's folder then is a
                link to it, so that every process finds it without looking anything up.
        """
        folder = self.schema_dir(schema)
        folder.parent.mkdir(parents=True, exist_ok=True)
        if location is None:
            folder.mkdir(exist_ok=True)
            return
        Path(location).mkdir(parents=True, exist_ok=True)
        folder.symlink_to(location, target_is_directory=True)

    def drop_schema(self, schema: SchemaName) -> None:
        """Delete a schema with everything in it."""
        self._discard(self.schema_dir(schema))

    # -- tables and views -----------------------------------------------------------------------

    def table_dir(self, name: TableName) -> Path:
        """The folder of a managed table."""
        return self.schema_dir(name.schema) / name.table

    def _record_path(self, name: TableName) -> Path:
        return self.schema_dir(name.schema) / RECORDS / f"{name.table}.json"

    def find(self, name: TableName) -> Stored | None:
        """What is kept under a name, or None."""
        if is_delta(f"{self.root}/{self._relative(name)}"):
            return Stored("delta")
        path = self._record_path(name)
        try:
            info = path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        return Stored(f"record-{info.st_ino}-{info.st_mtime_ns}", self.read_record(name))

    def is_managed(self, name: TableName) -> bool:
        """Whether a name is a table whose data the warehouse holds: dropped with it."""
        record_location = self.read_record(name)
        if record_location is None:
            return is_delta(self.table_dir(name))
        return record_location.kind == "EXTERNAL" and not record_location.location

    def _relative(self, name: TableName) -> str:
        catalog = HIVE if name.schema.catalog in HIVE_NAMES else name.schema.catalog
        return f"{catalog}/{name.schema.schema}/{name.table}"

    def tables(self, schema: SchemaName) -> list[TableName]:
        """Every table and view of a schema, in order."""
        folder = self.schema_dir(schema)
        names = {name for name in _folders(folder) if is_storable(name) and is_delta(folder / name)}
        records = folder / RECORDS
        if records.is_dir():
            names |= {path.stem for path in records.glob("*.json")}
        return [TableName(schema, name) for name in sorted(names)]

    def drop_table(self, name: TableName) -> None:
        """Delete a managed table's data, or forget a view or an external table."""
        self._record_path(name).unlink(missing_ok=True)
        self._discard(self.table_dir(name))

    def rename_table(self, old: TableName, new: TableName) -> None:
        """Give what is kept under a name another one."""
        record = self.read_record(old)
        if record is not None:
            ddl = record.ddl.replace(old.sql, new.sql, 1)
            self.write_record(new, replace(record, ddl=ddl))
            self._record_path(old).unlink(missing_ok=True)
        else:
            self.table_dir(old).rename(self.table_dir(new))

    def aside(self, name: TableName) -> Path:
        """A folder beside a table's in which it can be made before it is put in place.

        What processes that were killed left behind a day ago is deleted on the way.
        """
        folder = self.schema_dir(name.schema)
        for stale in folder.glob(f"{_ASIDE}*"):
            if time.time() - stale.stat().st_mtime > _STALE_SECONDS:
                shutil.rmtree(stale, ignore_errors=True)
        return folder / f"{_ASIDE}{uuid.uuid4().hex}"

    def put_in_place(self, aside: Path, folder: Path) -> bool:
        """Make a folder that stands aside the table's own.

        Returns:
            False when a table came to be there meanwhile; the new one then is deleted.
        """
        if folder.is_dir() and not is_delta(folder):
            self._discard(folder)  # The remains of a write that was killed: no table.
        try:
            aside.rename(folder)
        except OSError:
            shutil.rmtree(aside, ignore_errors=True)
            if not is_delta(folder):
                raise
            return False
        return True

    # -- records --------------------------------------------------------------------------------

    def read_record(self, name: TableName) -> Record | None:
        """The record kept under a name, or None.

        Raises:
            LocalSparkError: When the file is not a record.
        """
        path = self._record_path(name)
        try:
            data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            return Record(**{**data, "reads": tuple(data.get("reads", ()))})
        except FileNotFoundError:
            return None
        except (ValueError, TypeError) as exc:
            raise LocalSparkError(
                f"The record of {name} at {path} cannot be read: {exc}.",
                "Delete the file and create the view or table again.",
            ) from exc

    def write_record(self, name: TableName, record: Record) -> None:
        """Keep a record: written aside, then renamed over."""
        path = self._record_path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
        with aside.open("w", encoding="utf-8") as file:
            json.dump(asdict(record), file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)

    # -- deletion -------------------------------------------------------------------------------

    def _discard(self, path: Path) -> None:
        """Delete a folder so that a kill in the middle leaves it whole or gone, never in part."""
        trash = self.root / _TRASH
        trash.mkdir(parents=True, exist_ok=True)
        aside = trash / uuid.uuid4().hex
        target = path.resolve() if path.is_symlink() else None
        try:
            path.rename(aside)
        except FileNotFoundError:
            return
        if target is None:
            shutil.rmtree(aside, ignore_errors=True)
            return
        aside.unlink()
        shutil.rmtree(target, ignore_errors=True)

    def sweep(self) -> None:
        """Finish deletions that an earlier process was killed in."""
        trash = self.root / _TRASH
        if not trash.is_dir():
            return
        for entry in trash.iterdir():
            if entry.is_symlink():
                entry.unlink(missing_ok=True)
            else:
                shutil.rmtree(entry, ignore_errors=True)


def _folders(path: Path) -> Iterable[str]:
    try:
        with os.scandir(path) as entries:
            return sorted(e.name for e in entries if e.is_dir() and e.name[0] not in "._")
    except (FileNotFoundError, NotADirectoryError):
        return []
