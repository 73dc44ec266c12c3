"""Secret scopes: values encrypted at rest, never listed."""

from brickyard.workspace.secrets.service import SecretsService

__all__ = ["SecretsService"]
