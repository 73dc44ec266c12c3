"""``/api/2.0/libraries``. Source: the Libraries API as ``databricks-sdk`` calls it."""

from __future__ import annotations

import asyncio

from brickyard.workspace.api.call import Call
from brickyard.workspace.api.routing import Operation, Reply
from brickyard.workspace.compute.libraries.clusters import ClusterLibraries
from brickyard.workspace.compute.libraries.kinds import read_libraries


class LibrariesService:
    """Installs, uninstalls and lists libraries.

    Args:
        libraries: The libraries of all clusters.
    """

    def __init__(self, libraries: ClusterLibraries) -> None:
        self._libraries = libraries

    def operations(self) -> list[Operation]:
        """The calls it answers."""
        return [
            Operation("POST", "/libraries/install", self.install),
            Operation("POST", "/libraries/uninstall", self.uninstall),
            Operation("GET", "/libraries/cluster-status", self.cluster_status),
            Operation("GET", "/libraries/all-cluster-statuses", self.all_cluster_statuses),
        ]

    async def install(self, call: Call) -> Reply:
        """``libraries/install``; the installation goes on after the answer."""
        cluster_id = call.text("cluster_id")
        wanted = await asyncio.to_thread(read_libraries, call.fields.get("libraries"))
        self._libraries.install(cluster_id, wanted)
        return {}

    async def uninstall(self, call: Call) -> Reply:
        """``libraries/uninstall``; what is not installed is passed over."""
        cluster_id = call.text("cluster_id")
        unwanted = await asyncio.to_thread(read_libraries, call.fields.get("libraries"))
        self._libraries.uninstall(cluster_id, unwanted)
        return {}

    async def cluster_status(self, call: Call) -> Reply:
        """``libraries/cluster-status``."""
        cluster_id = call.text("cluster_id")
        return {
            "cluster_id": cluster_id,
            "library_statuses": self._libraries.statuses(cluster_id),
        }

    async def all_cluster_statuses(self, call: Call) -> Reply:
        """``libraries/all-cluster-statuses``."""
        del call
        statuses = self._libraries.all_statuses()
        return {
            "statuses": [
                {"cluster_id": cluster_id, "library_statuses": found}
                for cluster_id, found in statuses.items()
            ]
        }
