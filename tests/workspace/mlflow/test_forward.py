"""What reaches MLflow and what comes back, with a child that answers what it was asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest


@pytest.fixture(scope="module")
def echo(
    tmp_path_factory: pytest.TempPathFactory, launch: Any, echo_child: str
) -> Iterator[httpx.Client]:
    started = launch(tmp_path_factory.mktemp("echo") / "home", echo_child)
    with started.http() as client:
        yield client
    started.process.terminate()
    started.process.wait(10)


def names(answer: dict[str, Any]) -> set[str]:
    return {name for name, _ in answer["headers"]}


@pytest.mark.parametrize("path", ["/mlflow/x", "/api/2.0/mlflow/x", "/api/2.0/mlflow-artifacts/x"])
def test_credentials_and_origin_stay_with_the_workspace(echo: httpx.Client, path: str) -> None:
    secret = {
        "cookie": "brickyard_session=secret",
        "referer": "http://127.0.0.1/secret",
        "proxy-authorization": "Basic secret",
        "x-kept": "yes",
    }
    answer = echo.get(path, headers=secret).json()
    assert "secret" not in str(answer["headers"])
    assert "dapi-mlflow-tests" not in str(answer["headers"])
    assert dict(answer["headers"])["host"] == "localhost"
    assert dict(answer["headers"])["x-kept"] == "yes"


def test_the_prefix_is_taken_off_and_escapes_stay_as_they_came(echo: httpx.Client) -> None:
    answer = echo.get("/mlflow/get-artifact?path=a%2Fb%20%C3%BC&x=1").json()
    assert answer["path"] == "/get-artifact?path=a%2Fb%20%C3%BC&x=1"
    assert echo.get("/mlflow/a%2Fb%3Fc%20d").json()["path"] == "/a%2Fb%3Fc%20d"


def test_bodies_and_methods_pass(echo: httpx.Client) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"one "
        yield b"two"

    sized = echo.put("/mlflow/x", content=b"\x00\xff body").json()
    assert (sized["method"], sized["body"]) == ("PUT", "\x00\xff body")
    assert dict(sized["headers"])["content-length"] == "7"
    answer = echo.patch("/api/2.0/mlflow/x", content=pieces(), headers={"user-agent": "x"}).json()
    assert (answer["method"], answer["body"]) == ("PATCH", "one two")


def test_responses_keep_their_headers(echo: httpx.Client) -> None:
    for path in ("/mlflow/x", "/api/2.0/mlflow-artifacts/x"):
        reply = echo.get(path)
        assert (reply.headers["x-echo"], reply.headers["content-type"]) == (
            "yes",
            "application/json",
        )
    assert echo.get("/api/2.0/mlflow/x").headers["x-databricks-org-id"] == "4711"


def test_a_child_that_dies_during_a_call_gives_an_error_to_try_again_after(
    echo: httpx.Client,
) -> None:
    first = echo.get("/mlflow/x").json()["pid"]
    reply = echo.post("/mlflow/die")
    assert (reply.status_code, reply.json()["error_code"]) == (503, "TEMPORARILY_UNAVAILABLE")
    # The next call waits for the next child.
    assert echo.get("/mlflow/x").json()["pid"] != first
