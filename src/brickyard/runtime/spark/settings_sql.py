"""``SET`` and ``RESET``, which the engine's SQL lacks though its configuration has them."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from brickyard.runtime.spark.results import EMPTY, strings
from brickyard.runtime.spark.session import Session
from brickyard.runtime.spark.sqltext.cursor import Cursor

_TIME_ZONE = "spark.sql.session.timeZone"


def set_property(session: Session, relation: Any) -> str | pa.Table | None:
    """``SET key = value``, ``SET key``, ``SET`` and ``SET TIME ZONE``."""
    text = relation.query.strip().rstrip(";").strip()
    body = text[3:].strip()
    if body in ("", "-v"):
        return strings(("key", "value"), sorted(session.back.all_conf().items()))
    cursor = Cursor(text)
    if cursor.accept("SET", "TIME", "ZONE"):
        zone = "UTC" if cursor.accept("LOCAL") else cursor.string()
        if zone is None:
            return None
        session.back.set_conf(_TIME_ZONE, zone)
        return strings(("key", "value"), [(_TIME_ZONE, zone)])
    key, equals, value = body.partition("=")
    key = key.strip().strip("`")
    if not key or " " in key:
        return None
    if equals:
        value = value.strip().strip("'\"")
        session.back.set_conf(key, value)
    else:
        value = session.back.get_conf(key) or "<undefined>"
    return strings(("key", "value"), [(key, value)])


def reset(session: Session, relation: Any) -> pa.Table:
    """``RESET`` and ``RESET key``: back to what the session started with."""
    key = relation.query.strip().rstrip(";").strip()[5:].strip().strip("`")
    keys = [key] if key else list(session.back.all_conf())
    if keys:
        session.back.unset_conf(*keys)
    for name, value in session.shared.conf.items():
        if name in keys:
            session.back.set_conf(name, value)
    return EMPTY
