from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from brickyard.delivery.errors import TemplateError
from brickyard.delivery.project import Value
from brickyard.delivery.templates import placeholders, render_job

VALUES: dict[str, Value] = {"target.name": "dev", "var.n": 3, "var.on": True, "cluster_id": "c-1"}


def write(tmp_path: Path, job: Any) -> Path:
    file = tmp_path / "job.json"
    file.write_text(job if isinstance(job, str) else json.dumps(job, indent=1))
    return file


def test_placeholders_are_filled_and_a_lone_one_keeps_its_type(tmp_path: Path) -> None:
    job = {
        "name": "train-${target.name}",
        "max_concurrent_runs": "${var.n}",
        "queue": {"enabled": "${ var.on }"},
        "tags": {"n": "n=${var.n}", "on": "is ${var.on}", "kept": "$${HOME} {{job.id}}"},
    }
    assert render_job(write(tmp_path, job), VALUES) == {
        "name": "train-dev",
        "max_concurrent_runs": 3,
        "queue": {"enabled": True},
        "tags": {"n": "n=3", "on": "is true", "kept": "${HOME} {{job.id}}"},
    }


def test_values_cannot_break_the_syntax(tmp_path: Path) -> None:
    job = {"name": "${var.x}"}
    value = 'a"}, "tags": {"b\\": "\n${target.name}'
    assert render_job(write(tmp_path, job), {"var.x": value}) == {"name": value}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '{\n"name": "${target.nme}"}',
            ":2: Nothing gives ${target.nme} a value. Did you mean 'target.name'?",
        ),
        (
            '{\n"tags": {\n"a": "${var.zz} ${var.n}"}}',
            ":3: Nothing gives ${var.zz} a value.",
        ),
        (
            '{\n"nmae": "x"}',
            ":2: Unknown field 'nmae' at the top level (JobSettings has none).",
        ),
        (
            '{"tasks": [\n{"task_key": "a",\n"notebook_task": {"path": "/a"}}]}',
            ":3: Unknown field 'path' at tasks[0].notebook_task",
        ),
        (
            '{"name": "x",\n"timeout_seconds": "5"}',
            ":2: timeout_seconds is a JSON string, expected integer.",
        ),
        (
            '{"name": "x",\n"max_concurrent_runs": "${target.name}"}',
            ":2: max_concurrent_runs is a JSON string, expected integer.",
        ),
        ("[]", ":1: the top level is a JSON array, expected object."),
        ('{\n"name": }', ":2: Not valid JSON: Expecting value"),
    ],
)
def test_each_mistake_is_named_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    file = write(tmp_path, text)
    with pytest.raises(TemplateError) as caught:
        render_job(file, VALUES)
    assert f"{file}{said}" in str(caught.value)


def test_all_mistakes_are_named_at_once(tmp_path: Path) -> None:
    file = write(tmp_path, '{\n"name": "${a}",\n"tags": {"b": "${c}"}}')
    with pytest.raises(TemplateError) as caught:
        render_job(file, {})
    lines = str(caught.value).splitlines()
    assert lines == [
        f"{file}:2: Nothing gives ${{a}} a value. ",
        f"{file}:3: Nothing gives ${{c}} a value.",
    ]


def test_a_missing_cluster_says_where_to_name_one(tmp_path: Path) -> None:
    file = write(tmp_path, {"tasks": [{"task_key": "a", "existing_cluster_id": "${cluster_id}"}]})
    with pytest.raises(TemplateError, match="Give the target existing_cluster_id, cluster_name or"):
        render_job(file, {})


def test_placeholders_come_with_their_paths() -> None:
    value = {"a": ["${x}", {"b": "${y}${z}", "c": "$${w}"}]}
    assert list(placeholders(value)) == [("a[0]", "x"), ("a[1].b", "y"), ("a[1].b", "z")]
