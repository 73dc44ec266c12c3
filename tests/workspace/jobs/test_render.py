from __future__ import annotations

from typing import Any

import pytest
from databricks.sdk.service.jobs import Run, RunOutput

from brickyard.runtime.protocol import EXIT_VALUE_LIMIT
from brickyard.workspace.jobs.export import notebook_page
from brickyard.workspace.jobs.records import RunRecords
from brickyard.workspace.jobs.render import Renderer
from tests.e2e.conftest import commands
from tests.support.outputs import add_output
from tests.workspace.jobs.test_records import NOTEBOOK, make

RENDERER = Renderer("http://here", 42)


def test_an_active_run_has_no_result(records: RunRecords) -> None:
    run_id, task_id = make(records)
    raw = RENDERER.run(records.get(run_id), records.tasks(run_id))
    run = Run.from_dict(raw)

    assert raw["state"]["life_cycle_state"] == "PENDING"
    assert "result_state" not in raw["state"]
    assert raw["status"] == {"state": "PENDING"}
    assert (run.number_in_job, run.end_time) == (run_id, 0)
    assert run.tasks is not None
    assert (run.tasks[0].run_id, run.tasks[0].task_key) == (task_id, "a")
    assert run.run_page_url == f"http://here/jobs/0/runs/{run_id}?o=42"


@pytest.mark.parametrize(
    ("result", "code", "kind", "by_user"),
    [
        ("SUCCESS", "SUCCESS", "SUCCESS", False),
        ("FAILED", "RUN_EXECUTION_ERROR", "CLIENT_ERROR", False),
        ("FAILED", "DRIVER_ERROR", "INTERNAL_ERROR", False),
        ("CANCELED", "USER_CANCELED", "CLIENT_ERROR", True),
        ("TIMEDOUT", "CANCELED", "CLIENT_ERROR", True),
    ],
)
def test_an_end_is_told_in_both_ways(
    records: RunRecords, result: str, code: str, kind: str, by_user: bool
) -> None:
    _, task_id = make(records)
    ended = {"life_cycle": "TERMINATED", "result": result, "termination_code": code, "message": "m"}
    records.change(task_id, **ended, ended_ms=5)
    raw = RENDERER.task(records.get(task_id))

    assert raw["state"] == {
        "life_cycle_state": "TERMINATED",
        "result_state": result,
        "state_message": "m",
        "user_cancelled_or_timedout": by_user,
    }
    assert raw["status"] == {
        "state": "TERMINATED",
        "termination_details": {"code": code, "type": kind, "message": "m"},
    }


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, {}),
        ("", {"result": "", "truncated": False}),
        ("ü" * (EXIT_VALUE_LIMIT // 2), {"truncated": False}),
        ("ü" * EXIT_VALUE_LIMIT, {"result": "ü" * (EXIT_VALUE_LIMIT // 2), "truncated": True}),
    ],
)
def test_an_exit_value_is_cut_at_five_megabytes(
    records: RunRecords, value: str | None, shown: dict[str, Any]
) -> None:
    _, task_id = make(records)
    records.change(task_id, exit_value=value)
    output = RENDERER.output(records.get(task_id))

    assert shown.items() <= output["notebook_output"].items()
    assert RunOutput.from_dict(output).metadata is not None
    assert output["metadata"]["task"]["notebook_task"]["notebook_path"] == "/n"


def test_a_page_carries_the_cells_and_runs_nothing_of_theirs(records: RunRecords) -> None:
    _, task_id = make(records)
    records.add_cells(task_id, NOTEBOOK)
    records.change_cell(task_id, 0, "FINISHED", 9)
    evil = "</script><script>alert(1)</script>"
    table = {"columns": ["n"], "types": ["int"], "rows": [[1]], "truncated": True}
    add_output(records, task_id, 0, "stream", {"name": "stdout", "text": evil})
    add_output(records, task_id, 0, "display", {"application/vnd.brickyard.table+json": table})
    add_output(records, task_id, 1, "error", {"name": "E", "value": "v", "trace": "E: v"})

    page = notebook_page(records.get(task_id), records.cells(task_id), records.outputs(task_id))
    found = commands(page)

    assert evil not in page
    assert [c["state"] for c in found] == ["finished", "waiting", "waiting"]
    assert [r["type"] for r in found[0]["results"]["data"]] == ["ansi", "table"]
    assert found[0]["results"]["data"][0]["data"] == evil
    assert found[0]["results"]["data"][1]["overflow"] is True
    assert (found[1]["errorSummary"], found[1]["error"]) == ("E: v", "E: v")


@pytest.mark.parametrize(
    "made_up",
    [
        [1],
        {"columns": ["n"], "types": [], "rows": []},
        {"columns": ["n"], "types": ["int"], "rows": [5]},
    ],
)
def test_what_a_notebook_made_up_as_a_table_does_not_break_the_page(
    records: RunRecords, made_up: object
) -> None:
    _, task_id = make(records)
    records.add_cells(task_id, NOTEBOOK)
    content = {"application/vnd.brickyard.table+json": made_up}
    add_output(records, task_id, 0, "display", content)

    page = notebook_page(records.get(task_id), records.cells(task_id), records.outputs(task_id))

    [result] = commands(page)[0]["results"]["data"]
    assert result == {"type": "mimeBundle", "data": content}
