"""What the local Spark engine raises on purpose."""

from __future__ import annotations

import re
from typing import Any, NoReturn

from pyspark.errors import AnalysisException, IllegalArgumentException, ParseException

from brickyard.errors import BrickyardError

_SYNTAX = re.compile(r"invalid argument: found (?P<near>.+?) at \d+:\d+ expected", re.DOTALL)


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


def name_parse_errors(client: Any) -> None:
    """Have a Spark Connect client raise ``ParseException`` where Spark does.

    The engine calls every fault of a statement an illegal argument.

    Args:
        client: The session's ``SparkConnectClient``.
    """
    handle = client._handle_rpc_error

    def handle_rpc_error(error: Any) -> NoReturn:
        try:
            handle(error)
        except IllegalArgumentException as exc:
            found = _SYNTAX.match(str(exc))
            if found is None:
                raise
            raise ParseException(
                f"[PARSE_SYNTAX_ERROR] Syntax error at or near {found['near']!r}. "
                f"SQLSTATE: 42601 ({exc})"
            ) from exc
        raise error

    client._handle_rpc_error = handle_rpc_error
