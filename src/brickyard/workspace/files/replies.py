"""Errors of the Files API: Databricks' shape plus the reason that clients look for in details."""

from __future__ import annotations

from functools import wraps

from starlette.responses import JSONResponse

from brickyard.workspace.api.call import Call
from brickyard.workspace.api.errors import ApiError
from brickyard.workspace.api.routing import Handler, Reply


class FilesError(ApiError):
    """A refusal with a machine-readable reason.

    Args:
        status: HTTP status.
        code: Databricks' ``error_code``.
        reason: Such as ``FILES_API_FILE_NOT_FOUND``; the command line and SDKs tell by it.
        message: What is wrong.
    """

    def __init__(self, status: int, code: str, reason: str, message: str) -> None:
        super().__init__(status, code, message)
        self.reason = reason


def with_details(handler: Handler) -> Handler:
    """Render a :class:`FilesError` that a handler raises, its reason in ``details``."""

    @wraps(handler)
    async def detailed(call: Call) -> Reply:
        try:
            return await handler(call)
        except FilesError as error:
            return JSONResponse(
                {
                    "error_code": error.code,
                    "message": error.message,
                    "details": [
                        {
                            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                            "reason": error.reason,
                            "domain": "filesystem.databricks.com",
                        }
                    ],
                },
                status_code=error.status,
            )

    return detailed


def no_file(shown: str) -> FilesError:
    """404: nothing there, or a folder where a file is meant."""
    return FilesError(
        404, "NOT_FOUND", "FILES_API_FILE_NOT_FOUND", f"The file {shown} does not exist."
    )


def no_directory(shown: str) -> FilesError:
    """404: nothing there, or a file where a folder is meant."""
    return FilesError(
        404,
        "NOT_FOUND",
        "FILES_API_DIRECTORY_NOT_FOUND",
        f"The directory {shown} does not exist.",
    )


def taken(shown: str) -> FilesError:
    """409: something is there and may not be replaced."""
    return FilesError(
        409, "ALREADY_EXISTS", "FILES_API_FILE_ALREADY_EXISTS", f"{shown} exists already."
    )
