"""The operations that Databricks has and this workspace has not, read off the SDK's own source.

So that a known call answers 501 with its name, and an unknown one 404 (design D1), without a list
of our own that would grow stale.
"""

from __future__ import annotations

import importlib.util
import re
from functools import cache
from pathlib import Path

_CLASS = re.compile(r"^class (\w+)(?:API|Ext)\b")
_METHOD = re.compile(r"^    def (\w+)\(")
_CALL = re.compile(
    r"""(?:_api|api_client)\.do\(\s*["'](\w+)["'],\s*f?["'](/api/[^"']+)["']""", re.DOTALL
)
_FIELD = re.compile(r"\\\{[^/]*?\\\}")


def operation_name(method: str, path: str) -> str | None:
    """The SDK's name of a call, such as ``clusters.resize``.

    Args:
        method: HTTP method.
        path: Request path.

    Returns:
        The name, or None when the SDK knows no such call.
    """
    for verb, pattern, name in _table():
        if verb == method and pattern.fullmatch(path):
            return name
    return None


@cache
def _table() -> tuple[tuple[str, re.Pattern[str], str], ...]:
    spec = importlib.util.find_spec("databricks")
    roots = list(spec.submodule_search_locations or []) if spec else []
    rows: list[tuple[str, re.Pattern[str], str]] = []
    for root in roots:
        for module in sorted((Path(root) / "sdk" / "service").glob("*.py")):
            rows.extend(_operations(module.read_text(encoding="utf-8")))
    # The fewer the parameters, the more exact the path.
    rows.sort(key=lambda row: row[1].pattern.count("[^/]"))
    return tuple(rows)


def _operations(source: str) -> list[tuple[str, re.Pattern[str], str]]:
    owners = [(m.start(), m[1]) for m in re.finditer(_CLASS.pattern, source, re.MULTILINE)]
    methods = [(m.start(), m[1]) for m in re.finditer(_METHOD.pattern, source, re.MULTILINE)]
    found = []
    for call in _CALL.finditer(source):
        if call[2].split("/")[3].startswith("{"):
            continue  # a path that is all parameter would match every unknown one
        owner = _last_before(owners, call.start())
        method = _last_before(methods, call.start())
        pattern = re.compile(_FIELD.sub("[^/]+", re.escape(call[2])))
        found.append((call[1], pattern, f"{owner[:1].lower()}{owner[1:]}.{method}"))
    return found


def _last_before(marks: list[tuple[int, str]], position: int) -> str:
    name = ""
    for start, candidate in marks:
        if start > position:
            break
        name = candidate
    return name
