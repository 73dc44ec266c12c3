"""The platform's folders as notebooks see them, by a mount namespace and by its stand-in."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from databricks.sdk.service.workspace import ImportFormat

from tests.e2e.conftest import Workspace
from tests.support.workspace import serving

WAYS = {"namespace": "on", "stand-in": "off"}


@pytest.fixture(scope="module", params=WAYS)
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Workspace]:
    """A workspace for each way."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BRICKYARD_NAMESPACE", WAYS[request.param])
        patch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
        with serving(tmp_path_factory.mktemp(request.param.replace(" ", "-"))) as workspace:
            yield workspace


@pytest.fixture
def native(request: pytest.FixtureRequest) -> None:
    """For what only a mount namespace gives: native code and other programs see the folders."""
    if "stand-in" in request.node.callspec.id:
        pytest.skip("Only a mount namespace shows the folders to other than Python code.")


def put_file(workspace: Workspace, path: str, text: str) -> None:
    """A file in the workspace, no notebook."""
    workspace.sdk.workspace.mkdirs(path.rpartition("/")[0])
    workspace.sdk.workspace.upload(path, io.BytesIO(text.encode()), format=ImportFormat.AUTO)


def test_plain_python_reads_and_writes_the_platforms_folders(served: Workspace) -> None:
    done = served.run(
        "import os, shutil, tempfile\nfrom pathlib import Path\n"
        "for place in ('/dbfs/f', '/Workspace/Shared/f', '/Volumes/main/default/v',\n"
        "              '/local_disk0/tmp', '/databricks/driver', '/tmp'):\n"
        "    os.makedirs(place, exist_ok=True)\n"
        "    Path(place, 'brickyard-a.txt').write_text(place)\n"
        "    shutil.copy(f'{place}/brickyard-a.txt', f'{place}/brickyard-b.txt')\n"
        "    os.replace(f'{place}/brickyard-b.txt', f'{place}/brickyard-c.txt')\n"
        "    assert open(f'{place}/brickyard-c.txt').read() == place\n"
        "    with tempfile.NamedTemporaryFile(dir=place) as file: file.write(b'x')\n"
        "    os.unlink(f'{place}/brickyard-c.txt')\nshutil.rmtree('/dbfs/f')\n"
        "with tempfile.TemporaryDirectory() as folder: Path(folder, 'x').touch()\n"
        "probe = Path.home() / '.brickyard-probe'\nprobe.touch()\nprobe.unlink()",
        "dbutils.notebook.exit('done')",
    )

    assert done.exit_value == "done", done.trace


def test_a_drivers_disk_is_shared_by_notebooks_and_known_to_spark(served: Workspace) -> None:
    served.run(
        "open('/local_disk0/numbers.csv', 'w').write('n\\n1\\n2\\n')\n"
        "open('/databricks/driver/word.txt', 'w').write('kept')"
    )
    done = served.run(
        "n = spark.read.csv('file:/local_disk0/numbers.csv', header=True).count()\n"
        "dbutils.fs.cp('file:/databricks/driver/word.txt', 'dbfs:/word.txt')\n"
        "dbutils.notebook.exit(f\"{n} {open('/dbfs/word.txt').read()}\")"
    )

    assert done.exit_value == "2 kept", done.trace


def test_modules_beside_a_notebook_and_in_its_git_folder_are_imported(served: Workspace) -> None:
    root = "/Repos/me/project"
    put_file(served, f"{root}/shared_things/__init__.py", "from shared_things.inner import VALUE")
    put_file(served, f"{root}/shared_things/inner.py", "VALUE = 1")
    put_file(served, f"{root}/jobs/beside_it.py", "VALUE = 2")
    put_file(served, f"{root}/jobs/data.txt", "3")
    done = served.run(
        "import os, beside_it, shared_things",
        "value = open('data.txt').read()\nwhere = os.path.basename(os.getcwd())",
        "dbutils.notebook.exit(f'{shared_things.VALUE} {beside_it.VALUE} {value} {where}')",
        path=f"{root}/jobs/main",
    )
    listed = {item.path for item in served.sdk.workspace.list(root, recursive=True)}

    assert done.exit_value == "1 2 3 jobs", done.trace
    assert not [path for path in listed if path and "__pycache__" in path]


def test_a_module_is_imported_as_it_was_last_uploaded(served: Workspace) -> None:
    found = []
    for value in (1, 2, 3):
        client = served.sdk
        client.workspace.mkdirs("/Shared/quick")
        client.workspace.upload(
            "/Shared/quick/changing.py",
            io.BytesIO(f"VALUE = {value}".encode()),
            format=ImportFormat.AUTO,
            overwrite=True,
        )
        done = served.run(
            "import changing\ndbutils.notebook.exit(changing.VALUE)", path="/Shared/quick/n"
        )
        found.append(done.exit_value)

    assert found == ["1", "2", "3"]


def test_the_folder_that_a_cell_goes_to_lasts(served: Workspace) -> None:
    done = served.run(
        "import os\nos.makedirs('/Workspace/Shared/elsewhere', exist_ok=True)",
        "%cd /Workspace/Shared/elsewhere",
        "open('here.txt', 'w').write('x')",
        "dbutils.notebook.exit(os.path.exists('/Workspace/Shared/elsewhere/here.txt'))",
    )

    assert done.exit_value == "True", done.trace


@pytest.mark.usefixtures("native")
def test_native_code_and_other_programs_see_the_folders(served: Workspace) -> None:
    done = served.run(
        "import os, sqlite3, subprocess, pyarrow as pa, pyarrow.parquet as pq\n"
        "os.makedirs('/dbfs/native', exist_ok=True)\n"
        "pq.write_table(pa.table({'n': [1, 2]}), '/dbfs/native/t.parquet')\n"
        "rows = pq.read_table('/dbfs/native/t.parquet').num_rows\n"
        "base = sqlite3.connect('/Workspace/Shared/x.db')\n"
        "base.execute('create table if not exists t (n)')\nbase.close()\n"
        "seen = subprocess.check_output('ls /dbfs/native /Workspace/Shared/x.db', shell=True)\n"
        "spark_rows = spark.read.parquet('dbfs:/native/t.parquet').count()",
        "# MAGIC %sh\n# MAGIC set -e\n# MAGIC cp /dbfs/native/t.parquet /local_disk0/t.parquet",
        "found = os.path.getsize('/local_disk0/t.parquet') > 0\n"
        "dbutils.notebook.exit(f'{rows} {spark_rows} {sorted(seen.decode().split())[0]} {found}')",
    )

    assert done.exit_value == "2 2 /Workspace/Shared/x.db True", done.trace


@pytest.mark.usefixtures("native")
def test_a_spawned_worker_imports_modules_beside_the_notebook(served: Workspace) -> None:
    put_file(served, "/Shared/workers/work_module.py", "def double(n): return n * 2")
    done = served.run(
        "import multiprocessing, work_module\n"
        "with multiprocessing.get_context('spawn').Pool(1) as pool:\n"
        "    found = pool.map(work_module.double, [1, 2])",
        "dbutils.notebook.exit(str(found))",
        path="/Shared/workers/main",
    )

    assert done.exit_value == "[2, 4]", done.trace
