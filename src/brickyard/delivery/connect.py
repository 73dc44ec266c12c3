"""A client for a target: the SDK's own configuration, with time limits a person can bear."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brickyard import __version__
from brickyard.delivery.project import Target
from brickyard.errors import BrickyardError

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

_CALL_S = 60
# The SDK's default is 300 s, which an unreachable or misspelt host then takes to say so.
_RETRY_S = 60
_RETRY_LOCAL_S = 10


def connect(
    target: Target, *, host: str | None = None, token: str | None = None
) -> WorkspaceClient:
    """Make a client for a target.

    Args:
        target: Where to.
        host: An address that overrides the target's, as the local workspace's.
        token: The token that goes with it; without one the SDK finds its credentials itself
            (environment, profile, Azure CLI, managed identity, OIDC).

    Raises:
        BrickyardError: No credentials are configured.
    """
    # Imported late: the SDK takes a second to import.
    from databricks.sdk import WorkspaceClient
    from databricks.sdk.core import Config

    try:
        config = Config(
            host=host or target.host,
            token=token,
            profile=None if token else target.profile,
            # Named, so that an ARM_CLIENT_ID in the environment is no second, conflicting method.
            auth_type="pat" if token else None,
            http_timeout_seconds=_CALL_S,
            retry_timeout_seconds=_RETRY_LOCAL_S if target.is_local else _RETRY_S,
            product="brickyard",
            product_version=__version__,
        )
        return WorkspaceClient(config=config)
    except ValueError as exc:
        reason = str(exc).splitlines()[0]
        raise BrickyardError(
            f"No way to sign in to target {target.name!r}: {reason}",
            "Set DATABRICKS_HOST and DATABRICKS_TOKEN, or name a profile of ~/.databrickscfg in "
            f"[targets.{target.name}].",
        ) from exc
