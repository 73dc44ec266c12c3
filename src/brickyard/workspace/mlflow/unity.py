"""``/api/2.0/mlflow/unity-catalog``: the registry of three-level model names, kept by MLflow.

MLflow's own registry has the same entities; a model's name is its three levels joined by dots.
What differs is done here: a version's files are copied to ``/Models/…`` by the client, and the
version is pending until the client says that they are all there.
"""

from __future__ import annotations

import asyncio
import re
import shutil
from pathlib import Path
from typing import Any

from brickyard.workspace.api.call import Call
from brickyard.workspace.api.errors import invalid, invalid_state, unimplemented
from brickyard.workspace.api.routing import Operation, Reply
from brickyard.workspace.files.paths import locate
from brickyard.workspace.home import Home
from brickyard.workspace.mlflow.artifacts import OWN, to_databricks, to_own
from brickyard.workspace.mlflow.forward import Forwarder

_API = "/api/2.0/mlflow"
_MODELS, _VERSIONS = f"{_API}/registered-models", f"{_API}/model-versions"
# MLflow's registry has no pending versions and checks a source against its own artifacts, so both
# are kept as tags, which clients do not see.
_PENDING_TAG = "brickyard.pending"
_SOURCE_TAG = "brickyard.source"
_OURS = (_PENDING_TAG, _SOURCE_TAG)
# In a source: ``models:/m-…`` or ``mlflow-artifacts:/<experiment>/models/m-…``.
_MODEL_ID = re.compile(r"(?:^models:|/models)/(m-[0-9a-f]+)(?:/|$)")
_PAGE = 1000


class UnityRegistry:
    """Models in Unity Catalog.

    Args:
        home: ``home.models`` holds the versions' files.
        forwarder: Sends calls to MLflow.
    """

    def __init__(self, home: Home, forwarder: Forwarder) -> None:
        self._home = home
        self._forwarder = forwarder

    def operations(self) -> list[Operation]:
        """The calls it answers."""
        models = "/mlflow/unity-catalog/registered-models"
        versions = "/mlflow/unity-catalog/model-versions"
        probe = f"{models}:is-databricks-sdk-models-artifact-repository-enabled"
        return [
            Operation("POST", f"{models}/create", self.create_model),
            Operation("PATCH", f"{models}/update", self.update_model),
            Operation("DELETE", f"{models}/delete", self.delete_model),
            Operation("GET", f"{models}/get", self.get_model),
            Operation("GET", f"{models}/search", self.search_models),
            Operation("POST", f"{models}/alias", self.set_alias),
            Operation("DELETE", f"{models}/alias", self.delete_alias),
            Operation("GET", f"{models}/alias", self.get_by_alias),
            Operation("POST", f"{models}/set-tag", self.set_model_tag),
            Operation("DELETE", f"{models}/delete-tag", self.delete_model_tag),
            Operation("GET", probe, self.files_api_is_on),
            Operation("POST", f"{versions}/create", self.create_version),
            Operation("POST", f"{versions}/finalize", self.finalize_version),
            Operation("PATCH", f"{versions}/update", self.update_version),
            Operation("DELETE", f"{versions}/delete", self.delete_version),
            Operation("GET", f"{versions}/get", self.get_version),
            Operation("GET", f"{versions}/search", self.search_versions),
            Operation("GET", f"{versions}/get-download-uri", self.download_uri),
            Operation("POST", f"{versions}/set-tag", self.set_version_tag),
            Operation("DELETE", f"{versions}/delete-tag", self.delete_version_tag),
            Operation("POST", f"{versions}/emit-lineage", self.emit_lineage),
            Operation("POST", f"{versions}/generate-temporary-credentials", self.no_credentials),
        ]

    async def create_model(self, call: Call) -> Reply:
        """A registered model without versions."""
        reply = await self._ask("POST", f"{_MODELS}/create", call, "description", "tags")
        return {"registered_model": _model(reply["registered_model"])}

    async def update_model(self, call: Call) -> Reply:
        """Its description, or its name."""
        if call.optional_text("new_name") is not None:
            return await self._rename(call)
        reply = await self._ask("PATCH", f"{_MODELS}/update", call, "description")
        return {"registered_model": _model(reply["registered_model"])}

    async def delete_model(self, call: Call) -> Reply:
        """A model, its versions and their files."""
        folder = self._folder(call.text("name"))
        await self._ask("DELETE", f"{_MODELS}/delete", call)
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        return {}

    async def get_model(self, call: Call) -> Reply:
        """One registered model."""
        reply = await self._ask("GET", f"{_MODELS}/get", call)
        return {"registered_model": _model(reply["registered_model"])}

    async def search_models(self, call: Call) -> Reply:
        """A page of the models with three-level names."""
        query = {
            "filter": "name LIKE '%.%.%'",
            "max_results": call.integer("max_results", _PAGE),
            "page_token": call.optional_text("page_token"),
        }
        answer = await self._forwarder.json("GET", f"{_MODELS}/search", query=query)
        reply = answer.value()
        models = [_model(model) for model in reply.get("registered_models", [])]
        return {"registered_models": models, **_next_page(reply)}

    async def set_alias(self, call: Call) -> Reply:
        """Point an alias at a version."""
        return await self._ask("POST", f"{_MODELS}/alias", call, "alias", "version")

    async def delete_alias(self, call: Call) -> Reply:
        """Remove an alias."""
        return await self._ask("DELETE", f"{_MODELS}/alias", call, "alias")

    async def get_by_alias(self, call: Call) -> Reply:
        """The version an alias points at."""
        reply = await self._ask("GET", f"{_MODELS}/alias", call, "alias")
        return {"model_version": _version(reply["model_version"])}

    async def set_model_tag(self, call: Call) -> Reply:
        """Tag a model."""
        return await self._ask("POST", f"{_MODELS}/set-tag", call, "key", "value")

    async def delete_model_tag(self, call: Call) -> Reply:
        """Remove a model's tag."""
        return await self._ask("DELETE", f"{_MODELS}/delete-tag", call, "key")

    async def files_api_is_on(self, call: Call) -> Reply:
        """Clients move model files through the Files API, not with credentials of cloud storage."""
        del call
        return {"is_databricks_sdk_models_artifact_repository_enabled": True}

    async def create_version(self, call: Call) -> Reply:
        """The next version, pending until :meth:`finalize_version`."""
        name, source = call.text("name"), call.text("source")
        kept = to_own(source)
        tags = [*(call.fields.get("tags") or []), {"key": _PENDING_TAG, "value": "true"}]
        if not kept.startswith((OWN, "models:/")):
            tags.append({"key": _SOURCE_TAG, "value": source})
            kept = f"dbfs:{self._files_path(name)}"
        fields = {n: call.fields.get(n) for n in ("run_id", "description", "model_id")}
        body = {"name": name, "source": kept, "tags": tags, **fields}
        answer = await self._forwarder.json("POST", f"{_VERSIONS}/create", body=body)
        version = answer.value()["model_version"]
        # A number may come again after its version was deleted, and a killed server leave files.
        stale = self._folder(name) / str(version["version"])
        await asyncio.to_thread(shutil.rmtree, stale, ignore_errors=True)
        return {"model_version": _version(version)}

    async def finalize_version(self, call: Call) -> Reply:
        """Make a version ready, its files being there."""
        name, number = call.text("name"), str(call.integer("version"))
        folder = self._folder(name) / number
        if not (folder.is_dir() and any(folder.iterdir())):
            raise invalid_state(
                f"Version {number} of {name} has no files: upload them to "
                f"{self._files_path(name)}/{number} first."
            )
        tag = {"name": name, "version": number, "key": _PENDING_TAG}
        answer = await self._forwarder.json("DELETE", f"{_VERSIONS}/delete-tag", body=tag)
        answer.value()
        return await self.get_version(call)

    async def update_version(self, call: Call) -> Reply:
        """A version's description."""
        reply = await self._ask("PATCH", f"{_VERSIONS}/update", call, "version", "description")
        return {"model_version": _version(reply["model_version"])}

    async def delete_version(self, call: Call) -> Reply:
        """A version and its files."""
        folder = self._folder(call.text("name")) / str(call.integer("version"))
        await self._ask("DELETE", f"{_VERSIONS}/delete", call, "version")
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        return {}

    async def get_version(self, call: Call) -> Reply:
        """One version."""
        reply = await self._ask("GET", f"{_VERSIONS}/get", call, "version")
        return {"model_version": _version(reply["model_version"])}

    async def search_versions(self, call: Call) -> Reply:
        """A page of versions, by model or by run."""
        query = {
            "filter": call.optional_text("filter"),
            "max_results": call.integer("max_results", _PAGE),
            "page_token": call.optional_text("page_token"),
        }
        answer = await self._forwarder.json("GET", f"{_VERSIONS}/search", query=query)
        reply = answer.value()
        found = reply.get("model_versions", [])
        versions = [_version(version) for version in found if version["name"].count(".") == 2]
        return {"model_versions": versions, **_next_page(reply)}

    async def download_uri(self, call: Call) -> Reply:
        """Where a version's files are."""
        await self._ask("GET", f"{_VERSIONS}/get", call, "version")
        folder = self._files_path(call.text("name"))
        return {"artifact_uri": f"dbfs:{folder}/{call.text('version')}"}

    async def set_version_tag(self, call: Call) -> Reply:
        """Tag a version."""
        return await self._ask("POST", f"{_VERSIONS}/set-tag", call, "version", "key", "value")

    async def delete_version_tag(self, call: Call) -> Reply:
        """Remove a version's tag."""
        return await self._ask("DELETE", f"{_VERSIONS}/delete-tag", call, "version", "key")

    async def emit_lineage(self, call: Call) -> Reply:
        """Lineage needs a catalog that keeps it; the client sends it best-effort."""
        await self._ask("GET", f"{_VERSIONS}/get", call, "version")
        return {}

    async def no_credentials(self, call: Call) -> Reply:
        """There is no cloud storage behind a model."""
        del call
        raise unimplemented("Temporary credentials of a model version's cloud storage")

    async def _rename(self, call: Call) -> Reply:
        old, new = self._folder(call.text("name")), self._folder(call.text("new_name"))
        reply = await self._ask("POST", f"{_MODELS}/rename", call, "new_name")
        if old.is_dir():
            new.parent.mkdir(parents=True, exist_ok=True)
            old.rename(new)
        return {"registered_model": _model(reply["registered_model"])}

    async def _ask(self, method: str, path: str, call: Call, *names: str) -> dict[str, Any]:
        _levels(call.text("name"))
        fields = {name: call.fields.get(name) for name in ("name", *names)}
        if method == "GET":
            return (await self._forwarder.json(method, path, query=fields)).value()
        return (await self._forwarder.json(method, path, body=fields)).value()

    def _folder(self, name: str) -> Path:
        return locate(self._home.models, _levels(name))

    def _files_path(self, name: str) -> str:
        return "/Models/" + "/".join(_levels(name))


def _levels(name: str) -> list[str]:
    levels = name.split(".")
    if len(levels) != 3 or not all(levels):
        raise invalid(
            f"{name!r} is not a valid name for a registered model in Unity Catalog: "
            "specify all three levels, '<catalog>.<schema>.<model>'."
        )
    return levels


def _model(model: dict[str, Any]) -> dict[str, Any]:
    # Unity Catalog has no stages, so no latest version of each.
    return {name: value for name, value in model.items() if name != "latest_versions"}


def _version(version: dict[str, Any]) -> dict[str, Any]:
    tags = {tag["key"]: tag.get("value", "") for tag in version.get("tags", [])}
    shown = {k: v for k, v in version.items() if k not in ("current_stage", "run_link")}
    shown["aliases"] = [
        {"alias": alias, "version": version["version"]} for alias in version.get("aliases", [])
    ]
    shown["tags"] = [{"key": k, "value": v} for k, v in tags.items() if k not in _OURS]
    shown["source"] = tags.get(_SOURCE_TAG) or to_databricks(version.get("source", ""))
    shown["storage_location"] = f"/Models/{version['name'].replace('.', '/')}/{version['version']}"
    if model_id := _MODEL_ID.search(version.get("source", "")):
        shown["model_id"] = model_id[1]
    if _PENDING_TAG in tags:
        shown["status"] = "PENDING_REGISTRATION"
    return shown


def _next_page(reply: dict[str, Any]) -> dict[str, str]:
    token = reply.get("next_page_token")
    return {"next_page_token": token} if token else {}
