"""Curves as a picture."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from aggregator.cli.failure import Failure
from aggregator.evaluation import Evaluation


def curve_drawer(path: Path) -> Callable[[Evaluation], None]:
    """A function that draws precision over recall into a PNG file: the curves, and the stories.

    Raises Failure at once when matplotlib is not installed; the function raises OSError for a
    file that cannot be written.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise Failure("--plot needs matplotlib: install the extra `plot`") from None

    def draw(found: Evaluation) -> None:
        figure = Figure(figsize=(6, 5), dpi=120, layout="constrained")
        limits = (0, 1.02)
        axes = figure.add_subplot(xlabel="recall", ylabel="precision", xlim=limits, ylim=limits)
        for by, points in _lines(found).items():
            axes.plot(*zip(*points, strict=True), marker=".", label=f"by {by} alone")
        stories = found.by_story
        if stories.recall is not None and stories.precision is not None:
            axes.plot(stories.recall, stories.precision, "k*", markersize=12, label="stories")
        axes.grid(visible=True, alpha=0.3)
        if axes.has_data():
            axes.legend(loc="lower left")
        figure.savefig(path, format="png")

    return draw


def _lines(found: Evaluation) -> dict[str, list[tuple[float, float]]]:
    lines: dict[str, list[tuple[float, float]]] = {}
    for by, _threshold, made in found.curves():
        if made.recall is not None and made.precision is not None:
            lines.setdefault(by, []).append((made.recall, made.precision))
    return lines
