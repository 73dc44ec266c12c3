"""Models in the workspace registry, by MLflow's own client."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import pytest
from databricks.sdk import WorkspaceClient
from mlflow import MlflowClient
from sklearn.linear_model import LinearRegression

FEATURES, TARGET = np.array([[0.0], [1.0]]), np.array([1.0, 3.0])


@pytest.fixture
def client(databricks: Any, monkeypatch: pytest.MonkeyPatch) -> MlflowClient:
    monkeypatch.setenv("MLFLOW_REGISTRY_URI", "databricks")
    mlflow.set_experiment("/Shared/classic")
    return MlflowClient()


@pytest.mark.filterwarnings("ignore:.*deprecated since 2.9.0.*:FutureWarning")
def test_registered_promoted_and_loaded_by_stage(client: MlflowClient, tmp_path: Path) -> None:
    with mlflow.start_run():
        info = mlflow.sklearn.log_model(
            LinearRegression().fit(FEATURES, TARGET),
            name="model",
            pip_requirements=["scikit-learn"],
            serialization_format="cloudpickle",
        )
    version = mlflow.register_model(info.model_uri, "classic")
    assert (version.version, version.status) == ("1", "READY")
    client.transition_model_version_stage("classic", "1", "Production")
    assert client.get_model_version("classic", "1").current_stage == "Production"
    for uri in ("models:/classic/Production", "models:/classic/1", "models:/classic/latest"):
        assert mlflow.pyfunc.load_model(uri).predict(FEATURES) == pytest.approx(TARGET)
    found = WorkspaceClient().model_registry.get_model("classic").registered_model_databricks
    assert found is not None
    assert found.name == "classic"
    listed = mlflow.artifacts.list_artifacts("models:/classic/1")
    assert "MLmodel" in [file.path for file in listed]


def test_files_of_a_version_that_is_not_there(client: MlflowClient, databricks: Any) -> None:
    with databricks.http() as http:
        fields = {"name": "none", "version": "1", "path": ""}
        for call in ("list-artifacts", "get-signed-download-uri"):
            reply = http.get(f"/api/2.0/mlflow/model-versions/{call}", params=fields)
            assert (reply.status_code, reply.json()["error_code"]) == (
                404,
                "RESOURCE_DOES_NOT_EXIST",
            )
