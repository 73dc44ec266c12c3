"""One call of the API: its fields, read leniently, as legacy clients send them.

Clients send GET with a JSON body (dbx), ``text/json`` (databricks-cli), form parts (dbfs put) and
``"true"`` for true (Airflow); all of it is accepted here, so that no handler has to know.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request

from brickyard.workspace.api.errors import invalid, malformed

_TRUE = {"true", "1"}
_FALSE = {"false", "0"}
# A DBFS block of 1 MB in base64, a notebook of 10 MB.
_MAX_PART = 16 * 1024 * 1024
# What the database, and protocol buffers, can hold.
_INT64 = range(-(2**63), 2**63)


@dataclass(frozen=True)
class Call:
    """What a handler gets.

    Attributes:
        request: The HTTP request, for handlers that stream a body.
        fields: Path, query and body fields, the body winning.
        user: The user name of the caller.
    """

    request: Request
    fields: Mapping[str, Any]
    user: str

    def text(self, name: str, default: str | None = None) -> str:
        """A string field; refused when absent and without default, or not a string."""
        value = self._field(name, default)
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise _wrong_type(name, "string", value)
        return str(value)

    def optional_text(self, name: str) -> str | None:
        """A string field, or None when it is absent or null."""
        return None if self.fields.get(name) is None else self.text(name)

    def integer(self, name: str, default: int | None = None) -> int:
        """A whole number, also when sent as text."""
        value = self._field(name, default)
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise _wrong_type(name, "int", value)
        try:
            number = int(value)
        except ValueError as exc:
            raise _wrong_type(name, "int", value) from exc
        if number not in _INT64:
            raise invalid(f"Field '{name}' is outside the range of a 64-bit integer.")
        return number

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A boolean, also when sent as "true" or "1"."""
        value = self._field(name, default)
        if isinstance(value, bool):
            return value
        word = str(value).lower()
        if word in _TRUE | _FALSE:
            return word in _TRUE
        raise _wrong_type(name, "boolean", value)

    def mapping(self, name: str) -> dict[str, Any]:
        """An object field; empty when absent."""
        value = self.fields.get(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise _wrong_type(name, "object", value)
        return value

    def _field(self, name: str, default: object) -> Any:
        value = self.fields.get(name)
        if value is None:
            if default is None:
                raise invalid(f"Missing required field: {name}")
            return default
        return value


def _check_unicode(name: str, text: str) -> None:
    """JSON can escape half a surrogate pair, which neither files nor the database can store."""
    try:
        text.encode()
    except UnicodeEncodeError as exc:
        shown = name.encode("utf-8", "replace").decode()
        raise malformed(
            f"Could not parse request object: field '{shown}' is not Unicode text."
        ) from exc


def _wrong_type(name: str, wanted: str, value: object) -> Exception:
    found = {dict: "OBJECT", list: "ARRAY", str: "STRING", bool: "BOOLEAN"}.get(
        type(value), "NUMBER"
    )
    shown = json.dumps(value, default=str)[:80]
    return malformed(
        f"Could not parse request object: Expected {wanted} for field '{name}', "
        f"found {found} {shown}"
    )


async def read_fields(request: Request) -> dict[str, Any]:
    """Gather the fields of a request from its path, query and body, whatever the content type.

    Raises:
        ApiError: MALFORMED_REQUEST when the body is neither JSON, a form nor multipart.
    """
    fields: dict[str, Any] = dict(request.query_params)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        fields.update(await _read_form(request))
    elif kind != "application/octet-stream":
        body = await request.body()
        if body.strip():
            fields.update(_parse_json(body))
    fields.update(request.path_params)
    return fields


async def _read_form(request: Request) -> dict[str, Any]:
    try:
        async with request.form(max_part_size=_MAX_PART) as form:
            return {
                name: part if isinstance(part, str) else await part.read()
                for name, part in form.multi_items()
            }
    except HTTPException as exc:
        raise malformed(f"Could not parse request object: {exc.detail}") from exc


def _parse_json(body: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError) as exc:
        raise malformed(f"Could not parse request object: the body is not JSON ({exc}).") from exc
    if not isinstance(parsed, dict):
        raise malformed("Could not parse request object: the body must be a JSON object.")
    if b"\\ud" in body.lower():
        for name, value in parsed.items():
            _check_unicode(name, json.dumps([name, value], ensure_ascii=False))
    return parsed
