"""What the local Spark engine raises on purpose."""

from __future__ import annotations

import re
from typing import Any, NoReturn

from pyspark.errors import AnalysisException, ParseException, PySparkException

from brickyard.errors import BrickyardError

# Faults in the engine's words.
_SYNTAX = re.compile(r"invalid argument: found (?P<what>.+?) at \d+:\d+ expected", re.DOTALL)
_COLUMN = re.compile(r"attribute ObjectName\(\[(?P<what>.+)\]\) is missing from the schema")
_IDENTIFIER = re.compile(r'Identifier\("((?:[^"\\]|\\.)*)"\)')
_FAULTS = (
    (
        re.compile(r"unknown function: (?P<what>\S+)"),
        "UNRESOLVED_ROUTINE",
        "Cannot resolve routine `{what}`. SQLSTATE: 42883",
    ),
    (
        re.compile(r"Table not found: \[TABLE_OR_VIEW_NOT_FOUND\] .*: (?P<what>.+)"),
        "TABLE_OR_VIEW_NOT_FOUND",
        "The table or view `{what}` cannot be found. SQLSTATE: 42P01",
    ),
    (
        re.compile(
            r"Delta table already exists at path: .*/warehouse/"
            r"(?P<catalog>[^/]+)/(?P<schema>[^/]+)/(?P<table>[^/]+)/?$"
        ),
        "TABLE_OR_VIEW_ALREADY_EXISTS",
        "Cannot create table `{catalog}`.`{schema}`.`{table}`: it already exists. SQLSTATE: 42P07",
    ),
    (
        re.compile(r"Delta table already exists at path: (?P<path>.+)"),
        "DELTA_PATH_EXISTS",
        "Cannot write to already existent path {path}. Set the mode to overwrite or append.",
    ),
    (
        re.compile(r"listing table path already exists: (?P<path>.+)"),
        "PATH_ALREADY_EXISTS",
        "Path {path} already exists. Set the mode to overwrite or append. SQLSTATE: 42K04",
    ),
)


class LocalSparkError(BrickyardError):
    """Something about the local Spark engine that the user can put right."""


class UnsupportedSqlError(LocalSparkError):
    """A statement that Databricks knows and the local engine does not."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"The local Spark engine does not support {what}.", remedy)


def analysis_error(condition: str, message: str) -> AnalysisException:
    """The exception that Spark raises for a plan which cannot be resolved.

    Args:
        condition: Spark's error condition, such as ``TABLE_OR_VIEW_NOT_FOUND``; users' code
            matches it.
        message: What is wrong, in a sentence.

    Returns:
        An ``AnalysisException`` whose text starts with ``[CONDITION]``, as Spark's does.
    """
    return AnalysisException(f"[{condition}] {message}")


def name_faults(client: Any) -> None:
    """Have a Spark Connect client raise Spark's class and condition for the commonest faults.

    The engine has words of its own for them, and calls every fault of a statement an illegal
    argument.

    Args:
        client: The session's ``SparkConnectClient``.
    """
    handle = client._handle_rpc_error

    def handle_rpc_error(error: Any) -> NoReturn:
        try:
            handle(error)
        except PySparkException as exc:
            named = _named(str(exc))
            if named is None:
                raise
            # The engine's own would only stand above it in the traceback, saying the same.
            raise named from None
        raise error

    client._handle_rpc_error = handle_rpc_error


def _named(text: str) -> PySparkException | None:
    """Spark's exception for a fault in the engine's words; None where it has one of its own."""
    if found := _SYNTAX.match(text):
        message = f"Syntax error at or near {found['what']!r}. SQLSTATE: 42601 ({text})"
        return ParseException(f"[PARSE_SYNTAX_ERROR] {message}")
    if found := _COLUMN.match(text):
        name = ".".join(f"`{part}`" for part in _IDENTIFIER.findall(found["what"]))
        return analysis_error(
            "UNRESOLVED_COLUMN.WITHOUT_SUGGESTION",
            f"A column, variable, or function parameter with name {name} cannot be resolved. "
            "SQLSTATE: 42703",
        )
    for pattern, condition, message in _FAULTS:
        if found := pattern.match(text):
            return analysis_error(condition, message.format(**found.groupdict()))
    return None
