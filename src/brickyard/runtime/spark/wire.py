"""The interceptor on the Spark Connect channel."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Any

import grpc
import pyspark.sql.connect.proto as pb2
import pyspark.sql.connect.proto.base_pb2_grpc as services
from pyspark.errors import SparkNoSuchElementException

from brickyard.runtime.paths import PathMap
from brickyard.runtime.spark.backchannel import Backchannel
from brickyard.runtime.spark.percentiles import exact_plan
from brickyard.runtime.spark.plans import rewrite_parts, rewrite_plan
from brickyard.runtime.spark.session import Session, Shared

Continuation = Callable[[Any, Any], Any]
_NOT_FOUND = re.compile(r"configuration not found: (\S+)")


# grpc comes without types, so that its classes are Any.
class PlanInterceptor(
    grpc.UnaryStreamClientInterceptor,  # type: ignore[misc]
    grpc.UnaryUnaryClientInterceptor,  # type: ignore[misc]
):
    """Rewrites every plan that is executed or analyzed.

    Args:
        shared: What the engine's sessions share.
        paths: Gives the mapping of paths as of now; mounts may change while a notebook runs.
        catalog: The catalog a new session starts in.
    """

    def __init__(self, shared: Shared, paths: Callable[[], PathMap], catalog: str) -> None:
        self._shared = shared
        self._paths = paths
        self._catalog = catalog
        self._stub: Any = None
        self._sessions: dict[str, Session] = {}
        self._lock = threading.Lock()

    def connect(self, plain: grpc.Channel) -> None:
        """Give the interceptor a channel for statements of its own; none may be intercepted."""
        self._stub = services.SparkConnectServiceStub(plain)

    def session_of(self, request: Any) -> Session:
        """The session that a request belongs to."""
        with self._lock:
            session = self._sessions.get(request.session_id)
            if session is None:
                session = Session(
                    self._shared, Backchannel(self._stub, request), self._paths(), self._catalog
                )
                self._sessions[request.session_id] = session
        session.paths = self._paths()
        return session

    def intercept_unary_stream(
        self, continuation: Continuation, client_call_details: Any, request: Any
    ) -> Any:
        """Rewrite a plan before it is executed."""
        if isinstance(request, pb2.ExecutePlanRequest):
            # A copy: the client keeps its own to send again after a broken connection.
            copy = pb2.ExecutePlanRequest()
            copy.CopyFrom(request)
            rewrite_plan(self.session_of(request), copy.plan)
            request = copy
        return continuation(client_call_details, request)

    def intercept_unary_unary(
        self, continuation: Continuation, client_call_details: Any, request: Any
    ) -> Any:
        """Rewrite a plan before it is analyzed."""
        if isinstance(request, pb2.AnalyzePlanRequest):
            copy = pb2.AnalyzePlanRequest()
            copy.CopyFrom(request)
            exact_plan(copy)
            rewrite_parts(self.session_of(request), copy)
            request = copy
        answer = continuation(client_call_details, request)
        if isinstance(request, pb2.ConfigRequest):
            _check_found(answer)
        return answer


def _check_found(answer: Any) -> None:
    """Let a property that is not set be the error that users' code expects.

    Raises:
        SparkNoSuchElementException: ``SQL_CONF_NOT_FOUND``.
    """
    failure = answer.exception()
    found = _NOT_FOUND.search(failure.details() or "") if failure is not None else None
    if found is not None:
        raise SparkNoSuchElementException(
            f'[SQL_CONF_NOT_FOUND] The SQL config "{found[1]}" cannot be found. '
            "Please verify that the config exists. SQLSTATE: 42K0I"
        )
