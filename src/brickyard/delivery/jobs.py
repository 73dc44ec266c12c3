"""Jobs in the workspace: found by their tags, created once, updated only where they differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from brickyard.delivery.changes import compare
from brickyard.delivery.errors import DeployError
from brickyard.delivery.outcome import Item

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

# Tags outlive renames in the template and by hand, and tell projects and targets apart that share a
# workspace.
PROJECT_TAG = "brickyard_project"
TARGET_TAG = "brickyard_target"
JOB_TAG = "brickyard_job"


def tagged(settings: Mapping[str, Any], project: str, target: str, job: str) -> dict[str, Any]:
    """Job settings with the tags by which the job is found again."""
    ours = {PROJECT_TAG: project, TARGET_TAG: target, JOB_TAG: job}
    return {**settings, "tags": {**settings.get("tags", {}), **ours}}


def find_jobs(client: WorkspaceClient, project: str, target: str) -> dict[str, int]:
    """The ids of a project's jobs at a target, by job name.

    Raises:
        DeployError: Two jobs carry the same tags, so neither can be told to be the one.
    """
    found: dict[str, list[int]] = {}
    for job in client.jobs.list(limit=100):
        tags = (job.settings.tags if job.settings else None) or {}
        if tags.get(PROJECT_TAG) == project and tags.get(TARGET_TAG) == target and JOB_TAG in tags:
            found.setdefault(tags[JOB_TAG], []).append(job.job_id or 0)
    for name, ids in found.items():
        if len(ids) > 1:
            raise DeployError(
                f"Jobs {' and '.join(map(str, sorted(ids)))} both carry the tag "
                f"{JOB_TAG}={name} of project {project!r} at target {target!r}.",
                "Delete one of them, or remove its tag.",
            )
    return {name: ids[0] for name, ids in found.items()}


def sync_job(
    client: WorkspaceClient, name: str, job_id: int | None, settings: Mapping[str, Any]
) -> Item:
    """Make one job as wanted, with one call or none.

    Args:
        client: The workspace.
        name: The job's name in the project.
        job_id: The job found by tag, or None.
        settings: Wanted, tags included.

    Returns:
        What was done.
    """
    from databricks.sdk.service.jobs import JobSettings

    wanted = JobSettings.from_dict(dict(settings))
    if job_id is None:
        given = {key: value for key, value in vars(wanted).items() if value is not None}
        created = client.jobs.create(**given)
        return Item("job", name, "created", str(created.job_id))
    deployed = client.jobs.get(job_id).settings
    # Both through the SDK's types, so that spelling differences do not count.
    changes = compare(deployed.as_dict() if deployed else {}, wanted.as_dict())
    if not changes:
        return Item("job", name, "unchanged", str(job_id))
    # reset switches all of a job's tasks to the new release at once.
    client.jobs.reset(job_id, wanted)
    return Item("job", name, "updated", str(job_id), tuple(changes))
