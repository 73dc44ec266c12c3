"""What differs between the job settings wanted and those in the workspace."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

# What the server fills in where a request says nothing; equal to saying nothing.
# Source: Jobs API reference, defaults of job and task settings.
_DEFAULTS: Mapping[str, Any] = {
    "format": "MULTI_TASK",
    "max_concurrent_runs": 1,
    "timeout_seconds": 0,
    "run_if": "ALL_SUCCESS",
    "source": "WORKSPACE",
    "max_retries": 0,
    "min_retry_interval_millis": 0,
    "retry_on_timeout": False,
    "pause_status": "UNPAUSED",
    "edit_mode": "EDITABLE",
    "no_alert_for_skipped_runs": False,
    "no_alert_for_canceled_runs": False,
    "alert_on_last_attempt": False,
    "disabled": False,
    "performance_target": "PERFORMANCE_OPTIMIZED",
}
# Filled in from the platform's side with more than can be foreseen: what the template does not say
# is the platform's to choose.
_PLATFORM = frozenset({"new_cluster", "run_as", "environments"})
_KEYS = ("task_key", "job_cluster_key", "environment_key", "name", "key")


@dataclass(frozen=True)
class Change:
    """One field that differs.

    Attributes:
        path: As ``tasks[train].notebook_task.notebook_path``.
        old: In the workspace; None when absent.
        new: As wanted; None when absent.
    """

    path: str
    old: Any
    new: Any

    def as_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {"path": self.path, "old": self.old, "new": self.new}


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """Compare a job's settings in the workspace with the wanted ones.

    Defaults that the server fills in, empty values and the order of tasks do not count; a field
    changed or added by hand does.

    Args:
        old: As the workspace gives them.
        new: As wanted.

    Returns:
        The differences, sorted by path.
    """
    return sorted(_compare("", dict(old), dict(new), platform=False), key=lambda c: c.path)


def _compare(path: str, old: Any, new: Any, *, platform: bool) -> Iterator[Change]:
    old, new = _keyed(old), _keyed(new)
    if isinstance(old, dict) and isinstance(new, dict):
        for key in {**old, **new}:
            inner = key if not path else f"{path}{key}" if key.startswith("[") else f"{path}.{key}"
            if platform and key not in new:
                continue
            left, right = _effective(key, old.get(key)), _effective(key, new.get(key))
            yield from _compare(inner, left, right, platform=platform or key in _PLATFORM)
    elif isinstance(old, dict) and new is None and not platform:
        yield from _compare(path, old, {}, platform=platform)
    elif isinstance(new, dict) and old is None:
        yield from _compare(path, {}, new, platform=platform)
    elif old != new and not (platform and new is None):
        yield Change(path, _plain(old), _plain(new))


def _effective(key: str, value: Any) -> Any:
    """The value, or None where it says the same as nothing."""
    if value in ({}, [], "") or (key in _DEFAULTS and value == _DEFAULTS[key]):
        return None
    return value


def _keyed(value: Any) -> Any:
    """A list of objects that have a key becomes a mapping by it, so that order does not count."""
    if not isinstance(value, list) or not value:
        return value
    for key in _KEYS:
        names = [item.get(key) if isinstance(item, dict) else None for item in value]
        if all(isinstance(name, str) for name in names) and len(set(names)) == len(names):
            return {f"[{name}]": item for name, item in zip(names, value, strict=True)}
    if all(isinstance(item, dict) for item in value):
        return {f"[{index}]": item for index, item in enumerate(value)}
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, dict) and value and all(key.startswith("[") for key in value):
        return list(value.values())
    return value
