"""What is said of processes that ended before their notebooks."""

from __future__ import annotations

import pytest

from brickyard.workspace.compute.exits import Exit, describe, oom_kills, size


@pytest.mark.parametrize(
    ("end", "said"),
    [
        (Exit(3), "ended with exit status 3 before"),
        (Exit(-11), "ended by signal 11 (SIGSEGV, exit code 139) before"),
        (Exit(-64), "ended by signal 64 (SIGRTMAX, exit code 192) before"),
        (Exit(-35), "ended by signal 35 (exit code 163) before"),
        (Exit(), "in a way that is not known"),
        (Exit(-9, peak=3 << 30), "It had had up to 3 GB of memory. Somebody killed it"),
        (Exit(-9, kernel_kills=1), "Memory ran out on this machine"),
        (Exit(-9, peak=5 << 30, limit=4 << 30), "had 5 GB of memory, the limit of a run is 4 GB"),
        (Exit(zygote_lost=True), "ended with its parent"),
    ],
)
def test_each_end_is_said(end: Exit, said: str) -> None:
    assert said in describe(end)


def test_memory_is_named_as_the_cause_only_where_it_is_known_to_have_run_out() -> None:
    assert "emory ran out" not in describe(Exit(-9, peak=1 << 30))
    assert "emory ran out" not in describe(Exit(-15, kernel_kills=3))


def test_a_limit_is_said_with_its_remedy() -> None:
    message = describe(Exit(-9, peak=2 << 30, limit=1 << 30))

    assert "BRICKYARD_RUN_MEMORY" in message
    assert "--run-memory" in message


@pytest.mark.parametrize(
    ("count", "text"),
    [(1 << 30, "1 GB"), (1536 << 20, "1.5 GB"), (600 << 20, "600 MB"), (2048, "2 kB")],
)
def test_sizes_are_for_people(count: int, text: str) -> None:
    assert size(count) == text


def test_the_kernels_count_can_be_read() -> None:
    assert oom_kills() >= 0
