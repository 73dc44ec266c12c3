"""The Secrets API, driven by the official SDK over HTTP."""

from __future__ import annotations

import base64
import sqlite3
from collections.abc import Iterator
from typing import TYPE_CHECKING

import httpx
import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.core import DatabricksError
from databricks.sdk.dbutils import RemoteDbUtils
from databricks.sdk.errors import InvalidParameterValue, NotFound, ResourceAlreadyExists
from databricks.sdk.service.workspace import (
    AclPermission,
    AzureKeyVaultSecretScopeMetadata,
    ScopeBackendType,
)
from sqlalchemy import insert, update

from brickyard.workspace.home import Home
from brickyard.workspace.secrets import SecretsService
from brickyard.workspace.secrets.service import SCOPE_LIMIT, SECRET_LIMIT, VALUE_LIMIT
from brickyard.workspace.store import Store
from brickyard.workspace.store.tables import secret_scopes, secrets

if TYPE_CHECKING:
    from tests.workspace.conftest import Serve, Served


@pytest.fixture
def service(home: Home, store: Store) -> SecretsService:
    return SecretsService(home, store)


@pytest.fixture
def server(serve: Serve, service: SecretsService) -> Served:
    return serve(service)


@pytest.fixture
def w(server: Served) -> WorkspaceClient:
    client = server.sdk()
    client.secrets.create_scope("team")
    return client


@pytest.fixture
def http(server: Served) -> Iterator[httpx.Client]:
    with server.http() as client:
        yield client


def test_string_and_bytes_come_back_through_dbutils(w: WorkspaceClient, server: Served) -> None:
    w.secrets.put_secret("team", "text", string_value="grün & geheim")
    binary = bytes(range(256))
    w.secrets.put_secret("team", "binary", bytes_value=base64.b64encode(binary).decode())
    dbutils = RemoteDbUtils(w.config)
    assert dbutils.secrets.get("team", "text") == "grün & geheim"
    assert dbutils.secrets.getBytes("team", "binary") == binary
    assert [each.key for each in dbutils.secrets.list("team")] == ["binary", "text"]
    assert [each.name for each in dbutils.secrets.listScopes()] == ["team"]
    raw = w.secrets.get_secret("team", "text")
    assert base64.b64decode(raw.value or "").decode() == "grün & geheim"


def test_listing_shows_names_and_times_only(w: WorkspaceClient, http: httpx.Client) -> None:
    assert http.get("/api/2.0/secrets/list", params={"scope": "team"}).json() == {}
    w.secrets.put_secret("team", "k", string_value="v")
    (listed,) = http.get("/api/2.0/secrets/list", params={"scope": "team"}).json()["secrets"]
    assert listed.keys() == {"key", "last_updated_timestamp"}
    first = listed["last_updated_timestamp"]
    w.secrets.put_secret("team", "k", string_value="w")
    (again,) = w.secrets.list_secrets("team")
    assert again.last_updated_timestamp is not None
    assert again.last_updated_timestamp >= first
    assert base64.b64decode(w.secrets.get_secret("team", "k").value or "") == b"w"


def test_names_ignore_case_and_keep_their_first_spelling(w: WorkspaceClient) -> None:
    w.secrets.put_secret("TEAM", "Key", string_value="1")
    w.secrets.put_secret("team", "KEY", string_value="2")
    assert [each.key for each in w.secrets.list_secrets("Team")] == ["Key"]
    assert base64.b64decode(w.secrets.get_secret("team", "key").value or "") == b"2"
    with pytest.raises(ResourceAlreadyExists, match="Scope TEAM already exists!"):
        w.secrets.create_scope("TEAM")


def test_deletion(w: WorkspaceClient) -> None:
    w.secrets.put_secret("team", "k", string_value="v")
    w.secrets.delete_secret("team", "k")
    assert list(w.secrets.list_secrets("team")) == []
    w.secrets.put_secret("team", "k", string_value="v")
    w.secrets.delete_scope("team")
    assert list(w.secrets.list_scopes()) == []
    w.secrets.create_scope("team")
    # Neither secrets nor access lists outlive their scope.
    assert list(w.secrets.list_secrets("team")) == []
    assert [each.principal for each in w.secrets.list_acls("team")] == ["ada@example.com"]


def test_what_is_missing_is_not_found(w: WorkspaceClient) -> None:
    scope, secret = (
        "Scope none does not exist!",
        "Secret does not exist with scope: team and key: k",
    )
    for call in (w.secrets.delete_scope, lambda s: w.secrets.put_secret(s, "k", string_value="v")):
        with pytest.raises(NotFound, match=scope):
            call("none")
    for read in (w.secrets.list_secrets, w.secrets.list_acls):
        with pytest.raises(NotFound, match=scope):
            list(read("none"))
    for look in (w.secrets.get_secret, w.secrets.delete_secret):
        with pytest.raises(NotFound, match=scope):
            look("none", "k")
        with pytest.raises(NotFound, match=secret):
            look("team", "k")
    for access in (w.secrets.get_acl, w.secrets.delete_acl):
        with pytest.raises(NotFound, match="ACL does not exist with scope: team and principal: x"):
            access("team", "x")


@pytest.mark.parametrize("name", ["", "a b", "a/b", "ü", "x" * 129])
def test_names_are_checked(w: WorkspaceClient, name: str) -> None:
    with pytest.raises(InvalidParameterValue, match="not a valid name"):
        w.secrets.create_scope(name)
    with pytest.raises(InvalidParameterValue, match="not a valid name"):
        w.secrets.put_secret("team", name, string_value="v")


def test_every_allowed_character_makes_a_name(w: WorkspaceClient) -> None:
    w.secrets.create_scope("aZ09-_.@" + "x" * 120)
    w.secrets.put_secret("team", "aZ09-_.@", string_value="v")


def test_values_are_checked(w: WorkspaceClient) -> None:
    with pytest.raises(DatabricksError) as caught:
        w.secrets.put_secret("team", "k", string_value="v", bytes_value="dg==")
    assert caught.value.error_code == "MALFORMED_REQUEST"
    with pytest.raises(InvalidParameterValue, match="must be given"):
        w.secrets.put_secret("team", "k")
    with pytest.raises(InvalidParameterValue, match="not base64"):
        w.secrets.put_secret("team", "k", bytes_value="%")
    w.secrets.put_secret("team", "k", string_value="x" * VALUE_LIMIT)
    with pytest.raises(InvalidParameterValue, match="128 KB"):
        w.secrets.put_secret("team", "k", string_value="x" * (VALUE_LIMIT + 1))


def test_limits(w: WorkspaceClient, store: Store) -> None:
    with store.transaction() as connection:
        row = {"scope": "team", "ciphertext": b"", "updated_ms": 0}
        many = [{"key": f"k{number}", **row} for number in range(SECRET_LIMIT)]
        connection.execute(insert(secrets), many)
        scopes = [{"scope": f"s{number}", "created_ms": 0} for number in range(SCOPE_LIMIT - 1)]
        connection.execute(insert(secret_scopes), scopes)
    w.secrets.put_secret("team", "k0", string_value="replacing is no addition")
    with pytest.raises(DatabricksError, match="already 1000 secrets in scope team") as caught:
        w.secrets.put_secret("team", "one-more", string_value="v")
    assert caught.value.error_code == "RESOURCE_LIMIT_EXCEEDED"
    with pytest.raises(DatabricksError, match="already 1000 secret scopes"):
        w.secrets.create_scope("one-more")


def test_key_vault_scopes_are_named_as_not_implemented(w: WorkspaceClient) -> None:
    vault = AzureKeyVaultSecretScopeMetadata("id", "https://vault")
    with pytest.raises(DatabricksError, match="Azure Key Vault") as caught:
        w.secrets.create_scope(
            "kv",
            scope_backend_type=ScopeBackendType.AZURE_KEYVAULT,
            backend_azure_keyvault=vault,
        )
    assert caught.value.error_code == "NOT_IMPLEMENTED"
    assert [each.name for each in w.secrets.list_scopes()] == ["team"]


def test_access_lists(w: WorkspaceClient) -> None:
    w.secrets.create_scope("open", initial_manage_principal="users")
    assert w.secrets.get_acl("open", "users").permission == AclPermission.MANAGE
    with pytest.raises(InvalidParameterValue, match="must be 'users'"):
        w.secrets.create_scope("other", initial_manage_principal="bob")
    w.secrets.put_acl("team", "bob", AclPermission.READ)
    w.secrets.put_acl("team", "bob", AclPermission.WRITE)
    found = [(each.principal, each.permission) for each in w.secrets.list_acls("team")]
    assert found == [("ada@example.com", AclPermission.MANAGE), ("bob", AclPermission.WRITE)]
    w.secrets.delete_acl("team", "bob")
    assert [each.principal for each in w.secrets.list_acls("team")] == ["ada@example.com"]


def test_unknown_permission_is_refused(http: httpx.Client, w: WorkspaceClient) -> None:
    body = {"scope": "team", "principal": "bob", "permission": "MANAG"}
    reply = http.post("/api/2.0/secrets/acls/put", json=body)
    assert reply.json()["error_code"] == "INVALID_PARAMETER_VALUE"
    assert "Did you mean 'MANAGE'" in reply.json()["message"]


def test_values_lie_encrypted_in_the_database(w: WorkspaceClient, home: Home) -> None:
    for key in ("one", "two"):
        w.secrets.put_secret("team", key, string_value="hunter2-hunter2")
    with sqlite3.connect(home.database) as connection:
        stored = [row[0] for row in connection.execute("SELECT ciphertext FROM secrets")]
    assert len(set(stored)) == 2
    assert all(b"hunter2" not in each for each in stored)
    for file in home.root.glob("state.db*"):
        assert b"hunter2" not in file.read_bytes()
    assert (home.root / "secrets.key").stat().st_mode & 0o777 == 0o600


def test_a_value_under_another_name_or_key_does_not_open(
    w: WorkspaceClient, store: Store, home: Home
) -> None:
    w.secrets.put_secret("team", "a", string_value="alpha")
    with store.transaction() as connection:
        connection.execute(update(secrets).values(key="b"))
    with pytest.raises(DatabricksError, match=r"'b' of scope 'team' cannot be decrypted"):
        w.secrets.get_secret("team", "b")
    w.secrets.put_secret("team", "b", string_value="beta")
    (home.root / "secrets.key").unlink()
    fresh = SecretsService(home, store)
    assert fresh.values() == []


def test_values_for_redaction(w: WorkspaceClient, service: SecretsService) -> None:
    assert service.values() == []
    w.secrets.create_scope("other")
    w.secrets.put_secret("team", "short", string_value="abc")
    w.secrets.put_secret("other", "same", string_value="abc")
    w.secrets.put_secret("team", "long", string_value="abcdef")
    w.secrets.put_secret("team", "empty", string_value="")
    w.secrets.put_secret("team", "binary", bytes_value=base64.b64encode(b"\xff\xfe").decode())
    assert service.values() == ["abcdef", "abc"]
