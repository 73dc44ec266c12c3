from __future__ import annotations

from typing import Any

import pytest

from brickyard.runtime import protocol
from brickyard.runtime.protocol import METADATA_MIME, PLOTLY_MIME, TABLE_MIME
from brickyard.workspace.jobs.outputs import OutputLog
from brickyard.workspace.web.feed import MAX_TASKS_INLINE, RunView
from brickyard.workspace.web.templates import fragment, page
from tests.support.outputs import add_output
from tests.workspace.web.browsing import Html
from tests.workspace.web.conftest import Records

EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>"


def view_of(records: Records, run_id: int, **refresh: Any) -> RunView:
    view = RunView(records.runs, run_id)
    view.refresh(**refresh)
    return view


def page_of(records: Records, run_id: int) -> str:
    return page("run.html", user="ada", view=view_of(records, run_id), job=None)


def test_the_first_look_gives_every_part_and_the_second_none(records: Records) -> None:
    run_id, (task,) = records.add_run()
    records.add_cells(task, "a", ("md", "%md # T"))
    records.stream(task, "hello\n")
    view = view_of(records, run_id)
    assert [(part.id, part.into, part.keep) for part in view.changes()] == [
        ("run-head", "run", False),
        ("task-list", "run", False),
        (f"task-{task}", "tasks", True),
        (f"task-head-{task}", f"task-{task}", False),
        (f"cell-{task}-0", f"cells-{task}", True),
        (f"cell-head-{task}-0", f"cell-{task}-0", False),
        (f"out-{task}-0-0", f"outputs-{task}-0", False),
        (f"cell-{task}-1", f"cells-{task}", True),
        (f"cell-head-{task}-1", f"cell-{task}-1", False),
    ]
    view.refresh()
    assert view.changes() == []


def test_only_what_changed_comes_again(records: Records) -> None:
    run_id, (task,) = records.add_run()
    records.add_cells(task, "a", "b")
    view = view_of(records, run_id)
    view.changes()
    records.runs.change_cell(task, 1, "RUNNING", 5)
    records.stream(task, "x\n", position=1)
    view.refresh()
    # The task's head links to the cell that runs.
    assert [part.id for part in view.changes()] == [
        f"task-head-{task}",
        f"cell-head-{task}-1",
        f"out-{task}-1-0",
    ]
    records.stream(task, "y\n", position=1)
    view.refresh()
    (part,) = view.changes()
    assert Html(part.html).text.split() == ["x", "y"]


def test_a_browser_that_comes_back_gets_what_it_has_not(records: Records) -> None:
    run_id, (task,) = records.add_run()
    records.add_cells(task, "a")
    records.display(task, {"text/plain": "first"})
    records.stream(task, "one\n")
    seen = view_of(records, run_id).last
    records.stream(task, "two\n")
    view = view_of(records, run_id, upto=seen)
    assert view.last == seen
    view.mark_seen()
    view.refresh()
    outputs = [part for part in view.changes() if part.id.startswith("out-")]
    assert [part.id for part in outputs] == [f"out-{task}-0-1"]
    assert Html(outputs[0].html).text.split() == ["one", "two"]
    assert view.last == seen + 1


def test_cells_that_come_later_bring_their_frames(records: Records) -> None:
    run_id, (task,) = records.add_run(life_cycle="PENDING", started_ms=None)
    view = view_of(records, run_id)
    assert "appear here" in fragment("task_head", view.tasks[0])
    view.changes()
    records.add_cells(task, "print(1)")
    view.refresh()
    parts = {part.id: part for part in view.changes()}
    assert parts[f"cell-{task}-0"].keep
    assert "appear here" not in parts[f"task-head-{task}"].html


def test_outputs_after_the_end_of_a_task_were_all_read(records: Records) -> None:
    run_id, (task,) = records.add_run()
    records.add_cells(task, "a")
    view = view_of(records, run_id)
    records.stream(task, "last words\n")
    records.end(task, run_id)
    view.refresh()
    assert not view.is_active
    assert view.tasks[0].cells[0].blocks.all[0].content.runs() == [("stdout", "last words")]


def test_a_run_of_many_tasks_links_to_them(records: Records) -> None:
    run_id, tasks = records.add_run(tasks=MAX_TASKS_INLINE + 1)
    for task in tasks:
        records.add_cells(task, "a")
    view = view_of(records, run_id)
    assert not view.is_inline
    assert [part.id for part in view.changes()] == ["run-head", "task-list"]
    html = Html(page_of(records, run_id))
    assert html.every("article") == []
    assert {"href": f"/jobs/0/runs/{tasks[3]}"} in html.every("a")
    assert "cell-" in page_of(records, tasks[3])


def test_the_page_has_the_same_parts_as_the_stream(records: Records) -> None:
    run_id, (task,) = records.add_run()
    records.add_cells(task, "a", ("md", "%md b"))
    records.stream(task, "x\n")
    records.display(task, {"text/html": "<b>x</b>"})
    whole = page_of(records, run_id)
    squeezed = "".join(whole.split())
    for part in view_of(records, run_id).changes():
        if not part.keep:
            assert "".join(part.html.split()) in squeezed
        assert Html(whole).with_id(part.into) is not None


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("stream", {"name": "stdout", "text": EVIL}),
        ("stream", {"name": "stderr", "text": f"{EVIL}\r{EVIL}\n"}),
        ("error", {"name": EVIL, "value": EVIL, "trace": EVIL}),
        ("display", {"text/plain": EVIL}),
        ("display", {"text/html": EVIL}),
        ("display", {"text/markdown": f"{EVIL} [x](javascript:alert(1))"}),
        ("display", {"image/png": f'"{EVIL}'}),
        ("display", {"image/svg+xml": f"<svg>{EVIL}</svg>"}),
        ("display", {EVIL: "x"}),
        ("display", {PLOTLY_MIME: {"data": [{"name": EVIL}], "layout": {"title": EVIL}}}),
        ("display", {"application/json": {EVIL: [EVIL]}}),
        ("display", {"image/png": "aaaa", METADATA_MIME: {"image/png": {"width": EVIL}}}),
        ("stream", {"name": "stdout", "text": f"\x1b[1;31m{EVIL}\x1b[0m", "open": True}),
        (
            "display",
            {TABLE_MIME: {"columns": [EVIL], "types": [EVIL], "rows": [[EVIL], [{EVIL: 1}]]}},
        ),
    ],
)
def test_no_output_can_act(records: Records, kind: str, content: dict[str, Any]) -> None:
    run_id, (task,) = records.add_run()
    records.add_cells(task, "a")
    add_output(records.runs, task, 0, kind, content)
    assert Html(page_of(records, run_id)).dangers() == []
    for part in view_of(records, run_id).changes():
        assert Html(part.html).dangers() == []


def test_nothing_else_on_the_page_can_act(records: Records) -> None:
    given = {"job_parameters": [{"name": EVIL, "value": EVIL, "default": ""}]}
    run_id, (task,) = records.add_run(name=EVIL, creator=EVIL, parameters=given, message=EVIL)
    records.add_cells(task, EVIL, ("md", f"%md {EVIL}"), ("sql", f"%sql {EVIL}"), ("zz", EVIL))
    records.end(task, result="FAILED", error=EVIL, exit_value=EVIL, message=EVIL)
    html = Html(page_of(records, run_id))
    assert html.dangers() == []
    assert html.text.count("alert(1)") >= 9


def test_html_outputs_are_frames_of_their_own(records: Records) -> None:
    run_id, (task,) = records.add_run()
    records.add_cells(task, "a")
    records.display(task, {"text/html": "<b>x</b>"})
    (frame,) = Html(page_of(records, run_id)).every("iframe")
    assert frame["sandbox"] == "allow-scripts"
    assert frame["src"] == f"/jobs/0/runs/{task}/outputs/1.html"


def test_what_is_written_over_is_sent_again_and_all_else_is_not(records: Records) -> None:
    run_id, (task,) = records.add_run()
    records.add_cells(task, "a")
    log = OutputLog(records.runs, task)
    log.take(protocol.printed(0, 1, [{"name": "stderr", "text": "", "open": " 1%"}]))
    log.take(protocol.display(0, {"text/plain": "old"}, "d"))
    log.take(protocol.display(0, {"text/plain": "other"}))
    view = view_of(records, run_id)
    view.changes()

    log.take(protocol.printed(0, 2, [{"name": "stderr", "text": "", "open": "50%"}]))
    log.take(protocol.display(0, {"text/plain": "new"}, "d", update=True))
    view.refresh()
    parts = {part.id: Html(part.html).text for part in view.changes()}
    assert list(parts) == [f"out-{task}-0-0", f"out-{task}-0-1"]
    assert "50%" in parts[f"out-{task}-0-0"]
    assert "new" in parts[f"out-{task}-0-1"]
    assert [row["content"] for row in records.runs.outputs(task)] == [
        {"name": "stderr", "text": "50%", "open": True},
        {"text/plain": "new"},
        {"text/plain": "other"},
    ]


def test_a_cell_that_was_cleared_is_sent_whole(records: Records) -> None:
    run_id, (task,) = records.add_run()
    records.add_cells(task, "a")
    log = OutputLog(records.runs, task)
    log.take(protocol.stream(0, "stdout", "gone"))
    view = view_of(records, run_id)
    view.changes()

    log.take(protocol.clear(0))
    log.take(protocol.stream(0, "stdout", "stays"))
    view.refresh()
    (part,) = view.changes()
    assert (part.id, part.into) == (f"outputs-{task}-0", f"cell-{task}-0")
    assert "stays" in part.html
    assert "gone" not in part.html
    assert "gone" not in page_of(records, run_id)


def test_a_browser_that_comes_back_gets_what_was_written_over_meanwhile(records: Records) -> None:
    run_id, (task,) = records.add_run()
    records.add_cells(task, "a", "b")
    log = OutputLog(records.runs, task)
    log.take(protocol.printed(0, 1, [{"name": "stderr", "text": "", "open": " 1%"}]))
    log.take(protocol.stream(1, "stdout", "as it was"))
    log.take(protocol.printed(0, 2, [{"name": "stderr", "text": "done\n", "open": ""}]))
    view = RunView(records.runs, run_id)
    view.refresh(upto=2)
    view.mark_seen()

    sent = {part.id: part.html for part in view.changes() if part.id.startswith("out-")}
    assert list(sent) == [f"out-{task}-0-0"]
    assert "done" in sent[f"out-{task}-0-0"]


def test_ten_thousand_rows_do_not_make_a_large_page(records: Records) -> None:
    run_id, (task,) = records.add_run()
    records.add_cells(task, "a")
    rows = [[n, "x" * 20] for n in range(10_000)]
    table = {"columns": ["n", "x"], "types": ["int", "string"], "rows": rows, "truncated": True}
    records.display(task, {TABLE_MIME: table})
    records.stream(task, "".join(f"line {n}\n" for n in range(10_000)))
    whole = page_of(records, run_id)
    assert len(whole) < 80_000
    text = Html(whole).words
    assert "First 100 of 10,000+ rows (cut where it was displayed)." in text
    assert "8,000 earlier lines not shown." in text
    assert "line 9999" in text
    assert "line 7999 " not in text


def test_an_exit_value_of_json_is_set_out(records: Records) -> None:
    run_id, (task,) = records.add_run()
    records.end(task, exit_value='{"rows": 3}')
    assert view_of(records, run_id).tasks[0].exit_value == '{\n  "rows": 3\n}'
    records.end(task, exit_value="plain {")
    assert view_of(records, run_id).tasks[0].exit_value == "plain {"
    records.end(task, exit_value="")
    assert view_of(records, run_id).tasks[0].exit_value == ""


def test_parameters_are_the_jobs_and_the_calls(records: Records) -> None:
    given = {
        "job_parameters": [{"name": "a", "default": "1", "value": "2"}],
        "overriding_parameters": {"notebook_params": {"b": "3"}},
    }
    run_id, _ = records.add_run(parameters=given)
    assert view_of(records, run_id).parameters == {"a": "2", "b": "3"}
