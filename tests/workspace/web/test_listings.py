from __future__ import annotations

import pytest

from brickyard.workspace.web.listings import Lists, RunsTable, page_number
from tests.workspace.web.conftest import Records


@pytest.mark.parametrize(
    ("text", "number"),
    [(None, 1), ("", 1), ("3", 3), ("0", 1), ("-2", 1), ("x", 1), ("9" * 30, 1), ("²", 1)],
)
def test_page_number(text: str | None, number: int) -> None:
    assert page_number(text) == number


def test_the_runs_table_comes_again_only_when_it_differs(records: Records) -> None:
    job_id = records.add_job()
    run_id, _ = records.add_run(job_id)
    table = RunsTable(Lists(records.jobs, records.runs), job_id)
    table.refresh()
    (part,) = table.changes()
    assert part.id == "runs-table"
    assert "Running" in part.html
    table.refresh()
    assert table.changes() == []
    records.end(run_id)
    table.refresh()
    (part,) = table.changes()
    assert "Succeeded" in part.html


def test_a_table_of_one_job_has_only_its_runs(records: Records) -> None:
    one, other = records.add_job("one"), records.add_job("other")
    mine, _ = records.add_run(one)
    records.add_run(other)
    table = RunsTable(Lists(records.jobs, records.runs), one)
    table.refresh()
    html = table.changes()[0].html
    assert html.count("<tr>") == 2  # the head and one run
    assert f"/jobs/{one}/runs/{mine}" in html
