"""``dbruntime.databricks_repl_context``: the context as MLflow and the SDK read it."""

from __future__ import annotations

from dataclasses import dataclass

from brickyard.runtime.modules.binding import bound


@dataclass(frozen=True)
class ReplContext:
    """The context's fields as plain attributes; None where a run has none.

    The names are the platform's.
    """

    aclPathOfAclRoot: str  # noqa: N815
    apiToken: str  # noqa: N815
    apiUrl: str  # noqa: N815
    browserHostName: str  # noqa: N815
    clusterId: str  # noqa: N815
    commandRunId: str | None  # noqa: N815
    currentRunId: str  # noqa: N815
    idInJob: str  # noqa: N815
    isInCluster: bool  # noqa: N815
    isInJob: bool  # noqa: N815
    isInNotebook: bool  # noqa: N815
    jobGroupId: str | None  # noqa: N815
    jobId: str | None  # noqa: N815
    jobTaskType: str  # noqa: N815
    jobType: str  # noqa: N815
    notebookId: str  # noqa: N815
    notebookPath: str  # noqa: N815
    parentRunId: str | None  # noqa: N815
    replId: str  # noqa: N815
    rootRunId: str  # noqa: N815
    taskKey: str  # noqa: N815
    user: str
    userName: str  # noqa: N815
    workloadClass: str | None  # noqa: N815
    workloadId: str | None  # noqa: N815
    workspaceId: str  # noqa: N815
    workspaceUrl: str  # noqa: N815


def get_context() -> ReplContext:
    """The context of the notebook that runs in this process."""
    context = bound().context
    tags = context.tags()
    of_job = tags["jobId"] != "0"  # else a one-time run, which has no job to name
    return ReplContext(
        aclPathOfAclRoot=context.aclPathOfAclRoot().get(),
        apiToken=context.apiToken().get(),
        apiUrl=context.apiUrl().get(),
        browserHostName=tags["browserHostName"],
        clusterId=tags["clusterId"],
        commandRunId=None,
        currentRunId=tags["runId"],
        idInJob=tags["idInJob"],
        isInCluster=context.on_cluster,
        isInJob=True,
        isInNotebook=True,
        jobGroupId=None,
        jobId=tags["jobId"] if of_job else None,
        jobTaskType="NOTEBOOK",
        jobType=tags["jobType"],
        notebookId=tags["notebookId"],
        notebookPath=tags["notebookPath"],
        parentRunId=tags["multitaskParentRunId"],
        replId=tags["runId"],
        rootRunId=str(context.rootRunId().get().id()),
        taskKey=tags["taskKey"],
        user=tags["user"],
        userName=tags["user"],
        workloadClass=None,
        workloadId=None,
        workspaceId=tags["orgId"],
        workspaceUrl=tags["browserHostName"],
    )
