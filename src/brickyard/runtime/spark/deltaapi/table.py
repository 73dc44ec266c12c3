"""``DeltaTable``."""

# ruff: noqa: A001, A002, N802, N803, S608 - Delta's names; the texts are the user's own
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession

from brickyard.runtime.spark.deltaapi.builder import DeltaTableBuilder
from brickyard.runtime.spark.deltaapi.expressions import Expression, assignments, sql_of
from brickyard.runtime.spark.deltaapi.merge import DeltaMergeBuilder
from brickyard.runtime.spark.errors import UnsupportedSqlError
from brickyard.runtime.spark.sqltext.cursor import split_name
from brickyard.runtime.spark.sqltext.lexer import quote_name, quote_string


class DeltaTable:
    """A Delta table.

    Args:
        spark: The session.
        name: The table as SQL.
        alias: The name that conditions call it by.
    """

    def __init__(self, spark: SparkSession, name: str, alias: str = "") -> None:
        self._spark = spark
        self._name = name
        self._alias = alias

    # -- from where ------------------------------------------------------------------------------

    @classmethod
    def forName(cls, sparkSession: SparkSession, tableOrViewName: str) -> DeltaTable:
        """The table of a name.

        Raises:
            AnalysisException: There is none, or it is not a Delta table.
        """
        parts = split_name(tableOrViewName)
        name = ".".join(map(quote_name, parts)) if parts else tableOrViewName
        sparkSession.sql(f"DESCRIBE DETAIL {name}")
        return cls(sparkSession, name)

    @classmethod
    def forPath(
        cls,
        sparkSession: SparkSession,
        path: str,
        hadoopConf: Mapping[str, str] | None = None,
    ) -> DeltaTable:
        """The table in a folder.

        Raises:
            AnalysisException: There is none.
        """
        del hadoopConf
        return cls.forName(sparkSession, f"delta.{quote_name(path)}")

    @classmethod
    def isDeltaTable(cls, sparkSession: SparkSession, identifier: str) -> bool:
        """Whether a folder holds a Delta table."""
        try:
            cls.forPath(sparkSession, identifier)
        except AnalysisException:
            return False
        return True

    @classmethod
    def create(cls, sparkSession: SparkSession | None = None) -> DeltaTableBuilder[DeltaTable]:
        """Make a table that must not exist."""
        return DeltaTableBuilder(_session(sparkSession), "CREATE TABLE", cls.forName)

    @classmethod
    def createIfNotExists(
        cls, sparkSession: SparkSession | None = None
    ) -> DeltaTableBuilder[DeltaTable]:
        """Make a table unless it exists."""
        return DeltaTableBuilder(_session(sparkSession), "CREATE TABLE IF NOT EXISTS", cls.forName)

    @classmethod
    def replace(cls, sparkSession: SparkSession | None = None) -> DeltaTableBuilder[DeltaTable]:
        """Make an existing table anew."""
        return DeltaTableBuilder(_session(sparkSession), "REPLACE TABLE", cls.forName)

    @classmethod
    def createOrReplace(
        cls, sparkSession: SparkSession | None = None
    ) -> DeltaTableBuilder[DeltaTable]:
        """Make a table, whether or not it exists."""
        return DeltaTableBuilder(_session(sparkSession), "CREATE OR REPLACE TABLE", cls.forName)

    @classmethod
    def convertToDelta(cls, *arguments: Any, **named: Any) -> DeltaTable:
        """Not on the local workspace."""
        del arguments, named
        raise UnsupportedSqlError(
            "DeltaTable.convertToDelta", "Read the files with spark.read and write them as Delta."
        )

    # -- rows ------------------------------------------------------------------------------------

    def toDF(self) -> DataFrame:
        """Its rows."""
        frame = self._spark.sql(f"SELECT * FROM {self._name}")
        return frame.alias(self._alias) if self._alias else frame

    def alias(self, aliasName: str) -> DeltaTable:
        """The same table under a name for conditions."""
        return DeltaTable(self._spark, self._name, aliasName)

    def delete(self, condition: Expression | None = None) -> DataFrame:
        """Delete the rows that a condition holds for, or all."""
        where = f" WHERE {sql_of(self._spark, condition)}" if condition is not None else ""
        return self._spark.sql(f"DELETE FROM {self._target()}{where}")

    def update(
        self,
        condition: Expression | Mapping[str, Any] | None = None,
        set: Mapping[str, Any] | None = None,
    ) -> DataFrame:
        """Change the rows that a condition holds for, or all."""
        if isinstance(condition, Mapping):
            condition, set = None, condition
        found = assignments(self._spark, set or {})
        pairs = ", ".join(f"{key} = {value}" for key, value in found.items())
        where = f" WHERE {sql_of(self._spark, condition)}" if condition is not None else ""
        return self._spark.sql(f"UPDATE {self._target()} SET {pairs}{where}")

    def merge(self, source: DataFrame, condition: Expression) -> DeltaMergeBuilder:
        """Merge rows into the table."""
        return DeltaMergeBuilder(self._spark, self._target(), source, condition)

    # -- upkeep ----------------------------------------------------------------------------------

    def history(self, limit: int | None = None) -> DataFrame:
        """Its versions, the newest first."""
        most = f" LIMIT {limit}" if limit is not None else ""
        return self._spark.sql(f"DESCRIBE HISTORY {self._name}{most}")

    def detail(self) -> DataFrame:
        """What is known of it."""
        return self._spark.sql(f"DESCRIBE DETAIL {self._name}")

    def vacuum(self, retentionHours: float | None = None) -> DataFrame:
        """Delete files that no kept version needs."""
        hours = f" RETAIN {retentionHours:g} HOURS" if retentionHours is not None else ""
        return self._spark.sql(f"VACUUM {self._name}{hours}")

    def optimize(self) -> DeltaOptimizeBuilder:
        """Put small files together."""
        return DeltaOptimizeBuilder(self._spark, self._name)

    def restoreToVersion(self, version: int) -> DataFrame:
        """Make it what it was at a version."""
        return self._spark.sql(f"RESTORE TABLE {self._name} TO VERSION AS OF {version}")

    def restoreToTimestamp(self, timestamp: str) -> DataFrame:
        """Make it what it was at a time."""
        at = quote_string(timestamp)
        return self._spark.sql(f"RESTORE TABLE {self._name} TO TIMESTAMP AS OF {at}")

    def generate(self, mode: str) -> None:
        """Not on the local workspace."""
        raise UnsupportedSqlError(f"DeltaTable.generate({mode!r})", "Read the table with Spark.")

    def upgradeTableProtocol(self, readerVersion: int, writerVersion: int) -> None:
        """Not on the local workspace."""
        raise UnsupportedSqlError(
            f"DeltaTable.upgradeTableProtocol({readerVersion}, {writerVersion})",
            "Leave it out: tables are made with the protocol that their properties need.",
        )

    def _target(self) -> str:
        return f"{self._name} AS {self._alias}" if self._alias else self._name


class DeltaOptimizeBuilder:
    """What ``optimize()`` gives.

    Args:
        spark: The session.
        name: The table as SQL.
    """

    def __init__(self, spark: SparkSession, name: str) -> None:
        self._spark = spark
        self._name = name

    def where(self, partitionFilter: str) -> DeltaOptimizeBuilder:
        """Not on the local workspace."""
        raise UnsupportedSqlError(
            f"DeltaTable.optimize().where({partitionFilter!r})", "Optimize the whole table."
        )

    def executeCompaction(self) -> DataFrame:
        """Put small files together."""
        return self._spark.sql(f"OPTIMIZE {self._name}")

    def executeZOrderBy(self, *cols: str | list[str]) -> DataFrame:
        """The same, with rows that are near by these columns in one file."""
        names = [name for each in cols for name in ([each] if isinstance(each, str) else each)]
        columns = ", ".join(map(quote_name, names))
        return self._spark.sql(f"OPTIMIZE {self._name} ZORDER BY ({columns})")


def _session(given: SparkSession | None) -> SparkSession:
    if given is not None:
        return given
    found: SparkSession = SparkSession.builder.getOrCreate()
    return found
