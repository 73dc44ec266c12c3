"""Dynamic value references: ``{{job.parameters.date}}`` and its kin in a task's parameters.

Source: docs on dynamic value references; unknown text stays as it is, a wrong reference inside a
known namespace is an error.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from brickyard.errors import did_you_mean
from brickyard.workspace.api.errors import invalid, unimplemented

# Backticks quote a part that is no plain name.
_REFERENCE = re.compile(r"\{\{\s*([A-Za-z_][\w-]*(?:\.(?:[\w-]+|`[^`{}]*`))*)\s*\}\}")
_KNOWN_SPACES = ("job", "task", "tasks", "workspace")
_NOT_YET = ("input",)


def resolve(value: Any, values: Mapping[str, str]) -> Any:
    """Fill in the references of a JSON value.

    Args:
        value: Any JSON value; only its strings are looked at.
        values: What each reference stands for, such as ``{"job.id": "7"}``.

    Raises:
        ApiError: A reference inside a known namespace that does not exist, or that the local
            workspace cannot resolve yet.
    """
    if isinstance(value, str):
        return _REFERENCE.sub(lambda match: _value(match, values), value)
    if isinstance(value, dict):
        return {key: resolve(item, values) for key, item in value.items()}
    if isinstance(value, list):
        return [resolve(item, values) for item in value]
    return value


def _value(match: re.Match[str], values: Mapping[str, str]) -> str:
    name = match[1].replace("`", "")
    if name in values:
        return values[name]
    space = name.partition(".")[0]
    if space in _NOT_YET:
        raise unimplemented(f"Dynamic value reference {match[0]}")
    if space in _KNOWN_SPACES and "." in name:
        raise invalid(f"Reference {match[0]} is not known. {did_you_mean(name, values)}")
    return match[0]
