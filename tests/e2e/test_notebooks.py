"""Notebooks as users write them, run by the real server in real processes."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from tests.e2e.conftest import Workspace, commands


def test_parameters_reach_widgets_and_exit_gives_a_value(workspace: Workspace) -> None:
    done = workspace.run(
        "dbutils.widgets.text('month', '1')\ndbutils.widgets.text('year', '2013')",
        "dbutils.notebook.exit(dbutils.widgets.get('year') + '-' + dbutils.widgets.get('month'))",
        "raise AssertionError('cells after exit do not run')",
        parameters={"month": "10"},
    )

    assert done.ended == ("TERMINATED", "SUCCESS")
    assert done.exit_value == "2013-10"
    assert [c["state"] for c in commands(done.page)] == ["finished", "finished", "skipped"]


def test_output_of_python_native_code_and_processes_is_recorded_in_its_cell(
    workspace: Workspace,
) -> None:
    done = workspace.run(
        "import os, sys\nprint('python')\nos.write(1, b'native\\n')\nprint('err', file=sys.stderr)",
        "# MAGIC %sh\n# MAGIC echo shell; pwd",
        "# MAGIC %md\n# MAGIC # Title",
        "40 + 2",
    )

    texts = [json.dumps(c["results"]) for c in commands(done.page)]
    assert done.ended == ("TERMINATED", "SUCCESS")
    assert all(word in texts[0] for word in ("python", "native", "err"))
    assert "shell" in texts[1]
    assert "/Workspace/Shared" in texts[1]
    assert "# Title" in texts[2]
    assert '"text/plain": "42"' in texts[3]


def test_tables_outlive_the_run_and_sql_sees_them(workspace: Workspace) -> None:
    first = workspace.run(
        "spark.sql('CREATE SCHEMA IF NOT EXISTS main.lasting')",
        "spark.range(5).write.mode('overwrite').saveAsTable('main.lasting.numbers')",
    )
    second = workspace.run(
        "# MAGIC %sql\n# MAGIC select count(*) as n from main.lasting.numbers",
        "dbutils.notebook.exit(_sqldf.collect()[0].n)",
    )

    assert first.ended == ("TERMINATED", "SUCCESS"), first.trace
    assert second.exit_value == "5", second.trace
    table = commands(second.page)[0]["results"]
    assert '"data": [[5]]' in json.dumps(table)


def test_run_shares_the_namespace_and_passes_arguments(workspace: Workspace) -> None:
    workspace.put_notebook(
        "/Shared/lib/greet", "word = dbutils.widgets.get('word')", "def greet(): return word * 2"
    )

    done = workspace.run(
        '# MAGIC %run ./lib/greet $word="ho"', "dbutils.notebook.exit(greet())", path="/Shared/main"
    )

    assert done.exit_value == "hoho", done.trace


def test_run_refuses_a_circle(workspace: Workspace) -> None:
    done = workspace.run("# MAGIC %run ./circle", path="/Shared/circle")

    assert done.ended == ("TERMINATED", "FAILED")
    assert "%run calls itself: /Shared/circle → /Shared/circle" in done.error


def test_the_platforms_folders_are_there_for_plain_python(workspace: Workspace) -> None:
    done = workspace.run(
        "dbutils.fs.put('dbfs:/in/a.txt', 'hello', True)",
        "from pathlib import Path\nassert Path('/dbfs/in/a.txt').read_text() == 'hello'",
        "Path('/dbfs/in/b.txt').write_text('two')\n"
        "dbutils.notebook.exit([f.name for f in dbutils.fs.ls('/in')])",
    )

    assert done.exit_value == "['a.txt', 'b.txt']", done.trace


def test_secrets_are_read_and_never_shown(workspace: Workspace) -> None:
    client = workspace.sdk
    client.secrets.create_scope("vault")
    client.secrets.put_secret("vault", "password", string_value="correct-horse")

    done = workspace.run(
        "s = dbutils.secrets.get('vault', 'password')\nprint('it is', s, s[:7])",
        "import sys\nfor part in (s[:4], s[4:]): sys.stdout.write(part)",
        "display(__import__('pandas').DataFrame({'a': [s]}))",
        "raise ValueError(f'bad password {s}')",
    )

    assert done.error == "ValueError: bad password [REDACTED]"
    assert "correct-horse" not in done.page + done.trace
    shown = json.dumps(commands(done.page))
    assert "correct-horse" not in shown
    assert shown.count("[REDACTED]") >= 4


def make_wheel(folder: Path, version: str, name: str = "greeting") -> Path:
    """A wheel of one module that says its version."""
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": f"VERSION = __version__ = {version!r}\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": "",
    }
    file = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(file, "w") as wheel:
        for member, content in files.items():
            wheel.writestr(member, content)
    return file


def test_pip_installs_for_this_run_only(workspace: Workspace, tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path, "1.0+b123")
    with wheel.open("rb") as content:
        workspace.sdk.dbfs.upload(f"/wheels/{wheel.name}", content, overwrite=True)

    done = workspace.run(
        f"where = '/dbfs/wheels/{wheel.name}'",
        "# MAGIC %pip install $where  # ours",
        "import greeting, subprocess, sys\n"
        "code = 'import greeting; print(greeting.VERSION)'\n"
        "child = subprocess.check_output([sys.executable, '-c', code], text=True)\n"
        "dbutils.notebook.exit(f'{greeting.VERSION} {child.strip()}')",
    )
    again = workspace.run(
        f"%pip install /dbfs/wheels/{wheel.name}",
        "import greeting\ndbutils.notebook.exit(greeting.VERSION)",
    )
    other = workspace.run("import greeting")

    assert done.exit_value == "1.0+b123 1.0+b123", done.trace
    assert again.exit_value == "1.0+b123", again.trace  # now uv has it in its cache
    assert other.error == "ModuleNotFoundError: No module named 'greeting'"


def test_restart_python_drops_variables_and_keeps_libraries_and_widgets(
    workspace: Workspace, tmp_path: Path
) -> None:
    wheel = make_wheel(tmp_path, "2.0")
    with wheel.open("rb") as content:
        workspace.sdk.dbfs.upload(f"/wheels/{wheel.name}", content, overwrite=True)

    done = workspace.run(
        f"x = 1\ndbutils.widgets.text('w', 'kept')\n%pip install dbfs:/wheels/{wheel.name}",
        "dbutils.library.restartPython()",
        "import greeting\nw = dbutils.widgets.get('w')\nkept = 'x' in globals()",
        "dbutils.notebook.exit(f'{greeting.VERSION} {w} {kept}')",
    )

    assert done.exit_value == "2.0 kept False", done.trace


@pytest.mark.parametrize(
    ("cell", "error"),
    [
        ("1/0", "ZeroDivisionError: division by zero"),
        ("def f(:\n    pass", "SyntaxError: invalid syntax (line 1)"),
        ("import sys; sys.exit(2)", "SystemExit: 2"),
        ("dbutils.widgets.get('nope')", "No input widget named nope is defined"),
        ("# MAGIC %pip install /Workspace/none.whl", "/Workspace/none.whl does not exist"),
        ("# MAGIC %run ./nowhere", "notebook not found: /Shared/nowhere"),
        ("# MAGIC %sql\n# MAGIC select * from main.default.missing", "missing"),
        ("# MAGIC %scala\n# MAGIC val x = 1", "Cell 1 of /Shared/test is Scala code"),
        ("dbutils.notebook.run('./x', 60)", "NotebookExecutionException: FAILED"),
        ("dbutils.secrets.get('no', 'no')", "Secret does not exist with scope: no and key: no"),
        ("import os; os.kill(os.getpid(), 11)", "ended by signal 11"),
        ("import os; os._exit(3)", "ended with exit status 3"),
    ],
)
def test_each_failure_ends_the_run_and_says_why(
    workspace: Workspace, cell: str, error: str
) -> None:
    done = workspace.run(cell, "print('never')")

    assert done.ended == ("TERMINATED", "FAILED")
    assert error in done.error
    assert "traceback" not in done.message.lower()
    assert [c["state"] for c in commands(done.page)] == ["error", "skipped"]


def test_the_next_run_works_after_failures(workspace: Workspace) -> None:
    assert workspace.run("print(1)").ended == ("TERMINATED", "SUCCESS")


def test_a_run_says_where_it_came_from_and_not_who_carries_it(workspace: Workspace) -> None:
    done = workspace.run(
        "import json, os, sys",
        "context = json.loads(os.environ['MLFLOW_RUN_CONTEXT'])\n"
        "dbutils.notebook.exit(json.dumps([sys.argv, context['mlflow.source.name'],\n"
        "                                  context['mlflow.databricks.notebookPath']]))",
        path="/Shared/origin",
    )

    found = json.loads(done.exit_value or "null")
    assert found == [["/Workspace/Shared/origin"], "/Shared/origin", "/Shared/origin"], done.trace
