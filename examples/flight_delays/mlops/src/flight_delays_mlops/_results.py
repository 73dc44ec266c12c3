"""What each stage returns: small, frozen, and enough for the next stage to start from."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flight_delays.split import Period


@dataclass(frozen=True)
class FeatureTable:
    """Features of a period. ``run_id`` is empty when the table was reused, not computed."""

    run_id: str
    table: str
    period: Period
    rows: int
    labelled_rows: int


@dataclass(frozen=True)
class TrainedModel:
    """A model logged to MLflow, not registered yet; ``period`` is what it was trained on."""

    run_id: str
    model_id: str
    model_uri: str
    period: Period
    rows: int


@dataclass(frozen=True)
class Evaluation:
    """Errors in minutes of the model of run ``model_run_id``, and of the baseline beside it."""

    run_id: str
    model_run_id: str
    period: Period
    rows: int
    rmse: float
    mae: float
    baseline_rmse: float
    baseline_mae: float
    rmse_gain: float
    mae_gain: float


@dataclass(frozen=True)
class PublishedModel:
    """A version in the registry, and the alias that now points at it."""

    run_id: str
    model_run_id: str
    name: str
    version: str
    alias: str


@dataclass(frozen=True)
class ScoredTable:
    """Predictions of a period; ``model_run_id`` is the run that trained the model."""

    run_id: str
    table: str
    period: Period
    rows: int
    model_name: str
    model_version: str
    model_run_id: str


@dataclass(frozen=True)
class PublishedResults:
    """Where the scored period lies for others to fetch."""

    run_id: str
    path: str
    manifest_path: str
    rows: int


StageResult = (
    FeatureTable | TrainedModel | Evaluation | PublishedModel | ScoredTable | PublishedResults
)


def summary(result: StageResult) -> dict[str, str | int | float]:
    """The result as plain values for JSON; a period becomes ``start..end``."""
    values = {field.name: getattr(result, field.name) for field in fields(result)}
    return {
        name: value if isinstance(value, (int, float)) else str(value)
        for name, value in values.items()
    }
