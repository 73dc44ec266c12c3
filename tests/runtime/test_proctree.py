"""Who descends from whom."""

from __future__ import annotations

import os
import subprocess
import sys

from brickyard.runtime.proctree import children, tree

# A child of the main thread's, one of another thread's, and a grandchild.
FAMILY = """
import os, subprocess, sys, threading
first = subprocess.Popen(["sleep", "60"])
other = []
thread = threading.Thread(target=lambda: (other.append(subprocess.Popen(["sleep", "60"])),
                                          done.set(), hold.wait()))
done, hold = threading.Event(), threading.Event()
thread.start()
done.wait()
grand = subprocess.Popen(["sh", "-c", "sleep 60 & echo $!; wait"], stdout=subprocess.PIPE)
print(first.pid, other[0].pid, grand.pid, int(grand.stdout.readline()), flush=True)
hold.wait()
"""


def test_children_of_every_thread_and_theirs_are_found() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", FAMILY], stdout=subprocess.PIPE, start_new_session=True
    ) as process:
        assert process.stdout is not None
        try:
            first, other, parent, grand = map(int, process.stdout.readline().split())
            assert children(process.pid) == {first, other, parent}
            assert tree(process.pid) == {process.pid, first, other, parent, grand}
        finally:
            os.killpg(process.pid, 9)


def test_who_is_gone_has_no_children() -> None:
    process = subprocess.Popen(["true"])
    process.wait()

    assert children(process.pid) == set()
