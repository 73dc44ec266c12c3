"""``dbruntime``: the notebook's names, for modules that it imports."""

from __future__ import annotations

from typing import Any

from brickyard.runtime.context import EntryPoint
from brickyard.runtime.modules.binding import bound


class UserNamespaceInitializer:
    """Gives the names that are injected into a notebook."""

    @classmethod
    def getOrCreate(cls) -> UserNamespaceInitializer:  # noqa: N802 - the platform's name
        """The one of this process."""
        return cls()

    @property
    def namespace_globals(self) -> dict[str, Any]:
        """The names."""
        return bound().names

    def get_namespace_globals(self) -> dict[str, Any]:
        """The names."""
        return bound().names

    def get_spark_entry_point(self) -> EntryPoint:
        """The entry point."""
        entry_point: EntryPoint = bound().names["dbutils"].entry_point
        return entry_point
