"""Keep a model's categories in its MLflow metadata, beside the booster."""

from __future__ import annotations

import mlflow.lightgbm
from mlflow.models import get_model_info

from flight_delays.errors import FlightDelaysError
from flight_delays.features import LABEL
from flight_delays.training import DelayModel

CATEGORIES = "categories"


def to_metadata(model: DelayModel) -> dict[str, object]:
    """What to log with the booster; any reader of the model can encode its inputs with it."""
    categories = {name: list(values) for name, values in model.categories.items()}
    return {"predicts": LABEL, "unit": "minutes", CATEGORIES: categories}


def load_model(model_uri: str) -> DelayModel:
    """Load a logged or registered model with its categories.

    Raises:
        FlightDelaysError: The model was not logged by the training stage.
    """
    metadata = get_model_info(model_uri).metadata or {}
    if CATEGORIES not in metadata:
        raise FlightDelaysError(
            f"{model_uri} lacks the metadata {CATEGORIES!r}: it was not logged by the training "
            "stage of this package. Train a model with it, or name another model."
        )
    return DelayModel(mlflow.lightgbm.load_model(model_uri), metadata[CATEGORIES])
