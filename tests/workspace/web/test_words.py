from __future__ import annotations

import pytest

from brickyard.workspace.web import words

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


@pytest.mark.parametrize(
    ("life_cycle", "result", "word", "tone"),
    [
        ("PENDING", None, "Pending", "wait"),
        ("RUNNING", None, "Running", "run"),
        ("TERMINATING", None, "Cancelling", "run"),
        ("TERMINATED", "SUCCESS", "Succeeded", "ok"),
        ("INTERNAL_ERROR", "FAILED", "Failed", "bad"),
        ("TERMINATED", "UPSTREAM_FAILED", "Upstream failed", "bad"),
        ("SKIPPED", "MAXIMUM_CONCURRENT_RUNS_REACHED", "Skipped: too many runs", "idle"),
        ("TERMINATED", "SOMETHING_NEW", "Something new", "idle"),
        ("WAITING_FOR_RETRY", None, "Waiting for retry", "idle"),
    ],
)
def test_a_run_state_has_a_word_and_a_tone(
    life_cycle: str, result: str | None, word: str, tone: str
) -> None:
    state = words.run_state({"life_cycle": life_cycle, "result": result})
    assert (state.word, state.tone) == (word, tone)


def test_a_cell_state_has_a_word() -> None:
    assert words.cell_state({"state": "SKIPPED"}) == words.State("Skipped", "idle")


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [
        (-5, "0 ms"),
        (999, "999 ms"),
        (12_440, "12.4 s"),
        (3 * MINUTE + 5_900, "3 min 5 s"),
        (2 * HOUR + 10 * MINUTE, "2 h 10 min"),
    ],
)
def test_length(milliseconds: int, text: str) -> None:
    assert words.length(milliseconds) == text


@pytest.mark.parametrize(
    ("passed", "text"),
    [
        (-HOUR, "just now"),  # clocks differ
        (MINUTE - 1, "just now"),
        (MINUTE, "1 minute ago"),
        (HOUR - 1, "59 minutes ago"),
        (5 * HOUR, "5 hours ago"),
        (DAY, "1 day ago"),
        (31 * DAY, "14 Oct 2023"),
    ],
)
def test_ago(passed: int, text: str) -> None:
    now = 1_700_000_000_000  # 2023-11-14T22:13:20Z
    assert words.ago(now - passed, now) == text


def test_moments_are_in_utc() -> None:
    assert words.iso(1_700_000_000_123) == "2023-11-14T22:13:20.123Z"
    assert words.full(1_700_000_000_123) == "2023-11-14 22:13:20 UTC"
