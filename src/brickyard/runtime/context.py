"""The notebook's context: what ``entry_point.getDbutils().notebook().getContext()`` gives.

On the platform it is a Scala object behind py4j: every field is a method that gives an ``Option``.
Names and tags are those that public code, MLflow and the SDK read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from brickyard.runtime.errors import NotLocalError
from brickyard.runtime.java_errors import JavaException, Py4JJavaError
from brickyard.runtime.protocol import RunSpec
from brickyard.runtime.redaction import Redactor

# What a run without a cluster is said to run on: code takes a cluster's id for granted.
NO_CLUSTER = "0000-000000-local000"


class Option:
    """Scala's ``Option``.

    Args:
        value: None stands for Scala's ``None``.
    """

    def __init__(self, value: Any) -> None:
        self._value = value

    def get(self) -> Any:
        """The value.

        Raises:
            Py4JJavaError: There is none.
        """
        if self._value is None:
            raise Py4JJavaError(
                "get", JavaException("java.util.NoSuchElementException", "None.get")
            )
        return self._value

    def getOrElse(self, default: Any) -> Any:  # noqa: N802 - Scala's name
        """The value, or a default (a function of no arguments, or a value)."""
        if self._value is not None:
            return self._value
        return default() if callable(default) else default

    def isDefined(self) -> bool:  # noqa: N802 - Scala's name
        """Whether there is a value."""
        return self._value is not None

    def nonEmpty(self) -> bool:  # noqa: N802 - Scala's name
        """Whether there is a value."""
        return self._value is not None

    def isEmpty(self) -> bool:  # noqa: N802 - Scala's name
        """Whether there is none."""
        return self._value is None

    def toString(self) -> str:  # noqa: N802 - Scala's name
        """``Some(value)`` or ``None``."""
        return "None" if self._value is None else f"Some({self._value})"

    __str__ = __repr__ = toString


class OptionMap:
    """Scala's map of strings, whose ``get`` gives an :class:`Option`.

    Args:
        values: The entries.
    """

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = dict(values)

    def get(self, key: str | None = None) -> Any:
        """The entry of a key; the map itself without one, as on an ``Option`` of a map."""
        return self if key is None else Option(self._values.get(key))

    def getOrElse(self, key: str, default: Any) -> Any:  # noqa: N802 - Scala's name
        """The entry of a key, or a default."""
        return Option(self._values.get(key)).getOrElse(default)

    def apply(self, key: str) -> str:
        """The entry of a key that must be there.

        Raises:
            Py4JJavaError: It is not.
        """
        if key not in self._values:
            java = JavaException("java.util.NoSuchElementException", f"key not found: {key}")
            raise Py4JJavaError("apply", java)
        return self._values[key]

    def contains(self, key: str) -> bool:
        """Whether there is such an entry."""
        return key in self._values

    def keySet(self) -> set[str]:  # noqa: N802 - Scala's name
        """The keys."""
        return set(self._values)

    def toString(self) -> str:  # noqa: N802 - Scala's name
        """As Scala writes a map."""
        return f"Map({', '.join(f'{key} -> {value}' for key, value in self._values.items())})"

    __str__ = __repr__ = toString

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __contains__(self, key: object) -> bool:
        return key in self._values

    def __getitem__(self, key: str) -> str:
        return self._values[key]

    def __len__(self) -> int:
        return len(self._values)


class RunId:
    """The number of a run.

    Args:
        number: The number.
    """

    def __init__(self, number: int) -> None:
        self._number = number

    def id(self) -> int:
        """The number."""
        return self._number

    def toString(self) -> str:  # noqa: N802 - Scala's name
        """As Scala writes it."""
        return f"RunId({self._number})"

    __str__ = __repr__ = toString


class NotebookContext:
    """What a notebook can know of itself, its run and its cluster.

    Args:
        spec: The run.
        redactor: Is told the token when it is asked for: it must not stand in any output.
    """

    def __init__(self, spec: RunSpec, redactor: Redactor) -> None:
        self._spec = spec
        self._redactor = redactor
        self._url = spec.environment["DATABRICKS_HOST"]
        identity = spec.identity
        self._fields: dict[str, str | None] = {
            "apiUrl": self._url,
            "browserHostName": urlsplit(self._url).netloc,
            "clusterId": identity.cluster_id or NO_CLUSTER,
            "idInJob": str(identity.job_run_id),
            "jobGroup": str(spec.run_id),
            "jobId": str(identity.job_id),
            "jobName": identity.job_name,
            "jobTaskType": "notebook",
            "notebookId": str(identity.notebook_id),
            "notebookPath": spec.notebook_path,
            "taskKey": identity.task_key,
            "userName": identity.user,
            "workspaceId": str(identity.workspace_id),
        }

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self._fields:
            return lambda: Option(None)  # Scala has more fields than notebooks ever fill
        return lambda: Option(self._fields[name])

    @property
    def on_cluster(self) -> bool:
        """Whether the run names a cluster."""
        return bool(self._spec.identity.cluster_id)

    def apiToken(self) -> Option:  # noqa: N802 - the platform's name
        """The run's own token, which ends with it."""
        token = self._spec.environment["DATABRICKS_TOKEN"]
        self._redactor.add(token)
        return Option(token)

    def currentRunId(self) -> Option:  # noqa: N802 - the platform's name
        """The task run."""
        return Option(RunId(self._spec.run_id))

    def rootRunId(self) -> Option:  # noqa: N802 - the platform's name
        """The job run at the top."""
        return Option(RunId(self._spec.identity.root_run_id))

    def aclPathOfAclRoot(self) -> Option:  # noqa: N802 - the platform's name
        """Where permissions come from: the job, or the notebook."""
        identity = self._spec.identity
        path = f"/jobs/{identity.job_id}" if identity.job_id else None
        return Option(path or f"/workspace/{self._fields['notebookId']}")

    def tags(self) -> OptionMap:
        """Everything as text."""
        return OptionMap(self._tags())

    def attributes(self) -> OptionMap:
        """Everything as text, by its newer name."""
        return self.tags()

    def extraContext(self) -> OptionMap:  # noqa: N802 - the platform's name
        """Further entries: path and number of the notebook."""
        return OptionMap(self._extra())

    def toJson(self) -> str:  # noqa: N802 - the platform's name
        """All of it as JSON, except the token."""
        identity = self._spec.identity
        return json.dumps(
            {
                "rootRunId": {"id": identity.root_run_id},
                "currentRunId": {"id": self._spec.run_id},
                "jobGroup": self._fields["jobGroup"],
                "tags": self._tags(),
                "attributes": self._tags(),
                "extraContext": self._extra(),
                "credentialKeys": [],
            }
        )

    def safeToJson(self) -> str:  # noqa: N802 - the platform's name
        """All of it as JSON, except what is secret."""
        return self.toJson()

    def _tags(self) -> dict[str, str]:
        identity, fields = self._spec.identity, self._fields
        tags = {
            "browserHostName": fields["browserHostName"],
            "clusterId": fields["clusterId"],
            "idInJob": fields["idInJob"],
            "jobId": fields["jobId"],
            "jobName": identity.job_name,
            "jobRunId": fields["idInJob"],
            "jobTaskType": "notebook",
            "jobType": "NORMAL" if identity.run_type == "JOB_RUN" else "EPHEMERAL",
            "multitaskParentRunId": fields["idInJob"],
            "notebookId": fields["notebookId"],
            "notebookPath": fields["notebookPath"],
            "notebook_id": fields["notebookId"],
            "notebook_path": fields["notebookPath"],
            "orgId": fields["workspaceId"],
            "runId": str(self._spec.run_id),
            "taskKey": identity.task_key,
            "user": identity.user,
        }
        return {name: value for name, value in tags.items() if value}

    def _extra(self) -> dict[str, str]:
        return {
            "api_url": self._url,
            "notebook_id": str(self._fields["notebookId"]),
            "notebook_path": self._spec.notebook_path,
        }


class JavaDbutils:
    """The way from the entry point to the context.

    Args:
        context: The context.
    """

    def __init__(self, context: NotebookContext) -> None:
        self._context = context

    def notebook(self) -> JavaDbutils:
        """The notebook utilities."""
        return self

    def getContext(self) -> NotebookContext:  # noqa: N802 - the platform's name
        """The context."""
        return self._context


class EntryPoint:
    """What ``dbutils.notebook.entry_point`` is.

    Args:
        context: The context.
        scratch: A folder that lasts as long as the run.
    """

    def __init__(self, context: NotebookContext, scratch: str) -> None:
        self._context = context
        self._scratch = scratch

    def getDbutils(self) -> JavaDbutils:  # noqa: N802 - the platform's name
        """The way to the context."""
        return JavaDbutils(self._context)

    def getReplId(self) -> str:  # noqa: N802 - the platform's name
        """The number of this Python process's run."""
        return str(self._context.jobGroup().get())

    def getJobGroupId(self) -> str:  # noqa: N802 - the platform's name
        """The group that Spark jobs of this notebook are in."""
        return self.getReplId()

    def getReplLocalTempDir(self) -> str:  # noqa: N802 - the platform's name
        """A folder that lasts as long as the run."""
        return self._scratch

    def getReplNFSTempDir(self) -> str:  # noqa: N802 - the platform's name
        """The same: all of Spark is on this machine."""
        return self._scratch

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        raise NotLocalError(
            f"entry_point.{name}", "There is no JVM here: use dbutils and the Databricks SDK."
        )
