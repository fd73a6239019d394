"""The picture: how far from the limit each judge is, and whether it may be believed."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.judge.claims import Played
from benchmarks.judge.score import Score
from benchmarks.judge.streams import ALPHA

_SERINUS, _PEER, _BLAMES, _AIDED = "#b8860b", "#33475b", "#c0392b", "#9aa5b1"
_TITLES = {
    "0.5 → 2 %": "Errors 0.5 → 2 %",
    "1 → 1.5 %": "Errors 1 → 1.5 %",
    "0.1 → 5 %": "Errors 0.1 → 5 %",
    "0.5 → 2 %, incident on both arms": "Errors 0.5 → 2 %,\nincident on both arms",
    "+20 % on all requests": "Latency +20 %",
    "2 % of requests three times slower": "2 % of requests\nthree times slower",
    "+20 % on all requests, incident on both arms": "Latency +20 %,\nincident on both arms",
}


def draw(played: Sequence[Played], path: Path) -> None:
    """Write the picture as SVG, the same bytes for the same scores."""
    mpl.rcParams.update(
        {"svg.hashsalt": "serinus", "svg.fonttype": "none", "font.family": "sans-serif", "font.size": 9}
    )
    shown = [one for one in played if one.name in _TITLES]
    rows = [[one for one in shown if one.errors], [one for one in shown if not one.errors]]
    figure = Figure(figsize=(11, 9.5), layout="constrained")
    for part, row in zip(figure.subfigures(2, 1, height_ratios=(18, 17)), rows, strict=True):
        panels = part.subplots(1, len(row), sharey=True, squeeze=False)[0]
        for axes, one in zip(panels, row, strict=True):
            _panel(axes, one, [score.judge for score in row[0].scores])
    figure.supxlabel(
        "canary requests until rollback, as a multiple of Wald's limit (log scale): the green line; ▸ more than that"
    )
    _legend(figure)
    figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})


def _panel(axes: Axes, one: Played, judges: Sequence[str]) -> None:
    axes.set_title(_TITLES[one.name], fontsize=10)
    axes.set_xscale("log")
    axes.set_yticks(range(len(judges)), judges)
    axes.set_ylim(len(judges) - 0.5, -0.5)
    axes.axvline(1, color="#27ae60", linewidth=1.2)
    axes.xaxis.set_major_formatter("{x:g}")
    axes.grid(axis="y", color="#f1f3f5", linewidth=0.7)
    axes.grid(axis="x", which="major", color="#e3e7eb", linewidth=0.7)
    axes.tick_params(axis="y", length=0)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    for score in one.scores:
        if score.judge in judges:
            _dot(axes, one, score, judges.index(score.judge))


def _dot(axes: Axes, one: Played, score: Score, row: int) -> None:
    color = _color(score)
    marker = ">" if score.unseen.count > score.unseen.total / 100 else "o"
    face = "white" if score.false.exceeds(ALPHA) else color
    axes.plot(
        float(score.requests.mean()) / one.limit,
        row,
        marker,
        color=color,
        markerfacecolor=face,
        markersize=7,
        clip_on=False,
    )


def _color(score: Score) -> str:
    if score.judge.startswith("Serinus"):
        return _SERINUS
    if score.false.exceeds(ALPHA):
        return _BLAMES
    return _AIDED if score.aided else _PEER


def _legend(figure: Figure) -> None:
    entries = (
        ("Serinus", _SERINUS, _SERINUS),
        ("peer, at most 1 % of healthy canaries blamed", _PEER, _PEER),
        ("blames more than 1 %, beyond doubt", _BLAMES, "white"),
        ("knows the rates, or was tuned with hindsight", _AIDED, _AIDED),
    )
    handles = [
        mpl.lines.Line2D([], [], linestyle="", marker="o", color=color, markerfacecolor=face, label=label)
        for label, color, face in entries
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=4, frameon=False)
