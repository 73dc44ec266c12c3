"""``dbutils.secrets``: values from the workspace's scopes, hidden in all output from then on."""

from __future__ import annotations

import base64
from typing import NamedTuple

from brickyard.runtime.dbutils.utility import Utility
from brickyard.runtime.java_errors import JavaException, Py4JJavaError, illegal_argument
from brickyard.runtime.redaction import Redactor
from brickyard.runtime.rest import RestClient, RestError

_HTTP_ERROR = "com.databricks.common.client.DatabricksServiceHttpClientException"


class SecretMetadata(NamedTuple):
    """A key of a scope."""

    key: str


class SecretScope(NamedTuple):
    """A scope."""

    name: str

    def getName(self) -> str:  # noqa: N802 - the platform's name
        """Its name."""
        return self.name


class SecretUtils(Utility):
    """Passwords and keys from the workspace's secret scopes; their values are never shown.

    Args:
        client: The workspace.
        redactor: Is told each value.
    """

    title = "dbutils.secrets"

    def __init__(self, client: RestClient, redactor: Redactor) -> None:
        self._client = client
        self._redactor = redactor

    def get(self, scope: str, key: str) -> str:
        """A secret as text.

        Raises:
            Py4JJavaError: No such scope or key.
        """
        return self.getBytes(scope, key).decode("utf-8")

    def getBytes(self, scope: str, key: str) -> bytes:  # noqa: N802 - the platform's name
        """A secret as bytes.

        Raises:
            Py4JJavaError: No such scope or key.
        """
        try:
            answer = self._client.get("2.0/secrets/get", scope=scope, key=key)
        except RestError as exc:
            if exc.code != "RESOURCE_DOES_NOT_EXIST":
                raise
            message = f"Secret does not exist with scope: {scope} and key: {key}"
            hint = "dbutils.secrets.list(scope) names the keys of a scope."
            raise illegal_argument("getBytes", message, hint) from None
        value = base64.b64decode(answer["value"])
        self._redactor.add(value.decode("utf-8", "replace"))
        return value

    def listScopes(self) -> list[SecretScope]:  # noqa: N802 - the platform's name
        """The scopes."""
        answer = self._client.get("2.0/secrets/scopes/list")
        return [SecretScope(item["name"]) for item in answer.get("scopes", [])]

    def list(self, scope: str) -> list[SecretMetadata]:
        """The keys of a scope.

        Raises:
            Py4JJavaError: No such scope.
        """
        try:
            answer = self._client.get("2.0/secrets/list", scope=scope)
        except RestError as exc:
            raise Py4JJavaError("list", JavaException(_HTTP_ERROR, exc.message)) from None
        return [SecretMetadata(item["key"]) for item in answer.get("secrets", [])]
