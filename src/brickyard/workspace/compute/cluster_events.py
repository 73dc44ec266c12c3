"""A cluster's history: writing an event, and reading it page by page."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, func, insert, select

from brickyard.errors import did_you_mean
from brickyard.workspace.api.call import Call
from brickyard.workspace.api.errors import invalid
from brickyard.workspace.store import now_ms
from brickyard.workspace.store.tables import cluster_events

_DEFAULT_PAGE = 50
_LARGEST_PAGE = 500
_ORDERS = ("ASC", "DESC")


def record(connection: Connection, cluster_id: str, kind: str, details: dict[str, Any]) -> None:
    """Append an event.

    Args:
        connection: The transaction that the event belongs to.
        cluster_id: The cluster.
        kind: One of the API's ``EventType`` values.
        details: Its ``EventDetails``; values of None are left out.
    """
    kept = {name: value for name, value in details.items() if value is not None}
    connection.execute(
        insert(cluster_events).values(
            cluster_id=cluster_id, timestamp_ms=now_ms(), type=kind, details=kept
        )
    )


def read_page(connection: Connection, cluster_id: str, call: Call) -> dict[str, Any]:
    """Answer ``clusters/events``, with either way of paging: offset and limit, or tokens.

    The first page fixes ``end_time``, so that events that come meanwhile do not shift later pages.

    Raises:
        ApiError: A field has a value that cannot be.
    """
    order = call.text("order", "DESC")
    if order not in _ORDERS:
        raise invalid(f"order {order!r} is unknown. {did_you_mean(order, _ORDERS)}")
    by_token = "page_size" in call.fields or "page_token" in call.fields
    offset, end = _start(call, order)
    limit = _page_size(call) if by_token else _limit(call)
    chosen = [
        cluster_events.c.cluster_id == cluster_id,
        cluster_events.c.timestamp_ms >= call.integer("start_time", 0),
        cluster_events.c.timestamp_ms <= end,
    ]
    types = _types(call)
    if types:
        chosen.append(cluster_events.c.type.in_(types))
    sequence = cluster_events.c.sequence
    rows = connection.execute(
        select(cluster_events)
        .where(*chosen)
        .order_by(sequence.desc() if order == "DESC" else sequence)
        .offset(offset)
        .limit(limit)
    ).all()
    count = select(func.count()).select_from(cluster_events).where(*chosen)
    total = connection.scalar(count) or 0
    reply: dict[str, Any] = {"total_count": total}
    if rows:
        reply["events"] = [
            {
                "cluster_id": row.cluster_id,
                "timestamp": row.timestamp_ms,
                "type": row.type,
                "details": row.details,
            }
            for row in rows
        ]
    if offset + len(rows) < total and rows:
        reply |= _next_page(call, cluster_id, by_token, offset + len(rows), limit, end)
    return reply


def _start(call: Call, order: str) -> tuple[int, int]:
    """The offset and the fixed end of the requested page."""
    token = call.optional_text("page_token")
    if token:
        offset, _, end = token.partition("-")
        if not (offset.isdecimal() and end.isdecimal()):
            raise invalid(f"page_token {token!r} is not one that this workspace gave.")
        return int(offset), int(end)
    offset_field, end_field = call.integer("offset", 0), call.integer("end_time", 0)
    if offset_field < 0:
        raise invalid(f"offset {offset_field} must not be negative.")
    if offset_field and order == "DESC" and not end_field:
        raise invalid("end_time is required when an offset is given in descending order.")
    return offset_field, end_field or now_ms()


def _limit(call: Call) -> int:
    limit = call.integer("limit", _DEFAULT_PAGE)
    if not 1 <= limit <= _LARGEST_PAGE:
        raise invalid(f"limit {limit} must be between 1 and {_LARGEST_PAGE}.")
    return limit


def _page_size(call: Call) -> int:
    # Out of range is not refused but brought into it; 0 leaves the choice to the server.
    return min(max(call.integer("page_size", 0), 0), _LARGEST_PAGE) or _DEFAULT_PAGE


def _types(call: Call) -> list[str]:
    types = call.fields.get("event_types") or []
    if not isinstance(types, list) or not all(isinstance(each, str) for each in types):
        raise invalid("event_types must be a list of event type names.")
    return types


def _next_page(
    call: Call, cluster_id: str, by_token: bool, offset: int, limit: int, end: int
) -> dict[str, Any]:
    page: dict[str, Any] = {"cluster_id": cluster_id}
    for name in ("start_time", "order", "event_types"):
        if call.fields.get(name) is not None:
            page[name] = call.fields[name]
    if not by_token:
        return {"next_page": {**page, "offset": offset, "limit": limit, "end_time": end}}
    token = f"{offset}-{end}"
    return {
        "next_page": {**page, "page_size": limit, "page_token": token},
        "next_page_token": token,
    }
