"""One MLflow run per execution of a stage."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import mlflow

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

STAGE_TAG = "stage"
MODEL_RUN_TAG = "model_run_id"


@contextmanager
def stage_run(
    stage: str,
    experiment_id: str,
    parameters: Mapping[str, object],
    tags: Mapping[str, str] | None = None,
) -> Iterator[str]:
    """Record a stage: the run ends FINISHED, or FAILED if the block raises.

    Args:
        stage: Name of the stage; the run's name and its ``stage`` tag, by which it is found again.
        experiment_id: The experiment to record in.
        parameters: What the stage was called with.
        tags: Further tags.

    Yields:
        The run's id. The run is active: ``mlflow.log_*`` within the block go to it.
    """
    with mlflow.start_run(
        experiment_id=experiment_id,
        run_name=stage,
        nested=True,  # a child, should the caller have a run of its own
        tags={STAGE_TAG: stage, **(tags or {})},
    ) as run:
        mlflow.log_params(dict(parameters))
        yield run.info.run_id
