from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from flight_delays.plots import importance_figure, residual_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def png(figure: Figure) -> bytes:
    content = io.BytesIO()
    figure.savefig(content, format="png")
    return content.getvalue()


def test_importance_shows_the_most_important_uppermost() -> None:
    shares = pd.Series([0.6, 0.3, 0.1], index=["dest", "carrier", "temp"])
    figure = importance_figure(shares, top=2)
    (axes,) = figure.axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["carrier", "dest"]
    assert [bar.get_width() for bar in axes.patches] == [0.3, 0.6]  # type: ignore[attr-defined]
    assert png(figure).startswith(b"\x89PNG")


def test_residuals_are_counted_and_averaged() -> None:
    predicted = np.arange(200, dtype=float)
    figure = residual_figure(predicted - 10.0, predicted)
    histogram, bias = figure.axes
    counts = {bar.get_x(): bar.get_height() for bar in histogram.patches}  # type: ignore[attr-defined]
    assert sum(counts.values()) == 200
    (start,) = [x for x, count in counts.items() if count]
    assert start <= 10.0 < start + 3.0 + 1e-9
    line = bias.lines[0]
    assert line.get_ydata() == pytest.approx(np.full(20, 10.0))
    assert line.get_xdata() == pytest.approx(np.arange(4.5, 200, 10))
    assert png(figure).startswith(b"\x89PNG")


def test_outliers_fall_into_the_outermost_bins() -> None:
    figure = residual_figure([0.0, 0.0], [-5000.0, 5000.0])
    bars = figure.axes[0].patches
    assert [bars[0].get_height(), bars[-1].get_height()] == [1, 1]  # type: ignore[attr-defined]


def test_figures_are_not_registered_with_pyplot() -> None:
    from matplotlib import pyplot

    before = pyplot.get_fignums()
    residual_figure([1.0, 2.0], [1.0, 2.0])
    assert pyplot.get_fignums() == before
