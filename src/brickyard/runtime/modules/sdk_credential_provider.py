"""``dbruntime.sdk_credential_provider``: the SDK's ``runtime`` authentication."""

from __future__ import annotations

from collections.abc import Callable

from brickyard.runtime.modules.binding import bound

Headers = Callable[[], dict[str, str]]


def init_runtime_native_unified() -> tuple[str, None, str, Headers]:
    """Address, account, workspace and request headers of the run's own workspace."""
    context = bound().context
    return context.apiUrl().get(), None, context.workspaceId().get(), _headers


def init_runtime_native_auth() -> tuple[str, Headers]:
    """The same, as older versions of the SDK ask for it."""
    return bound().context.apiUrl().get(), _headers


def _headers() -> dict[str, str]:
    return {"Authorization": f"Bearer {bound().context.apiToken().get()}"}
