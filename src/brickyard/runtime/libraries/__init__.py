"""Notebook-scoped libraries: a folder a run, filled by ``%pip`` through uv (design D6)."""

from brickyard.runtime.libraries.folder import LibraryFolder

__all__ = ["LibraryFolder"]
