"""Job templates: plain Jobs-API JSON in which ``${name}`` stands for what differs by target.

The JSON is parsed first and only then filled in, so that a value can never break the syntax. A
string that is exactly one placeholder takes the value's own type; ``$${`` writes a literal ``${``.
Databricks' own ``{{…}}`` references pass through.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from brickyard.delivery.errors import TemplateError
from brickyard.delivery.jsontext import JsonText
from brickyard.delivery.project import Value
from brickyard.errors import BrickyardError, did_you_mean

_PLACEHOLDER = re.compile(r"\$(\$?)\{([^{}]*)\}")


def render_job(template: Path, values: Mapping[str, Value]) -> dict[str, Any]:
    """Fill in a job template and check the result against the Jobs API's own types.

    Args:
        template: The JSON file.
        values: Name of each placeholder, as ``release.id``, to its value.

    Returns:
        The job's settings as the API takes them.

    Raises:
        TemplateError: The file is no JSON, a placeholder has no value, a field is unknown or has
            the wrong type; every fault with file, line and near match.
    """
    text = JsonText.read(template)
    faults = [
        (path, f"Nothing gives ${{{name}}} a value. {_hint(name, values)}")
        for path, name in placeholders(text.value)
        if name not in values
    ]
    _refuse(text, faults)
    settings = _fill(text.value, values)
    # Imported late: the SDK takes a second to import.
    from databricks.sdk.service.jobs import JobSettings

    from brickyard.wire import check

    _refuse(text, [(_at(p.path, p.found, p.kind), str(p)) for p in check(settings, JobSettings)])
    filled: dict[str, Any] = settings
    return filled


def placeholders(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Each placeholder in the strings of a JSON value.

    Yields:
        The JSON path it stands at, and its name.
    """
    if isinstance(value, str):
        for found in _PLACEHOLDER.finditer(value):
            if not found[1]:
                yield path, found[2].strip()
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from placeholders(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from placeholders(inner, f"{path}[{index}]")


def fill_text(text: str, values: Mapping[str, Value]) -> str:
    """Fill in one string.

    Raises:
        BrickyardError: A placeholder has no value.
    """
    for _, name in placeholders(text):
        if name not in values:
            raise BrickyardError(
                f"Nothing gives ${{{name}}} in {text!r} a value.", _hint(name, values)
            )
    return str(_fill(text, values))


def _hint(name: str, values: Mapping[str, Value]) -> str:
    if name == "cluster_id":
        return "Give the target existing_cluster_id, cluster_name or a cluster table."
    return did_you_mean(name, values)


def _fill(value: Any, values: Mapping[str, Value]) -> Any:
    if isinstance(value, dict):
        return {key: _fill(inner, values) for key, inner in value.items()}
    if isinstance(value, list):
        return [_fill(inner, values) for inner in value]
    if not isinstance(value, str):
        return value
    whole = _PLACEHOLDER.fullmatch(value)
    if whole and not whole[1]:
        return values[whole[2].strip()]
    return _PLACEHOLDER.sub(lambda found: _text(found, values), value)


def _text(found: re.Match[str], values: Mapping[str, Value]) -> str:
    if found[1]:
        return found[0][1:]
    value = values[found[2].strip()]
    # As JSON and every notebook widget write it.
    return str(value).lower() if isinstance(value, bool) else str(value)


def _at(path: str, found: str, kind: str) -> str:
    if kind != "unknown":
        return path
    return f"{path}.{found}" if path else found


def _refuse(text: JsonText, faults: list[tuple[str, str]]) -> None:
    if not faults:
        return
    path, message = faults[0]
    more = [f"{text.file}:{text.line(path) or 1}: {message}" for path, message in faults[1:]]
    raise TemplateError(text.file, "\n".join((message, *more)), line=text.line(path))
