"""What a delivery did, thing by thing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from brickyard.delivery.changes import Change

Action = Literal["created", "updated", "unchanged"]


@dataclass(frozen=True)
class Item:
    """One thing delivered.

    Attributes:
        kind: ``wheel``, ``cluster``, ``release`` or ``job``.
        name: Its name in the project.
        action: What was done with it.
        ref: What it is in the workspace: a job's or cluster's id, a wheel's version, a release's
            folder.
        changes: The fields that differed, of an updated job.
    """

    kind: Literal["wheel", "cluster", "release", "job"]
    name: str
    action: Action
    ref: str
    changes: tuple[Change, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "kind": self.kind,
            "name": self.name,
            "action": self.action,
            "ref": self.ref,
            "changes": [change.as_dict() for change in self.changes],
        }


@dataclass(frozen=True)
class Delivery:
    """What one deploy did.

    Attributes:
        project: The project's name.
        target: The target's name.
        host: The workspace's address.
        release: The release's id.
        items: Each thing, in the order of work.
    """

    project: str
    target: str
    host: str
    release: str
    items: tuple[Item, ...]

    @property
    def changed(self) -> bool:
        """Whether the workspace is another than before."""
        return any(item.action != "unchanged" for item in self.items if item.kind != "wheel")

    def as_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "project": self.project,
            "target": self.target,
            "host": self.host,
            "release": self.release,
            "changed": self.changed,
            "items": [item.as_dict() for item in self.items],
        }
