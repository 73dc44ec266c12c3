from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest

from brickyard.runtime.errors import MagicError
from brickyard.runtime.libraries import LibraryFolder, Pip
from tests.support.wheels import slow_archive, tiny_wheel

NOTE = "Note: you may need to restart the kernel using %restart_python or"


def infos(folder: LibraryFolder) -> list[str]:
    return sorted(entry.name for entry in folder.folder.glob("*.dist-info"))


def test_a_wheel_is_installed_imported_and_its_script_runs(
    pip: Pip, folder: LibraryFolder, said: list[str], tmp_path: Path
) -> None:
    wheel = tiny_wheel(tmp_path / "dbfs", "1.5", script=True)

    pip.line(f'install "dbfs:/{wheel.name}"  # ours')
    import tiny  # type: ignore[import-not-found]

    assert said[-2] == "Successfully installed tiny-1.5"
    assert said[-1].startswith(NOTE)
    assert tiny.VERSION == "1.5"
    for command in (["tiny"], [sys.executable, "-c", "import tiny; print(tiny.VERSION)"]):
        assert subprocess.check_output(command, text=True).startswith("1.5")


def test_what_the_environment_has_is_not_installed_again(
    pip: Pip, folder: LibraryFolder, said: list[str]
) -> None:
    pip.line("install pandas 'numpy>=1'")

    assert said[-2] == "Requirement already satisfied: pandas, numpy>=1"
    assert list(folder.folder.iterdir()) == []


def test_a_later_install_sees_an_earlier_one(
    pip: Pip, folder: LibraryFolder, said: list[str], tmp_path: Path
) -> None:
    first = tiny_wheel(tmp_path / "w", "1.0", "first")
    second = tiny_wheel(tmp_path / "w", "1.0", "second", requires=["first>=1", "pandas"])

    pip.line(f"install {first}")
    pip.line(f"install --no-index {second}")  # first is there: no index is needed

    assert said[-2] == "Successfully installed second-1.0"
    assert infos(folder) == ["first-1.0.dist-info", "second-1.0.dist-info"]


def test_an_upgrade_leaves_nothing_of_the_old_version(
    pip: Pip, folder: LibraryFolder, tmp_path: Path
) -> None:
    old = tiny_wheel(tmp_path / "w", "1.0", files={"tiny/gone.py": "", "tiny/__init__.py": "V = 1"})
    new = tiny_wheel(tmp_path / "w", "2.0", files={"tiny/__init__.py": "V = 2"})

    pip.line(f"install {old}")
    pip.line(f"install {new}")

    assert infos(folder) == ["tiny-2.0.dist-info"]
    assert sorted(entry.name for entry in (folder.folder / "tiny").iterdir()) == ["__init__.py"]


def test_an_environments_package_is_hidden_by_another_version_and_comes_back(
    pip: Pip, folder: LibraryFolder, said: list[str], tmp_path: Path
) -> None:
    wheel = tiny_wheel(tmp_path / "w", "99.0", "click")
    present = version("click")

    pip.line(f"install {wheel}")
    pip.line("show click")
    assert said[-1].startswith("Name: click\nVersion: 99.0\n")
    pip.line("uninstall -y click")
    pip.line("show click")

    assert said[-1].startswith(f"Name: click\nVersion: {present}\n")
    assert infos(folder) == []
    assert version("click") == present  # the environment was never touched


def test_uninstalling_what_is_not_this_notebooks_is_told(pip: Pip, said: list[str]) -> None:
    pip.line("uninstall -y pandas no-such-thing")

    assert said[0] == "WARNING: Skipping no-such-thing as it is not installed."
    assert said[1].startswith(f"Found existing installation: pandas {version('pandas')}\n")
    assert "Can't uninstall 'pandas'" in said[1]


def test_a_failing_install_leaves_all_as_it_was(
    pip: Pip, folder: LibraryFolder, tmp_path: Path
) -> None:
    good = tiny_wheel(tmp_path / "w", "1.0")
    pip.line(f"install {good}")
    better, broken = tiny_wheel(tmp_path / "w", "2.0"), tmp_path / "w/broken-1.0-py3-none-any.whl"
    broken.write_text("no archive")

    with pytest.raises(MagicError, match="broken"):
        pip.line(f"install {better} {broken}")

    assert infos(folder) == ["tiny-1.0.dist-info"]


def test_an_installer_killed_half_way_leaves_all_as_it_was(
    pip: Pip, folder: LibraryFolder, tmp_path: Path
) -> None:
    pip.line(f"install {tiny_wheel(tmp_path / 'w', '1.0')}")
    slow = slow_archive(tmp_path / "w", 60)
    installer = subprocess.Popen(["pip", "install", str(slow)], stdout=subprocess.PIPE)
    lock = folder.folder.parent / "libraries.d"
    before = len(list(lock.iterdir()))
    while len(list(lock.iterdir())) == before:
        assert installer.poll() is None
    installer.kill()
    installer.communicate()

    assert infos(folder) == ["tiny-1.0.dist-info"]
    pip.line(f"install {tiny_wheel(tmp_path / 'w', '2.0')}")
    assert infos(folder) == ["tiny-2.0.dist-info"]


def test_requirements_constraints_and_find_links(
    pip: Pip, folder: LibraryFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for number in ("1.0", "1.1", "2.0"):
        tiny_wheel(tmp_path / "volumes/c/s/v", number)
    other = tiny_wheel(tmp_path / "dbfs/w", "3.0", "other")
    Path("requirements.txt").write_text(f"tiny\n-r nested.txt\ndbfs:/w/{other.name}\n")
    Path("nested.txt").write_text("-c limits.txt\npandas\n")
    Path("limits.txt").write_text("tiny<2\n")

    pip.line("install --no-index -f /Volumes/c/s/v -r requirements.txt")

    assert infos(folder) == ["other-3.0.dist-info", "tiny-1.1.dist-info"]


def test_upgrading_takes_what_is_named_and_leaves_what_it_needs(
    pip: Pip, folder: LibraryFolder, tmp_path: Path
) -> None:
    for number in ("1.0", "2.0"):
        tiny_wheel(tmp_path / "w", number, "base")
        tiny_wheel(tmp_path / "w", number, "top", requires=["base"])
    links = f"--no-index --find-links {tmp_path / 'w'}"
    pip.line(f"install {links} base==1.0 top==1.0")

    pip.line(f"install {links} -U top")
    assert infos(folder) == ["base-1.0.dist-info", "top-2.0.dist-info"]
    pip.line(f"install {links} -U --upgrade-strategy eager top")
    assert infos(folder) == ["base-2.0.dist-info", "top-2.0.dist-info"]


def test_a_rebuilt_wheel_of_the_same_version_is_installed_anew(
    pip: Pip, folder: LibraryFolder, tmp_path: Path
) -> None:
    pip.line(f"install {tiny_wheel(tmp_path / 'w', '1.0', files={'tiny.py': 'V = 1'})}")

    wheel = tiny_wheel(tmp_path / "w", "1.0", files={"tiny.py": "V = 2"})
    pip.line(f"install --force-reinstall {wheel}")

    assert (folder.folder / "tiny.py").read_text() == "V = 2"


def test_projects_are_installed_in_place_and_built(
    pip: Pip, said: list[str], tmp_path: Path
) -> None:
    project = tmp_path / "project"
    (project / "src").mkdir(parents=True)
    (project / "src/placed.py").write_text("V = 1")
    info = {
        "METADATA": "Metadata-Version: 2.1\nName: placed\nVersion: 1.0\n",
        "WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "RECORD": "",
    }
    (project / "backend.py").write_text(
        "import zipfile\n"
        f"INFO = {info!r}\n"
        "def build_editable(folder, *_):\n"
        "    name = 'placed-1.0-py3-none-any.whl'\n"
        "    with zipfile.ZipFile(f'{folder}/{name}', 'w') as z:\n"
        f"        z.writestr('placed.pth', {str(project / 'src')!r})\n"
        "        for file, text in INFO.items():\n"
        "            z.writestr(f'placed-1.0.dist-info/{file}', text)\n"
        "    return name\n"
    )
    (project / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    )

    pip.line(f"install -e {project}")
    import placed  # type: ignore[import-not-found]

    child = "import placed; print(placed.V)"
    assert placed.__file__ == str(project / "src/placed.py")
    assert subprocess.check_output([sys.executable, "-c", child], text=True) == "1\n"
    pip.line("freeze --local")
    assert said[-1] == f"-e {project.as_uri()}"


def test_what_was_imported_before_is_named(pip: Pip, said: list[str], tmp_path: Path) -> None:
    pip.line(f"install {tiny_wheel(tmp_path / 'w', '1.0')}")
    assert "Imported before" not in "\n".join(said)
    import tiny

    assert tiny.VERSION == "1.0"
    pip.line(f"install -q {tiny_wheel(tmp_path / 'w', '2.0')}")

    assert said[-2] == "Imported before, and still as it was: tiny."
    assert said[-1].startswith(NOTE)


def test_quiet_says_only_the_note(pip: Pip, said: list[str], tmp_path: Path) -> None:
    pip.line(f"install -q {tiny_wheel(tmp_path / 'w', '1.0')}")

    assert len(said) == 1
    assert said[0].startswith(NOTE)


def test_a_dry_run_changes_nothing(
    pip: Pip, folder: LibraryFolder, said: list[str], tmp_path: Path
) -> None:
    pip.line(f"install --dry-run {tiny_wheel(tmp_path / 'w', '1.0')}")

    assert said[-2] == "Would install tiny"
    assert infos(folder) == []


def test_list_freeze_show_check_and_version(pip: Pip, said: list[str], tmp_path: Path) -> None:
    wheel = tiny_wheel(tmp_path / "w", "1.0", requires=["absent-thing; extra == 'x'", "pandas>=1"])
    pip.line(f"install {wheel}")
    said.clear()

    for line in ("list", "list --format=json", "freeze", "list --local", "show tiny", "check"):
        pip.line(line)

    listed, as_json, frozen, own, shown, checked = said
    assert f"pandas {version('pandas')}" in " ".join(listed.split())
    assert {"name": "tiny", "version": "1.0"} in json.loads(as_json)
    assert f"tiny @ {wheel.as_uri()}" in frozen.splitlines()
    assert own == "Package Version\n------- -------\ntiny    1.0"
    assert "Requires: pandas\nRequired-by:" in shown
    assert checked == "No broken requirements found."
    pip.line("--version")
    assert said[-1].startswith("pip (uv ")


def test_check_names_what_does_not_fit(pip: Pip, tmp_path: Path) -> None:
    wheel = tiny_wheel(tmp_path / "w", "1.0", requires=["absent-thing", "pandas>=99"])
    pip.line(f"install --no-deps {wheel}")

    with pytest.raises(MagicError) as caught:
        pip.line("check")

    assert "tiny 1.0 requires absent-thing, which is not installed." in str(caught.value)
    assert "tiny 1.0 has requirement pandas>=99, but you have pandas" in str(caught.value)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("", "%pip (nothing) is not available"),
        ("download x", "%pip download x is not available"),
        ("install", "names nothing"),
        ("install 'a", "Close the quotation"),
        ("install dbfs:/none-1.0-py3-none-any.whl", "dbfs:/none-1.0-py3-none-any.whl does not"),
        ("install -r /Workspace/none/requirements.txt", "does not exist"),
        ("install --no-index no-such-package-anywhere", "%pip install failed"),
        ("install --no-index -f https://me:secret@127.0.0.1:1/ x", "%pip install failed"),
        ("uninstall pandas", "Write: %pip uninstall -y NAME"),
        ("uninstall -y", "names nothing"),
        ("list --outdated", "%pip list: --outdated is not supported"),
        ("list --format=xml", "--format=xml is not supported"),
        ("show", "names nothing"),
        ("show pandsa", "Did you mean 'pandas'"),
        ("check x", "x is not supported"),
    ],
)
def test_what_cannot_be_done_is_said_without_credentials(
    pip: Pip, folder: LibraryFolder, said: list[str], line: str, says: str
) -> None:
    with pytest.raises(MagicError) as caught:
        pip.line(line)

    assert says in str(caught.value)
    assert "secret" not in str(caught.value) + "\n".join(said)
    assert list(folder.folder.iterdir()) == []


def test_a_damaged_wheel_is_named_as_the_user_wrote_it(pip: Pip, tmp_path: Path) -> None:
    wheel = tiny_wheel(tmp_path / "dbfs", "1.0")
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("nothing", "")

    with pytest.raises(MagicError, match=f"dbfs:/{wheel.name}"):
        pip.line(f"install dbfs:/{wheel.name}")
