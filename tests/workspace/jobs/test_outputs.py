from __future__ import annotations

from typing import Any

import pytest

from brickyard.runtime import protocol
from brickyard.runtime.protocol import Piece
from brickyard.workspace.jobs.outputs import OutputHistory, OutputLog
from brickyard.workspace.jobs.records import RunRecords
from tests.workspace.jobs.test_records import make


@pytest.fixture
def log(records: RunRecords) -> OutputLog:
    make(records)
    return OutputLog(records, 2)


def kept(records: RunRecords) -> list[Any]:
    return [row["content"] for row in records.outputs(2)]


def printed(*pieces: tuple[str, str, str], position: int = 0) -> protocol.Event:
    text: list[Piece] = [{"name": n, "text": t, "open": o} for n, t, o in pieces]
    return protocol.printed(position, 1, text)


def test_a_progress_bar_is_one_row(records: RunRecords, log: OutputLog) -> None:
    log.take(printed(("stdout", "start\n", ""), ("stderr", "", " 0%")))
    for number in range(100):
        log.take(printed(("stderr", "", f"{number}%")))
        log.take(printed(("stdout", "", "")))
    log.take(printed(("stderr", "100%\n", "next")))
    log.take(printed(("stderr", "", "")))

    assert kept(records) == [
        {"name": "stdout", "text": "start\n"},
        {"name": "stderr", "text": "100%\n"},
        {"name": "stderr", "text": ""},
    ]


def test_unfinished_text_of_one_cell_is_not_anothers(records: RunRecords, log: OutputLog) -> None:
    log.take(printed(("stdout", "", "a")))
    log.take(printed(("stdout", "b\n", ""), position=1))

    assert [row["position"] for row in records.outputs(2)] == [0, 1]
    assert kept(records)[0]["text"] == "a"


def test_an_output_is_updated_wherever_it_is(records: RunRecords, log: OutputLog) -> None:
    log.take(protocol.display(0, {"text/plain": "1"}, "d"))
    log.take(protocol.display(1, {"text/plain": "2"}, "d"))
    log.take(protocol.display(1, {"text/plain": "3"}, "d", update=True))
    log.take(protocol.display(1, {"text/plain": "4"}, "unknown", update=True))

    assert kept(records) == [{"text/plain": "3"}] * 2


def test_a_cleared_cell_gives_no_number_twice(records: RunRecords, log: OutputLog) -> None:
    log.take(protocol.display(0, {"text/plain": "other cell"}, "d"))
    log.take(protocol.display(1, {"text/plain": "gone"}, "d"))
    (_, before) = records.outputs(2)
    log.take(protocol.clear(1))
    log.take(protocol.clear(7))
    log.take(protocol.display(1, {"text/plain": "new"}, "d", update=True))
    log.take(protocol.stream(1, "stdout", "stays"))

    rows = records.outputs(2)
    assert [row["content"].get("text") for row in rows] == [None, "", "stays"]
    assert rows[0]["content"] == {"text/plain": "new"}
    assert rows[-1]["sequence"] > before["sequence"]


def test_the_history_tells_what_has_changed_since_one_last_asked() -> None:
    history = OutputHistory()
    history.note(1, 10)
    version, rows, cells = history.since(1, 0)
    assert (rows, cells) == ([10], [])
    history.note(1, 10)
    history.note(1, 11)
    history.note(2, 12)
    history.note_clear(1, 3)
    _, rows, cells = history.since(1, version)
    assert (rows, cells) == ([10, 11], [3])


def test_the_history_is_bounded() -> None:
    history = OutputHistory()
    for run_id in range(200):
        for sequence in range(1200 if run_id == 199 else 1):
            history.note(run_id, sequence)

    assert history.since(0, 0)[1] == []
    assert len(history.since(199, 0)[1]) == 1000
