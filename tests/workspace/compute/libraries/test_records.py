"""What is remembered of libraries holds for one life of their cluster, whatever happens to it."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from brickyard.workspace.compute.clusters import Clusters
from brickyard.workspace.compute.libraries import Library
from brickyard.workspace.compute.libraries.records import Batch, LibraryRecords
from brickyard.workspace.store import Store

LIBRARIES = [Library("whl", {"whl": f"dbfs:/{name}.whl"}) for name in "abc"]
SETTINGS = {"spark_version": "16.4.x-scala2.12", "num_workers": 0}
some_libraries = st.lists(st.sampled_from(LIBRARIES), min_size=1, max_size=3)


class Life(RuleBasedStateMachine):
    """A cluster with libraries, an installer that may be slow, and servers that may die."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.file = Path(self.folder.name) / "state.db"
        self.store = Store(self.file)
        self.clusters = Clusters(self.store)
        self.records = LibraryRecords(self.store)
        self.cluster_id = self.clusters.create(SETTINGS, "ada")
        self.wanted: set[str] = set()
        self.given_up: set[str] = set()
        self.batch: Batch | None = None

    @property
    def runs(self) -> bool:
        return bool(self.clusters.get(self.cluster_id).state == "RUNNING")

    def reborn(self) -> None:
        self.given_up.clear()

    @rule(libraries=some_libraries)
    def install(self, libraries: list[Library]) -> None:
        self.records.add(self.cluster_id, libraries)
        self.wanted |= {each.key for each in libraries}
        self.given_up -= self.wanted

    @rule(libraries=some_libraries)
    def uninstall(self, libraries: list[Library]) -> None:
        self.records.remove(self.cluster_id, libraries)
        keys = {each.key for each in libraries} & self.wanted
        self.wanted -= keys
        if self.runs:
            self.given_up |= keys

    @precondition(lambda self: self.batch is None)
    @rule()
    def claim(self) -> None:
        self.batch = self.records.claim(self.cluster_id)
        assert self.batch is None or self.runs

    @precondition(lambda self: self.batch is not None)
    @rule(fails=st.booleans())
    def finish(self, fails: bool) -> None:
        assert self.batch is not None
        for sequence, library in self.batch.pending:
            if fails:
                self.records.failed(self.batch, sequence, "no")
            else:
                self.records.installed(self.batch, sequence, [library.key])
        self.batch = None

    @precondition(lambda self: self.runs)
    @rule()
    def restart(self) -> None:
        self.clusters.restart(self.cluster_id, "ada")
        self.reborn()

    @rule()
    def terminate(self) -> None:
        self.clusters.terminate(self.cluster_id, "ada")
        self.reborn()

    @precondition(lambda self: not self.runs)
    @rule()
    def start(self) -> None:
        self.clusters.start(self.cluster_id, "ada")
        self.reborn()

    @rule()
    def die(self) -> None:
        self.store.close()
        self.store = Store(self.file)
        self.clusters = Clusters(self.store)
        self.records = LibraryRecords(self.store)
        self.batch = None
        self.reborn()

    @invariant()
    def tells_the_truth(self) -> None:
        rows = self.records.of(self.cluster_id)
        status = {row.key: row.status for row in rows}
        going = {key for key, value in status.items() if value == "UNINSTALL_ON_RESTART"}
        assert set(status) - going == self.wanted
        assert going == self.given_up
        if not self.runs:
            assert set(status.values()) <= {"PENDING"}
        for row in rows:
            assert row.status != "INSTALLED" or row.lines == [row.key]
            assert (row.status in ("RESOLVING", "INSTALLING")) <= (self.batch is not None)

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each life of a cluster begins at a time of its own, however fast the test is."""
    ticks = iter(range(1, 10**9))
    monkeypatch.setattr("brickyard.workspace.compute.clusters.now_ms", lambda: next(ticks))


def test_statuses_follow_the_life_of_the_cluster() -> None:
    Life.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
    Life.TestCase("runTest").runTest()
