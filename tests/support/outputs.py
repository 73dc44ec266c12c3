"""Keeping an output of a run without a process that puts it out."""

from __future__ import annotations

from typing import Any

from brickyard.workspace.jobs.records import RunRecords


def add_output(
    records: RunRecords, run_id: int, position: int, kind: str, content: dict[str, Any]
) -> int:
    """Keep one output of a cell; returns its sequence number."""
    with records.edit_outputs(run_id) as edit:
        return edit.add(position, kind, content)
