"""What of Databricks SQL the local engine lacks, said plainly.

The engine itself would complain of a word that it does not expect, and not say what to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from brickyard.runtime.spark.errors import UnsupportedSqlError
from brickyard.runtime.spark.sqltext.cursor import Cursor
from brickyard.runtime.spark.sqltext.lexer import Kind, Token

_PYTHON = "Write it in Python."
_PERMISSIONS = "The workspace's one user may do everything: leave it out."
_PLATFORM = "Run it on Databricks."
# First words of a statement, and the remedy.
_STATEMENTS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("GRANT",), _PERMISSIONS),
    (("REVOKE",), _PERMISSIONS),
    (("DENY",), _PERMISSIONS),
    (("SHOW", "GRANTS"), _PERMISSIONS),
    (("COPY", "INTO"), "Read the files with spark.read and append them to the table."),
    (("CONVERT", "TO", "DELTA"), "Read the files with spark.read and write them as Delta."),
    (("UNDROP",), "A dropped table is gone: RESTORE undoes changes of a table that exists."),
    (("LIST",), "Use dbutils.fs.ls."),
    (("DECLARE",), "Use a Python variable and args= of spark.sql."),
    (("SET", "VAR"), "Use a Python variable and args= of spark.sql."),
    (("SET", "VARIABLE"), "Use a Python variable and args= of spark.sql."),
    (("EXECUTE", "IMMEDIATE"), "Use spark.sql in Python."),
    (("BEGIN",), _PYTHON),
    (("CALL",), _PYTHON),
    (("CREATE", "FUNCTION"), "Register a Python function with spark.udf.register."),
    (("CREATE", "OR", "REPLACE", "FUNCTION"), "Register one with spark.udf.register."),
    (("CREATE", "TEMPORARY", "FUNCTION"), "Register one with spark.udf.register."),
    (("CREATE", "OR", "REPLACE", "TEMPORARY", "FUNCTION"), "Use spark.udf.register."),
    (("CREATE", "MATERIALIZED", "VIEW"), _PLATFORM),
    (("CREATE", "OR", "REFRESH"), _PLATFORM),
    (("CREATE", "STREAMING"), _PLATFORM),
    (("CREATE", "EXTERNAL", "VOLUME"), "CREATE VOLUME makes a managed one."),
    (("CREATE", "EXTERNAL", "LOCATION"), "abfss:// paths need none here."),
    (("DROP", "CATALOG"), "Delete the folder in warehouse/ of the workspace's home."),
    (("DROP", "FUNCTION"), "Registered functions end with the session."),
    (("COMMENT", "ON", "SCHEMA"), "Only tables and columns keep a comment here."),
    (("COMMENT", "ON", "DATABASE"), "Only tables and columns keep a comment here."),
    (("COMMENT", "ON", "CATALOG"), "Only tables and columns keep a comment here."),
    (("SHOW", "TABLE", "EXTENDED"), "Use DESCRIBE DETAIL of one table."),
    (("SHOW", "VOLUMES"), "Use dbutils.fs.ls('/Volumes/<catalog>/<schema>')."),
    (("FSCK",), "Restore the missing files, or RESTORE the table to an earlier version."),
    (("REORG",), "Use OPTIMIZE."),
    (("GENERATE",), _PLATFORM),
)
# Words within a query: what follows them, and the remedy.
_CLAUSES: dict[str, tuple[tuple[str, ...], str]] = {
    "QUALIFY": (
        (),
        "Filter in an outer query: SELECT * FROM (SELECT …, row_number() … AS n …) WHERE n = 1.",
    ),
    "TABLESAMPLE": (("(",), "Use df.sample(fraction)."),
    "PIVOT": (("(",), "Use df.groupBy(…).pivot(column).agg(…)."),
    "RECURSIVE": ((), "Loop in Python."),
    "READ_FILES": (("(",), "Use spark.read."),
    "TABLE_CHANGES": (("(",), "Compare versions of the table with VERSION AS OF."),
    "INPUT_FILE_NAME": (("(",), "List the files with dbutils.fs.ls and add the name with lit()."),
}


def refuse(sql: str) -> None:
    """Raise when a statement needs what the local engine is known to lack.

    Args:
        sql: The statement.

    Raises:
        UnsupportedSqlError: It does.
    """
    cursor = Cursor(sql)
    for words, remedy in _STATEMENTS:
        if cursor.accept(*words):
            raise UnsupportedSqlError(" ".join(words), remedy)
    tokens = cursor.tokens
    for index, token in enumerate(tokens):
        following = tokens[index + 1] if index + 1 < len(tokens) else None
        if token.kind is Kind.SYMBOL:
            _refuse_symbol(tokens, index)
        elif token.upper in _CLAUSES and _is_clause(tokens, index):
            after, remedy = _CLAUSES[token.upper]
            if not after or (following is not None and following.text in after):
                raise UnsupportedSqlError(token.upper, remedy)
        elif token.upper == "GROUP" and _three_words(tokens, index) == ("GROUP", "BY", "ALL"):
            raise UnsupportedSqlError("GROUP BY ALL", "Name the columns.")
    _refuse_delete(tokens)


_ELSEWHERE = "or name another engine with spark.remote in the cluster's spark_conf."
_ML = ("pyspark.ml", f"Use scikit-learn or LightGBM on df.toPandas(), {_ELSEWHERE}")
_PLANS = {
    "ml_relation": _ML,
    "ml_command": _ML,
    "collect_metrics": ("df.observe", "Aggregate the same numbers with df.agg."),
}
# Where the engine can send a stream's rows.
_SINKS = frozenset({"console", "noop"})


def refuse_plan(plan: Any) -> None:
    """Raise when a plan is a command that the local engine lacks.

    Args:
        plan: A ``pb2.Plan``.

    Raises:
        UnsupportedSqlError: It is.
    """
    kind = plan.command.WhichOneof("command_type")
    if kind in _PLANS:
        raise UnsupportedSqlError(*_PLANS[kind])
    if kind == "write_stream_operation_start":
        sink = plan.command.write_stream_operation_start
        into = "foreachBatch" if sink.HasField("foreach_batch") else sink.format or "delta"
        if into.lower() not in _SINKS:
            raise UnsupportedSqlError(
                f"a stream into {into}",
                f"Read with spark.read, append, and keep what was read in a table, {_ELSEWHERE}",
            )


def refuse_relation(kind: str | None) -> None:
    """Raise when a query, or a part of one, is what the local engine lacks.

    Args:
        kind: Its ``rel_type``.

    Raises:
        UnsupportedSqlError: It is.
    """
    if kind in _PLANS:
        raise UnsupportedSqlError(*_PLANS[kind])


def check_properties(properties: Mapping[str, str]) -> None:
    """Refuse properties of a table under which the engine could not write to it.

    Raises:
        UnsupportedSqlError: One is asked for.
    """
    for key, value in properties.items():
        if key.lower() == "delta.enablechangedatafeed" and value.lower() == "true":
            raise UnsupportedSqlError(
                f"the table property {key}", "Compare versions of the table with VERSION AS OF."
            )


def _three_words(tokens: list[Token], index: int) -> tuple[str, ...]:
    """Three keywords from an index on."""
    return tuple(token.upper for token in tokens[index : index + 3])


def _is_clause(tokens: list[Token], index: int) -> bool:
    """Whether a word stands for itself, and is no column's or table's name."""
    before = tokens[index - 1] if index else None
    following = tokens[index + 1] if index + 1 < len(tokens) else None
    if before is None or following is None or before.text in (".", ",") or before.upper == "AS":
        return False
    return following.text not in (".", ",", ")", "=", "<", ">")


def _refuse_symbol(tokens: list[Token], index: int) -> None:
    after = [token.upper or token.text for token in tokens[index + 1 : index + 3]]
    if tokens[index].text == "*" and after == ["EXCEPT", "("]:
        inner = tokens[index + 3] if index + 3 < len(tokens) else None
        if inner is not None and inner.upper not in ("SELECT", "VALUES", "TABLE", "WITH", "FROM"):
            raise UnsupportedSqlError("SELECT * EXCEPT (…)", "Use df.drop(…).")
    if tokens[index].text == "|" and after[:1] == [">"]:
        raise UnsupportedSqlError("the pipe syntax |>", "Write a SELECT.")


def _refuse_delete(tokens: list[Token]) -> None:
    if tokens and tokens[0].upper == "DELETE" and any(t.upper == "SELECT" for t in tokens):
        raise UnsupportedSqlError(
            "DELETE with a subquery", "Use MERGE INTO … WHEN MATCHED THEN DELETE."
        )
