"""Notebooks in every format, in and out, driven by the official SDK over HTTP."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.core import DatabricksError
from databricks.sdk.errors import InvalidParameterValue
from databricks.sdk.service.workspace import ExportFormat, ImportFormat, Language, ObjectType

from brickyard.notebook import HEADERS, Cell, Notebook, parse, parse_jupyter, render_jupyter
from brickyard.workspace.home import Home
from brickyard.workspace.notebooks import NotebookFiles, WorkspaceService
from brickyard.workspace.notebooks.page import read_page

if TYPE_CHECKING:
    from tests.workspace.conftest import Serve, Served

OWN = "application/vnd.databricks.v1+notebook"
OUTPUT = {"output_type": "stream", "name": "stdout", "text": ["<script>1</script>\n"]}
IMAGE = {"output_type": "display_data", "data": {"image/png": "aGk=\n", "text/plain": "<fig>"}}
SOURCES = {
    "py": "# Databricks notebook source\n# MAGIC %md\n# MAGIC # Hé\n\n# COMMAND ----------\n\n"
    "# DBTITLE 1,Load\nx = 1\n",
    "sql": "-- Databricks notebook source\r\nselect 1\r\n",
    "scala": "\ufeff// Databricks notebook source\nprintln(1)",
    "r": "# Databricks notebook source\n# MAGIC %md x\n# COMMAND ----------\nx <- 1\n\n\n",
}
LANGUAGES = {
    "py": Language.PYTHON,
    "sql": Language.SQL,
    "scala": Language.SCALA,
    "r": Language.R,
}


@pytest.fixture
def files(home: Home) -> NotebookFiles:
    return NotebookFiles(home)


@pytest.fixture
def server(serve: Serve, home: Home, files: NotebookFiles) -> Served:
    return serve(WorkspaceService(home, files))


@pytest.fixture
def w(server: Served) -> WorkspaceClient:
    return server.sdk()


@pytest.fixture
def http(server: Served) -> Iterator[httpx.Client]:
    with server.http() as client:
        yield client


def jupyter(language: str = "python", *cells: dict[str, Any]) -> bytes:
    made = cells or (
        {"cell_type": "markdown", "metadata": {}, "source": ["# Title"]},
        {
            "cell_type": "code", "execution_count": 3, "metadata": {"tags": ["keep"]},
            "outputs": [OUTPUT, IMAGE], "source": ["x = 1\n", "print(x)"],
        },
    )  # fmt: skip
    metadata = {"kernelspec": {"name": language, "language": language}}
    document = {"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(document).encode()


def exported(w: WorkspaceClient, path: str, form: str) -> bytes:
    answer = w.workspace.export(path, format=ExportFormat(form))
    assert answer.content is not None
    return base64.b64decode(answer.content)


@pytest.mark.parametrize("extension", sorted(SOURCES))
def test_source_comes_back_byte_for_byte(
    w: WorkspaceClient, files: NotebookFiles, extension: str
) -> None:
    content, language = SOURCES[extension].encode(), LANGUAGES[extension]
    w.workspace.upload("/Shared/n", content, language=language)
    w.workspace.upload(f"/Shared/auto.{extension}", content, format=ImportFormat.AUTO)
    for path in ("/Shared/n", "/Shared/auto"):
        info = w.workspace.get_status(path)
        assert (info.object_type, info.language) == (ObjectType.NOTEBOOK, language)
        answer = w.workspace.export(path, format=ExportFormat.SOURCE)
        assert (answer.file_type, base64.b64decode(answer.content or "")) == (extension, content)
        assert exported(w, path, "AUTO") == content
        assert files.read_notebook(path)[0] == parse(content.decode(), language.value.lower())


def test_jupyter_keeps_cells_outputs_and_metadata(w: WorkspaceClient) -> None:
    content = jupyter()
    w.workspace.upload("/Shared/n", content, format=ImportFormat.JUPYTER)
    info = w.workspace.get_status("/Shared/n")
    assert (info.object_type, info.language) == (ObjectType.NOTEBOOK, Language.PYTHON)
    answer = w.workspace.export("/Shared/n", format=ExportFormat.JUPYTER)
    assert answer.file_type == "ipynb"
    found, sent = json.loads(base64.b64decode(answer.content or "")), json.loads(content)
    assert found["cells"] == sent["cells"]
    assert found["metadata"]["kernelspec"] == sent["metadata"]["kernelspec"]
    assert found["metadata"][OWN] == {"language": "python", "notebookName": "n"}
    assert exported(w, "/Shared/n", "RAW") == exported(w, "/Shared/n", "JUPYTER")
    source = "# Databricks notebook source\n# MAGIC %md\n# MAGIC # Title\n\n"
    source += "# COMMAND ----------\n\nx = 1\nprint(x)\n"
    assert exported(w, "/Shared/n", "SOURCE").decode() == source


@pytest.mark.parametrize("language", ["python", "sql", "scala", "R"])
def test_uploaded_ipynb_becomes_a_notebook_without_extension(
    w: WorkspaceClient, http: httpx.Client, language: str
) -> None:
    w.workspace.upload("/Shared/a.ipynb", jupyter(language), format=ImportFormat.AUTO)
    # As the Databricks CLI sends every file of a bundle.
    url = "/api/2.0/workspace-files/import-file/Shared%2Fb.ipynb"
    assert http.post(url, content=jupyter(language)).status_code == 200
    again = http.post(url, content=jupyter(language))
    assert (again.status_code, again.json()["message"]) == (400, "Path (/Shared/b) already exists.")
    for path in ("/Shared/a", "/Shared/b"):
        query = {"path": path, "return_export_info": "true"}
        info = http.get("/api/2.0/workspace/get-status", params=query).json()
        assert (info["object_type"], info["language"]) == ("NOTEBOOK", language.upper())
        assert info["repos_export_format"] == "JUPYTER"
        found = json.loads(exported(w, path, "JUPYTER"))
        assert found["metadata"]["language_info"]["name"] == language.lower()
        header = HEADERS[language.lower()]
        assert exported(w, path, "SOURCE").decode().startswith(f"{header}\n")
    assert {each.path for each in w.workspace.list("/Shared")} == {"/Shared/a", "/Shared/b"}
    reply = http.get("/api/2.0/workspace-files/Shared/b")
    assert json.loads(reply.content)["nbformat"] == 4


def test_source_notebook_leaves_as_jupyter_and_comes_back(w: WorkspaceClient) -> None:
    w.workspace.upload("/Shared/n", SOURCES["py"].encode(), language=Language.PYTHON)
    content = exported(w, "/Shared/n", "JUPYTER")
    assert parse_jupyter(content.decode()) == parse(SOURCES["py"])
    w.workspace.upload("/Shared/m", content, format=ImportFormat.JUPYTER)
    assert exported(w, "/Shared/m", "SOURCE").decode() == SOURCES["py"]
    assert exported(w, "/Shared/m", "JUPYTER") == content


def test_html_is_a_page_that_can_be_imported_again(w: WorkspaceClient) -> None:
    for extension, text in SOURCES.items():
        w.workspace.upload(f"/Shared/{extension}", text.encode(), language=LANGUAGES[extension])
        answer = w.workspace.export(f"/Shared/{extension}", format=ExportFormat.HTML)
        assert answer.file_type == "html"
        page = base64.b64decode(answer.content or "")
        w.workspace.upload(f"/Shared/{extension}2", page, format=ImportFormat.HTML)
        info = w.workspace.get_status(f"/Shared/{extension}2")
        assert info.language == LANGUAGES[extension]
        language = LANGUAGES[extension].value.lower()
        read = parse(exported(w, f"/Shared/{extension}2", "SOURCE").decode(), language)
        assert read == parse(text, language)


def test_html_shows_a_jupyter_notebooks_outputs_and_runs_none(w: WorkspaceClient) -> None:
    w.workspace.upload("/Shared/n", jupyter(), format=ImportFormat.JUPYTER)
    page = exported(w, "/Shared/n", "HTML").decode()
    assert "&lt;script&gt;1&lt;/script&gt;" in page
    assert page.count("<script>") == 1
    assert 'src="data:image/png;base64,aGk="' in page
    assert read_page(page) == parse_jupyter(jupyter().decode())


def test_download_names_the_file(http: httpx.Client, w: WorkspaceClient) -> None:
    w.workspace.upload("/Shared/n", jupyter(), format=ImportFormat.JUPYTER)
    for form, name in (("JUPYTER", "n.ipynb"), ("SOURCE", "n.py"), ("HTML", "n.html")):
        query = {"path": "/Shared/n", "format": form, "direct_download": "true"}
        reply = http.get("/api/2.0/workspace/export", params=query)
        assert reply.headers["content-disposition"].endswith(f"''{name}")


@pytest.mark.parametrize(
    ("form", "content", "message"),
    [
        ("JUPYTER", b"{}", "Shared/x.ipynb cannot be imported in format JUPYTER.*no nbformat"),
        ("JUPYTER", b"# Databricks notebook source\n", "is no JSON"),
        ("JUPYTER", b"\xff\xfe", "not UTF-8.*AUTO or RAW"),
        ("JUPYTER", b'{"nbformat": 3}', "nbformat 3.*nbconvert"),
        ("JUPYTER", jupyter("julia"), "'julia' is none that Databricks has"),
        ("AUTO", b"{", "is no JSON"),
        ("HTML", b"<html></html>", "no exported notebook"),
        ("HTML", jupyter(), "no exported notebook"),
    ],
)
def test_content_that_does_not_fit_the_format_is_refused(
    w: WorkspaceClient, home: Home, form: str, content: bytes, message: str
) -> None:
    with pytest.raises(InvalidParameterValue, match=message):
        w.workspace.import_(
            "/Shared/x.ipynb",
            content=base64.b64encode(content).decode(),
            format=ImportFormat(form),
        )
    assert list((home.workspace / "Shared").iterdir()) == []
    assert list((home.workspace / ".brickyard").iterdir()) == []


def test_damaged_ipynb_of_the_cli_is_refused_and_leaves_nothing(
    http: httpx.Client, home: Home
) -> None:
    reply = http.post("/api/2.0/workspace-files/import-file/Shared%2Fb.ipynb", content=b"{")
    assert (reply.status_code, reply.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert list((home.workspace / "Shared").iterdir()) == []
    assert list((home.workspace / ".brickyard").iterdir()) == []


def test_jupyter_notebook_is_no_source(w: WorkspaceClient) -> None:
    with pytest.raises(DatabricksError, match="is a Jupyter notebook; use format JUPYTER"):
        w.workspace.upload("/Shared/n", jupyter(), language=Language.PYTHON)


@pytest.mark.parametrize("form", ["HTML", "JUPYTER"])
def test_a_file_has_no_notebook_format(w: WorkspaceClient, form: str) -> None:
    w.workspace.upload("/Shared/f.txt", b"x", format=ImportFormat.AUTO)
    with pytest.raises(InvalidParameterValue, match=f"f.txt.*is a file.*format {form}; use AUTO"):
        w.workspace.export("/Shared/f.txt", format=ExportFormat(form))


def test_an_ipynb_may_be_larger_than_other_notebooks(
    w: WorkspaceClient, http: httpx.Client
) -> None:
    text = {"output_type": "stream", "name": "stdout", "text": "x" * (11 << 20)}
    cell = {"cell_type": "code", "metadata": {}, "outputs": [text], "source": "y"}
    content = jupyter("python", cell)
    w.workspace.upload("/Shared/n.ipynb", content, format=ImportFormat.AUTO)
    assert len(exported(w, "/Shared/n", "JUPYTER")) > 11 << 20
    assert exported(w, "/Shared/n", "SOURCE") == b"# Databricks notebook source\ny\n"
    with pytest.raises(DatabricksError, match="10 MB"):
        exported(w, "/Shared/n", "HTML")
    # What was exported can be brought back, also as the CLI does it.
    url = "/api/2.0/workspace-files/import-file/Shared%2Fback.ipynb"
    kept = exported(w, "/Shared/n", "JUPYTER")
    assert http.post(url, content=kept).status_code == 200
    assert exported(w, "/Shared/back", "JUPYTER") == kept
    with pytest.raises(DatabricksError, match="10 MB"):
        w.workspace.upload("/Shared/m", b"x" * (11 << 20), language=Language.PYTHON)


def test_ipynb_sent_raw_stays_a_file(w: WorkspaceClient) -> None:
    w.workspace.upload("/Shared/n.ipynb", jupyter(), format=ImportFormat.RAW)
    assert w.workspace.get_status("/Shared/n.ipynb").object_type == ObjectType.FILE
    assert exported(w, "/Shared/n.ipynb", "AUTO") == jupyter()


def test_damaged_notebook_of_a_process_says_so(w: WorkspaceClient, home: Home) -> None:
    kept = render_jupyter(Notebook("python", (Cell(0, "python", "x"),)), "n")
    (home.workspace / "Shared").mkdir(exist_ok=True)
    (home.workspace / "Shared/n").write_text(kept[:-20])
    assert w.workspace.get_status("/Shared/n").object_type == ObjectType.NOTEBOOK
    with pytest.raises(DatabricksError, match="/Shared/n cannot be exported in format SOURCE"):
        exported(w, "/Shared/n", "SOURCE")
