"""Giving a built wheel a version that is unique to its content, and bytes that repeat.

The oldest complaint of all is a new wheel of the same name and version that a running cluster takes
for the one it already has. A PEP 440 local segment made from the wheel's own content ends that: the
version differs exactly when what is installed differs. The rewrite works on the wheel, not on the
sources, so it suits every build backend. Formats: PEP 427 (wheel), PEP 440 (version), PEP 376
(RECORD).
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

from brickyard.delivery.errors import BuildError

_DIGITS = 10
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip can hold
_SIGNATURES = ("RECORD", "RECORD.jws", "RECORD.p7s")


@dataclass(frozen=True)
class Stamped:
    """A wheel with its content in its version.

    Attributes:
        path: The file.
        name: The distribution's name as in the file name.
        version: With the local segment, as ``0.1.0+b1f0c2d3e4a``.
    """

    path: Path
    name: str
    version: str


def stamp(wheel: Path, folder: Path) -> Stamped:
    """Rewrite a wheel into a folder under its content's version.

    Args:
        wheel: A wheel as a build backend made it.
        folder: Where the new file goes; its name follows from the content.

    Raises:
        BuildError: The file is no wheel.
    """
    parts = wheel.name.removesuffix(".whl").split("-")
    if len(parts) not in (5, 6) or wheel.suffix != ".whl":
        raise BuildError(f"{wheel.name} is not named as a wheel is.")
    name, version, *tags = parts
    stem = f"{name}-{version}"
    with zipfile.ZipFile(wheel) as archive:
        entries = {
            info.filename: (info.external_attr, archive.read(info))
            for info in archive.infolist()
            if not info.is_dir() and not _is(info.filename, stem, *_SIGNATURES)
        }
    if not any(_is(entry, stem, "METADATA") for entry in entries):
        raise BuildError(f"{wheel.name} holds no {stem}.dist-info/METADATA.")
    local = f"b{_digest(entries, stem)[:_DIGITS]}"
    stamped = f"{version}.{local}" if "+" in version else f"{version}+{local}"
    target = folder / f"{'-'.join((name, stamped, *tags))}.whl"
    _write(target, _renamed(entries, stem, f"{name}-{stamped}", stamped))
    return Stamped(target, name, stamped)


def _is(entry: str, stem: str, *names: str) -> bool:
    return entry in {f"{stem}.dist-info/{name}" for name in names}


def _digest(entries: dict[str, tuple[int, bytes]], stem: str) -> str:
    total = hashlib.sha256()
    for entry, (_, content) in sorted(entries.items()):
        if _is(entry, stem, "WHEEL"):
            # Names the backend's version, which says nothing about what gets installed.
            content = re.sub(rb"(?m)^Generator:.*\n?", b"", content)
        total.update(f"{entry}\0{hashlib.sha256(content).hexdigest()}\n".encode())
    return total.hexdigest()


def _renamed(
    entries: dict[str, tuple[int, bytes]], old: str, new: str, version: str
) -> dict[str, tuple[int, bytes]]:
    renamed = {}
    for entry, (mode, content) in sorted(entries.items()):
        if _is(entry, old, "METADATA"):
            head, blank, body = content.partition(b"\n\n")
            head = re.sub(rb"(?mi)^Version:.*$", f"Version: {version}".encode(), head, count=1)
            content = head + blank + body
        for kind in (".dist-info/", ".data/"):
            if entry.startswith(old + kind):
                entry = new + entry.removeprefix(old)
                break
        renamed[entry] = (mode, content)
    renamed[f"{new}.dist-info/RECORD"] = (0o100644 << 16, _record(renamed, new))
    return renamed


def _record(entries: dict[str, tuple[int, bytes]], stem: str) -> bytes:
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    for entry, (_, content) in entries.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=")
        rows.writerow((entry, f"sha256={digest.decode()}", len(content)))
    rows.writerow((f"{stem}.dist-info/RECORD", "", ""))
    return out.getvalue().encode()


def _write(target: Path, entries: dict[str, tuple[int, bytes]]) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry, (mode, content) in entries.items():
            info = zipfile.ZipInfo(entry, _EPOCH)
            info.external_attr = mode
            info.create_system = 3  # Unix, whatever the machine: keeps bytes equal
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
