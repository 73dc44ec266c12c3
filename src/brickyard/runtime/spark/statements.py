"""SQL statements that the client carries out itself, wholly or in part.

A handler gets the session and the statement and returns either SQL for the engine or the finished
result. What has no handler goes to the engine with its names and paths rewritten.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa

from brickyard.runtime.spark import (
    alter,
    describe,
    inserts,
    noops,
    objects,
    schemas,
    settings_sql,
    upkeep,
    versions,
    volumes,
)
from brickyard.runtime.spark.refusals import refuse
from brickyard.runtime.spark.rewriting import rewrite_sql
from brickyard.runtime.spark.session import Session
from brickyard.runtime.spark.sqltext.cursor import Cursor

# The SQL relation of the plan: its text and the arguments bound to it.
Handler = Callable[[Session, Any], "str | pa.Table | None"]


_HANDLERS: dict[str, tuple[Handler, ...]] = {
    "USE": (schemas.use,),
    "CREATE": (
        schemas.create_schema,
        schemas.create_catalog,
        volumes.create_volume,
        versions.copy_table,
        objects.create_table,
        objects.create_view,
    ),
    "REPLACE": (objects.create_table,),
    "DROP": (schemas.drop_schema, volumes.drop_volume, objects.drop),
    "SHOW": (schemas.show, describe.show),
    "DESCRIBE": (describe.describe,),
    "DESC": (describe.describe,),
    "OPTIMIZE": (upkeep.optimize,),
    "VACUUM": (upkeep.vacuum,),
    "ALTER": (alter.alter_table,),
    "COMMENT": (alter.comment_on,),
    "INSERT": (inserts.insert,),
    "RESTORE": (versions.restore,),
    "TRUNCATE": (upkeep.truncate,),
    "REFRESH": (upkeep.refresh,),
    "CACHE": (noops.cache,),
    "UNCACHE": (noops.uncache,),
    "CLEAR": (noops.clear_cache,),
    "ANALYZE": (noops.analyze,),
    "MSCK": (noops.analyze,),
    "SET": (schemas.set_catalog, settings_sql.set_property),
    "RESET": (settings_sql.reset,),
}


def carry_out(session: Session, relation: Any) -> str | pa.Table:
    """Carry out a statement as far as the client does that.

    Args:
        session: The session.
        relation: The plan's ``pb2.SQL``.

    Returns:
        SQL for the engine, or the result.
    """
    refuse(relation.query)
    cursor = Cursor(relation.query)
    first = cursor.peek()
    for handler in _HANDLERS.get(first.upper if first else "", ()):
        outcome = handler(session, relation)
        if outcome is not None:
            return outcome
    return rewrite_sql(session, relation.query)
