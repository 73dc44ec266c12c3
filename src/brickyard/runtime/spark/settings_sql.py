"""``SET key = value``, which the engine's SQL lacks though its configuration has it."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from brickyard.runtime.spark.results import strings
from brickyard.runtime.spark.session import Session


def set_property(session: Session, relation: Any) -> str | pa.Table | None:
    """``SET key = value`` and ``SET key``."""
    text = relation.query.strip().rstrip(";").strip()
    body = text[3:].strip()
    key, equals, value = body.partition("=")
    key = key.strip().strip("`")
    if not key or " " in key or key.upper() == "TIME":
        return None
    if equals:
        value = value.strip().strip("'\"")
        session.back.set_conf(key, value)
    else:
        value = session.back.get_conf(key) or "<undefined>"
    return strings(("key", "value"), [(key, value)])
