"""The wrappers are for good, so that each test has a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

_HEAD = """
import builtins, io, json, os, shutil, sys, glob
from pathlib import Path
from brickyard.runtime.paths import Roots, install_fallback, install_imports
base = Path(sys.argv[1])
roots = Roots(base / "dbfs", base / "files", base / "volumes", base / "storage", base / "tmp")
install_fallback(roots)
install_imports(roots)
"""


def run_script(body: str, base: Path) -> Any:
    done = subprocess.run(
        [sys.executable, "-c", _HEAD + textwrap.dedent(body), str(base)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_open_and_pathlib(tmp_path: Path) -> None:
    seen = run_script(
        """
        os.makedirs("/dbfs/a/b", exist_ok=True)
        with open("/dbfs/a/b/x.txt", "w") as file:
            file.write("one")
        with io.open(b"/dbfs/a/b/y.txt", "w") as file:
            file.write("two")
        Path("/Volumes/c/s/v").mkdir(parents=True)
        Path("/Volumes/c/s/v/z.txt").write_text("three")
        print(json.dumps([
            Path("/dbfs/a/b/x.txt").read_text(),
            Path("/dbfs/a/b/y.txt").exists(),
            sorted(os.listdir("/dbfs/a/b")),
            [str(path) for path in sorted(Path("/Volumes/c").rglob("*.txt"))],
            sorted(glob.glob("/dbfs/a/b/*.txt")),
            os.path.isdir("/dbfs/a"), os.path.getsize("/dbfs/a/b/x.txt"),
            os.path.exists("/dbfs/nope"),
        ]))
        """,
        tmp_path,
    )
    assert seen == [
        "one",
        True,
        ["x.txt", "y.txt"],
        ["/Volumes/c/s/v/z.txt"],
        ["/dbfs/a/b/x.txt", "/dbfs/a/b/y.txt"],
        True,
        3,
        False,
    ]
    assert (tmp_path / "dbfs/a/b/x.txt").read_text() == "one"


def test_moving_and_deleting(tmp_path: Path) -> None:
    seen = run_script(
        """
        Path("/dbfs/a").write_text("a")
        os.rename("/dbfs/a", "/dbfs/b")
        shutil.copy("/dbfs/b", "/Workspace/c")
        os.replace(src="/Workspace/c", dst="/dbfs/d")
        shutil.move("/dbfs/d", "/Volumes/e")
        os.remove("/dbfs/b")
        os.mkdir("/dbfs/folder")
        Path("/dbfs/folder/x").write_text("x")
        shutil.rmtree("/dbfs/folder")
        os.symlink("/Volumes/e", "/dbfs/link")
        print(json.dumps([os.listdir("/dbfs"), Path("/dbfs/link").read_text(),
                          os.access("/Volumes/e", os.R_OK)]))
        """,
        tmp_path,
    )
    assert seen == [["link"], "a", True]
    assert (tmp_path / "volumes/e").read_text() == "a"


def test_other_paths_and_descriptors_are_untouched(tmp_path: Path) -> None:
    seen = run_script(
        """
        Path(base / "dbfsx").write_text("beside")
        descriptor = os.open(base / "dbfsx", os.O_RDONLY)
        with open(descriptor) as file:
            text = file.read()
        wrapped = os.stat
        install_fallback(roots)
        print(json.dumps([text, os.path.exists("/dbfsx"), wrapped is os.stat]))
        """,
        tmp_path,
    )
    assert seen == ["beside", False, True]


def test_the_working_directory_may_be_a_workspace_folder(tmp_path: Path) -> None:
    seen = run_script(
        """
        os.makedirs("/Workspace/Users/me")
        Path("/Workspace/Users/me/beside_module.py").write_text("VALUE = 7")
        os.chdir("/Workspace/Users/me")
        sys.path[:] = ["/Workspace/Users/me", *(path for path in sys.path if path)]
        import beside_module
        print(json.dumps([beside_module.VALUE, Path("beside_module.py").exists()]))
        """,
        tmp_path,
    )
    assert seen == [7, True]


def test_a_path_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    seen = run_script(
        """
        try:
            open("/dbfs/../../etc/passwd")
        except Exception as exc:
            print(json.dumps([type(exc).__name__, str(exc)]))
        """,
        tmp_path,
    )
    assert seen[0] == "PathEscapeError"
    assert "/dbfs/../../etc/passwd" in seen[1]
