"""``/api/2.0/preview/scim/v2/Me``: the one user of a local workspace."""

from __future__ import annotations

from brickyard.workspace.api.call import Call
from brickyard.workspace.api.routing import Operation, Reply


class IdentityService:
    """Answers who the caller is."""

    def operations(self) -> list[Operation]:
        """The calls it answers."""
        return [Operation("GET", "/preview/scim/v2/Me", self.me)]

    async def me(self, call: Call) -> Reply:
        """The SCIM user resource, with the fields that the SDK and MLflow read."""
        return {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "id": "1",
            "userName": call.user,
            "displayName": call.user.partition("@")[0],
            "active": True,
            "emails": [{"type": "work", "value": call.user, "primary": True}],
            "groups": [{"display": "admins", "type": "direct", "value": "1"}],
        }
