"""Which handler answers which path; a service lists its operations in one table."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from starlette.responses import Response

from brickyard.workspace.api.call import Call

Reply = dict[str, Any] | Response
Handler = Callable[[Call], Awaitable[Reply]]


@dataclass(frozen=True)
class Operation:
    """One call of the API.

    Attributes:
        method: HTTP method.
        path: Path with ``{name}`` or ``{name:path}`` parameters, after ``/api/<version>``
            when ``versions`` is not empty, else the whole path.
        handler: What answers it.
        versions: API versions that share the handler, such as ``("2.0", "2.1", "2.2")``.
        raw: The handler reads the body itself (uploads); only path and query become fields.
    """

    method: str
    path: str
    handler: Handler
    versions: tuple[str, ...] = ("2.0",)
    raw: bool = False

    def paths(self) -> Iterator[str]:
        """Every concrete path under which the operation is served."""
        if not self.versions:
            yield self.path
        for version in self.versions:
            yield f"/api/{version}{self.path}"


class Service(Protocol):
    """A part of the workspace that answers calls."""

    def operations(self) -> list[Operation]:
        """The calls it answers."""
        ...
