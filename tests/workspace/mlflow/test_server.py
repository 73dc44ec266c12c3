from __future__ import annotations

import asyncio
import os
import signal
import stat
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from brickyard.workspace.home import Home
from brickyard.workspace.mlflow.server import MlflowServer


def run(server: MlflowServer, check: Callable[[MlflowServer], Awaitable[Any]]) -> Any:
    async def live() -> Any:
        await server.start()
        try:
            assert await server.ready(20)
            return await check(server)
        finally:
            await server.stop()

    return asyncio.run(live())


async def ask(server: MlflowServer, path: str = "/") -> dict[str, Any]:
    async with server.client.get(f"http://localhost{path}") as reply:
        answer: dict[str, Any] = await reply.json()
        return answer


def ended(pid: int) -> bool:
    """Whether a process is no more, or dead and waiting for whoever inherited it."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return True
    return state == "Z"


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture
def server(home: Home, echo_child: str) -> MlflowServer:
    return MlflowServer(home, (sys.executable, echo_child))


def test_it_answers_on_a_private_socket_and_ends_when_stopped(
    server: MlflowServer, home: Home
) -> None:
    async def check(server: MlflowServer) -> int:
        mode = (home.mlflow / "server.sock").stat().st_mode
        assert stat.S_ISSOCK(mode)
        assert stat.S_IMODE(mode) == 0o600
        answer = await ask(server)
        assert answer["pid"] == server.pid
        return int(answer["pid"])

    assert ended(run(server, check))
    assert server.pid is None


def test_it_starts_again_when_it_dies(server: MlflowServer) -> None:
    async def check(server: MlflowServer) -> None:
        first = server.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        while server.pid == first:
            await asyncio.sleep(0.01)
        assert await server.ready(20)
        assert (await ask(server))["pid"] not in (first, None)

    run(server, check)


def test_it_waits_no_longer_than_asked(home: Home) -> None:
    async def check() -> bool:
        server = MlflowServer(home, (sys.executable, "-c", "import time; time.sleep(60)"))
        await server.start()
        try:
            return await server.ready(0.05)
        finally:
            await server.stop()

    assert asyncio.run(check()) is False


def test_settings_of_the_workspace_s_own_surroundings_do_not_reach_it(
    server: MlflowServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("MLFLOW_TRACKING_URI", "DATABRICKS_TOKEN", "_MLFLOW_SERVER_FILE_STORE", "KEPT"):
        monkeypatch.setenv(name, "x")
    environment = run(server, ask)["environment"]
    assert environment["KEPT"] == "x"
    assert environment["MLFLOW_DISABLE_TELEMETRY"] == "true"
    ours = [name for name in environment if name.startswith(("MLFLOW_", "_MLFLOW", "DATABRICKS_"))]
    assert ours == ["MLFLOW_DISABLE_TELEMETRY"]


def test_a_home_whose_path_is_too_long_for_a_socket(
    tmp_path: Path, echo_child: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = tempfile.mkdtemp()
    monkeypatch.setattr(tempfile, "tempdir", short)
    home = Home.create(tmp_path / ("deep" * 30))

    async def check(server: MlflowServer) -> list[int]:
        assert (await ask(server))["path"] == "/"
        return [stat.S_IMODE(folder.stat().st_mode) for folder in Path(short).iterdir()]

    assert run(MlflowServer(home, (sys.executable, echo_child)), check) == [0o700]
    assert list(Path(short).iterdir()) == []


def test_its_log_is_kept_and_put_aside_when_it_has_grown(server: MlflowServer) -> None:
    server.log_file.write_bytes(b"x" * 5_000_000)
    run(server, ask)
    assert server.log_file.with_suffix(".log.1").stat().st_size == 5_000_000
    assert b'echo "GET / HTTP/1.1"' in server.log_file.read_bytes()


@pytest.mark.parametrize("real", [False, True], ids=["echo", "mlflow"])
def test_it_ends_with_a_workspace_that_is_killed(
    tmp_path: Path, launch: Any, echo_child: str, real: bool
) -> None:
    workspace = launch(tmp_path / "home", *([] if real else [echo_child]))
    parent = workspace.process.pid
    children = Path(f"/proc/{parent}/task/{parent}/children")
    wait_until(lambda: children.read_text().strip() != "")
    child = int(children.read_text().split()[0])
    workspace.process.send_signal(signal.SIGKILL)
    workspace.process.wait(10)
    wait_until(lambda: ended(child))
