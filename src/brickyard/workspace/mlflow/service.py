"""``/api/{2.0,3.0}/mlflow``: MLflow's own API, as Databricks speaks it.

A plain http client of MLflow at the same address gets MLflow's own artifact addresses instead; it
is told apart by its ``User-Agent``, for the calls are the same.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from pathlib import PurePosixPath

from starlette.requests import Request
from starlette.responses import Response

from brickyard.workspace.api.call import Call
from brickyard.workspace.api.errors import ApiError, invalid, missing
from brickyard.workspace.api.routing import Operation, Reply
from brickyard.workspace.files.paths import locate, split
from brickyard.workspace.home import Home
from brickyard.workspace.mlflow.artifacts import DATABRICKS, OWN, rewrite, to_databricks, to_own
from brickyard.workspace.mlflow.classic import ClassicRegistry
from brickyard.workspace.mlflow.credentials import Credentials
from brickyard.workspace.mlflow.forward import Forwarder, parse
from brickyard.workspace.mlflow.server import MlflowServer
from brickyard.workspace.mlflow.unity import UnityRegistry

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# With a databricks tracking URI the SDK sends its own name instead.
_PLAIN_CLIENT = "mlflow-python-client/"


class MlflowService:
    """Tracking and registry calls of clients whose URIs are ``databricks`` and ``databricks-uc``.

    Args:
        home: Where artifacts, models and the workspace's folders are.
        server: MLflow.
        workspace_id: The number that MLflow notes as the origin of a registered model.
    """

    def __init__(self, home: Home, server: MlflowServer, workspace_id: int) -> None:
        self._home = home
        self._forwarder = Forwarder(server)
        self._workspace_id = str(workspace_id)
        self._unity = UnityRegistry(home, self._forwarder)
        self._classic = ClassicRegistry(home, self._forwarder)
        self._credentials = Credentials(self._forwarder)

    def operations(self) -> list[Operation]:
        """The calls it answers; the first that fits wins, the general ones come last."""
        return [
            *self._unity.operations(),
            *self._classic.operations(),
            *self._credentials.operations(),
            Operation("POST", "/mlflow/experiments/create", self.create_experiment, raw=True),
            *(
                Operation(m, "/mlflow/{path:path}", self.call, ("2.0", "3.0"), raw=True)
                for m in _METHODS
            ),
            *(
                Operation(m, "/mlflow-artifacts/{path:path}", self.artifacts, raw=True)
                for m in _METHODS
            ),
        ]

    async def call(self, call: Call) -> Reply:
        """Any call that means the same to both."""
        request = call.request
        if request.headers.get("user-agent", "").startswith(_PLAIN_CLIENT):
            return await self._forwarder.stream(request, request.scope["raw_path"])
        return await self._databricks(request, await request.body())

    async def artifacts(self, call: Call) -> Reply:
        """Artifacts of plain http clients, streamed through MLflow."""
        return await self._forwarder.stream(call.request, call.request.scope["raw_path"])

    async def create_experiment(self, call: Call) -> Reply:
        """An experiment; on Databricks it lies in a workspace folder, which must exist."""
        request = call.request
        body = await request.body()
        if request.headers.get("user-agent", "").startswith(_PLAIN_CLIENT):
            reply = await self._forwarder.whole(request, request.scope["raw_path"], body)
            return Response(reply.content, reply.status, media_type=reply.media_type)
        fields = parse(body)
        if isinstance(fields, dict):
            self._check_name(str(fields.get("name", "")), call.user)
        return await self._databricks(request, body)

    async def _databricks(self, request: Request, body: bytes) -> Response:
        if DATABRICKS.encode() in body and (fields := parse(body)) is not None:
            body = json.dumps(rewrite(fields, to_own)).encode()
        reply = await self._forwarder.whole(request, request.scope["raw_path"], body or None)
        if reply.status == HTTPStatus.NOT_FOUND and "json" not in reply.media_type:
            raise ApiError(
                404, "ENDPOINT_NOT_FOUND", f"No API found for '{request.method} {request.url.path}'"
            )
        content = reply.content
        if OWN.encode() in content and (answer := parse(content)) is not None:
            content = json.dumps(rewrite(answer, to_databricks)).encode()
        # MLflow's client notes it as the origin of a model that it registers.
        headers = {"X-Databricks-Org-Id": self._workspace_id}
        return Response(content, reply.status, headers, media_type=reply.media_type or None)

    def _check_name(self, name: str, user: str) -> None:
        if not name.startswith("/"):
            raise invalid(
                f"Got an invalid experiment name {name!r}. An experiment name must be an absolute "
                f"path within the Databricks workspace, e.g. '/Users/{user}/my-experiment'."
            )
        parents = split(str(PurePosixPath(name.removeprefix("/Workspace")).parent))
        folder = locate(self._home.workspace, parents)
        if parents[:2] == ["Users", user]:
            # Every user of a workspace has this folder.
            locate(self._home.workspace, parents[:2]).mkdir(exist_ok=True)
        if not folder.is_dir():
            raise missing(f"Workspace directory '/{'/'.join(parents)}' not found.")
