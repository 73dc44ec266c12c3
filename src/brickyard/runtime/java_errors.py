"""Failures in the shape that the platform gives them, which users' code matches.

On the platform ``dbutils`` is a Java object behind py4j: its failures are ``Py4JJavaError`` (or
``ExecutionError``, for files) whose text names the Java exception. Code written for it catches
these classes and looks into that text.
"""

from __future__ import annotations

from typing import Any

from py4j import protocol

from brickyard.errors import BrickyardError


class JavaException:
    """Stands for the Java object that ``Py4JJavaError.java_exception`` is.

    Args:
        name: The Java class.
        message: Its message.
        cause: What caused it.
    """

    def __init__(self, name: str, message: str, cause: JavaException | None = None) -> None:
        self._name = name
        self._message = message
        self._cause = cause

    def getMessage(self) -> str:  # noqa: N802 - Java's name
        """The message."""
        return self._message

    def getCause(self) -> JavaException | None:  # noqa: N802 - Java's name
        """What caused it."""
        return self._cause

    def getClass(self) -> Any:  # noqa: N802 - Java's name
        """The class, which has a ``getName``."""
        return _JavaClass(self._name)

    def toString(self) -> str:  # noqa: N802 - Java's name
        """Class and message."""
        return f"{self._name}: {self._message}"

    def __str__(self) -> str:
        return self.toString()


class _JavaClass:
    def __init__(self, name: str) -> None:
        self._name = name

    def getName(self) -> str:  # noqa: N802 - Java's name
        """The full name."""
        return self._name

    def getSimpleName(self) -> str:  # noqa: N802 - Java's name
        """The last part of the name."""
        return self._name.rpartition(".")[2]


class PlatformError(BrickyardError):
    """A failure with the platform's text; it may travel between processes."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _revive, (type(self), self.args, self.__dict__)


def _revive(
    kind: type[PlatformError], args: tuple[Any, ...], state: dict[str, Any]
) -> PlatformError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error


class Py4JJavaError(PlatformError, protocol.Py4JJavaError):  # type: ignore[misc]
    """A call failed as it fails on the platform.

    Args:
        call: The method, such as ``_run``.
        java: The exception.
        remedy: What to do about it; stands after the platform's own text.
    """

    def __init__(self, call: str, java: JavaException, remedy: str = "") -> None:
        text = _calling(call, java)
        cause = java.getCause()
        if cause is not None:
            text += f"\nCaused by: {cause}"
        # Neither base's own: py4j's wants an object of a JVM, and ours would call it.
        if remedy:
            text += "."
        Exception.__init__(self, text)
        self.message = text
        self.remedy = remedy
        self.errmsg = f"An error occurred while calling {call}.\n"
        self.java_exception = java


class ExecutionError(PlatformError):
    """A call of ``dbutils.fs`` failed as it fails on the platform.

    Args:
        call: The method, such as ``ls``.
        java: The exception.
        remedy: What to do about it; stands after the platform's own text.
    """

    def __init__(self, call: str, java: JavaException, remedy: str = "") -> None:
        super().__init__(_calling(call, java), remedy)


class InputWidgetNotDefined(Py4JJavaError):  # noqa: N818 - the platform's own name
    """A widget that neither the notebook nor the run has defined."""

    def __init__(self, name: str, remedy: str) -> None:
        java = JavaException(
            "com.databricks.dbutils_v1.InputWidgetNotDefined",
            f"No input widget named {name} is defined",
        )
        super().__init__("getArgument", java, remedy)


def _calling(call: str, java: JavaException) -> str:
    return f"An error occurred while calling o1.{call}.\n: {java}"


def illegal_argument(call: str, message: str, remedy: str = "") -> Py4JJavaError:
    """Java's IllegalArgumentException."""
    java = JavaException("java.lang.IllegalArgumentException", message)
    return Py4JJavaError(call, java, remedy)


def missing_file(call: str, path: str) -> ExecutionError:
    """Java's FileNotFoundException."""
    message = f"No such file or directory: {path}"
    return ExecutionError(call, JavaException("java.io.FileNotFoundException", message))
