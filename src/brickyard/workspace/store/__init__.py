"""What the workspace remembers: one SQLite file, one writer, every change a transaction."""

from brickyard.workspace.store.database import Store, now_ms, unreadable

__all__ = ["Store", "now_ms", "unreadable"]
