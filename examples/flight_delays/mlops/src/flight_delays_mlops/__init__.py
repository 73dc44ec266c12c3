"""The stages of the flight-delay jobs: each runs ``flight_delays`` and records the run in MLflow.

A stage is one function. All it needs comes in as arguments and what it made goes out as a small
frozen result, which the next stage takes. Each execution of a stage is one MLflow run, which ends
FAILED if the stage raises. Repeating a stage replaces what it wrote before.
"""

from flight_delays_mlops._batch_scoring import batch_scoring
from flight_delays_mlops._evaluation import evaluation
from flight_delays_mlops._feature_engineering import feature_engineering
from flight_delays_mlops._publish_model import ModelNotGoodEnoughError, publish_model
from flight_delays_mlops._publish_results import publish_results
from flight_delays_mlops._results import (
    Evaluation,
    FeatureTable,
    PublishedModel,
    PublishedResults,
    ScoredTable,
    TrainedModel,
    summary,
)
from flight_delays_mlops._reuse import (
    NothingToReuseError,
    existing_features,
    last_evaluation,
    last_scoring,
    last_training,
)
from flight_delays_mlops._training import training

__version__ = "0.1.0"

__all__ = [
    "Evaluation",
    "FeatureTable",
    "ModelNotGoodEnoughError",
    "NothingToReuseError",
    "PublishedModel",
    "PublishedResults",
    "ScoredTable",
    "TrainedModel",
    "batch_scoring",
    "evaluation",
    "existing_features",
    "feature_engineering",
    "last_evaluation",
    "last_scoring",
    "last_training",
    "publish_model",
    "publish_results",
    "summary",
    "training",
]
