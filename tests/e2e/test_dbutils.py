"""``dbutils``, the context and the injected names, in notebooks run by the whole workspace."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from databricks.sdk.service.jobs import BaseRun, NotebookTask, RunType, Task, TaskDependency

from tests.support.workspace import Workspace, commands

SUCCESS = ("TERMINATED", "SUCCESS")


@pytest.fixture(scope="module")
def child(workspace: Workspace) -> str:
    """A notebook that gives its parameter back, twice."""
    workspace.put_notebook(
        "/Shared/child",
        "dbutils.widgets.text('word', 'none')",
        "dbutils.notebook.exit(2 * dbutils.widgets.get('word'))",
    )
    return "/Shared/child"


def children(workspace: Workspace) -> list[BaseRun]:
    """The runs that notebooks have started, the newest first."""
    return list(workspace.sdk.jobs.list_runs(run_type=RunType.WORKFLOW_RUN, expand_tasks=True))


def active_children(workspace: Workspace) -> list[BaseRun]:
    return [run for run in children(workspace) if not run.end_time]


def until(found: Callable[[], object], seconds: float = 30) -> None:
    """Wait until a function answers with something true."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found():
            return
        time.sleep(0.02)
    raise AssertionError("It did not come so far.")


def test_a_notebook_runs_another_which_is_a_run_of_its_own(
    workspace: Workspace, child: str
) -> None:
    result = workspace.run(
        "first = dbutils.notebook.run('./child', 60, {'word': 'ab'})",
        f"second = dbutils.notebook.run('{child}', 0)",
        "dbutils.notebook.exit(first + '/' + second)",
    )
    assert (result.ended, result.exit_value) == (SUCCESS, "abab/nonenone"), result.trace

    run = next(run for run in children(workspace) if run.overriding_parameters)
    assert run.run_id
    assert run.tasks
    client = workspace.sdk
    assert run.overriding_parameters
    assert run.overriding_parameters.notebook_params == {"word": "ab"}
    assert client.jobs.get_run(run.run_id).run_type is RunType.WORKFLOW_RUN
    output = client.jobs.get_run_output(run.run_id)
    assert output.notebook_output
    assert output.notebook_output.result == "abab"
    views = client.jobs.export_run(run.tasks[0].run_id or 0).views
    assert views
    assert [c["state"] for c in commands(views[0].content or "")] == ["finished", "finished"]
    shown = str(commands(result.page)[0]["results"])
    assert f"Notebook job #{run.run_id}" in shown
    assert str(run.run_page_url) in shown


def test_children_run_at_the_same_time_from_threads(workspace: Workspace, child: str) -> None:
    result = workspace.run(
        "from concurrent.futures import ThreadPoolExecutor\n"
        "def one(word):\n"
        f"    return dbutils.notebook.run('{child}', 120, {{'word': word}})\n"
        "with ThreadPoolExecutor(4) as pool:\n"
        "    found = list(pool.map(one, ['a', 'b', 'c', 'd', 'e', 'f']))\n"
        "dbutils.notebook.exit(','.join(found))"
    )

    assert (result.ended, result.exit_value) == (SUCCESS, "aa,bb,cc,dd,ee,ff"), result.trace


def test_a_childs_failure_is_raised_in_the_platforms_words(workspace: Workspace) -> None:
    workspace.put_notebook("/Shared/broken", "raise ValueError('no such month')")
    workspace.put_notebook("/Shared/endless", "import time\nwhile True: time.sleep(0.1)")
    result = workspace.run(
        "from py4j.protocol import Py4JJavaError\n"
        "said = []\n"
        "for call in (('broken', 0), ('endless', 1), ('absent', 0), ('child', 0, {'word': 1})):\n"
        "    try:\n"
        "        dbutils.notebook.run(*call)\n"
        "    except Py4JJavaError as error:\n"
        "        said.append(str(error))\n"
        "        said.append(error.java_exception.getMessage())",
        "import json; dbutils.notebook.exit(json.dumps(said))",
    )
    assert result.ended == SUCCESS, result.trace
    broken, message, endless, _, absent, _, wrong, _ = json.loads(result.exit_value or "")
    prefix = "com.databricks.WorkflowException: com.databricks.NotebookExecutionException: "

    assert broken.startswith("An error occurred while calling o1._run.\n: " + prefix + "FAILED: ")
    assert "Workload failed, see run output for details" in broken
    assert "Caused by: com.databricks.NotebookExecutionException: FAILED" in broken
    assert "ValueError: no such month" in broken
    assert message.startswith("com.databricks.NotebookExecutionException: FAILED")
    assert prefix + "TIMEDOUT" in endless
    assert prefix + "FAILED" in absent
    assert "/Shared/absent" in absent
    assert "java.lang.ClassCastException" in wrong


def test_a_failure_that_nobody_catches_is_said_in_one_line(workspace: Workspace) -> None:
    workspace.put_notebook("/Shared/broken", "raise ValueError('no such month')")
    result = workspace.run("dbutils.notebook.run('broken', 0)")

    assert result.ended == ("TERMINATED", "FAILED")
    assert "NotebookExecutionException: FAILED: Workload failed" in result.error
    assert "site-packages" not in result.trace
    assert "/brickyard/runtime/" not in result.trace


def test_notebooks_that_run_each_other_without_end_are_stopped(workspace: Workspace) -> None:
    workspace.put_notebook(
        "/Shared/deep",
        "n = int(dbutils.widgets.get('n'))",
        "dbutils.notebook.exit(str(n) if n == 3 else "
        "dbutils.notebook.run('deep', 0, {'n': str(n + 1)}))",
    )
    result = workspace.run("dbutils.notebook.exit(dbutils.notebook.run('deep', 0, {'n': '0'}))")

    assert (result.ended, result.exit_value) == (SUCCESS, "3"), result.trace


ENDLESS = "import time\nprint('in it', flush=True)\nwhile True: time.sleep(0.1)"


@pytest.mark.parametrize("how", ["cancel", "timeout", "kill", "end"])
def test_children_end_with_their_parent(workspace: Workspace, how: str) -> None:
    workspace.put_notebook("/Shared/endless", ENDLESS)
    call = "dbutils.notebook.run('endless', 0)"
    fields: dict[str, Any] = {}
    if how == "timeout":
        fields["timeout_seconds"] = 2
    if how == "end":
        call = (
            "import threading, time\n"
            "threading.Thread(target=dbutils.notebook.run, args=('endless', 0)).start()\n"
            "time.sleep(1)"
        )
    run_id = workspace.start(
        f"import os; open('/dbfs/pid-{how}', 'w').write(str(os.getpid()))", call, **fields
    )
    until(lambda: active_children(workspace))
    (started,) = active_children(workspace)
    if how == "cancel":
        workspace.sdk.jobs.cancel_run(run_id)
    elif how == "kill":
        os.kill(int((workspace.home / f"dbfs/pid-{how}").read_text()), signal.SIGKILL)
    run = workspace.wait(run_id)

    assert not active_children(workspace)  # nothing outlives the end of its parent
    assert started.run_id
    ended = workspace.sdk.jobs.get_run(started.run_id)
    assert ended.state
    assert ended.state.result_state
    assert ended.state.result_state.value == "CANCELED"
    assert f"Run {run_id}" in (ended.state.state_message or "")
    assert run.state
    assert run.state.result_state
    expected = {"cancel": "CANCELED", "timeout": "TIMEDOUT", "kill": "FAILED", "end": "SUCCESS"}
    assert run.state.result_state.value == expected[how]


@pytest.mark.parametrize("how", ["kill", "down"])
def test_a_server_that_ends_leaves_neither_parent_nor_child(
    own_workspace: Workspace, how: str
) -> None:
    own_workspace.put_notebook(
        "/Shared/endless", "import os; open('/dbfs/pid', 'w').write(str(os.getpid()))", ENDLESS
    )
    run_id = own_workspace.start("dbutils.notebook.run('endless', 0)")
    file = own_workspace.home / "dbfs/pid"
    until(lambda: file.exists() and file.read_text())
    (started,) = active_children(own_workspace)
    getattr(own_workspace, how)()
    until(lambda: not Path(f"/proc/{file.read_text()}").exists())
    own_workspace.up()

    for run in (run_id, started.run_id or 0):
        state = own_workspace.sdk.jobs.get_run(run).state
        assert state
        assert state.life_cycle_state
        assert state.life_cycle_state.value == "INTERNAL_ERROR"
        assert "stopped while the run was active" in (state.state_message or "")


def test_a_secret_stays_hidden_in_the_exit_value_that_a_child_gives_back(
    workspace: Workspace,
) -> None:
    client = workspace.sdk
    client.secrets.create_scope("child")
    client.secrets.put_secret("child", "key", string_value="hunter2hunter2")
    workspace.put_notebook(
        "/Shared/teller", "dbutils.notebook.exit('it is ' + dbutils.secrets.get('child', 'key'))"
    )
    result = workspace.run("dbutils.notebook.exit(dbutils.notebook.run('teller', 0))")

    assert (result.ended, result.exit_value) == (SUCCESS, "it is [REDACTED]")


def test_a_secret_that_a_child_is_given_stays_hidden_there(own_workspace: Workspace) -> None:
    client = own_workspace.sdk
    client.secrets.create_scope("given")
    client.secrets.put_secret("given", "key", string_value="correct horse battery")
    own_workspace.put_notebook(
        "/Shared/taker",
        "word = dbutils.widgets.get('word')\nprint('got', word)\nword\n",
        "dbutils.notebook.exit('back: ' + word)",
    )
    done = own_workspace.run(
        "word = dbutils.secrets.get('given', 'key')",
        "back = dbutils.notebook.run('taker', 60, {'word': word})",
        "dbutils.notebook.exit(back == 'back: [REDACTED]')",
    )

    assert done.exit_value == "True", done.trace
    child = children(own_workspace)[0]
    assert child.tasks
    assert child.tasks[0].run_id
    page = client.jobs.export_run(child.tasks[0].run_id).views[0].content or ""  # type: ignore[index]
    shown = json.dumps([command["results"] for command in commands(page)])
    assert shown.count("[REDACTED]") == 2
    assert "correct horse" not in shown


def test_errors_of_secrets_are_the_platforms(workspace: Workspace) -> None:
    result = workspace.run(
        "from py4j.protocol import Py4JJavaError\n"
        "try: dbutils.secrets.get('nowhere', 'key')\n"
        "except Py4JJavaError as e: a = str(e)\n"
        "try: dbutils.secrets.list('nowhere')\n"
        "except Py4JJavaError as e: b = str(e)",
        "assert 'java.lang.IllegalArgumentException: Secret does not exist with scope: nowhere "
        "and key: key' in a, a\n"
        "assert 'nowhere' in b and 'RESOURCE_DOES_NOT_EXIST' in b, b",
    )

    assert result.ended == SUCCESS, result.trace


def test_task_values_reach_later_tasks_and_their_parameters(workspace: Workspace) -> None:
    workspace.put_notebook(
        "/Shared/giver",
        "dbutils.jobs.taskValues.set('rows', 12)\n"
        "dbutils.jobs.taskValues.set(key='name', value='ab')\n"
        "dbutils.jobs.taskValues.set(key='deep', value={'a': [1, None]})",
    )
    workspace.put_notebook(
        "/Shared/taker",
        "get = dbutils.jobs.taskValues.get\n"
        "assert get('giver', 'rows', debugValue=1) == 12\n"
        "assert get(taskKey='giver', key='deep', default=0) == {'a': [1, None]}\n"
        "assert get('giver', 'none', default=5) == 5\n"
        "for call in (('giver', 'none'), ('nobody', 'rows')):\n"
        "    try: get(*call)\n"
        "    except ValueError as e: print(e)\n"
        "    else: raise AssertionError(call)",
        "dbutils.notebook.exit('|'.join(dbutils.widgets.get(n) for n in ('r', 'n', 'd', 's')))",
    )
    given = {
        "r": "{{tasks.giver.values.rows}}",
        "n": "{{tasks.giver.values.name}}",
        "d": "{{tasks.giver.values.deep}}",
        "s": "{{tasks.giver.result_state}}",
    }
    job_id = workspace.create_job(
        "values",
        Task(task_key="giver", notebook_task=NotebookTask("/Shared/giver")),
        Task(
            task_key="taker",
            notebook_task=NotebookTask("/Shared/taker", base_parameters=given),
            depends_on=[TaskDependency("giver")],
        ),
    )
    run_id = workspace.sdk.jobs.run_now(job_id).run_id
    tasks = workspace.wait(run_id).tasks
    assert tasks
    taker = next(task for task in tasks if task.task_key == "taker")
    result = workspace.result(workspace.sdk.jobs.get_run(taker.run_id or 0))

    assert result.ended == SUCCESS, result.trace
    assert result.exit_value == '12|ab|{"a": [1, null]}|success'


def test_limits_of_task_values(workspace: Workspace) -> None:
    result = workspace.run(
        "values = dbutils.jobs.taskValues\n"
        "for call, kind in (((1, 1), TypeError), (('a', object()), TypeError),\n"
        "                   (('a', 'x' * 49152), ValueError)):\n"
        "    try: values.set(*call)\n"
        "    except kind as e: print(e)\n"
        "    else: raise AssertionError(call)\n"
        "for n in range(250): values.set(f'k{n}', n)\n"
        "values.set('k7', 'again')\n"
        "try: values.set('one more', 1)\n"
        "except ValueError as e: print(e)\n"
        "else: raise AssertionError\n"
        "assert values.get('main', 'k7') == 'again'"
    )

    assert result.ended == SUCCESS, result.trace


def test_mounts_are_seen_everywhere_and_last(own_workspace: Workspace) -> None:
    mount = (
        "dbutils.fs.mount(source='wasbs://raw@lake.blob.core.windows.net/in',\n"
        "    mount_point='/mnt/raw', extra_configs={'fs.azure.account.key': 'verysecretkey'})\n"
    )
    result = own_workspace.run(
        mount + "dbutils.fs.put('/mnt/raw/a.csv', 'x\\n1\\n2\\n')",
        "import subprocess\n"
        "assert open('/dbfs/mnt/raw/a.csv').read() == 'x\\n1\\n2\\n'\n"
        "assert subprocess.check_output(['cat', '/dbfs/mnt/raw/a.csv']).startswith(b'x')\n"
        "assert [f.path for f in dbutils.fs.ls('/mnt/raw')] == ['dbfs:/mnt/raw/a.csv']\n"
        "assert spark.read.csv('dbfs:/mnt/raw/a.csv', header=True).count() == 2\n"
        "spark.range(3).write.format('delta').save('/mnt/raw/t')\n"
        "assert spark.read.format('delta').load('/mnt/raw/t').count() == 3\n"
        "there = 'abfss://raw@lake.dfs.core.windows.net/in'\n"
        "assert [f.name for f in dbutils.fs.ls(there)] == ['a.csv', 't/']",
        "points = [m.mountPoint for m in dbutils.fs.mounts()]\n"
        "assert '/mnt/raw' in points, points\n"
        "try:\n    " + mount.replace("\n", "\n    ") + "\n"
        "except Exception as e: said = str(e)\n"
        "assert 'Directory already mounted: /mnt/raw' in said, said\n"
        "for path in ('/mnt/raw', '/mnt', 'dbfs:/mnt/'):\n"
        "    try: dbutils.fs.rm(path, True)\n"
        "    except Exception as e: assert 'mount point' in str(e)\n"
        "    else: raise AssertionError(path)",
    )
    assert result.ended == SUCCESS, result.trace
    own_workspace.kill()
    own_workspace.up()
    assert [f.path for f in own_workspace.sdk.dbfs.list("/mnt/raw")] == [
        "/mnt/raw/a.csv",
        "/mnt/raw/t",
    ]
    result = own_workspace.run(
        "assert open('/dbfs/mnt/raw/a.csv').read(1) == 'x'\n"
        "assert spark.read.csv('/mnt/raw/a.csv', header=True).count() == 2\n"
        "assert dbutils.fs.updateMount('abfss://other@lake.dfs.core.windows.net/', '/mnt/raw')\n"
        "assert dbutils.fs.ls('/mnt/raw') == []\n"
        "assert dbutils.fs.unmount('/mnt/raw')\n"
        "import os; assert not os.path.exists('/dbfs/mnt/raw')\n"
        "try: dbutils.fs.unmount('/mnt/raw')\n"
        "except Exception as e: said = str(e)\n"
        "assert 'Directory not mounted: /mnt/raw' in said, said"
    )
    assert result.ended == SUCCESS, result.trace
    kept = (own_workspace.home / "storage/lake/raw/in/a.csv").read_text()
    assert kept == "x\n1\n2\n"
    assert b"verysecretkey" not in (own_workspace.home / "state.db").read_bytes()


def test_a_mount_of_another_notebook_is_seen_after_a_refresh(workspace: Workspace) -> None:
    started = threading.Event()
    found = []

    def wait() -> None:
        run_id = workspace.start(
            "import os, time\n"
            "while not os.path.exists('/dbfs/mounted'): time.sleep(0.02)\n"
            "dbutils.fs.refreshMounts()\n"
            "dbutils.notebook.exit(dbutils.fs.head('/mnt/late/x'))",
            path="/Shared/waiter",
        )
        workspace.wait_for_cell(run_id)
        started.set()
        found.append(workspace.result(workspace.wait(run_id)))

    thread = threading.Thread(target=wait)
    thread.start()
    started.wait(60)
    result = workspace.run(
        "dbutils.fs.mount('abfss://late@lake.dfs.core.windows.net/', '/mnt/late')\n"
        "dbutils.fs.put('/mnt/late/x', 'here')\n"
        "dbutils.fs.put('/mounted', '')"
    )
    thread.join(60)

    assert result.ended == SUCCESS, result.trace
    assert (found[0].ended, found[0].exit_value) == (SUCCESS, "here"), found[0].trace


def test_the_context_tells_where_a_notebook_runs(workspace: Workspace) -> None:
    workspace.put_notebook(
        "/Shared/context",
        "import json\n"
        "context = dbutils.notebook.entry_point.getDbutils().notebook().getContext()\n"
        "tags = context.tags()\n"
        "job = {name: tags.get(name).get() for name in ('jobId', 'runId', 'idInJob', 'taskKey',\n"
        "       'multitaskParentRunId', 'orgId', 'user', 'clusterId', 'browserHostName')}\n"
        "assert context.notebookPath().get() == '/Shared/context'\n"
        "assert context.apiUrl().getOrElse(None).endswith(job['browserHostName'])\n"
        "assert context.currentRunId().get().id() == int(job['runId'])\n"
        "assert not tags.get('nothing').isDefined()\n"
        "assert str(tags.get('jobId')) == f\"Some({job['jobId']})\"\n"
        "assert json.loads(context.toJson())['tags']['jobId'] == job['jobId']\n"
        "assert json.loads(context.safeToJson())['currentRunId']['id'] == int(job['runId'])\n"
        "assert context.userName().get() == job['user']\n"
        "token = context.apiToken().get()\n"
        "print('the token:', token)\n"
        "assert token not in context.toJson()",
        "import urllib.request\n"
        "request = urllib.request.Request(context.apiUrl().get() + '/api/2.0/preview/scim/v2/Me',\n"
        "    headers={'Authorization': 'Bearer ' + token})\n"
        "assert json.load(urllib.request.urlopen(request))['userName'] == job['user']\n"
        "dbutils.notebook.exit(json.dumps(job))",
    )
    task = Task(task_key="here", notebook_task=NotebookTask("/Shared/context"))
    job_id = workspace.create_job("context", task)
    run_id = workspace.sdk.jobs.run_now(job_id).run_id
    tasks = workspace.wait(run_id).tasks
    assert tasks
    result = workspace.result(workspace.sdk.jobs.get_run(tasks[0].run_id or 0))

    assert result.ended == SUCCESS, result.trace
    found = json.loads(result.exit_value or "")
    assert found["jobId"] == str(job_id)
    assert found["runId"] == str(tasks[0].run_id)
    assert found["idInJob"] == found["multitaskParentRunId"] == str(run_id)
    assert found["taskKey"] == "here"
    assert "the token: [REDACTED]" in str(commands(result.page)[0]["results"])


MODULE = """
from databricks.sdk.runtime import *
from pyspark.dbutils import DBUtils

def everything():
    return dbutils, spark, sqlContext, sc, display, displayHTML, table, sql, udf, getArgument

def from_session():
    return DBUtils(spark)
"""


def test_modules_get_the_notebooks_own_objects_and_spark_starts_late(workspace: Workspace) -> None:
    (workspace.home / "workspace/Shared/helpers_of_dbutils.py").write_text(MODULE)
    result = workspace.run(
        "import databricks.sdk.runtime as runtime, helpers_of_dbutils as helpers\n"
        "from databricks.sdk import WorkspaceClient\n"
        "client = WorkspaceClient()\n"
        "assert client.current_user.me().user_name\n"
        "assert client.dbutils is dbutils\n"
        "assert runtime.is_local_implementation is False\n"
        "assert WorkspaceClient(auth_type='runtime').current_user.me().user_name\n"
        "from dbruntime.databricks_repl_context import get_context\n"
        "assert get_context().notebookPath == '/Shared/test'\n"
        "mine = (dbutils, spark, sqlContext, sc, display, displayHTML, table, sql, udf,\n"
        "        getArgument)\n"
        "assert all(a is b for a, b in zip(mine, helpers.everything()))\n"
        "assert helpers.from_session() is dbutils\n"
        "from pyspark.sql.connect.session import SparkSession as Connect\n"
        "from pyspark.sql import SparkSession\n"
        "assert isinstance(spark, Connect)\n"
        "def threads():\n"
        "    import os; return len(os.listdir('/proc/self/task'))\n"
        "before = threads()",
        "assert type(spark) is not Connect  # not started yet\n"
        "assert spark.range(3).count() == 3\n"
        "assert spark is SparkSession.builder.getOrCreate()\n"
        "assert spark is SparkSession.getActiveSession() is helpers.spark is sqlContext\n"
        "assert spark.range(1).sparkSession is spark\n"
        "assert type(spark) is Connect and threads() > before\n"
        "assert sql('select 1 as a').collect()[0].a == 1\n"
        "assert sqlContext.sql('select 1').count() == 1",
        "try: sc.parallelize([1])\n"
        "except AttributeError as e: said = str(e)\n"
        "assert 'JVM_ATTRIBUTE_NOT_SUPPORTED' in said and 'parallelize' in said\n"
        "assert not hasattr(sc, 'parallelize')\n"
        "spark.stop()\n"
        "assert SparkSession.builder.getOrCreate() is spark\n"
        "assert spark.range(2).count() == 2",
    )

    assert result.ended == SUCCESS, result.trace


def test_help_is_there_for_every_module_and_method(workspace: Workspace) -> None:
    result = workspace.run(
        "dbutils.help()",
        "dbutils.fs.help()\n"
        "dbutils.fs.help('cp')\n"
        "for module in (dbutils.widgets, dbutils.notebook, dbutils.secrets, dbutils.library,\n"
        "               dbutils.jobs, dbutils.jobs.taskValues, dbutils.data):\n"
        "    module.help()\n"
        "    for name in module._methods(): module.help(name)",
        "for call in (dbutils.credentials.assumeRole, dbutils.library.installPyPI,\n"
        "             dbutils.fs.cacheTable):\n"
        "    try: call('x')\n"
        "    except Exception as e: print(e)\n"
        "    else: raise AssertionError(call)",
        "import pandas as pd\n"
        "dbutils.data.summarize(pd.DataFrame({'a': [1, 2]}))\n"
        "dbutils.data.summarize(spark.range(5))",
    )
    assert result.ended == SUCCESS, result.trace
    shown = [str(command["results"]) for command in commands(result.page)]
    for module in ("fs", "widgets", "notebook", "secrets", "jobs", "library", "credentials"):
        assert f"dbutils.{module}:" in shown[0]
    assert "recurse" in shown[1]
    assert "dbutils.credentials.assumeRole is not available on the local workspace." in shown[2]
    assert "%pip install" in shown[2]
    assert shown[3].count("stddev") + shown[3].count("std") >= 2


def test_widgets_survive_removal_and_a_new_python(workspace: Workspace) -> None:
    result = workspace.run(
        "dbutils.widgets.removeAll()\n"
        "dbutils.widgets.text('month', '1')\n"
        "dbutils.widgets.dropdown('mode', 'a', ['a', 'b'])",
        "dbutils.library.restartPython()",
        "dbutils.widgets.text('month', '2')\n"
        "assert dbutils.widgets.getAll() == {'month': '9', 'mode': 'a'}, dbutils.widgets.getAll()\n"
        "assert getArgument('month') == '9'\n"
        "try: dbutils.widgets.get('year')\n"
        "except Exception as e: said = str(e)\n"
        "assert ('com.databricks.dbutils_v1.InputWidgetNotDefined: '\n"
        "        'No input widget named year is defined') in said",
        parameters={"month": "9"},
    )

    assert result.ended == SUCCESS, result.trace


def test_mlflow_takes_the_notebook_for_one_of_the_platform(workspace: Workspace) -> None:
    result = workspace.run(
        "import mlflow, json\n"
        "from mlflow.utils import databricks_utils as found\n"
        "assert found.is_in_databricks_runtime() and found.is_in_databricks_notebook()\n"
        "with mlflow.start_run() as run:\n"
        "    mlflow.log_metric('a', 1)\n"
        "    mlflow.log_dict({'a': 1}, 'a.json')\n"
        "tags = mlflow.get_run(run.info.run_id).data.tags\n"
        "assert mlflow.artifacts.load_dict(run.info.artifact_uri + '/a.json') == {'a': 1}\n"
        "mlflow.autolog()\n"
        "dbutils.notebook.exit(json.dumps(tags))"
    )
    assert result.ended == SUCCESS, result.trace
    tags = json.loads(result.exit_value or "")
    assert tags["mlflow.source.name"] == "/Shared/test"
    assert tags["mlflow.source.type"] == "NOTEBOOK"
    assert tags["mlflow.databricks.notebookPath"] == "/Shared/test"
    assert tags["mlflow.databricks.notebookID"].isdigit()
    assert tags["mlflow.databricks.workspaceID"].isdigit()
    assert tags["mlflow.databricks.webappURL"] == workspace.url


def test_a_process_of_the_notebooks_own_can_use_the_sdk(workspace: Workspace) -> None:
    program = (
        "from databricks.sdk.runtime import dbutils\n"
        "dbutils.fs.put('/from-a-process', 'yes')\n"
        "print(dbutils.fs.ls('/')[0].path)\n"
    )
    result = workspace.run(
        "import subprocess, sys\n"
        f"program = {program!r}\n"
        "done = subprocess.run([sys.executable, '-c', program], capture_output=True, text=True)\n"
        "assert done.returncode == 0, done.stderr\n"
        "assert open('/dbfs/from-a-process').read() == 'yes'"
    )

    assert result.ended == SUCCESS, result.trace
