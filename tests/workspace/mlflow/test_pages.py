"""MLflow's own pages, asked for as a browser does."""

from __future__ import annotations

import re
from typing import Any

import mlflow
import pytest


def test_the_page_and_everything_it_names_is_there(workspace: Any) -> None:
    with workspace.http() as http:
        redirect = http.get("/mlflow")
        assert (redirect.status_code, redirect.headers["location"]) == (307, "/mlflow/")
        page = http.get("/mlflow/")
        assert page.status_code == 200
        assert page.headers["content-type"].startswith("text/html")
        names = re.findall(r'(?:src|href)="([^"]+)"', page.text)
        assert len(names) >= 3
        for name in names:
            assert not name.startswith("/"), "the page would leave its prefix"
            assert http.get(f"/mlflow/{name}").status_code == 200
        assert http.get("/mlflow/version").text == mlflow.__version__


def test_the_calls_of_the_page_see_runs_and_artifacts_of_notebooks(databricks: Any) -> None:
    mlflow.set_experiment("/Shared/pages")
    with mlflow.start_run() as run:
        mlflow.log_text("<b>text</b>", "n.txt")
        mlflow.log_metric("rmse", 0.5)
    with databricks.http() as http:
        found = http.post(
            "/mlflow/ajax-api/2.0/mlflow/runs/search",
            json={"experiment_ids": [run.info.experiment_id]},
            headers={"origin": databricks.url, "referer": f"{databricks.url}/mlflow/"},
        ).json()
        assert [r["info"]["run_id"] for r in found["runs"]] == [run.info.run_id]
        identity = {"run_uuid": run.info.run_id}
        listed = http.get("/mlflow/ajax-api/2.0/mlflow/artifacts/list", params=identity).json()
        assert listed["files"] == [{"path": "n.txt", "is_dir": False, "file_size": 11}]
        shown = http.get("/mlflow/get-artifact", params={**identity, "path": "n.txt"})
        assert shown.text == "<b>text</b>"


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/ml/experiments/1/runs/abc", "/mlflow/#/experiments/1/runs/abc"),
        ("/explore/data/models/main/default/m", "/mlflow/#/models/main.default.m"),
        (
            "/explore/data/models/main/default/m/version/2?o=1",
            "/mlflow/#/models/main.default.m/versions/2",
        ),
    ],
)
def test_addresses_that_mlflow_prints_lead_to_its_pages(
    workspace: Any, path: str, page: str
) -> None:
    with workspace.http() as http:
        reply = http.get(path)
    assert (reply.status_code, reply.headers["location"]) == (307, page)


def test_a_stranger_is_sent_to_sign_in_and_a_stranger_s_call_is_refused(workspace: Any) -> None:
    with workspace.http() as http:
        del http.headers["authorization"]
        page = http.get("/mlflow/")
        assert (page.status_code, page.headers["location"]) == (303, "/login?next=%2Fmlflow%2F")
        call = http.get("/mlflow/ajax-api/2.0/mlflow/experiments/search")
    assert (call.status_code, call.json()["error_code"]) == (401, "UNAUTHENTICATED")
