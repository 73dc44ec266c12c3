"""A run's parameters, checked against what the deployed job declares before any call is made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from brickyard.delivery.errors import RunError
from brickyard.errors import did_you_mean

if TYPE_CHECKING:
    from databricks.sdk.service.jobs import JobSettings, Task


@dataclass(frozen=True)
class RunParameters:
    """What ``run-now`` takes; the API refuses both kinds in one call.

    Attributes:
        job_parameters: For a job that declares parameters.
        notebook_params: For one that has only its notebooks' base parameters.
    """

    job_parameters: Mapping[str, str] | None = None
    notebook_params: Mapping[str, str] | None = None


def split_parameters(pairs: Iterable[str]) -> dict[str, str]:
    """Read ``key=value`` pairs; a value may hold ``=`` itself.

    Raises:
        RunError: A pair has no ``=`` or no key, or a key stands twice.
    """
    found: dict[str, str] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise RunError(f"The parameter {pair!r} is not of the form key=value.")
        if key in found:
            raise RunError(f"The parameter {key!r} is given twice.")
        found[key] = value
    return found


def check_parameters(job: str, settings: JobSettings, given: Mapping[str, str]) -> RunParameters:
    """Refuse parameters that the job does not know, and choose the field that carries the others.

    Args:
        job: The job's name, for messages.
        settings: As deployed.
        given: Name to value.

    Raises:
        RunError: The job knows no parameter of a given name.
    """
    declared = {parameter.name for parameter in settings.parameters or []}
    base = {name for task in settings.tasks or [] for name in _base_parameters(task)}
    known = declared or base
    for name in given:
        if name in known:
            continue
        if name in base:
            raise RunError(
                f"Parameter {name!r} of job {job!r} is a base parameter of a task only, and a job "
                "that declares parameters takes no others.",
                'Add it to "parameters" in the job\'s template and deploy again.',
            )
        raise RunError(
            f"Job {job!r} has no parameter {name!r}.",
            did_you_mean(name, known) or "It takes no parameters.",
        )
    if not given:
        return RunParameters()
    if declared:
        return RunParameters(job_parameters=dict(given))
    return RunParameters(notebook_params=dict(given))


def _base_parameters(task: Task) -> Iterable[str]:
    inner = task.for_each_task.task if task.for_each_task else task
    return (inner.notebook_task.base_parameters or {}) if inner.notebook_task else ()
