"""Figures of a model, drawn without a display and without matplotlib's global state."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike

RESIDUAL_RANGE = 120.0
"""Minutes of residual shown to either side; what lies beyond is counted in the outermost bins."""


def importance_figure(importance: pd.Series[float], top: int = 20) -> Figure:
    """Bars of the ``top`` most important features, the most important uppermost.

    Args:
        importance: What ``training.feature_importance`` returned.
        top: How many features to show.
    """
    shown = importance.head(top)[::-1]
    figure = _figure(7.0, 0.3 * len(shown) + 1.2)
    axes = figure.add_subplot()
    axes.barh([str(name) for name in shown.index], shown.to_numpy(), color="#35618e")
    axes.set_xlabel("share of total gain")
    axes.set_title("Feature importance")
    return figure


def residual_figure(actual: ArrayLike, predicted: ArrayLike) -> Figure:
    """Histogram of the residuals, and the mean residual over the predicted delay.

    Args:
        actual: Arrival delays in minutes.
        predicted: Predicted delays in minutes, of the same length.
    """
    guess = np.asarray(predicted, dtype=np.float64)
    residual = guess - np.asarray(actual, dtype=np.float64)
    figure = _figure(10.0, 4.0)
    left, right = figure.subplots(1, 2)
    bins = np.linspace(-RESIDUAL_RANGE, RESIDUAL_RANGE, 81)
    left.hist(np.clip(residual, -RESIDUAL_RANGE, RESIDUAL_RANGE), bins=bins, color="#35618e")
    left.axvline(0.0, color="black", linewidth=0.8)
    left.set_xlabel("predicted - actual (minutes)")
    left.set_ylabel("flights")
    left.set_title("Residuals")
    centres, means = _binned_means(guess, residual)
    right.plot(centres, means, marker="o", color="#b3541e")
    right.axhline(0.0, color="black", linewidth=0.8)
    right.set_xlabel("predicted delay (minutes)")
    right.set_ylabel("mean residual (minutes)")
    right.set_title("Bias by predicted delay")
    return figure


def _binned_means(x: np.ndarray, y: np.ndarray, bins: int = 20) -> tuple[np.ndarray, np.ndarray]:
    """Means of ``x`` and ``y`` over groups of ``x`` of equal size."""
    groups = [part for part in np.array_split(np.argsort(x, kind="stable"), bins) if part.size]
    return np.array([x[part].mean() for part in groups]), np.array(
        [y[part].mean() for part in groups]
    )


def _figure(width: float, height: float) -> Figure:
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure
