from __future__ import annotations

from pathlib import Path

from brickyard.delivery.sources import copy_sources, source_files, source_hash


def write(root: Path, *names: str) -> Path:
    for name in names:
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    return root


def names(root: Path) -> list[str]:
    return [file.as_posix() for file in source_files(root)]


def test_what_builds_and_tools_make_is_no_source(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        "pyproject.toml",
        ".gitignore",
        "src/a/__init__.py",
        "src/a/build/kept.py",
        "src/a/__pycache__/a.pyc",
        "src/a.egg-info/PKG-INFO",
        "build/lib/a/old.py",
        "dist/a.whl",
        ".venv/bin/python",
        ".git/HEAD",
    )
    kept = [
        ".gitignore",
        "pyproject.toml",
        "src/a/__init__.py",
        "src/a/build/kept.py",
    ]
    assert names(root) == kept
    copy_sources(root, tmp_path / "dist" / "copy")
    assert names(tmp_path / "dist" / "copy") == kept


def test_links_are_followed_but_never_in_circles(tmp_path: Path) -> None:
    shared = write(tmp_path / "shared", "b.py").resolve()
    root = write(tmp_path / "root", "a.py")
    (root / "linked").symlink_to(shared)
    (root / "linked_file.py").symlink_to(shared / "b.py")
    (root / "self").symlink_to(root)
    assert names(root) == ["a.py", "linked/b.py", "linked_file.py"]


def test_the_hash_follows_content_names_and_execute_bits(tmp_path: Path) -> None:
    root = write(tmp_path, "a.py", "b.py")
    seen = {source_hash(root)}
    (root / "a.py").write_text("other")
    seen.add(source_hash(root))
    (root / "a.py").chmod(0o755)
    seen.add(source_hash(root))
    (root / "b.py").rename(root / "c.py")
    seen.add(source_hash(root))
    assert len(seen) == 4
    write(root, "build/x.py")
    assert source_hash(root) in seen
