from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import plotly.io
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.display import HTML, JSON, SVG, Image, Markdown
from matplotlib.figure import Figure
from PIL import Image as Pillow
from sklearn.linear_model import LinearRegression

from brickyard.runtime.display import (
    bundle,
    display_data,
    last_expression_data,
    prepare_figures,
)
from brickyard.runtime.display.figures import plotly_data
from brickyard.runtime.protocol import METADATA_MIME, PLOTLY_MIME, TABLE_MIME

PNG = "iVBORw0KGgo"


@pytest.fixture(scope="module")
def shell() -> InteractiveShell:
    found = InteractiveShell()
    prepare_figures(found)
    return found


def drawn() -> Figure:
    figure = Figure(figsize=(1, 1))
    figure.subplots().plot([1, 2])
    return figure


def test_a_figure_is_a_png_whatever_of_it_is_shown(shell: InteractiveShell) -> None:
    for value in (drawn(), drawn().axes[0]):
        for formatter in (shell.display_formatter, None):
            assert display_data(value, formatter)["image/png"].startswith(PNG)


def test_an_empty_figure_is_only_named(shell: InteractiveShell) -> None:
    assert list(display_data(Figure(), shell.display_formatter)) == ["text/plain"]


@pytest.mark.parametrize(
    ("value", "kind", "start"),
    [
        (HTML("<b>x</b>"), "text/html", "<b>x</b>"),
        (Markdown("*x*"), "text/markdown", "*x*"),
        (SVG("<svg></svg>"), "image/svg+xml", "<svg"),
        (JSON({"a": 1}), "application/json", None),
        (Pillow.new("RGB", (2, 2)), "image/png", PNG),
        (LinearRegression(), "text/html", "<style>"),
        (pd.DataFrame({"a": [1]}).style, "text/html", "<style"),
        (None, "text/plain", "None"),
        ("x", "text/plain", "'x'"),
        (np.array([1]), "text/plain", "array([1])"),
        ([1, 2], "text/plain", "[1, 2]"),
    ],
)
def test_anything_else_is_what_ipython_makes_of_it(
    shell: InteractiveShell, value: Any, kind: str, start: str | None
) -> None:
    shown = display_data(value, shell.display_formatter)

    assert TABLE_MIME not in shown
    assert shown[kind].startswith(start) if start else shown[kind] == {"a": 1}


def test_an_images_size_is_kept(shell: InteractiveShell) -> None:
    data = base64.b64decode(display_data(drawn(), None)["image/png"])
    shown = display_data(Image(data, width=30), shell.display_formatter)

    assert shown["image/png"].startswith(PNG)
    assert shown[METADATA_MIME] == {"image/png": {"width": 30}}


def test_the_last_expression_shows_a_frame_with_its_index(shell: InteractiveShell) -> None:
    frame = pd.DataFrame({"a": [1]}, index=["first"])

    shown = last_expression_data(frame, shell.display_formatter)
    assert "first" in shown["text/html"]
    assert TABLE_MIME in display_data(frame, shell.display_formatter)


def test_a_spark_frame_as_last_expression_is_only_named() -> None:
    frame = type("DataFrame", (), {"__module__": "pyspark.sql.dataframe", "toPandas": None})()

    assert last_expression_data(frame, None) == {"text/plain": repr(frame)}


def test_a_plotly_figure_is_its_data() -> None:
    figure = go.Figure(go.Scatter(x=np.arange(3), y=[1, 2, 3]))
    shown = plotly_data(plotly.io, figure, {"config": {"scrollZoom": True}})

    data = shown[PLOTLY_MIME]
    assert data["data"][0]["type"] == "scatter"
    assert data["config"] == {"scrollZoom": True}
    assert shown["text/plain"] == "plotly figure (scatter)"


def test_a_copy_of_plotlys_script_is_not_kept() -> None:
    figure = go.Figure(go.Bar(y=[1]))
    html = figure.to_html(include_plotlyjs=True)
    kept = bundle({"text/html": html})["text/html"]

    assert len(html) > 4_000_000
    assert len(kept) < 20_000
    assert '<script src="/static/brickyard/plotly.js"></script>' in kept
    assert "Plotly.newPlot" in kept
