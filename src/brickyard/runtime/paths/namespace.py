"""``/dbfs``, ``/Workspace``, ``/Volumes`` and the like as folders of one process and its children.

The process gets a mount namespace of its own whose root is a small tmpfs: every top-level entry of
``/`` is bound into it, plus those folders. Native code, sub-processes and imports then see the
platform's paths without any patching, and no other process on the machine sees anything of it.
Needs no privilege where the kernel lets users make user namespaces (unshare(2), pivot_root(2),
user_namespaces(7)).
"""

from __future__ import annotations

import ctypes
import errno
import os
import stat
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from brickyard.runtime.paths.mapping import Roots

_CLONE_NEWNS = 0x00020000
_CLONE_NEWUSER = 0x10000000
_MS_BIND = 0x1000
_MS_REC = 0x4000
_MS_SLAVE = 1 << 19
_MNT_DETACH = 2
_SYS_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
# For machines on which namespaces can be had and harm, and for trying the other way.
SWITCH = "BRICKYARD_NAMESPACE"
# What a notebook writes beside the bound folders lives in memory; this bounds it.
_TMPFS_OPTIONS = b"mode=0755,size=64m"


@dataclass(frozen=True)
class NamespaceResult:
    """How entering the namespace ended.

    Attributes:
        entered: Whether the process now sees the platform's folders.
        reason: Why not, as a sentence; empty when it does.
    """

    entered: bool
    reason: str = ""


class _RefusedError(OSError):
    """A step that the kernel refused."""


# Set once a trial has succeeded in this process or in one that it was forked from.
_proven = False


def enter(roots: Roots) -> NamespaceResult:
    """Give this process a view of the disk with ``/dbfs``, ``/Workspace`` and ``/Volumes``.

    To be called once, in a process with a single thread (a fresh fork). When no trial has been
    made yet (:func:`probe`), one is made in a forked child first, so that a refusal half-way
    cannot leave this process between two worlds.

    Args:
        roots: The folders to show; made when missing. Both are read and written through.

    Returns:
        Whether the process entered, and if not why; it then is as it was before.
    """
    reason = _blocker() or _threads() or (None if _proven else probe(roots))
    if reason is not None:
        return NamespaceResult(entered=False, reason=reason)
    try:
        _enter(roots)
    except OSError as exc:
        return NamespaceResult(entered=False, reason=_say(exc))
    return NamespaceResult(entered=True)


def probe(roots: Roots | None = None) -> str | None:
    """Try the namespace in a forked child; this process may have threads.

    A success is remembered by this process and by what it forks afterwards.

    Args:
        roots: The folders to try with; scratch folders when None.

    Returns:
        Why the namespace cannot be had, as a sentence, or None when it can.
    """
    global _proven
    blocker = _blocker()
    if blocker is not None:
        return blocker
    if roots is not None:
        reason = _try_in_child(roots)
    else:
        with tempfile.TemporaryDirectory(prefix="brickyard-probe-") as scratch:
            base = Path(scratch)
            names = ("dbfs", "workspace", "volumes", "storage", "tmp")
            reason = _try_in_child(Roots(*(base / name for name in names)))
    _proven = reason is None
    return reason


def _blocker() -> str | None:
    """What rules the namespace out before any trial."""
    if os.environ.get(SWITCH) == "off":
        return f"{SWITCH} is off."
    if not sys.platform.startswith("linux"):
        return f"Mount namespaces exist on Linux only; this is {sys.platform}."
    if os.uname().machine not in _SYS_PIVOT_ROOT:
        return f"The processor {os.uname().machine} is not known to the namespace code."
    return None


def _threads() -> str | None:
    """The kernel lets no process with further threads enter; a fork of it may."""
    threads = len(os.listdir("/proc/self/task"))  # noqa: PTH208 - hot path
    if threads > 1:
        return f"The process has {threads} threads; only a process with one can enter."
    return None


def _try_in_child(roots: Roots) -> str | None:
    read_end, write_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        _trial(roots, write_end)
    os.close(write_end)
    with os.fdopen(read_end, "rb") as pipe:
        said = pipe.read().decode()
    _, status = os.waitpid(pid, 0)
    if said == "ok" and status == 0:
        return None
    return said or f"The trial ended with status {os.waitstatus_to_exitcode(status)}."


def _trial(roots: Roots, write_end: int) -> None:
    """The child's part of a trial; never returns."""
    code = 1
    try:
        _enter(roots)
        # A sign that the folders are there and can be written.
        for name in roots.shown:
            os.close(os.open(name, os.O_RDONLY | os.O_DIRECTORY))
        os.write(write_end, b"ok")
        code = 0
    except OSError as exc:
        os.write(write_end, _say(exc).encode())
    finally:
        os._exit(code)


def _say(exc: OSError) -> str:
    what = exc.strerror or str(exc)
    if exc.errno in (errno.EPERM, errno.ENOSYS, errno.ENOSPC, errno.EACCES):
        return (
            f"The kernel refused {exc.filename or 'a step'}: {what}. "
            "A container's seccomp profile, kernel.unprivileged_userns_clone or "
            "AppArmor's restriction of user namespaces can cause this."
        )
    return f"{exc.filename or 'A step'} failed: {what}."


# -- the steps ------------------------------------------------------------------------------------


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> None:
    if result != 0:
        code = ctypes.get_errno()
        raise _RefusedError(code, os.strerror(code), what)


def _mount(libc: ctypes.CDLL, source: str, target: str, kind: str, flags: int, data: bytes) -> None:
    result = libc.mount(
        os.fsencode(source), os.fsencode(target), kind.encode(), ctypes.c_ulong(flags), data
    )
    _check(result, f"mount {source} on {target}")


def _enter(roots: Roots) -> None:
    roots.make()
    base = roots.tmp / "root"
    base.mkdir(exist_ok=True)
    cwd = os.getcwd()  # noqa: PTH109 - a string is wanted, for it is another folder afterwards
    libc = _libc()
    _unshare(libc)
    _mount(libc, "none", "/", "", _MS_REC | _MS_SLAVE, b"")
    new = str(base)
    _mount(libc, "brickyard", new, "tmpfs", 0, _TMPFS_OPTIONS)
    try:
        _populate(libc, new, roots.shown)
        _pivot(libc, new)
    except OSError:
        # Nothing has changed for this process but a mount that nobody else sees.
        os.chdir(cwd)
        libc.umount2(os.fsencode(new), _MNT_DETACH)
        raise
    try:
        os.chdir(cwd)
    except OSError:
        os.chdir("/")


def _unshare(libc: ctypes.CDLL) -> None:
    """A mount namespace: by privilege where there is one, else within a user namespace."""
    uid, gid = os.getuid(), os.getgid()
    if uid == 0 and libc.unshare(_CLONE_NEWNS) == 0:
        return
    _check(libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNS), "unshare(CLONE_NEWUSER | CLONE_NEWNS)")
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{uid} {uid} 1"),
        ("gid_map", f"{gid} {gid} 1"),
    ):
        descriptor = os.open(f"/proc/self/{name}", os.O_WRONLY)
        try:
            os.write(descriptor, text.encode())
        finally:
            os.close(descriptor)


def _populate(libc: ctypes.CDLL, new: str, shown: dict[str, Path]) -> None:
    hidden = {name.split("/")[1] for name in shown}
    with os.scandir("/") as entries:
        found = [entry for entry in entries if entry.name not in hidden]
    for entry in found:
        target = f"{new}/{entry.name}"
        if entry.is_symlink():
            os.symlink(os.readlink(entry.path), target)  # noqa: PTH211, PTH115 - hot path
            continue
        mode = entry.stat(follow_symlinks=False).st_mode
        if stat.S_ISDIR(mode):
            os.mkdir(target)  # noqa: PTH102 - hot path
        else:
            os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o600))
        _mount(libc, entry.path, target, "", _MS_BIND | _MS_REC, b"")
    for name, folder in shown.items():
        os.makedirs(f"{new}{name}")  # noqa: PTH103 - hot path
        _mount(libc, str(folder), f"{new}{name}", "", _MS_BIND | _MS_REC, b"")


def _pivot(libc: ctypes.CDLL, new: str) -> None:
    """Make ``new`` the root and let go of the old one (pivot_root(2), "pivot_root(".", ".")")."""
    os.chdir(new)
    number = _SYS_PIVOT_ROOT[os.uname().machine]
    _check(libc.syscall(ctypes.c_long(number), b".", b"."), "pivot_root")
    _check(libc.umount2(b".", _MNT_DETACH), "umount of the old root")
    os.chdir("/")
