"""Calls to the workspace from a notebook's process, over its REST API.

The standard library's client: importing the SDK would cost each run what it saves.
"""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import urlencode, urlsplit

from brickyard.errors import BrickyardError

_TIMEOUT_SECONDS = 60.0
# The code of an error that says that nobody has answered.
UNAVAILABLE = "TEMPORARILY_UNAVAILABLE"


class RestError(BrickyardError):
    """The workspace refused a call.

    Args:
        code: Databricks' ``error_code``.
        message: Its message.

    Attributes:
        code: Databricks' ``error_code``.
        text: Its message alone.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.text = message


class RestClient:
    """One workspace, with the run's own token; may be used by several threads.

    Args:
        host: Address such as ``http://127.0.0.1:8765``.
        token: Bearer token.
    """

    def __init__(self, host: str, token: str) -> None:
        self.host = host
        self.token = token

    def get(self, path: str, /, **query: str) -> dict[str, Any]:
        """GET ``/api/<path>``.

        Raises:
            RestError: The workspace refused.
        """
        return self._call("GET", f"/api/{path}?{urlencode(query)}")

    def post(self, path: str, /, **fields: Any) -> dict[str, Any]:
        """POST JSON to ``/api/<path>``.

        Raises:
            RestError: The workspace refused.
        """
        return self._call("POST", f"/api/{path}", json.dumps(fields))

    def _call(self, method: str, target: str, content: str | None = None) -> dict[str, Any]:
        address = urlsplit(self.host)
        kind = (
            http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
        )
        connection = kind(address.netloc, timeout=_TIMEOUT_SECONDS)
        headers = {"Authorization": f"Bearer {self.token}"}
        try:
            connection.request(method, target, content, headers)
            answer = connection.getresponse()
            body = json.loads(answer.read() or b"{}")
        except (OSError, ValueError, http.client.HTTPException) as exc:
            raise RestError(UNAVAILABLE, f"{method} {target}: {exc}") from exc
        finally:
            connection.close()
        if answer.status >= 400:
            raise RestError(body.get("error_code", str(answer.status)), body.get("message", ""))
        return dict(body)
