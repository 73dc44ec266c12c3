"""Magics as notebooks use them, run by the real server in real processes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.wheels import slow_archive, tiny_wheel
from tests.support.workspace import Workspace, commands


def magic(*lines: str) -> str:
    """A cell as SOURCE files keep one that begins with a magic."""
    return "\n".join(f"# MAGIC {line}" for line in lines)


def texts(page: str) -> list[str]:
    """What each cell has put out."""
    return [json.dumps(cell["results"], ensure_ascii=False) for cell in commands(page)]


def upload(workspace: Workspace, wheel: Path) -> str:
    with wheel.open("rb") as content:
        workspace.sdk.dbfs.upload(f"/wheels/{wheel.name}", content, overwrite=True)
    return wheel.name


@pytest.fixture(scope="module")
def wheels(workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("wheels")
    for number in ("1.0", "2.0"):
        upload(workspace, tiny_wheel(folder, number, script=True))
    upload(workspace, tiny_wheel(folder, "1.0", "other", requires=["tiny>=1", "pandas"]))


@pytest.mark.usefixtures("wheels")
def test_pip_lines_among_python_and_each_sees_the_one_before(workspace: Workspace) -> None:
    (workspace.home / "workspace/Shared").mkdir(parents=True, exist_ok=True)
    (workspace.home / "workspace/Shared/needs.txt").write_text(
        "# both\ndbfs:/wheels/other-1.0-py3-none-any.whl\n-r more.txt\n"
    )
    (workspace.home / "workspace/Shared/more.txt").write_text("pandas\n")
    done = workspace.run(
        "where, number = 'dbfs:/wheels', '1.0'\n"
        "%pip install $where/tiny-{number}-py3-none-any.whl  # ours\n"
        "n = 2\n"
        "%pip install --no-index -r needs.txt\n"
        "%pip install -q -U \\\n    /dbfs/wheels/tiny-{n}.0-py3-none-any.whl",
        magic("%pip list --local"),
        magic("%sh", "tiny; which python pip"),
        "import tiny, other\nimport importlib.metadata as m\n"
        "dbutils.notebook.exit(f\"{tiny.VERSION} {m.version('tiny')} {n}\")",
    )

    shown = texts(done.page)
    assert done.exit_value == "2.0 2.0 2", done.trace
    assert shown[0].index("tiny-1.0") < shown[0].index("other-1.0")
    assert "you may need to restart the kernel using %restart_python" in shown[0]
    assert "other   1.0\\ntiny    2.0" in shown[1]
    assert f"2.0 {sys.executable}" in shown[2]
    assert f"{Path(sys.executable).parent}/python" in shown[2]


@pytest.mark.usefixtures("wheels")
def test_no_pip_of_a_notebook_reaches_the_servers_environment(workspace: Workspace) -> None:
    before = installed()
    done = workspace.run(
        "!pip install /dbfs/wheels/tiny-1.0-py3-none-any.whl\nimport tiny",
        magic("%sh -e", "python -m pip install /dbfs/wheels/tiny-2.0-py3-none-any.whl"),
        magic("%sh -e", "uv pip install /dbfs/wheels/other-1.0-py3-none-any.whl"),
        "import subprocess, sys\n"
        "subprocess.check_call([sys.executable, '-m', 'pip', 'uninstall', '-y', 'pandas'])",
        magic("%pip uninstall -y tiny pandas"),
        magic("%sh -e", "python -c 'import pandas, other'; ! python -c 'import tiny'"),
    )

    assert done.ended == ("TERMINATED", "SUCCESS"), done.trace
    assert "Can't uninstall 'pandas'" in texts(done.page)[3]
    assert installed() == before


def installed() -> str:
    command = "import importlib.metadata as m; print(sorted(d.name for d in m.distributions()))"
    return subprocess.check_output([sys.executable, "-c", command], text=True)


@pytest.mark.usefixtures("wheels")
def test_a_failed_install_says_why_and_keeps_its_secrets(workspace: Workspace) -> None:
    done = workspace.run(
        magic("%pip install /dbfs/wheels/tiny-1.0-py3-none-any.whl"),
        "token = 'hidden-thing'\n"
        "address = f'https://me:{token}@127.0.0.1:1'\n"
        "try:\n"
        "    line = f'install --index-url {address} nothing-there'\n"
        "    get_ipython().run_line_magic('pip', line)\n"
        "except Exception as e:\n"
        "    print('caught', e)\n"
        "import tiny",
        magic("%pip instal x"),
    )

    shown = texts(done.page)
    assert "%pip install failed" in shown[1]
    assert "hidden-thing" not in "".join(shown)
    assert "%pip instal x is not available" in done.error


def test_a_cancelled_install_ends_at_once(workspace: Workspace, tmp_path: Path) -> None:
    name = upload(workspace, slow_archive(tmp_path, 300))
    run_id = workspace.start(magic(f"%pip install /dbfs/wheels/{name}"))
    workspace.wait_for_cell(run_id)
    workspace.sdk.jobs.cancel_run(run_id)

    done = workspace.result(workspace.wait(run_id, seconds=20))

    assert done.result == "CANCELED"


@pytest.mark.usefixtures("wheels")
def test_restart_python_inside_of_run_goes_on_where_it_was(workspace: Workspace) -> None:
    workspace.put_notebook(
        "/Shared/lib/setup",
        "dbutils.widgets.text('made', 'by the callee')",
        magic("%pip install /dbfs/wheels/tiny-1.0-py3-none-any.whl") + "\n# MAGIC %restart_python",
        "import tiny\nversion = tiny.VERSION",
    )
    workspace.put_notebook("/Shared/lib/all", "early = 1", magic("%run ./setup"), "late = 2")
    done = workspace.run(
        "before = 1",
        magic("%run /Workspace/Shared/lib/all"),
        "known = sorted({'before', 'early', 'late', 'version'} & set(globals()))\n"
        "dbutils.notebook.exit(f\"{known} {dbutils.widgets.get('made')}\")",
        path="/Shared/main",
    )

    assert done.exit_value == "['late', 'version'] by the callee", done.trace
    assert [cell["state"] for cell in commands(done.page)] == ["finished"] * 3


def test_what_fails_in_a_callee_names_it_and_its_cell(workspace: Workspace) -> None:
    workspace.put_notebook("/Shared/lib/broken", "x = 1", "raise ValueError('no good')")
    workspace.put_notebook("/Shared/lib/outer", magic("%run ./broken"))

    done = workspace.run(magic('%run "../Shared/lib/outer"'), path="/Shared/main")

    assert done.error == "ValueError: no good"
    assert done.trace.startswith(
        "In Cell 1 of /Shared/lib/outer:\nIn Cell 2 of /Shared/lib/broken:\n"
    )


def test_exit_in_a_callee_ends_the_run(workspace: Workspace) -> None:
    workspace.put_notebook("/Shared/lib/exits", "dbutils.notebook.exit('done early')")

    done = workspace.run(magic("%run ./lib/exits"), "raise SystemError", path="/Shared/main")

    assert (done.result, done.exit_value) == ("SUCCESS", "done early")


def test_sql_takes_widgets_and_gives_a_frame(workspace: Workspace) -> None:
    done = workspace.run(
        "dbutils.widgets.text('word', \"it's\")\ndbutils.widgets.text('t', 'main.default.magic')",
        magic(
            "%sql",
            "create or replace table ${t} as select :word as w; -- one; statement",
            "insert into identifier(:t) values (getArgument('t'));",
            "select w, '$word' as old from identifier(:t) order by w",
        ).replace("'$word'", '"$word"'),
        "dbutils.notebook.exit([tuple(row) for row in _sqldf.collect()])",
    )

    assert done.exit_value == str([("it's", "it's"), ("main.default.magic", "it's")]), done.trace
    assert '"it\'s", "it\'s"' in texts(done.page)[1].replace('\\"', '"')


def test_shell_and_files(workspace: Workspace) -> None:
    done = workspace.run(
        magic("%fs put -f /in/a.txt 'some text'"),
        magic("%fs cp -r dbfs:/in dbfs:/out"),
        magic("%fs ls /out"),
        magic("%fs head /out/a.txt 4"),
        magic("%sh", "cat /dbfs/out/a.txt <(echo; echo $0 | wc -l)", "exit 7"),
        magic("%fs rm -r /out"),
        "!echo bang; pwd\nlines = !echo kept\n%cd -q /\nassert lines == ['kept']",
        magic("%sh -e", "ls /nowhere-at-all"),
    )

    shown = texts(done.page)
    assert "Wrote 9 bytes." in shown[0]
    assert "dbfs:/out/a.txt" in shown[2]
    assert "modificationTime" in shown[2]
    assert "some" in shown[3]
    assert "%sh ended with exit status 7." in shown[4]
    assert "bang" in shown[6]
    assert "/Workspace/Shared" in shown[6]
    assert "%sh -e ended with exit status 2." in done.error
    assert "No such file or directory" in shown[7]


def test_a_sql_notebook_has_the_same_magics(workspace: Workspace) -> None:
    done = workspace.run(
        "dbutils.widgets.text('a', 'x')\n%time b = 1",
        magic("%skip", "raise SystemError"),
        magic("%python", "%%capture out", "print('hidden')"),
        "assert out.stdout == 'hidden\\n'\nx = input('who?')",
    )

    assert done.error.startswith("StdinNotImplementedError: input() was called, but a run has")
    assert "hidden" not in texts(done.page)[2]
