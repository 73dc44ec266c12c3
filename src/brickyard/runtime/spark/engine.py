"""Spark for one notebook process: started on first use, within the process itself."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from functools import cached_property
from urllib.parse import quote

import grpc
from pysail.spark import SparkConnectServer
from pyspark.sql.connect.client.core import DefaultChannelBuilder
from pyspark.sql.connect.session import SparkSession

from brickyard.runtime.paths import PathMap
from brickyard.runtime.spark import deltaapi
from brickyard.runtime.spark.errors import LocalSparkError, name_faults
from brickyard.runtime.spark.locations import Locations
from brickyard.runtime.spark.names import HIVE_NAMES, check_storable
from brickyard.runtime.spark.remote import connect
from brickyard.runtime.spark.session import Shared
from brickyard.runtime.spark.settings import SparkSettings
from brickyard.runtime.spark.standin import StandIn, become
from brickyard.runtime.spark.warehouse import Warehouse
from brickyard.runtime.spark.wire import PlanInterceptor
from brickyard.runtime.spark_conf import REMOTE, without_parameters

# A notebook may sit idle for days; the engine would forget its temporary views after 20 minutes.
_SESSION_SECONDS = 30 * 24 * 3600
_CONF = {
    "spark.sql.sources.default": "delta",
    "spark.sql.session.timeZone": "UTC",
    "spark.app.name": "Databricks Shell",
    "spark.master": "local[*]",
    # pandas on Spark: the default needs a function that the engine lacks, for the same numbers.
    "pandas_on_Spark.compute.default_index_type": '"sequence"',
}
_REMOTE_ENV = "SPARK_REMOTE"


class SparkEngine:
    """The one Spark of a notebook's process.

    Nothing starts before :attr:`session` is first read: no thread, no channel. So a process that
    holds an engine can still be forked.

    Args:
        settings: Where tables and paths are.

    Attributes:
        stand_in: The session, which starts when it is first used.
    """

    def __init__(self, settings: SparkSettings) -> None:
        self.settings = settings
        self.stand_in: SparkSession = StandIn(lambda: self.session)
        self._lock = threading.RLock()
        self._server: SparkConnectServer | None = None
        self._session: SparkSession | None = None
        self._starting = False
        self._plain: grpc.Channel | None = None
        self._paths = PathMap(settings.roots, settings.mounts)

    @property
    def started(self) -> bool:
        """Whether the engine has been started and not stopped."""
        return self._session is not None

    @property
    def session(self) -> SparkSession:
        """The process's Spark session; starts the engine on first access.

        Raises:
            LocalSparkError: When the engine cannot start.
        """
        with self._lock:
            if self._session is None or self._session.is_stopped:
                self._starting = True
                try:
                    self._session = self._start()
                finally:
                    self._starting = False
            return self._session

    def set_mounts(self, mounts: Mapping[str, str]) -> None:
        """Make other mounts known, from the next plan on.

        Args:
            mounts: Mount point (``/mnt/x``) to source URI.
        """
        self._paths = self._paths.with_mounts(mounts)

    def install(self) -> None:
        """Let ``SparkSession.builder.getOrCreate()`` and its like start this engine.

        Users' modules ask pyspark for the session without ever touching the notebook's ``spark``.
        """
        engine = self
        create = SparkSession.Builder.getOrCreate
        active = SparkSession.getActiveSession.__func__  # type: ignore[attr-defined]

        def get_or_create(builder: SparkSession.Builder) -> SparkSession:
            _ = engine.session
            return create(builder)

        def get_active_session(cls: type[SparkSession]) -> SparkSession | None:
            found: SparkSession | None = active(cls)
            return engine.session if found is None and not engine._starting else found

        setattr(SparkSession.Builder, "getOrCreate", get_or_create)  # noqa: B010 - see below
        # Assigned by name: mypy takes a class's method for fixed.
        setattr(SparkSession, "getActiveSession", classmethod(get_active_session))  # noqa: B010
        deltaapi.install()
        remote = self.settings.conf.get(REMOTE, "sc://localhost")
        os.environ.setdefault(_REMOTE_ENV, without_parameters(remote))

    def stop(self) -> None:
        """End the session and the engine; harmless when neither runs."""
        with self._lock:
            session, self._session = self._session, None
            if session is not None and not session.is_stopped:
                session.stop()
            if self._plain is not None:
                self._plain.close()
                self._plain = None
            if self._server is not None:
                self._server.stop()
                self._server = None
                os.environ.pop(_REMOTE_ENV, None)

    @cached_property
    def _conf(self) -> dict[str, str]:
        """The cluster's configuration, its secrets read."""
        return self.settings.read_conf()

    # -- starting -------------------------------------------------------------------------------

    def _start(self) -> SparkSession:
        if REMOTE in self.settings.conf:
            shown = without_parameters(self.settings.conf[REMOTE])
            return self._adopt(self.new_session(), shown)
        _ = self._conf  # What is wrong with it shows before anything is started.
        if self._server is None:
            self._server = self._serve()
        return self._adopt(self.new_session(), f"sc://{self._address()}")

    def _address(self) -> str:
        address = self._server.listening_address if self._server is not None else None
        if address is None:
            raise LocalSparkError("The local Spark engine does not run.", "Start the run again.")
        return f"{address[0]}:{address[1]}"

    def new_session(self) -> SparkSession:
        """A further session: the same tables, its own configuration and temporary views.

        Raises:
            LocalSparkError: When the engine has not been started.
        """
        if REMOTE in self._conf:
            session = connect(self._conf)
        else:
            user = f"/;user_id={quote(self.settings.user)}" if self.settings.user else ""
            builder = DefaultChannelBuilder(f"sc://{self._address()}{user}")
            conf = {**_CONF, **self._conf}
            builder.add_interceptor(self._interceptor(conf))
            session = SparkSession(builder)
            session.conf._set_all(dict(conf), silent=False)  # in one call
            name_faults(session.client)
        # Spark Connect has no such method; on the platform notebooks do.
        session.newSession = self.new_session  # type: ignore[attr-defined]
        return session

    def _interceptor(self, conf: Mapping[str, str]) -> PlanInterceptor:
        warehouse = Warehouse(self.settings.warehouse)
        locations = Locations(self.settings.roots.tmp)
        shared = Shared(warehouse, locations, self._catalogs(warehouse), conf)
        if self._plain is None:
            self._plain = grpc.insecure_channel(
                self._address(), options=DefaultChannelBuilder.GRPC_DEFAULT_OPTIONS
            )
            warehouse.sweep()
        interceptor = PlanInterceptor(shared, lambda: self._paths, self.settings.default_catalog)
        interceptor.connect(self._plain)
        return interceptor

    def _adopt(self, session: SparkSession, url: str) -> SparkSession:
        """Make a session the one that ``SparkSession.builder.getOrCreate()`` returns."""
        become(self.stand_in, session)
        SparkSession._set_default_and_active_session(self.stand_in)
        os.environ[_REMOTE_ENV] = url
        return self.stand_in

    def _catalogs(self, warehouse: Warehouse) -> tuple[str, ...]:
        default = check_storable("catalog", self.settings.default_catalog)
        return tuple(sorted({default, "main", *HIVE_NAMES, *warehouse.catalogs()}))

    def _checkpoints(self) -> str:
        """Where ``df.checkpoint()`` puts its rows: among the files that no run keeps."""
        folder = Locations(self.settings.roots.tmp).plain(str(self.settings.roots.tmp))
        return f"{folder}/checkpoints-{os.getpid()}"

    def _serve(self) -> SparkConnectServer:
        warehouse = Warehouse(self.settings.warehouse)
        catalogs = ", ".join(
            f'{{name="{name}", type="memory", initial_database=["default"]}}'
            for name in self._catalogs(warehouse)
        )
        environment = {
            "SAIL_CATALOG__LIST": f"[{catalogs}]",
            "SAIL_CATALOG__DEFAULT_CATALOG": self.settings.default_catalog,
            "SAIL_SPARK__SESSION_TIMEOUT_SECS": str(_SESSION_SECONDS),
            "SAIL_EXECUTION__CHECKPOINT__PATH": f"file://{self._checkpoints()}",
            # Its log lines would stand among the notebook's own output.
            "RUST_LOG": os.environ.get("BRICKYARD_SAIL_LOG", "off"),
        }
        before = {key: os.environ.get(key) for key in environment}
        os.environ.update(environment)
        try:
            server = SparkConnectServer("127.0.0.1", 0)
            server.start(background=True)
        finally:
            _restore(before)
        return server


def _restore(before: Mapping[str, str | None]) -> None:
    for key, value in before.items():
        if value is None:
            os.environ.pop(key, None)
        else:
            os.environ[key] = value
