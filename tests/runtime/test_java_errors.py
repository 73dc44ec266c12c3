from __future__ import annotations

import copy
import pickle

from py4j import protocol

from brickyard.runtime.java_errors import (
    InputWidgetNotDefined,
    JavaException,
    Py4JJavaError,
    missing_file,
)


def test_a_failure_reads_as_py4js_own() -> None:
    cause = JavaException("com.databricks.NotebookExecutionException", "FAILED: no")
    java = JavaException("com.databricks.WorkflowException", str(cause), cause)
    error = Py4JJavaError("_run", java, "Look there.")

    assert isinstance(error, protocol.Py4JJavaError)
    assert str(error) == (
        "An error occurred while calling o1._run.\n"
        ": com.databricks.WorkflowException: "
        "com.databricks.NotebookExecutionException: FAILED: no\n"
        "Caused by: com.databricks.NotebookExecutionException: FAILED: no. Look there."
    )
    assert error.java_exception.getMessage() == str(cause)
    assert error.java_exception.getCause() is cause
    assert error.java_exception.getClass().getSimpleName() == "WorkflowException"
    assert repr(error)


def test_failures_travel_between_processes() -> None:
    java = JavaException("java.lang.X", "no")
    for error in (
        missing_file("ls", "/x"),
        InputWidgetNotDefined("a", ""),
        Py4JJavaError("y", java),
    ):
        assert str(copy.copy(error)) == str(error)
        assert str(pickle.loads(pickle.dumps(error))) == str(error)  # noqa: S301 - our own
