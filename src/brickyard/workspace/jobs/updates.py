"""``jobs/update``: new settings over old ones.

Source: databricks-sdk ``service/jobs.py``, ``UpdateJob``: top-level fields are replaced; tasks and
job clusters are merged by their key; ``fields_to_remove`` names fields, or ``tasks/key``.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from brickyard.workspace.api.errors import invalid

Json = dict[str, Any]

_KEYED = {"tasks": "task_key", "job_clusters": "job_cluster_key"}


def updated_settings(old: Json, new: Json, removed: Sequence[str]) -> Json:
    """Apply an update.

    Args:
        old: The job's settings.
        new: Fields to set.
        removed: Fields to remove, before others are set.

    Raises:
        ApiError: A field to remove has an unknown form.
    """
    settings = copy.deepcopy(old)
    for path in removed:
        _remove(settings, path)
    for name, value in new.items():
        if name in _KEYED and isinstance(value, list):
            settings[name] = _merged(settings.get(name) or [], value, _KEYED[name])
        else:
            settings[name] = value
    return settings


def _remove(settings: Json, path: str) -> None:
    name, _, key = path.partition("/")
    if not key:
        settings.pop(name, None)
    elif name in _KEYED:
        settings[name] = [i for i in settings.get(name) or [] if i.get(_KEYED[name]) != key]
    else:
        raise invalid(f"fields_to_remove: {path!r} cannot be removed: name a field or tasks/KEY.")


def _merged(old: list[Json], new: list[Json], key: str) -> list[Json]:
    by_key = {item.get(key): item for item in old}
    by_key.update({item.get(key): item for item in new})
    return list(by_key.values())
