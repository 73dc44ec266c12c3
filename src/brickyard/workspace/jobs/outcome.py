"""How runs end, in the platform's words."""

from __future__ import annotations

from dataclasses import dataclass

from brickyard.errors import BrickyardError
from brickyard.runtime.protocol import Event
from brickyard.workspace.api.errors import ApiError
from brickyard.workspace.compute.exits import Exit, describe
from brickyard.workspace.compute.libraries import LIBRARY_ERROR


@dataclass(frozen=True)
class Outcome:
    """How a task run ended, in the platform's words.

    Attributes:
        life_cycle: TERMINATED, SKIPPED or INTERNAL_ERROR.
        result: SUCCESS, FAILED, TIMEDOUT, CANCELED, UPSTREAM_FAILED, UPSTREAM_CANCELED.
        code: Termination code.
        message: For people.
        error: Last line of the traceback.
        error_trace: The traceback.
        exit_value: What the notebook exited with.
    """

    life_cycle: str
    result: str
    code: str
    message: str = ""
    error: str | None = None
    error_trace: str | None = None
    exit_value: str | None = None


def outcome_of_refusal(refusal: BrickyardError) -> Outcome:
    """The end of a run that could not begin."""
    code = "RESOURCE_NOT_FOUND"
    if isinstance(refusal, ApiError):
        own = refusal.code in ("CLUSTER_ERROR", LIBRARY_ERROR)
        code = refusal.code if own else "INVALID_RUN_CONFIGURATION"
    return Outcome("INTERNAL_ERROR", "FAILED", code, str(refusal), str(refusal))


def outcome_of_end(last: Event) -> Outcome:
    """The end that a notebook's last word tells."""
    if last["result"] == "SUCCESS":
        return Outcome("TERMINATED", "SUCCESS", "SUCCESS", exit_value=last.get("exit_value"))
    return Outcome(
        "TERMINATED",
        "FAILED",
        "RUN_EXECUTION_ERROR",
        "Workload failed, see run output for details.",
        last["error"],
        last["error_trace"],
    )


def outcome_of_death(end: Exit) -> Outcome:
    """The end of a run whose process ended before the notebook."""
    message = describe(end)
    return Outcome("TERMINATED", "FAILED", "DRIVER_ERROR", message, message)
