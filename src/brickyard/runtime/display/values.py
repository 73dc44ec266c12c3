"""Values of tables as JSON can carry them, nested ones as arrays and objects.

Binary stays binary: it becomes base64 only when it is sent, after secrets were looked for.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Set
from datetime import date, datetime
from decimal import Decimal
from typing import Any

_DEEPEST = 50

# What Spark calls the types that Python values have.
_TYPES: dict[type, str] = {
    bool: "boolean",
    int: "bigint",
    float: "double",
    str: "string",
    bytes: "binary",
    bytearray: "binary",
    Decimal: "decimal",
    datetime: "timestamp",
    date: "date",
    list: "array",
    tuple: "array",
    dict: "map",
}


def plain(value: Any, depth: int = 0) -> Any:
    """A value for JSON. What JSON has no form for becomes text: NaN, dates, decimals."""
    if value is None or isinstance(value, str | bool | int | bytes):
        return value
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, bytearray | memoryview):
        return bytes(value)
    if depth < _DEEPEST:
        nested = _nested(value, depth + 1)
        if nested is not None:
            return nested
    if hasattr(value, "item") and getattr(value, "shape", None) == ():
        return plain(value.item(), depth + 1)  # a numpy scalar
    if type(value).__name__ in ("NaTType", "NAType"):
        return None
    return text(value)


def text(value: object) -> str:
    """A value as text, also of one that cannot say it."""
    try:
        return str(value)
    except Exception as exc:  # noqa: BLE001 - the user's code, whatever it raises
        return f"<{type(value).__name__}: its __str__ raised {type(exc).__name__}>"


def type_name(value: object) -> str:
    """What Spark would call a value's type."""
    if hasattr(value, "_fields") or hasattr(value, "__fields__"):
        return "struct"
    return _TYPES.get(type(value), "string")


def fields_of(value: Any) -> dict[str, Any] | None:
    """Names and values of a record: a Row, named tuple, dict or dataclass; None for all else."""
    if isinstance(value, Mapping):
        return {text(key): item for key, item in value.items()}
    if isinstance(value, tuple):
        names = getattr(value, "__fields__", None) or getattr(value, "_fields", None)
        return dict(zip(names, value, strict=False)) if names else None
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: getattr(value, f.name, None) for f in dataclasses.fields(value)}
    return None


def _nested(value: Any, depth: int) -> Any:
    fields = fields_of(value)
    if fields is not None:
        return {name: plain(item, depth) for name, item in fields.items()}
    if isinstance(value, list | tuple | Set):
        return [plain(item, depth) for item in value]
    if hasattr(value, "tolist") and getattr(value, "shape", ()) != ():
        return plain(value.tolist(), depth)  # an array of numpy's
    if hasattr(value, "to_list") and hasattr(value, "dtype"):
        return plain(value.to_list(), depth)  # a series of polars'
    if hasattr(value, "toArray") and type(value).__module__.startswith("pyspark.ml"):
        return plain(value.toArray().tolist(), depth)
    return None


def _number(value: float) -> float | str:
    if math.isfinite(value):
        return float(value)
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
