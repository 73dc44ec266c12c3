"""``DeltaTable.merge``."""

# ruff: noqa: A002, N802, S608 - Delta's names; the texts are the user's own
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from brickyard.runtime.spark.deltaapi.expressions import Expression, assignments, sql_of
from brickyard.runtime.spark.errors import LocalSparkError

Values = Mapping[str, Any]


class DeltaMergeBuilder:
    """A merge in the making; nothing happens before :meth:`execute`.

    Args:
        spark: The session.
        target: The table as SQL, with its alias.
        source: The rows to merge, with their alias if they have one.
        condition: When a row of both matches.
    """

    def __init__(
        self, spark: SparkSession, target: str, source: DataFrame, condition: Expression
    ) -> None:
        self._spark = spark
        self._target = target
        self._source = source
        self._condition = sql_of(spark, condition)
        self._clauses: list[str] = []
        self._evolution = False

    def whenMatchedUpdate(
        self, condition: Expression | None = None, set: Values | None = None
    ) -> DeltaMergeBuilder:
        """Update a row that matches."""
        return self._when("MATCHED", condition, self._updates(set))

    def whenMatchedUpdateAll(self, condition: Expression | None = None) -> DeltaMergeBuilder:
        """Update every column of a row that matches."""
        return self._when("MATCHED", condition, "UPDATE SET *")

    def whenMatchedDelete(self, condition: Expression | None = None) -> DeltaMergeBuilder:
        """Delete a row that matches."""
        return self._when("MATCHED", condition, "DELETE")

    def whenNotMatchedInsert(
        self, condition: Expression | None = None, values: Values | None = None
    ) -> DeltaMergeBuilder:
        """Insert a row of the source that matches none."""
        found = assignments(self._spark, _given(values, "values"))
        columns = ", ".join(key.rpartition(".")[2] for key in found)
        action = f"INSERT ({columns}) VALUES ({', '.join(found.values())})"
        return self._when("NOT MATCHED", condition, action)

    def whenNotMatchedInsertAll(self, condition: Expression | None = None) -> DeltaMergeBuilder:
        """Insert a row of the source that matches none, with every column."""
        return self._when("NOT MATCHED", condition, "INSERT *")

    def whenNotMatchedBySourceUpdate(
        self, condition: Expression | None = None, set: Values | None = None
    ) -> DeltaMergeBuilder:
        """Update a row of the table that no row of the source matches."""
        return self._when("NOT MATCHED BY SOURCE", condition, self._updates(set))

    def whenNotMatchedBySourceDelete(
        self, condition: Expression | None = None
    ) -> DeltaMergeBuilder:
        """Delete a row of the table that no row of the source matches."""
        return self._when("NOT MATCHED BY SOURCE", condition, "DELETE")

    def withSchemaEvolution(self) -> DeltaMergeBuilder:
        """Let the table get the source's further columns."""
        self._evolution = True
        return self

    def execute(self) -> DataFrame:
        """Merge; returns how many rows were changed."""
        if not self._clauses:
            raise LocalSparkError(
                "The merge has no clause.", "Add whenMatched… or whenNotMatched… before execute()."
            )
        evolution = " WITH SCHEMA EVOLUTION" if self._evolution else ""
        alias = _alias(self._source)
        source = f"{{merged}} AS {alias}" if alias else "{merged}"
        rest = f" ON {self._condition} {' '.join(self._clauses)}"
        head = f"MERGE{evolution} INTO {self._target} USING "
        text = _escape(head) + source + _escape(rest)
        return self._spark.sql(text, merged=self._source)

    def _when(self, when: str, condition: Expression | None, action: str) -> DeltaMergeBuilder:
        further = f" AND ({sql_of(self._spark, condition)})" if condition is not None else ""
        self._clauses.append(f"WHEN {when}{further} THEN {action}")
        return self

    def _updates(self, values: Values | None) -> str:
        found = assignments(self._spark, _given(values, "set"))
        return f"UPDATE SET {', '.join(f'{key} = {value}' for key, value in found.items())}"


def _given(values: Values | None, name: str) -> Values:
    if not values:
        raise LocalSparkError(f"The argument {name!r} is missing.", "Give columns and values.")
    return values


def _alias(frame: DataFrame) -> str | None:
    found = getattr(vars(frame).get("_plan"), "_alias", None)
    return str(found) if found else None


def _escape(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
