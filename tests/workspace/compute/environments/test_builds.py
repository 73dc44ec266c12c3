"""Environments built by the real uv from tiny wheels, on this Python's own environment."""

from __future__ import annotations

import asyncio
import importlib.metadata
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from brickyard.workspace.compute.environments import BuildError, Environment, Environments, Item
from tests.support.wheels import slow_archive, tiny_wheel

OFFLINE = {**os.environ, "UV_OFFLINE": "1", "UV_NO_INDEX": "1"}
Make = Callable[..., Environments]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Makes what a server would, over the same folder each time."""

    def make(**variables: str) -> Environments:
        return Environments(tmp_path / "environments", {**OFFLINE, **variables})

    return make


def item(wheel: Path) -> Item:
    return Item.of(wheel.as_uri())


def build(environments: Environments, *items: Item) -> Environment:
    return asyncio.run(environments.ensure(items))


def entries(tmp_path: Path) -> list[str]:
    return sorted(entry.name for entry in (tmp_path / "environments").iterdir())


def python(environment: Environment, code: str) -> list[object]:
    done = subprocess.run(
        [environment.python, "-P", "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: list[object] = json.loads(done.stdout)
    return found


def test_without_items_it_is_the_servers_own(make: Make) -> None:
    environment = build(make())

    assert environment.python == Path(sys.executable)
    assert environment.root is None


def test_an_environment_has_what_the_base_has_and_what_was_added(
    make: Make, tmp_path: Path
) -> None:
    hook = tiny_wheel(tmp_path, "1.0", "hook", files={"hook.pth": "import sys; sys.hooked = 1\n"})
    environment = build(make(), item(tiny_wheel(tmp_path, "1.0")), item(hook))

    said = python(
        environment,
        """
        import importlib.metadata, json, sys
        import brickyard, click, tiny
        print(json.dumps([
            tiny.VERSION, sys.hooked, sys.prefix, sys.executable, tiny.__file__, click.__file__,
            importlib.metadata.version("tiny"), importlib.metadata.version("click"),
        ]))
        """,
    )

    root, runs = str(environment.root), str(environment.python)
    assert said[:4] == ["1.0", 1, root, runs]
    assert str(said[4]).startswith(root)
    assert said[5:] == [click.__file__, "1.0", importlib.metadata.version("click")]


def test_its_programs_and_the_bases_run_in_it(make: Make, tmp_path: Path) -> None:
    environment = build(make(), item(tiny_wheel(tmp_path, "1.0", script=True)))
    variables = {**os.environ, **environment.variables(os.environ)}

    def run(*words: str) -> str:
        done = subprocess.run(words, capture_output=True, text=True, check=True, env=variables)
        return done.stdout.strip()

    assert environment.root is not None
    assert variables["VIRTUAL_ENV"] == str(environment.root)
    assert run("tiny").split() == ["1.0", str(environment.python)]
    assert run("python", "-c", "import tiny; print(tiny.VERSION)") == "1.0"
    (tmp_path / "test_it.py").write_text("def test(): import tiny\n")
    assert "1 passed" in run("pytest", "-q", str(tmp_path / "test_it.py"))
    assert run("which", "pytest") == str(environment.root / "bin" / "pytest")


def test_uv_counts_what_the_base_has_and_never_touches_it(make: Make, tmp_path: Path) -> None:
    before = Path(click.__file__).read_bytes()
    needs = tiny_wheel(tmp_path, "1.0", "needs", requires=["click", "numpy"])
    satisfied = build(make(), item(needs))
    newer = build(make(), item(needs), item(tiny_wheel(tmp_path, "99.0", "zstandard")))

    assert satisfied.root is not None
    assert newer.root is not None
    assert not list(satisfied.root.glob("lib/*/site-packages/click/"))
    said = python(
        newer,
        """
        import importlib.metadata, json, zstandard
        found = importlib.metadata.distributions()
        print(json.dumps([zstandard.VERSION, importlib.metadata.version("zstandard")]))
        """,
    )
    assert said == ["99.0", "99.0"]
    assert Path(click.__file__).read_bytes() == before


def test_a_later_item_replaces_what_an_earlier_one_brought(make: Make, tmp_path: Path) -> None:
    items = [item(tiny_wheel(tmp_path, version)) for version in ("2.0", "1.0")]
    code = "import json, tiny; print(json.dumps([tiny.VERSION]))"

    assert python(build(make(), *items), code) == ["1.0"]
    assert python(build(make(), *reversed(items)), code) == ["2.0"]


def test_equal_builds_are_one_and_are_found_by_the_next_server(make: Make, tmp_path: Path) -> None:
    wheel = item(tiny_wheel(tmp_path, "1.0"))

    async def twice() -> list[Environment]:
        environments = make()
        return list(await asyncio.gather(*[environments.ensure([wheel]) for _ in range(2)]))

    first, second = asyncio.run(twice())
    assert first == second
    assert entries(tmp_path) == [first.key]

    said: list[str] = []
    third = asyncio.run(make().ensure([wheel], said.append))
    assert third == first
    assert said == []


def test_what_decides_the_content_decides_the_name(make: Make, tmp_path: Path) -> None:
    environments = make()
    one, two = Item.of("one"), Item.of("two")
    hosts = [f"https://me:{word}@host.example" for word in ("a", "b")]
    private = [Item.of(f"--index-url {host}", "x") for host in hosts]

    names = [environments.key(items) for items in ([one], [two], [one, two], [two, one])]
    assert len(set(names)) == 4
    assert environments.key(private[:1]) == environments.key(private[1:])
    indexes = [make(UV_DEFAULT_INDEX=f"https://u:{word}@a/").key([one]) for word in ("p", "q")]
    assert indexes[0] == indexes[1] != names[0]
    assert make(PIP_INDEX_URL="https://u:p@a/").key([one]) == indexes[0]


def test_what_cannot_be_installed_is_named_and_leaves_nothing(make: Make, tmp_path: Path) -> None:
    wheel = item(tiny_wheel(tmp_path, "1.0"))
    with pytest.raises(BuildError, match="nosuch was not found") as caught:
        build(make(), wheel, Item.of("nosuch==1.0"))

    assert caught.value.position == 1
    assert entries(tmp_path) == []


def test_credentials_do_not_come_out_in_messages(make: Make) -> None:
    index = "http://me:hush@127.0.0.1:9/simple"
    environments = make(UV_OFFLINE="0", UV_NO_INDEX="0", UV_HTTP_RETRIES="0")
    with pytest.raises(BuildError, match=r"127\.0\.0\.1") as caught:
        build(environments, Item.of(f"--index-url {index}", "nosuch"))

    assert "hush" not in str(caught.value)


def test_a_library_that_notebooks_could_not_run_with_is_refused(make: Make, tmp_path: Path) -> None:
    broken = {"IPython/__init__.py": "raise ImportError('not this one')\n"}
    wheel = tiny_wheel(tmp_path, "99.0", "ipython", files=broken)
    with pytest.raises(BuildError, match=r"notebooks need to run.*not this one"):
        build(make(), item(wheel))

    assert entries(tmp_path) == []


def test_a_waiter_that_leaves_does_not_end_the_build(make: Make, tmp_path: Path) -> None:
    wheel = item(tiny_wheel(tmp_path, "1.0"))

    async def scenario() -> Environment:
        environments = make()
        leaving = asyncio.create_task(environments.ensure([wheel]))
        staying = asyncio.create_task(environments.ensure([wheel]))
        await asyncio.sleep(0)
        leaving.cancel()
        return await staying

    assert asyncio.run(scenario()).python.exists()


def test_stopping_ends_uv_and_all_that_it_started(make: Make, tmp_path: Path) -> None:
    slow = item(slow_archive(tmp_path, 600))

    async def scenario() -> None:
        environments = make()
        build = asyncio.create_task(environments.ensure([slow]))
        while not _children():
            await asyncio.sleep(0.01)
        await environments.stop()
        with pytest.raises(asyncio.CancelledError):
            await build

    asyncio.run(scenario())
    assert not _children()
    assert entries(tmp_path) == []


def _children() -> list[int]:
    """Those that build the slow archive now."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if (folder / "environ").read_bytes().count(b"UV_OFFLINE=1") and b"backend" in (
                folder / "cmdline"
            ).read_bytes():
                found.append(int(folder.name))
        except OSError:
            continue
    return found


_BUILDER = """
import asyncio, os, sys
from pathlib import Path
from brickyard.workspace.compute.environments import Environments, Item
environments = Environments(Path(sys.argv[1]), os.environ)
asyncio.run(environments.ensure([Item.of(uri) for uri in sys.argv[2:]]))
"""


@pytest.mark.parametrize("moment", [0.0, 0.05, 0.1, 0.2, 0.4])
def test_killed_at_any_instant_it_leaves_a_whole_environment_or_none(
    make: Make, tmp_path: Path, moment: float
) -> None:
    wheels = [tiny_wheel(tmp_path, "1.0"), tiny_wheel(tmp_path, "1.0", "other")]
    folder = tmp_path / "environments"
    words = [sys.executable, "-c", _BUILDER, str(folder), *(wheel.as_uri() for wheel in wheels)]
    builder = subprocess.Popen(words, env=OFFLINE)
    while not folder.is_dir() or not list(folder.iterdir()):
        assert builder.poll() is None
        time.sleep(0.001)
    time.sleep(moment)
    builder.send_signal(signal.SIGKILL)
    builder.wait()

    whole = [name for name in entries(tmp_path) if not name.startswith(".")]
    environments = make()
    environment = build(environments, *map(item, wheels))
    environments.sweep()
    code = "import json, tiny, other; print(json.dumps([tiny.VERSION, other.VERSION]))"
    assert python(environment, code) == ["1.0", "1.0"]
    assert whole in ([], [environment.key])
    assert entries(tmp_path) == [environment.key]


def test_what_nobody_used_for_weeks_is_removed(make: Make, tmp_path: Path) -> None:
    kept = build(make(), item(tiny_wheel(tmp_path, "1.0")))
    old = build(make(), item(tiny_wheel(tmp_path, "2.0")))
    assert old.root is not None
    long_ago = time.time() - 15 * 24 * 3600
    os.utime(old.root, (long_ago, long_ago))

    environments = make()
    environments.sweep()

    assert entries(tmp_path) == [kept.key]
