"""The modules of ``dbutils`` that have nothing to stand for on one machine, refused by name."""

from __future__ import annotations

from types import MappingProxyType

from brickyard.runtime.dbutils.utility import Utility

_CLOUD = (
    "Clouds' identities exist on the platform only: locally abfss:// and wasbs:// addresses are "
    "folders that need no credentials; keep keys in a secret scope (dbutils.secrets)."
)
_META = "It is of Scala notebooks: define classes in a cell or a module."


class CredentialUtils(Utility):
    """Identities of the cloud, which the local workspace has none of."""

    title = "dbutils.credentials"
    absent = MappingProxyType(
        dict.fromkeys(
            (
                "assumeRole",
                "getCurrentCredentials",
                "getServiceCredentialsProvider",
                "showCurrentRole",
                "showRoles",
            ),
            _CLOUD,
        )
    )


class MetaUtils(Utility):
    """Compiling Scala, which the local workspace does not do."""

    title = "dbutils.meta"
    absent = MappingProxyType({"define": _META})


class PreviewUtils(Utility):
    """What the platform tries out; there is nothing of it here."""

    title = "dbutils.preview"
