"""Where the client may read or write an artifact directly: the Files API, with its own token.

Databricks gives signed addresses of cloud storage. Here the storage is the workspace itself, so
the address is the Files API's and the "signature" the caller's own Authorization header. Clients
come this way for traces, and when the Files API answered an error.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from brickyard.workspace.api.call import Call
from brickyard.workspace.api.errors import invalid, missing
from brickyard.workspace.api.routing import Operation, Reply
from brickyard.workspace.files.paths import split
from brickyard.workspace.mlflow.artifacts import files_path
from brickyard.workspace.mlflow.forward import Forwarder

_API = "/api/2.0/mlflow"
_LOCATION_TAG = "mlflow.artifactLocation"


class Credentials:
    """The ``credentials-for-…`` calls.

    Args:
        forwarder: Sends calls to MLflow, which knows where a run's artifacts are.
    """

    def __init__(self, forwarder: Forwarder) -> None:
        self._forwarder = forwarder

    def operations(self) -> list[Operation]:
        """The calls it answers."""
        run, model = "/mlflow/artifacts", "/mlflow/logged-models/{model_id}/artifacts"
        trace = "/mlflow/traces/{request_id}"
        return [
            Operation("POST", f"{run}/credentials-for-read", self.for_run),
            Operation("POST", f"{run}/credentials-for-write", self.for_run),
            Operation("POST", f"{model}/credentials-for-download", self.for_model),
            Operation("POST", f"{model}/credentials-for-upload", self.for_model),
            Operation("GET", f"{trace}/credentials-for-data-download", self.for_trace),
            Operation("GET", f"{trace}/credentials-for-data-upload", self.for_trace),
        ]

    async def for_run(self, call: Call) -> Reply:
        """Addresses of some of a run's artifacts."""
        run_id = call.text("run_id")
        answer = await self._forwarder.json("GET", f"{_API}/runs/get", query={"run_id": run_id})
        root = answer.value()["run"]["info"]["artifact_uri"]
        return {
            "credential_infos": [
                {"run_id": run_id, "path": path, **credential(call, root, path)}
                for path in _paths(call, "path")
            ]
        }

    async def for_model(self, call: Call) -> Reply:
        """Addresses of some of a logged model's files."""
        model_id = call.text("model_id")
        path = f"{_API}/logged-models/{quote(model_id, safe='')}"
        root = (await self._forwarder.json("GET", path)).value()["model"]["info"]["artifact_uri"]
        return {
            "credentials": [
                {"model_id": model_id, "credential_info": credential(call, root, path)}
                for path in _paths(call, "paths")
            ]
        }

    async def for_trace(self, call: Call) -> Reply:
        """The address of a trace's spans, or of one of its attachments."""
        trace_id = call.text("request_id")
        path = f"{_API}/traces/{quote(trace_id, safe='')}/info"
        info = (await self._forwarder.json("GET", path)).value()["trace_info"]
        tags = {tag["key"]: tag["value"] for tag in info.get("tags", [])}
        if _LOCATION_TAG not in tags:
            raise missing(f"The trace {trace_id} has no artifact location.")
        file = call.text("path", "traces.json")
        return {"credential_info": credential(call, tags[_LOCATION_TAG], file)}


def credential(call: Call, root: str, path: str) -> dict[str, Any]:
    """The address of one artifact, and the headers with which it may be read or written.

    Args:
        call: Who asks.
        root: Address of the run's, model's or trace's artifacts, in either form.
        path: The artifact's path below it.
    """
    folder = files_path(root)
    if folder is None:
        raise invalid(f"The artifacts at {root} are not kept by this workspace.")
    names = "/".join(split(f"/{path}"))
    url = call.request.url.replace(path=quote(f"/api/2.0/fs/files{folder}/{names}"), query="")
    return {
        "signed_uri": str(url),
        # Plain GET and PUT with the given headers, as for this kind of signed address.
        "type": "AWS_PRESIGNED_URL",
        "headers": [
            {"name": "Authorization", "value": call.request.headers.get("authorization", "")}
        ],
    }


def _paths(call: Call, field: str) -> list[str]:
    paths = call.fields.get(field) or []
    return [str(path) for path in (paths if isinstance(paths, list) else [paths])]
