from __future__ import annotations

import json

import pytest

from brickyard.notebook import Notebook
from brickyard.runtime.context import NO_CLUSTER, EntryPoint, NotebookContext, Option
from brickyard.runtime.errors import NotLocalError
from brickyard.runtime.java_errors import Py4JJavaError
from brickyard.runtime.protocol import Folders, Identity, RunSpec
from brickyard.runtime.redaction import Redactor

IDENTITY = Identity(
    job_id=7,
    job_name="nightly",
    job_run_id=11,
    task_key="train",
    notebook_id=99,
    run_type="JOB_RUN",
    root_run_id=3,
    user="ada@example.com",
    workspace_id=42,
    runtime_version="15.4",
)


def context_of(identity: Identity = IDENTITY, redactor: Redactor | None = None) -> NotebookContext:
    spec = RunSpec(
        run_id=12,
        notebook_path="/Shared/n",
        notebook=Notebook("python", ()),
        widgets={},
        folder="/f",
        folders=Folders("a", "b", "c", "d", "e", "f"),
        environment={"DATABRICKS_HOST": "http://here:8", "DATABRICKS_TOKEN": "t0ken-of-run"},
        identity=identity,
    )
    assert RunSpec.from_json(spec.to_json()).identity == identity
    return NotebookContext(spec, redactor or Redactor())


def test_fields_are_options() -> None:
    context = context_of()

    assert context.notebookPath().get() == "/Shared/n"
    assert context.browserHostName().get() == "here:8"
    assert context.clusterId().get() == NO_CLUSTER
    assert context.currentRunId().get().id() == 12
    assert context.rootRunId().get().id() == 3
    assert str(context.currentRunId()) == "Some(RunId(12))"
    assert context.credentials().isEmpty()


def test_an_option_is_scalas() -> None:
    full, empty = Option("x"), Option(None)

    assert (full.getOrElse(None), empty.getOrElse(None)) == ("x", None)
    assert empty.getOrElse(lambda: 1) == 1
    assert (str(full), str(empty)) == ("Some(x)", "None")
    assert (full.isDefined(), full.isEmpty(), full.nonEmpty()) == (True, False, True)
    with pytest.raises(Py4JJavaError, match=r"NoSuchElementException: None\.get"):
        empty.get()


def test_tags_are_a_map_of_options() -> None:
    tags = context_of().tags()

    assert tags.get("jobId").get() == "7"
    assert (tags.get("idInJob").get(), tags.get("runId").get()) == ("11", "12")
    assert tags.apply("taskKey") == "train"
    assert tags.getOrElse("nothing", "x") == "x"
    assert not tags.get("nothing").isDefined()
    assert tags.contains("user")
    assert "jobName" in tags.keySet()
    with pytest.raises(Py4JJavaError, match="key not found: nothing"):
        tags.apply("nothing")


def test_json_has_everything_but_the_token() -> None:
    context = context_of()
    for text in (context.toJson(), context.safeToJson()):
        found = json.loads(text)
        assert found["currentRunId"]["id"] == 12
        assert found["tags"]["multitaskParentRunId"] == "11"
        assert found["extraContext"]["notebook_path"] == "/Shared/n"
        assert found["attributes"]["notebook_path"] == "/Shared/n"
        assert "t0ken" not in text


def test_who_reads_the_token_cannot_show_it() -> None:
    redactor = Redactor()
    token = context_of(redactor=redactor).apiToken().get()

    assert redactor.text(f"Bearer {token}") == "Bearer [REDACTED]"


def test_what_needs_a_jvm_is_refused() -> None:
    entry_point = EntryPoint(context_of(), "/f")

    assert entry_point.getDbutils().notebook().getContext().jobId().get() == "7"
    assert entry_point.getReplId() == "12"
    with pytest.raises(NotLocalError, match="There is no JVM here"):
        entry_point.getSQLContext()
