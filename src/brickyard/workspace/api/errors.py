"""Errors as Databricks sends them: an HTTP status and ``{"error_code", "message"}``.

The SDK maps first by code and then by status, so both must be right.
"""

from __future__ import annotations

from brickyard.errors import BrickyardError


class ApiError(BrickyardError):
    """A refusal that a client sees.

    Args:
        status: HTTP status.
        code: Databricks' ``error_code``.
        message: What is wrong, naming the field and the value.
    """

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


def invalid(message: str) -> ApiError:
    """400 INVALID_PARAMETER_VALUE: a field has a value that cannot be."""
    return ApiError(400, "INVALID_PARAMETER_VALUE", message)


def malformed(message: str) -> ApiError:
    """400 MALFORMED_REQUEST: the request cannot be read at all."""
    return ApiError(400, "MALFORMED_REQUEST", message)


def invalid_state(message: str) -> ApiError:
    """400 INVALID_STATE: not now."""
    return ApiError(400, "INVALID_STATE", message)


def missing(message: str) -> ApiError:
    """404 RESOURCE_DOES_NOT_EXIST."""
    return ApiError(404, "RESOURCE_DOES_NOT_EXIST", message)


def unimplemented(what: str) -> ApiError:
    """501 NOT_IMPLEMENTED, naming the operation or the field that is not there yet."""
    return ApiError(501, "NOT_IMPLEMENTED", f"{what} is not implemented by the local workspace.")
