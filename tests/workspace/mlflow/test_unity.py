"""Models in Unity Catalog, by MLflow's own client."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import pandas as pd
import pytest
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from mlflow.models import ModelSignature
from sklearn.linear_model import LinearRegression

FEATURES = pd.DataFrame({"a": [0.0, 1.0, 2.0], "b": [1.0, 0.0, 4.0]})
TARGET = np.array([1.0, 2.0, 8.0])


@pytest.fixture
def name(databricks: Any, request: pytest.FixtureRequest) -> str:
    """A model name and an experiment of the test's own."""
    mlflow.set_experiment(f"/Shared/{request.node.name}")
    return f"main.default.{request.node.name}"


def log_model(**options: Any) -> Any:
    signature: ModelSignature = mlflow.models.infer_signature(FEATURES, TARGET)
    return mlflow.sklearn.log_model(
        LinearRegression().fit(FEATURES, TARGET),
        name="model",
        signature=signature,
        input_example=FEATURES[:1],
        pip_requirements=["scikit-learn"],
        serialization_format="cloudpickle",
        **options,
    )


def test_logged_registered_and_loaded_by_version_and_alias(name: str, databricks: Any) -> None:
    with mlflow.start_run() as run:
        model = log_model()
    first = mlflow.register_model(model.model_uri, name, tags={"from": "model"})
    second = mlflow.register_model(f"runs:/{run.info.run_id}/model", name)
    assert (first.version, first.status, first.run_id) == ("1", "READY", run.info.run_id)
    assert (second.version, second.model_id) == ("2", model.model_id)
    assert first.tags == {"from": "model"}
    assert (databricks.home.models / "main/default" / name.split(".")[2] / "2/MLmodel").is_file()
    client = MlflowClient()
    client.set_registered_model_alias(name, "champion", "2")
    assert client.get_model_version_by_alias(name, "champion").version == "2"
    assert client.get_model_version(name, "2").aliases == ["champion"]
    assert client.get_registered_model(name).aliases == {"champion": "2"}
    for uri in (f"models:/{name}@champion", f"models:/{name}/1", model.model_uri):
        loaded = mlflow.pyfunc.load_model(uri)
        assert loaded.predict(FEATURES) == pytest.approx(TARGET)
    client.delete_registered_model_alias(name, "champion")
    with pytest.raises(MlflowException, match="alias champion not found"):
        client.get_model_version_by_alias(name, "champion")


def test_lightgbm_registered_while_it_is_logged(name: str) -> None:
    import lightgbm

    booster = lightgbm.train(
        {"verbose": -1, "min_data_in_leaf": 1, "num_threads": 1},
        lightgbm.Dataset(FEATURES, TARGET),
        num_boost_round=2,
    )
    with mlflow.start_run() as run:
        info = mlflow.lightgbm.log_model(
            booster,
            name="model",
            signature=mlflow.models.infer_signature(FEATURES, TARGET),
            pip_requirements=["lightgbm"],
            registered_model_name=name,
        )
    assert int(info.registered_model_version) == 1
    loaded = mlflow.lightgbm.load_model(f"models:/{name}/1")
    assert loaded.predict(FEATURES) == pytest.approx(booster.predict(FEATURES))
    [found] = mlflow.search_logged_models(
        experiment_ids=[run.info.experiment_id], output_format="list"
    )
    assert (found.model_id, found.source_run_id) == (info.model_id, run.info.run_id)
    assert found.artifact_location.endswith(f"/logged_models/{info.model_id}/artifacts")


def test_searching_tagging_describing_and_deleting(name: str, databricks: Any) -> None:
    with mlflow.start_run() as run:
        log_model(registered_model_name=name)
        log_model(registered_model_name=name)
    client = MlflowClient()
    found = client.search_model_versions(f"name = '{name}'")
    assert sorted(v.version for v in found) == ["1", "2"]
    assert {v.run_id for v in found} == {run.info.run_id}
    by_run = client.search_model_versions(f"run_id = '{run.info.run_id}'")
    assert {v.name for v in by_run} == {name}
    assert name in [model.name for model in client.search_registered_models()]
    client.set_registered_model_tag(name, "team", "a")
    client.set_model_version_tag(name, "1", "k", "v")
    client.set_model_version_tag(name, "1", "gone", "v")
    client.delete_model_version_tag(name, "1", "gone")
    client.update_registered_model(name, "described")
    client.update_model_version(name, "1", "first")
    model, version = client.get_registered_model(name), client.get_model_version(name, "1")
    assert (model.description, model.tags) == ("described", {"team": "a"})
    assert (version.description, version.tags) == ("first", {"k": "v"})
    client.delete_registered_model_tag(name, "team")
    assert client.get_registered_model(name).tags == {}
    files = databricks.home.models / "main/default" / name.split(".")[2]
    client.delete_model_version(name, "1")
    assert not (files / "1").exists()
    client.rename_registered_model(name, f"{name}_new")
    assert mlflow.pyfunc.load_model(f"models:/{name}_new/2").predict(FEATURES).shape == (3,)
    client.delete_registered_model(f"{name}_new")
    assert not files.with_name(f"{files.name}_new").exists()
    with pytest.raises(MlflowException, match="not found"):
        client.get_registered_model(f"{name}_new")


def test_a_version_is_pending_until_its_files_are_there(name: str, databricks: Any) -> None:
    base = "/api/2.0/mlflow/unity-catalog"
    with databricks.http() as http:
        http.post(f"{base}/registered-models/create", json={"name": name}).raise_for_status()
        fields = {"name": name, "source": "/tmp/elsewhere/model"}
        created = http.post(f"{base}/model-versions/create", json=fields).json()["model_version"]
        assert (created["status"], created["source"]) == ("PENDING_REGISTRATION", fields["source"])
        assert created.get("tags", []) == []
        version = {"name": name, "version": created["version"]}
        early = http.post(f"{base}/model-versions/finalize", json=version)
        assert (early.status_code, early.json()["error_code"]) == (400, "INVALID_STATE")
        http.put(f"/api/2.0/fs/files{created['storage_location']}/MLmodel", content=b"x")
        done = http.post(f"{base}/model-versions/finalize", json=version).json()["model_version"]
        assert (done["status"], done["source"]) == ("READY", fields["source"])
        where = http.get(f"{base}/model-versions/get-download-uri", params=version).json()
        assert where == {"artifact_uri": f"dbfs:{created['storage_location']}"}


def test_a_local_model_folder_is_registered(name: str, tmp_path: Path) -> None:
    mlflow.sklearn.save_model(
        LinearRegression().fit(FEATURES, TARGET),
        tmp_path / "model",
        signature=mlflow.models.infer_signature(FEATURES, TARGET),
        pip_requirements=["scikit-learn"],
        serialization_format="cloudpickle",
    )
    version = mlflow.register_model(str(tmp_path / "model"), name)
    assert version.source == str(tmp_path / "model")
    loaded = mlflow.pyfunc.load_model(f"models:/{name}/1")
    assert loaded.predict(FEATURES) == pytest.approx(TARGET)


@pytest.mark.parametrize("wrong", ["model", "main.model", "a.b.c.d", "main..model"])
def test_a_name_has_three_levels(databricks: Any, wrong: str) -> None:
    # Sent bare: with a Spark session about, the client would complete the name from its catalog.
    with databricks.http() as http:
        path = "/api/2.0/mlflow/unity-catalog/registered-models/create"
        reply = http.post(path, json={"name": wrong})
    assert (reply.status_code, reply.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert "specify all three levels" in reply.json()["message"]


def test_what_there_is_not(databricks: Any) -> None:
    client = MlflowClient()
    with pytest.raises(MlflowException, match="none not found") as caught:
        client.get_registered_model("main.default.none")
    assert caught.value.error_code == "RESOURCE_DOES_NOT_EXIST"
    assert client.search_model_versions("name = 'main.default.none'") == []
    with databricks.http() as http:
        base = "/api/2.0/mlflow/unity-catalog/model-versions"
        reply = http.post(f"{base}/generate-temporary-credentials", json={})
    assert (reply.status_code, reply.json()["error_code"]) == (501, "NOT_IMPLEMENTED")


def test_a_model_without_signature_is_refused_as_on_databricks(name: str) -> None:
    with mlflow.start_run():
        model = mlflow.sklearn.log_model(
            LinearRegression().fit(FEATURES, TARGET),
            name="model",
            pip_requirements=["scikit-learn"],
            serialization_format="cloudpickle",
        )
    with pytest.raises(MlflowException, match="did not contain any signature metadata"):
        mlflow.register_model(model.model_uri, name)
