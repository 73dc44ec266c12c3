"""The application: lenient input, exact errors, and names for what is not there."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from databricks.sdk import errors
from databricks.sdk.core import DatabricksError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.responses import PlainTextResponse

from brickyard.workspace.api.app import guarded
from brickyard.workspace.api.auth import Gate
from brickyard.workspace.api.call import Call
from brickyard.workspace.api.errors import ApiError, invalid_state, missing, unimplemented
from brickyard.workspace.api.routing import Operation, Reply

if TYPE_CHECKING:
    from tests.workspace.conftest import Serve, Served


class Echo:
    """Answers with what it understood."""

    def operations(self) -> list[Operation]:
        return [
            Operation("POST", "/echo/{name:path}", self.echo),
            Operation("GET", "/echo/{name:path}", self.echo),
            Operation("POST", "/typed", self.typed, ("2.0", "2.1", "2.2")),
            Operation("PUT", "/raw/{name}", self.raw, raw=True),
            Operation("POST", "/fail", self.fail),
            Operation("GET", "/whole/path", self.echo, versions=()),
        ]

    async def echo(self, call: Call) -> Reply:
        shown = {k: v.hex() if isinstance(v, bytes) else v for k, v in call.fields.items()}
        return {"user": call.user, "fields": shown}

    async def typed(self, call: Call) -> Reply:
        return {
            "text": call.text("text", "none"),
            "optional": call.optional_text("optional"),
            "integer": call.integer("integer", 0),
            "flag": call.flag("flag"),
            "mapping": call.mapping("mapping"),
        }

    async def raw(self, call: Call) -> Reply:
        body = await call.request.body()
        return {"name": call.text("name"), "body": body.hex(), "query": call.text("q", "")}

    async def fail(self, call: Call) -> Reply:
        failures: dict[str, Exception] = {
            "missing": missing("No such thing."),
            "state": invalid_state("Not now."),
            "unimplemented": unimplemented("That"),
            "teapot": ApiError(418, "TEAPOT", "Short and stout."),
            "broken": KeyError("secret detail"),
        }
        raise failures[call.text("how")]


@pytest.fixture
def server(serve: Serve) -> Served:
    return serve(Echo())


@pytest.fixture
def http(server: Served) -> Iterator[httpx.Client]:
    with server.http() as client:
        yield client


def fields(reply: httpx.Response) -> dict[str, Any]:
    assert reply.status_code == 200, reply.text
    found: dict[str, Any] = reply.json()["fields"]
    return found


@pytest.mark.parametrize("kind", ["application/json", "text/json", "", "text/plain", "x/y; z=1",
                                  "application/x-www-form-urlencoded"])  # fmt: skip
def test_json_is_read_whatever_the_content_type(http: httpx.Client, kind: str) -> None:
    reply = http.post("/api/2.0/echo/a", content='{"x": [1]}', headers={"content-type": kind})
    assert fields(reply) == {"name": "a", "x": [1]}


def test_get_may_carry_a_body_and_the_body_wins_over_the_query(http: httpx.Client) -> None:
    reply = http.request("GET", "/api/2.0/echo/a?x=1&y=2", json={"x": "body"})
    assert fields(reply) == {"name": "a", "x": "body", "y": "2"}


def test_path_wins_over_all_and_keeps_its_slashes(http: httpx.Client) -> None:
    reply = http.post("/api/2.0/echo/Users%2Fme/a%20b?name=query", json={"name": "body"})
    assert fields(reply) == {"name": "Users/me/a b"}


def test_empty_body_is_no_fields(http: httpx.Client) -> None:
    assert fields(http.post("/api/2.0/echo/a", content="")) == {"name": "a"}
    assert fields(http.post("/api/2.0/echo/a", content=" \r\n")) == {"name": "a"}


def test_multipart_gives_text_and_bytes(http: httpx.Client) -> None:
    reply = http.post(
        "/api/2.0/echo/a", data={"path": "/x", "overwrite": "True"}, files={"content": b"\x00\xff"}
    )
    assert fields(reply) == {"name": "a", "path": "/x", "overwrite": "True", "content": "00ff"}


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ("{", "application/json"),
        ("[1]", "application/json"),
        ("null", "application/json"),
        ("a=b", "application/x-www-form-urlencoded"),
        (b"\xff\xfe{}", "application/json"),
        ("[" * 100_000, "application/json"),
        ('{"x": ' + "9" * 5000 + "}", "application/json"),
        ("no boundary", "multipart/form-data"),
        ("garbage", "multipart/form-data; boundary=x"),
    ],
)
def test_unreadable_bodies_are_malformed(
    http: httpx.Client, content: str | bytes, kind: str
) -> None:
    reply = http.post("/api/2.0/echo/a", content=content, headers={"content-type": kind})
    assert reply.status_code == 400
    assert reply.json()["error_code"] == "MALFORMED_REQUEST"
    assert reply.json()["message"].startswith("Could not parse request object")


@pytest.mark.parametrize("version", ["2.0", "2.1", "2.2"])
def test_versions_share_a_handler_and_types_are_lenient(http: httpx.Client, version: str) -> None:
    sent = {"text": 5, "optional": None, "integer": "7", "flag": "True", "mapping": {"a": 1}}
    reply = http.post(f"/api/{version}/typed", json=sent)
    assert reply.json() == {
        "text": "5", "optional": None, "integer": 7, "flag": True, "mapping": {"a": 1},
    }  # fmt: skip
    assert http.post(f"/api/{version}/typed?flag=0&integer=-1").json()["integer"] == -1


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"text": []}, "Expected string for field 'text', found ARRAY []"),
        ({"text": True}, "Expected string for field 'text', found BOOLEAN true"),
        ({"text": "\ud800"}, "field 'text' is not Unicode text"),
        ({"integer": "x"}, "Expected int for field 'integer', found STRING"),
        ({"integer": True}, "Expected int for field 'integer', found BOOLEAN"),
        ({"integer": 1.5}, "Expected int for field 'integer', found NUMBER 1.5"),
        ({"flag": "maybe"}, "Expected boolean for field 'flag', found STRING"),
        ({"mapping": "x"}, "Expected object for field 'mapping', found STRING"),
        ({"optional": {}}, "Expected string for field 'optional', found OBJECT {}"),
    ],
)
def test_wrong_types_are_malformed(http: httpx.Client, sent: dict[str, Any], message: str) -> None:
    reply = http.post("/api/2.0/typed", content=json.dumps(sent))
    assert (reply.status_code, reply.json()["error_code"]) == (400, "MALFORMED_REQUEST")
    assert message in reply.json()["message"]


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 10**30])
def test_numbers_that_no_database_holds_are_refused(http: httpx.Client, number: int) -> None:
    reply = http.post("/api/2.0/typed", json={"integer": number})
    assert (reply.status_code, reply.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert http.post("/api/2.0/typed", json={"integer": 2**63 - 1}).json()["integer"] == 2**63 - 1


def test_raw_handlers_get_the_body_untouched(http: httpx.Client) -> None:
    reply = http.put("/api/2.0/raw/x?q=1", content=b'{"name": "body"}')
    assert reply.json() == {"name": "x", "body": b'{"name": "body"}'.hex(), "query": "1"}


@pytest.mark.parametrize(
    ("how", "status", "code", "message"),
    [
        ("missing", 404, "RESOURCE_DOES_NOT_EXIST", "No such thing."),
        ("state", 400, "INVALID_STATE", "Not now."),
        (
            "unimplemented", 501, "NOT_IMPLEMENTED",
            "That is not implemented by the local workspace.",
        ),
        ("teapot", 418, "TEAPOT", "Short and stout."),
        (
            "broken", 500, "INTERNAL_ERROR",
            "POST /api/2.0/fail failed inside the local workspace; its log has the traceback.",
        ),
    ],
)  # fmt: skip
def test_errors_have_one_shape(
    http: httpx.Client, how: str, status: int, code: str, message: str
) -> None:
    reply = http.post("/api/2.0/fail", json={"how": how})
    assert reply.status_code == status
    assert reply.json() == {"error_code": code, "message": message}


def test_missing_field_is_named(http: httpx.Client) -> None:
    reply = http.post("/api/2.0/fail")
    assert reply.json() == {
        "error_code": "INVALID_PARAMETER_VALUE",
        "message": "Missing required field: how",
    }


def test_unknown_paths_are_404_and_known_operations_501_with_their_name(server: Served) -> None:
    with server.http() as http:
        unknown = http.get("/api/2.0/nonsense")
        assert unknown.status_code == 404
        assert unknown.json() == {
            "error_code": "ENDPOINT_NOT_FOUND",
            "message": "No API found for 'GET /api/2.0/nonsense'",
        }
        known = http.post("/api/2.1/clusters/update", json={})
        assert known.status_code == 501
        assert known.json()["message"].startswith("clusters.update (POST /api/2.1/clusters/update)")
        # The method is part of the name.
        assert http.delete("/api/2.1/clusters/update").status_code == 404
    w = server.sdk()
    with pytest.raises(errors.NotImplemented, match=r"warehouses\.list "):
        list(w.warehouses.list())
    with pytest.raises(DatabricksError, match=r"tables\.get ") as caught:
        w.tables.get("main.default.t")
    assert caught.value.error_code == "NOT_IMPLEMENTED"


def test_wrong_method_on_a_path_of_ours_is_answered_in_shape(server: Served) -> None:
    with server.http() as http:
        reply = http.delete("/api/2.0/typed")
        assert reply.status_code == 404
        assert reply.json()["error_code"] == "ENDPOINT_NOT_FOUND"
    with server.http(token=None) as stranger:
        assert stranger.delete("/api/2.0/typed").status_code == 401


def test_unknown_path_tells_a_stranger_nothing(server: Served) -> None:
    with server.http(token=None) as http:
        for path in ("/api/2.0/nonsense", "/api/2.1/clusters/update", "/", "/api/2.0/typed/"):
            assert http.post(path).status_code == 401


def test_sdk_probe_is_answered_without_a_token(server: Served) -> None:
    reply = httpx.get(f"{server.url}/.well-known/databricks-config")
    assert reply.json() == {"oidc_endpoint": "", "workspace_id": "42"}


def test_whole_paths_are_served_without_a_version(http: httpx.Client) -> None:
    assert fields(http.get("/whole/path?x=1")) == {"x": "1"}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.dictionaries(
        st.sampled_from(["text", "optional", "integer", "flag", "mapping"]), json_values
    )
)
def test_no_json_breaks_a_handler(http: httpx.Client, sent: dict[str, Any]) -> None:
    reply = http.post("/api/2.0/typed", content=json.dumps(sent))
    assert reply.status_code in (200, 400)
    if reply.status_code == 400:
        assert reply.json()["error_code"] in ("MALFORMED_REQUEST", "INVALID_PARAMETER_VALUE")


def test_pages_are_guarded_and_browsers_sent_to_the_login() -> None:
    gate = Gate("secret", "ada@example.com", ["localhost"])

    async def get(login: str | None, **headers: str) -> httpx.Response:
        app = guarded(gate, PlainTextResponse("inside"), login=login)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.get("/page", headers=headers)

    assert asyncio.run(get(None, authorization="Bearer secret")).text == "inside"
    assert asyncio.run(get(None)).status_code == 401
    sent = asyncio.run(get("/login"))
    assert (sent.status_code, sent.headers["location"]) == (303, "/login?next=%2Fpage")
    # A foreign host is no matter of logging in.
    assert asyncio.run(get("/login", host="evil.example")).status_code == 403
