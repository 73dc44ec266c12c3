"""Reads of files: options that the engine would pass over, and columns that come from paths."""

from __future__ import annotations

import datetime
import glob
import os
import re
from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pyspark.sql.connect.proto as pb2
from pyspark.sql.connect.types import proto_schema_to_pyspark_data_type
from pyspark.sql.types import (
    DataType,
    DateType,
    DoubleType,
    IntegerType,
    LongType,
    StringType,
    StructField,
    StructType,
)

from brickyard.runtime.spark.errors import UnsupportedSqlError, analysis_error
from brickyard.runtime.spark.session import Session
from brickyard.runtime.spark.sqltext.lexer import quote_string

_PANDAS = "Read the file with pandas and spark.createDataFrame."
_ANY = frozenset({""})
# Options of a read that change its rows and that the engine does not heed: the values that ask
# for what it does anyway (an empty one stands for none), and the remedy.
_TEXT_OPTIONS: dict[str, tuple[frozenset[str], str]] = {
    "nullvalue": (_ANY, "Read the columns as strings and use nullif(column, value)."),
    "emptyvalue": (_ANY, _PANDAS),
    "nanvalue": (frozenset({"nan"}), _PANDAS),
    "ignoreleadingwhitespace": (frozenset({"false"}), "Use trim(column)."),
    "ignoretrailingwhitespace": (frozenset({"false"}), "Use trim(column)."),
    "mode": (frozenset({"permissive", "failfast"}), "Read the columns as strings and try_cast."),
    "columnnameofcorruptrecord": (_ANY, "Read the columns as strings and try_cast."),
    "badrecordspath": (_ANY, "Read the columns as strings and try_cast."),
    "encoding": (frozenset({"utf-8", "utf8"}), _PANDAS),
    "charset": (frozenset({"utf-8", "utf8"}), _PANDAS),
    "dateformat": (_ANY, "Read the column as a string and use to_date(column, format)."),
    "timestampformat": (_ANY, "Read the column as a string and use to_timestamp."),
    "wholetext": (frozenset({"false"}), "Use format('binaryFile') and decode(content, 'utf-8')."),
    "multiline": (frozenset({"false"}), _PANDAS),
    "linesep": (frozenset({"\n"}), _PANDAS),
}
_FILE_OPTIONS: dict[str, tuple[frozenset[str], str]] = {
    "basepath": (_ANY, "Read the base path and filter by the partition's column."),
    "modifiedafter": (_ANY, "List the files with dbutils.fs.ls and pick them."),
    "modifiedbefore": (_ANY, "List the files with dbutils.fs.ls and pick them."),
}
# The same for writes of text formats.
_WRITE_OPTIONS: dict[str, tuple[frozenset[str], str]] = {
    "dateformat": (_ANY, "Write date_format(column, format)."),
    "timestampformat": (_ANY, "Write date_format(column, format)."),
    "quoteall": (frozenset({"false"}), "Write with pandas: df.toPandas().to_csv(path, quoting=1)."),
    "emptyvalue": (_ANY, "Write coalesce or nullif of the column."),
    "encoding": (frozenset({"utf-8", "utf8"}), "Write with pandas: df.toPandas().to_csv(path)."),
}
_CHANGES = frozenset({"readchangefeed", "readchangedata"})
_TEXTUAL = frozenset({"csv", "json", "text"})
_COLUMNAR = frozenset({"parquet", "orc", "avro"})
# What the engine heeds for some formats after all.
_HEEDED = frozenset({("csv", "multiline")})
_PARTITION = re.compile(r"(?P<key>[^=/]+)=(?P<value>[^/]*)")
_GLOB = frozenset("*?[{")
_BRACES = re.compile(r"\{([^{}]*)\}")
_NO_VALUE = "__HIVE_DEFAULT_PARTITION__"


def check_options(source: Any) -> None:
    """Refuse options of a read that the engine would pass over and answer other rows.

    Args:
        source: A ``pb2.Read.DataSource``.

    Raises:
        UnsupportedSqlError: An option asks for what the engine does not do.
    """
    name = source.format.lower()
    known = dict(_FILE_OPTIONS) if name in _TEXTUAL | _COLUMNAR | {"binaryfile"} else {}
    known |= _TEXT_OPTIONS if name in _TEXTUAL else {}
    for key, value in source.options.items():
        lower = key.lower()
        if lower in _CHANGES and value.lower() == "true":
            raise UnsupportedSqlError(
                f"the option {key}", "Compare versions of the table with versionAsOf."
            )
        same, remedy = known.get(lower, (_ANY, ""))
        if not remedy or value.lower() in same or value == "" or (name, lower) in _HEEDED:
            continue
        raise UnsupportedSqlError(f"the option {key}={value!r} of a {name} read", remedy)


def check_write_options(op: Any) -> None:
    """Refuse options of a write of text that the engine would pass over.

    Args:
        op: A ``pb2.WriteOperation``.

    Raises:
        UnsupportedSqlError: An option asks for what the engine does not do.
    """
    if op.source.lower() not in _TEXTUAL:
        return
    for key, value in op.options.items():
        same, remedy = _WRITE_OPTIONS.get(key.lower(), (_ANY, ""))
        if remedy and value.lower() not in same:
            raise UnsupportedSqlError(f"the option {key}={value!r} of a {op.source} write", remedy)


def pick_files(source: Any) -> None:
    """Carry out patterns, ``recursiveFileLookup`` and ``pathGlobFilter`` by listing the files.

    Args:
        source: A ``pb2.Read.DataSource`` with local paths; changed in place.
    """
    source.paths[:] = [match for path in source.paths for match in _matches(path)]
    recursive = (_pop(source, "recursivefilelookup") or "").lower() == "true"
    pattern = _pop(source, "pathglobfilter")
    if not recursive and pattern is None:
        return
    found: list[str] = []
    for path in source.paths:
        local = path.removeprefix("file://")
        for folder, folders, names in os.walk(local):
            folders[:] = sorted(n for n in folders if recursive and n[0] not in "._")
            shown = (n for n in sorted(names) if n[0] not in "._")
            found += [f"file://{folder}/{n}" for n in shown if fnmatch(n, pattern or "*")]
        if Path(local).is_file() and fnmatch(Path(local).name, pattern or "*"):
            found.append(path)
    if not found:
        raise analysis_error(
            "UNABLE_TO_INFER_SCHEMA", f"No file matches {pattern or '*'!r} in {list(source.paths)}."
        )
    source.paths[:] = found


def _matches(path: str) -> list[str]:
    """What a path with a pattern stands for; the engine's own ``*`` would go down into folders."""
    local = path.removeprefix("file://")
    if path == local or not _GLOB.intersection(local) or Path(local).exists():
        return [path]
    found = [match for each in _braces(local) for match in sorted(glob.iglob(each))]  # noqa: PTH207
    return [f"file://{match}" for match in found]


def _braces(path: str) -> list[str]:
    """Hadoop's ``{a,b}``, which Python's patterns lack."""
    found = _BRACES.search(path)
    if found is None:
        return [path]
    head, tail = path[: found.start()], path[found.end() :]
    return [each for part in found[1].split(",") for each in _braces(f"{head}{part}{tail}")]


def _pop(source: Any, option: str) -> str | None:
    for key in source.options:
        if key.lower() == option:
            return str(source.options.pop(key))
    return None


def show_paths(relation: Any, written: list[str], local: list[str]) -> None:
    """Let the ``path`` column of a ``binaryFile`` read hold the platform's paths.

    Args:
        relation: The ``pb2.Relation`` that reads, rewritten already; changed in place.
        written: The paths as the user wrote them.
        local: The same on this machine.
    """
    cases = " ".join(
        f"WHEN startswith(concat('/', path), {quote_string(folder)}) THEN "
        f"concat({quote_string(_full(shown))}, substring(concat('/', path), {len(folder) + 1}))"
        for shown, folder in (_fixed(*pair) for pair in zip(written, local, strict=True))
    )
    inner = pb2.Relation()
    inner.CopyFrom(relation)
    relation.Clear()
    relation.with_columns.input.CopyFrom(inner)
    alias = relation.with_columns.aliases.add()
    alias.name.append("path")
    alias.expr.expression_string.expression = f"CASE {cases} ELSE path END"


def _fixed(written: str, local: str) -> tuple[str, str]:
    """Both paths up to the folder in which a pattern starts."""
    while _GLOB.intersection(local):
        local, written = local.rpartition("/")[0], written.rpartition("/")[0]
    return written.rstrip("/"), local.rstrip("/")


def _full(path: str) -> str:
    if ":" in path.partition("/")[0]:
        return path
    return f"dbfs:{path if path.startswith('/') else f'/{path}'}"


def type_partitions(session: Session, source: Any) -> None:
    """Give columns that come from folders such as ``year=2024`` the types that Spark infers.

    Args:
        session: The session.
        source: A ``pb2.Read.DataSource`` with local paths and without a schema; changed in place.
    """
    if source.schema or source.format.lower() not in _TEXTUAL | _COLUMNAR:
        return
    found: dict[str, set[str]] = {}
    for path in source.paths:
        _collect(Path(path.removeprefix("file://")), found)
    if not found:
        return
    types = {key: _infer(values) for key, values in found.items()}
    if all(isinstance(kind, StringType) for kind in types.values()):
        return
    relation = pb2.Relation()
    relation.read.data_source.CopyFrom(source)
    struct = proto_schema_to_pyspark_data_type(session.back.schema(relation))
    if isinstance(struct, StructType):
        source.schema = StructType(
            [StructField(f.name, types.get(f.name, f.dataType), True) for f in struct]
        ).json()


def _collect(folder: Path, into: dict[str, set[str]]) -> None:
    try:
        entries = [entry for entry in os.scandir(folder) if entry.is_dir()]
    except OSError:
        return  # a single file, or a pattern
    for entry in entries:
        match = _PARTITION.fullmatch(entry.name)
        if match is not None:
            into.setdefault(unquote(match["key"]), set()).add(unquote(match["value"]))
            _collect(Path(entry.path), into)


def _infer(values: Iterable[str]) -> DataType:
    known = [value for value in values if value != _NO_VALUE]
    for kind, test in _TESTS:
        if known and all(test(value) for value in known):
            return kind
    return StringType()


def _is_int(value: str, bits: int) -> bool:
    return re.fullmatch(r"-?\d{1,19}", value) is not None and abs(int(value)) < 1 << (bits - 1)


def _is_double(value: str) -> bool:
    return re.fullmatch(r"-?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", value) is not None


def _is_date(value: str) -> bool:
    try:
        return len(value) == 10 and bool(datetime.date.fromisoformat(value))
    except ValueError:
        return False


_TESTS: tuple[tuple[DataType, Any], ...] = (
    (IntegerType(), lambda value: _is_int(value, 32)),
    (LongType(), lambda value: _is_int(value, 64)),
    (DoubleType(), _is_double),
    (DateType(), _is_date),
)
