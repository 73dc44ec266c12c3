"""Processes found by a mark in their environment."""

from __future__ import annotations

import os
import secrets
import subprocess

from brickyard.workspace.compute.strays import end_strays


def test_only_those_that_carry_the_mark_are_ended() -> None:
    mark = secrets.token_hex(8)
    marked = subprocess.Popen(["sleep", "60"], env={**os.environ, "MARK": mark})
    others = [
        subprocess.Popen(["sleep", "60"], env={**os.environ, **more})
        for more in ({}, {"MARK": mark + "1"}, {"XMARK": mark})
    ]
    try:
        assert end_strays("MARK", mark) == 1
        assert marked.wait(10) == -9
        assert [other.poll() for other in others] == [None] * 3
    finally:
        for other in others:
            other.kill()
            other.wait()


def test_where_nobody_carries_it_nobody_is_ended() -> None:
    assert end_strays("NOBODY_HAS_THIS", secrets.token_hex(8)) == 0
