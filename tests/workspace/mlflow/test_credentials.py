from __future__ import annotations

from typing import Any

import httpx
import mlflow
import pytest

BASE = "/api/2.0/mlflow"


def follow(
    url: str, method: str, credential: dict[str, Any], content: bytes = b""
) -> httpx.Response:
    assert credential["signed_uri"].startswith(url)
    headers = {header["name"]: header["value"] for header in credential["headers"]}
    return httpx.request(method, credential["signed_uri"], headers=headers, content=content)


def test_a_run_s_artifacts_by_address(databricks: Any) -> None:
    mlflow.set_experiment("/Shared/credentials")
    with mlflow.start_run() as run, databricks.http() as http:
        fields = {"run_id": run.info.run_id, "path": ["a b/ü.txt"]}
        write = http.post(f"{BASE}/artifacts/credentials-for-write", json=fields).json()
        read = http.post(f"{BASE}/artifacts/credentials-for-read", json=fields).json()
    [target] = write["credential_infos"]
    assert (target["run_id"], target["path"]) == (run.info.run_id, "a b/ü.txt")
    assert follow(databricks.url, "PUT", target, b"content").status_code == 204
    assert mlflow.artifacts.load_text(f"{run.info.artifact_uri}/a b/ü.txt") == "content"
    assert follow(databricks.url, "GET", read["credential_infos"][0]).content == b"content"


def test_a_logged_model_s_files_by_address(databricks: Any) -> None:
    mlflow.set_experiment("/Shared/credentials")
    model = mlflow.initialize_logged_model(name="m")
    path = f"{BASE}/logged-models/{model.model_id}/artifacts"
    with databricks.http() as http:
        fields = {"paths": ["MLmodel"]}
        write = http.post(f"{path}/credentials-for-upload", json=fields).json()
        read = http.post(f"{path}/credentials-for-download", json=fields).json()
    target = write["credentials"][0]["credential_info"]
    assert follow(databricks.url, "PUT", target, b"x").status_code == 204
    assert follow(databricks.url, "GET", read["credentials"][0]["credential_info"]).content == b"x"
    kept = databricks.home.artifacts / model.experiment_id / "models" / model.model_id
    assert (kept / "artifacts/MLmodel").read_bytes() == b"x"


@pytest.mark.parametrize(
    ("method", "path", "fields", "status"),
    [
        ("POST", "artifacts/credentials-for-read", {"run_id": "none", "path": ["a"]}, 404),
        ("POST", "artifacts/credentials-for-read", {}, 400),
        ("POST", "logged-models/m-none/artifacts/credentials-for-upload", {"paths": []}, 404),
        ("GET", "traces/tr-none/credentials-for-data-upload", None, 404),
    ],
)
def test_refusals(databricks: Any, method: str, path: str, fields: Any, status: int) -> None:
    with databricks.http() as http:
        reply = http.request(method, f"{BASE}/{path}", json=fields)
    assert reply.status_code == status
    assert reply.json()["error_code"] in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE")


def test_an_address_stays_in_its_run(databricks: Any) -> None:
    mlflow.set_experiment("/Shared/credentials")
    with mlflow.start_run() as run, databricks.http() as http:
        fields = {"run_id": run.info.run_id, "path": ["../../../token"]}
        reply = http.post(f"{BASE}/artifacts/credentials-for-read", json=fields)
    assert (reply.status_code, reply.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
