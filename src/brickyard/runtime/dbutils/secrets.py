"""``dbutils.secrets``: values from the workspace's scopes, hidden in all output from then on."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from brickyard.runtime.redaction import Redactor
from brickyard.runtime.rest import RestClient


@dataclass(frozen=True)
class SecretMetadata:
    """A key of a scope."""

    key: str


@dataclass(frozen=True)
class SecretScope:
    """A scope."""

    name: str


class SecretUtils:
    """Reads secrets.

    Args:
        client: The workspace.
        redactor: Is told each value.
    """

    def __init__(self, client: RestClient, redactor: Redactor) -> None:
        self._client = client
        self._redactor = redactor

    def get(self, scope: str, key: str) -> str:
        """A secret as text.

        Raises:
            RestError: No such scope or key.
        """
        return self.getBytes(scope, key).decode("utf-8")

    def getBytes(self, scope: str, key: str) -> bytes:  # noqa: N802 - the platform's name
        """A secret as bytes.

        Raises:
            RestError: No such scope or key.
        """
        answer = self._client.get("2.0/secrets/get", scope=scope, key=key)
        value = base64.b64decode(answer["value"])
        self._redactor.add(value.decode("utf-8", "replace"))
        return value

    def listScopes(self) -> list[SecretScope]:  # noqa: N802 - the platform's name
        """The scopes."""
        answer = self._client.get("2.0/secrets/scopes/list")
        return [SecretScope(item["name"]) for item in answer.get("scopes", [])]

    def list(self, scope: str) -> list[SecretMetadata]:
        """The keys of a scope."""
        answer = self._client.get("2.0/secrets/list", scope=scope)
        return [SecretMetadata(item["key"]) for item in answer.get("secrets", [])]
