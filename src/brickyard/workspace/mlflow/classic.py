"""The files of models in the workspace registry, Databricks' older one (registry ``databricks``).

Its other calls are MLflow's own registry calls, stages included, and pass through unchanged.
"""

from __future__ import annotations

import asyncio
import os
from typing import Any

from brickyard.workspace.api.call import Call
from brickyard.workspace.api.errors import invalid, missing
from brickyard.workspace.api.routing import Operation, Reply
from brickyard.workspace.files.paths import printable, split
from brickyard.workspace.files.roots import Place, Roots
from brickyard.workspace.home import Home
from brickyard.workspace.mlflow.artifacts import files_path
from brickyard.workspace.mlflow.credentials import credential
from brickyard.workspace.mlflow.forward import Forwarder

_API = "/api/2.0/mlflow"


class ClassicRegistry:
    """Listing and fetching a version's files, which stay where they were logged.

    Args:
        home: Where artifacts are.
        forwarder: Sends calls to MLflow, which knows where a version's files are.
    """

    def __init__(self, home: Home, forwarder: Forwarder) -> None:
        self._roots = Roots(home)
        self._forwarder = forwarder

    def operations(self) -> list[Operation]:
        """The calls it answers."""
        return [
            Operation("GET", "/mlflow/model-versions/list-artifacts", self.list_artifacts),
            Operation("GET", "/mlflow/model-versions/get-signed-download-uri", self.download_uri),
            Operation("GET", "/mlflow/databricks/registered-models/get", self.get_model),
        ]

    async def list_artifacts(self, call: Call) -> Reply:
        """A folder of a version's files, or the file itself."""
        folder = files_path(await self._root(call)) or ""
        path = "/".join(split(f"/{call.text('path', '')}"))
        place = self._roots.find(f"{folder}/{path}")
        return {"files": await asyncio.to_thread(_files, place, path)}

    async def download_uri(self, call: Call) -> Reply:
        """The address of one of a version's files."""
        return credential(call, await self._root(call), call.text("path"))

    async def get_model(self, call: Call) -> Reply:
        """A model by the call that Databricks' own SDK has for it."""
        query = {"name": call.text("name")}
        answer = await self._forwarder.json("GET", f"{_API}/registered-models/get", query=query)
        return {"registered_model_databricks": answer.value()["registered_model"]}

    async def _root(self, call: Call) -> str:
        query = {"name": call.text("name"), "version": call.text("version")}
        path = f"{_API}/model-versions/get-download-uri"
        address = (await self._forwarder.json("GET", path, query=query)).value()["artifact_uri"]
        if files_path(address) is None:
            raise invalid(f"The files at {address} are not kept by this workspace.")
        return str(address)


def _files(place: Place, path: str) -> list[dict[str, Any]]:
    if place.disk.is_file():
        return [{"path": path, "is_dir": False, "file_size": place.disk.stat().st_size}]
    if not place.disk.is_dir():
        raise missing(f"No file or folder {path!r} belongs to this model version.")
    found = []
    with os.scandir(place.disk) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            shown = f"{path}/{printable(entry.name)}" if path else printable(entry.name)
            found.append({"path": shown, "is_dir": entry.is_dir(follow_symlinks=False)})
            if not found[-1]["is_dir"]:
                found[-1]["file_size"] = entry.stat(follow_symlinks=False).st_size
    return found
