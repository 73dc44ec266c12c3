"""``dbutils.jobs``: values that tasks of one job run leave for each other.

Sources: docs on task values; databricks-sdk ``dbutils.py``. The workspace keeps them
(``workspace/jobs/task_values``), so that later tasks, in processes of their own, find them.
"""

from __future__ import annotations

import json
from typing import Any

from brickyard.runtime.dbutils.utility import Utility
from brickyard.runtime.rest import RestClient, RestError

_PATH = "2.0/brickyard/task-values"


class TaskValues(Utility):
    """Values that a task leaves for the later tasks of its job run.

    Args:
        client: The workspace, with the run's own token.
    """

    title = "dbutils.jobs.taskValues"

    def __init__(self, client: RestClient) -> None:
        self._client = client

    def set(self, key: str, value: Any) -> None:
        """Leave a value for later tasks; one of the same key is replaced.

        Args:
            key: Its name.
            value: What JSON can hold, at most 48 KiB of it; 250 values a job run.

        Raises:
            TypeError: The key is no string, or JSON cannot hold the value.
            ValueError: It is too large, or there are too many.
        """
        if not isinstance(key, str):
            raise TypeError(f"dbutils.jobs.taskValues.set: key must be a string, not {key!r}.")
        try:
            self._client.post(f"{_PATH}/set", key=key, value=json.dumps(value))
        except RestError as exc:
            raise ValueError(exc.text) from None

    def get(
        self,
        taskKey: str,  # noqa: N803 - the platform's name
        key: str,
        default: Any = None,
        debugValue: Any = None,  # noqa: N803 - the platform's name
    ) -> Any:
        """The value that a task of this job run has left.

        Args:
            taskKey: The task.
            key: The value's name.
            default: Given back when there is no such value; None is no default.
            debugValue: For notebooks that run outside of a job, which none does here.

        Raises:
            ValueError: No such task or value, and no default.
        """
        del debugValue
        try:
            found = self._client.get(f"{_PATH}/get", task_key=taskKey, key=key)
        except RestError as exc:
            if exc.code == "RESOURCE_DOES_NOT_EXIST" and default is not None:
                return default
            raise ValueError(exc.text) from None
        return json.loads(found["value"])


class JobsUtils(Utility):
    """What jobs offer their tasks: dbutils.jobs.taskValues.

    Args:
        client: The workspace, with the run's own token.
    """

    title = "dbutils.jobs"

    def __init__(self, client: RestClient) -> None:
        self.taskValues = TaskValues(client)
