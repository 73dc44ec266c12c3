"""What clusters can be made of: runtime versions, node types, zones.

Every cluster of a local workspace runs on this machine whatever its node type says; the catalogue
is there so that clients that choose from it (``select_spark_version``, ``select_node_type``) choose
what they would choose on Azure. Sources: Azure's published sizes of its virtual machines, and the
release notes of Databricks Runtime.
"""

from __future__ import annotations

import sys
from typing import Any

# The long-term runtimes by their Python (release notes), and what a newer Python stands for.
_BY_PYTHON = {(3, 10): "14.3", (3, 11): "15.4", (3, 12): "16.4"}
_NEWEST = "17.3"

# Runtime, Spark, long-term support, Scala versions. The newest first.
_RUNTIMES = (
    ("17.3", "4.0.0", True, ("2.13",)),
    ("17.2", "4.0.0", False, ("2.13",)),
    ("17.1", "4.0.0", False, ("2.13",)),
    ("17.0", "4.0.0", False, ("2.13",)),
    ("16.4", "3.5.2", True, ("2.12", "2.13")),
    ("15.4", "3.5.0", True, ("2.12",)),
    ("14.3", "3.5.0", True, ("2.12",)),
    ("13.3", "3.4.1", True, ("2.12",)),
    ("12.2", "3.3.2", True, ("2.12",)),
)

# Name, category, cores, memory in GB, local disk in GB, GPUs.
_SIZES = (
    ("Standard_DS3_v2", "General Purpose", 4, 14, 28, 0),
    ("Standard_DS4_v2", "General Purpose", 8, 28, 56, 0),
    ("Standard_DS5_v2", "General Purpose", 16, 56, 112, 0),
    ("Standard_D4s_v3", "General Purpose", 4, 16, 32, 0),
    ("Standard_D8s_v3", "General Purpose", 8, 32, 64, 0),
    ("Standard_D16s_v3", "General Purpose", 16, 64, 128, 0),
    ("Standard_D4ds_v5", "General Purpose", 4, 16, 150, 0),
    ("Standard_D8ds_v5", "General Purpose", 8, 32, 300, 0),
    ("Standard_D16ds_v5", "General Purpose", 16, 64, 600, 0),
    ("Standard_F4s", "Compute Optimized", 4, 8, 16, 0),
    ("Standard_F8s", "Compute Optimized", 8, 16, 32, 0),
    ("Standard_F16s", "Compute Optimized", 16, 32, 64, 0),
    ("Standard_DS12_v2", "Memory Optimized", 4, 28, 56, 0),
    ("Standard_DS13_v2", "Memory Optimized", 8, 56, 112, 0),
    ("Standard_DS14_v2", "Memory Optimized", 16, 112, 224, 0),
    ("Standard_E4ds_v4", "Memory Optimized", 4, 32, 150, 0),
    ("Standard_E8ds_v4", "Memory Optimized", 8, 64, 300, 0),
    ("Standard_L8s_v2", "Storage Optimized", 8, 64, 80, 0),
    ("Standard_L16s_v2", "Storage Optimized", 16, 128, 160, 0),
    ("Standard_NC4as_T4_v3", "GPU Accelerated", 4, 28, 176, 1),
    ("Standard_NC6s_v3", "GPU Accelerated", 6, 112, 736, 1),
)


def local_runtime() -> str:
    """The platform's version that this Python stands for where no cluster names one."""
    return _BY_PYTHON.get(sys.version_info[:2], _NEWEST)


def spark_versions() -> list[dict[str, str]]:
    """The ``versions`` of ``clusters/spark-versions``: plain, ML and GPU runtimes."""
    found = []
    for runtime, spark, supported, scalas in _RUNTIMES:
        lts = " LTS" if supported else ""
        for scala in scalas:
            tail = f"-scala{scala}"
            about = f"(includes Apache Spark {spark}, Scala {scala})"
            gpu = f"(includes Apache Spark {spark}, GPU, Scala {scala})"
            found += [
                {"key": f"{runtime}.x{tail}", "name": f"{runtime}{lts} {about}"},
                {"key": f"{runtime}.x-cpu-ml{tail}", "name": f"{runtime}{lts} ML {about}"},
                {"key": f"{runtime}.x-gpu-ml{tail}", "name": f"{runtime}{lts} ML {gpu}"},
            ]
    return found


def node_types() -> list[dict[str, Any]]:
    """The ``node_types`` of ``clusters/list-node-types``."""
    return [_node_type(order, *size) for order, size in enumerate(_SIZES)]


def zones() -> dict[str, Any]:
    """The answer of ``clusters/list-zones``; Azure Databricks has no choice of zones."""
    return {"zones": ["auto"], "default_zone": "auto"}


def _node_type(
    order: int, name: str, category: str, cores: int, memory: int, disk: int, gpus: int
) -> dict[str, Any]:
    return {
        "node_type_id": name,
        "instance_type_id": name,
        "description": name,
        "category": category,
        "num_cores": float(cores),
        "memory_mb": memory * 1024,
        "num_gpus": gpus,
        "display_order": order,
        "is_deprecated": False,
        "is_hidden": False,
        "is_graviton": False,
        "is_io_cache_enabled": category == "Storage Optimized",
        "photon_driver_capable": gpus == 0,
        "photon_worker_capable": gpus == 0,
        "support_cluster_tags": True,
        "support_ebs_volumes": False,
        "support_port_forwarding": True,
        "node_instance_type": {
            "instance_type_id": name,
            "local_disks": 1,
            "local_disk_size_gb": disk,
            "local_nvme_disks": 0,
            "local_nvme_disk_size_gb": 0,
        },
        "node_info": {"status": [], "available_core_quota": cores, "total_core_quota": cores},
    }
