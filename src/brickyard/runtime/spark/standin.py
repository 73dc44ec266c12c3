"""A session that starts the engine when it is first used, and then is the session.

Notebooks, and the modules they import, get ``spark`` before anybody knows whether they use it. The
object must be the very one that ``SparkSession.builder.getOrCreate()`` returns later, so it is no
wrapper: it becomes the session.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyspark.sql.connect.session import SparkSession


class StandIn(SparkSession):
    """Stands for a session that has not been started.

    Args:
        start: Starts the session, and lets this object :func:`become` it before it returns.
    """

    def __init__(self, start: Callable[[], object]) -> None:
        self.__dict__["_stand_in_start"] = start

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            # Protocols that merely ask whether they are supported (copy, pickle) start nothing.
            raise AttributeError(name)
        start = self.__dict__.get("_stand_in_start")
        if start is not None:  # else another thread has just started it
            start()
        return getattr(self, name)

    def __del__(self) -> None:
        """Nothing to close: nothing was started."""


def become(stand_in: SparkSession, session: SparkSession) -> None:
    """Let a stand-in be a session from now on; also again, after an earlier one was stopped.

    Args:
        stand_in: A :class:`StandIn`, or what has been one.
        session: The session, just made.
    """
    # Shared, not copied: both objects are one session, whoever holds which. The reference keeps
    # the other alive, whose end would close the client of both.
    session.__dict__["_stand_in_twin"] = session
    stand_in.__dict__ = session.__dict__
    stand_in.__class__ = SparkSession
