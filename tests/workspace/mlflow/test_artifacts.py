from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brickyard.workspace.mlflow.artifacts import files_path, rewrite, to_databricks, to_own

PAIRS = [
    ("mlflow-artifacts:/7", "dbfs:/databricks/mlflow-tracking/7"),
    ("mlflow-artifacts:/7/r1/artifacts", "dbfs:/databricks/mlflow-tracking/7/r1/artifacts"),
    (
        "mlflow-artifacts:/7/models/m-1/artifacts/MLmodel",
        "dbfs:/databricks/mlflow-tracking/7/logged_models/m-1/artifacts/MLmodel",
    ),
    (
        "mlflow-artifacts:/7/traces/tr-1/artifacts",
        "dbfs:/databricks/mlflow-tracking/7/tr-1/artifacts",
    ),
]
FOREIGN = ["models:/m-1", "dbfs:/Volumes/a/b/c", "s3://bucket/x", "/tmp/model", ""]
NAME = st.text("abcdef0123456789", min_size=1, max_size=8)


@pytest.mark.parametrize(("own", "databricks"), PAIRS)
def test_both_forms_of_an_address(own: str, databricks: str) -> None:
    assert to_databricks(own) == databricks
    assert to_own(databricks) == own
    assert to_own(own) == own
    assert to_databricks(databricks) == databricks


@pytest.mark.parametrize("address", FOREIGN)
def test_other_addresses_stay(address: str) -> None:
    assert (to_databricks(address), to_own(address)) == (address, address)
    assert files_path(address) is None


@given(NAME, st.sampled_from(["{}", "models/m-{}", "traces/tr-{}"]), NAME, st.lists(NAME))
def test_there_and_back(experiment: str, kind: str, name: str, rest: list[str]) -> None:
    own = "/".join([f"mlflow-artifacts:/{experiment}", kind.format(name), "artifacts", *rest])
    assert to_own(to_databricks(own)) == own


@pytest.mark.parametrize(
    ("address", "path"),
    [
        (PAIRS[1][0], "/WorkspaceInternal/Mlflow/Artifacts/7/Runs/r1/artifacts"),
        (PAIRS[2][1], "/WorkspaceInternal/Mlflow/Artifacts/7/LoggedModels/m-1/artifacts/MLmodel"),
        (PAIRS[3][0], "/WorkspaceInternal/Mlflow/Artifacts/7/Traces/tr-1/artifacts"),
    ],
)
def test_where_the_files_api_has_them(address: str, path: str) -> None:
    assert files_path(address) == path


def test_only_fields_that_hold_an_address_are_rewritten() -> None:
    own, databricks = PAIRS[1]
    answer = {
        "run": {
            "info": {"artifact_uri": own, "run_name": own},
            "data": {
                "params": [{"key": "where", "value": own}],
                "tags": [{"key": "mlflow.artifactLocation", "value": own}, {"key": own}],
            },
        },
        "count": 3,
        "tags": {"mlflow.artifactLocation": own},
    }
    assert rewrite(answer, to_databricks) == {
        "run": {
            "info": {"artifact_uri": databricks, "run_name": own},
            "data": {
                "params": [{"key": "where", "value": own}],
                "tags": [{"key": "mlflow.artifactLocation", "value": databricks}, {"key": own}],
            },
        },
        "count": 3,
        "tags": {"mlflow.artifactLocation": databricks},
    }
