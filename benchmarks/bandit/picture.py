"""The picture: how much more than the limit each bandit loses."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.bandit.score import OPTIMAL, Played

_SERINUS, _PEER, _LIMIT = "#b8860b", "#33475b", "#27ae60"


def draw(played: Sequence[Played], path: Path) -> None:
    """Write the picture as SVG, the same bytes for the same regrets."""
    mpl.rcParams.update(
        {"svg.hashsalt": "serinus", "svg.fonttype": "none", "font.family": "sans-serif", "font.size": 9}
    )
    shown = [one for one in played if one.limit is not None]
    names = [name for name in shown[0].regrets if name != OPTIMAL]
    figure = Figure(figsize=(11, 4.2), layout="constrained")
    panels = figure.subplots(1, len(shown), sharey=True, squeeze=False)[0]
    for axes, one in zip(panels, shown, strict=True):
        _panel(axes, one, one.limit or 1.0, names)
    figure.supxlabel("conversions lost, as a multiple of the Bayes-optimal limit (log scale): the green line")
    figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})


def _panel(axes: Axes, one: Played, limit: float, names: Sequence[str]) -> None:
    axes.set_title(one.world.name, fontsize=10)
    axes.set_xscale("log")
    axes.set_xticks([1, 2, 5, 10], ["1", "2", "5", "10"])
    axes.set_xticks([], minor=True)
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.axvline(1, color=_LIMIT, linewidth=1.2)
    axes.grid(axis="both", color="#e9ecef", linewidth=0.7)
    axes.tick_params(axis="y", length=0)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    for row, name in enumerate(names):
        regret, color = one.mean(name), _SERINUS if name.startswith("Serinus") else _PEER
        axes.errorbar(regret.value / limit, row, xerr=regret.half / limit, fmt="o", color=color, markersize=6)
