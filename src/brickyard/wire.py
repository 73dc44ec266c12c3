"""Checking JSON values against the Databricks SDK's own dataclasses, the wire types of design D1.

The SDK's ``from_dict`` drops what it does not know and lets wrong types through to fail later as an
``AttributeError``; this module says beforehand, with a path, which field is unknown, which value
has the wrong JSON type and which is outside its enumeration. Known fields come from the dataclass
itself, so a new SDK brings its new fields along.
"""

from __future__ import annotations

import dataclasses
import difflib
import importlib
import threading
import types
import typing
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from functools import cache
from types import ModuleType
from typing import Any, Literal

_IMPORTING = threading.Lock()

ProblemKind = Literal["unknown", "type", "value"]


@dataclasses.dataclass(frozen=True)
class Problem:
    """One thing wrong with a JSON value.

    Attributes:
        path: Where, as ``tasks[0].notebook_task.notebook_path``; empty for the root.
        found: For ``unknown`` the field's name, for ``type`` the JSON type found
            (``string``, ``number``, ``boolean``, ``array``, ``object``, ``null``),
            for ``value`` the value itself.
        expected: The JSON type, or the allowed values, or for ``unknown`` the SDK class whose
            fields are allowed.
        kind: ``unknown`` field, wrong JSON ``type``, or ``value`` outside an enumeration.
        suggestion: The nearest known name, or an empty string.
    """

    path: str
    found: str
    expected: str
    kind: ProblemKind
    suggestion: str = ""

    def __str__(self) -> str:
        near = f" Did you mean {self.suggestion!r}?" if self.suggestion else ""
        where = self.path or "the top level"
        if self.kind == "unknown":
            return f"Unknown field {self.found!r} at {where} ({self.expected} has none).{near}"
        if self.kind == "value":
            return f"{where} is {self.found!r}, expected one of {self.expected}.{near}"
        return f"{where} is a JSON {self.found}, expected {self.expected}."


def sdk_types(service: str) -> ModuleType:
    """A module of the SDK's types, such as ``jobs``; the first one takes a second to import.

    One thread imports at a time: the SDK's modules import each other in a circle, and two threads
    that enter it in different places stop each other.
    """
    with _IMPORTING:
        return importlib.import_module(f"databricks.sdk.service.{service}")


def check(value: object, kind: Any, path: str = "") -> list[Problem]:
    """Compare a parsed JSON value with an SDK type.

    Args:
        value: What ``json.loads`` gave.
        kind: A dataclass of ``databricks.sdk.service``, an enumeration, a scalar type, or a
            ``typing`` construct over these (``Optional``, ``List``, ``Dict``, ``Any``).
        path: Where the value stands; prefixes every problem's path.

    Returns:
        Every problem, in document order; empty when the value fits. ``null`` fits everywhere, as
        the API reads it as absent. An integer fits a float; digits in a string do not fit an
        integer (callers that are lenient there filter for it).
    """
    return list(_walk(value, kind, path))


def fields_of(kind: type) -> Mapping[str, Any]:
    """The JSON field names of an SDK dataclass and their types.

    Args:
        kind: A dataclass of ``databricks.sdk.service``.

    Returns:
        JSON name to type, in the dataclass's order.
    """
    return _fields(kind)


def json_type(value: object) -> str:
    """The JSON name of a Python value's type, as error messages use it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list | tuple) else "object"


def _walk(value: object, kind: Any, path: str) -> Iterator[Problem]:
    if value is None or kind is Any or kind is any or kind is object:
        return
    origin = typing.get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        yield from _union(value, typing.get_args(kind), path)
    elif origin is list or kind is list:
        yield from _array(value, (*typing.get_args(kind), Any)[0], path)
    elif origin is dict or kind is dict:
        yield from _mapping(value, (*typing.get_args(kind), Any, Any)[1], path)
    elif dataclasses.is_dataclass(kind):
        yield from _object(value, typing.cast(type, kind), path)
    elif isinstance(kind, type) and issubclass(kind, Enum):
        yield from _enumeration(value, kind, path)
    else:
        yield from _scalar(value, kind, path)


def _union(value: object, members: Iterable[Any], path: str) -> Iterator[Problem]:
    tried = [check(value, member, path) for member in members if member is not type(None)]
    if tried and all(tried):
        yield from min(tried, key=len)


def _array(value: object, item: Any, path: str) -> Iterator[Problem]:
    if not isinstance(value, list | tuple):
        yield Problem(path, json_type(value), "array", "type")
        return
    for index, element in enumerate(value):
        if element is None and dataclasses.is_dataclass(item):
            # A field may be null; of an element the SDK asks for its fields.
            yield Problem(f"{path}[{index}]", "null", "object", "type")
        else:
            yield from _walk(element, item, f"{path}[{index}]")


def _mapping(value: object, item: Any, path: str) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield Problem(path, json_type(value), "object", "type")
        return
    for key, element in value.items():
        yield from _walk(element, item, _join(path, key))


def _object(value: object, kind: type, path: str) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield Problem(path, json_type(value), "object", "type")
        return
    known = _fields(kind)
    for key, element in value.items():
        if key in known:
            yield from _walk(element, known[key], _join(path, key))
        else:
            near = difflib.get_close_matches(str(key), known, n=1)
            yield Problem(path, str(key), kind.__name__, "unknown", "".join(near))


def _enumeration(value: object, kind: type[Enum], path: str) -> Iterator[Problem]:
    known = [str(member.value) for member in kind]
    if not isinstance(value, str):
        yield Problem(path, json_type(value), "string", "type")
    elif value not in known:
        near = difflib.get_close_matches(value.upper(), known, n=1)
        yield Problem(path, value, ", ".join(known), "value", "".join(near))


def _scalar(value: object, kind: Any, path: str) -> Iterator[Problem]:
    found = json_type(value)
    if kind is bool:
        fits, expected = found == "boolean", "boolean"
    elif kind is int:
        fits = found == "number" and (isinstance(value, int) or float(str(value)).is_integer())
        expected = "integer"
    elif kind is float:
        fits, expected = found == "number", "number"
    else:
        # str, and the types that travel as strings: timestamps, durations, field masks.
        fits, expected = found == "string", "string"
    if not fits:
        yield Problem(path, found, expected, "type")


def _join(path: str, key: object) -> str:
    return f"{path}.{key}" if path else str(key)


class _Asked(dict[str, Any]):
    """An empty JSON object that notes which fields a ``from_dict`` asks for."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def get(self, key: str, default: Any = None, /) -> Any:
        self.names.append(key)
        return default

    def __contains__(self, key: object) -> bool:
        self.names.append(str(key))
        return False


@cache
def _fields(kind: type) -> Mapping[str, Any]:
    hints = typing.get_type_hints(kind)
    attributes = [field.name for field in dataclasses.fields(kind)]
    # A few attributes differ from their JSON names (global_, display_name for displayName), and
    # only from_dict knows them.
    asked = _Asked()
    from_dict = getattr(kind, "from_dict", None)
    if from_dict is not None:
        from_dict(asked)
    by_folded = {_fold(name): name for name in asked.names}
    return {by_folded.get(_fold(name), name): hints[name] for name in attributes}


def _fold(name: str) -> str:
    return name.replace("_", "").lower()
