"""The memory of processes, and limits on it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from brickyard.runtime.proctree import tree
from brickyard.workspace.compute.memory import MemorySizeError, limit_of, measure, parse_size


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("4g", 4 << 30),
        ("4G", 4 << 30),
        ("4 GB", 4 << 30),
        ("4GiB", 4 << 30),
        ("1.5g", 3 << 29),
        ("512m", 512 << 20),
        ("100000000", 100_000_000),
    ],
)
def test_sizes_are_read_as_people_write_them(text: str, count: int) -> None:
    assert parse_size(text) == count


@pytest.mark.parametrize("text", ["", "plenty", "4x", "-1g", "1g2", "0", "1m", "g"])
def test_other_texts_are_refused_by_name(text: str) -> None:
    with pytest.raises(MemorySizeError, match="BRICKYARD_RUN_MEMORY"):
        parse_size(text)


def test_a_cluster_sets_its_limit_among_its_variables() -> None:
    assert limit_of({"spark_env_vars": {"BRICKYARD_RUN_MEMORY": "2g", "OTHER": "x"}}) == 2 << 30
    assert limit_of({"spark_env_vars": {"OTHER": "x"}}) is None
    assert limit_of({}) is None


def test_descendants_count_wherever_they_went() -> None:
    hog = "import time\nb = b'x' * (200 << 20)\nprint('full', flush=True)\ntime.sleep(60)"
    outer = (
        "import subprocess, sys\n"
        f"subprocess.run([sys.executable, '-c', {hog!r}], start_new_session=True)"
    )
    with subprocess.Popen([sys.executable, "-c", outer], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == b"full\n"
            assert measure(process.pid) > 200 << 20
        finally:
            for pid in tree(process.pid):
                os.kill(pid, 9)


def test_pages_that_forks_share_count_once() -> None:
    code = (
        "import os, time\nb = b'x' * (200 << 20)\n"
        "for _ in range(3):\n    if os.fork() == 0: time.sleep(60)\n"
        "print('full', flush=True)\ntime.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, start_new_session=True
    ) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == b"full\n"
            assert 200 << 20 < measure(process.pid) < 300 << 20
        finally:
            os.killpg(process.pid, 9)


def test_a_process_that_is_gone_has_none() -> None:
    process = subprocess.Popen(["true"])
    process.wait()

    assert measure(process.pid) == 0
