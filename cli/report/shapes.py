"""What a chart consists of, in pixels: a template draws these and decides nothing. ``look`` is a CSS class."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from cli.report.scale import Scale, spread

Points = Iterable[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Frame:
    """A chart's size and the margins around its plot."""

    width: float
    height: float
    left: float
    right: float
    top: float = 26
    bottom: float = 26

    def across(self, low: float, high: float) -> Scale:
        """Map values from left to right; an empty interval is widened to one unit."""
        return Scale(low, high if high > low else low + 1, self.left, self.width - self.right)

    def up(self, low: float, high: float) -> Scale:
        """Map values from the bottom upwards."""
        return Scale(low, high, self.height - self.bottom, self.top)


@dataclass(frozen=True, slots=True)
class Line:
    """A path (SVG's ``d``); closed paths are areas."""

    look: str
    path: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Dot:
    """A point with a tooltip."""

    look: str
    x: float
    y: float
    radius: float
    title: str


@dataclass(frozen=True, slots=True)
class Label:
    """A text; ``anchor`` as in SVG."""

    look: str
    x: float
    y: float
    text: str
    anchor: str = "start"


@dataclass(frozen=True, slots=True)
class Tick:
    """A round value on an axis, at pixel ``at``."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A vertical line at a decision."""

    look: str
    x: float
    title: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A whole chart; ``summary`` tells in words what it shows."""

    frame: Frame
    summary: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    rules: tuple[Rule, ...] = ()
    areas: tuple[Line, ...] = ()
    lines: tuple[Line, ...] = ()
    dots: tuple[Dot, ...] = ()
    labels: tuple[Label, ...] = ()


def joined(points: Points) -> str:
    """Join points by straight lines."""
    return " ".join(f"{'L' if index else 'M'}{x:g} {y:g}" for index, (x, y) in enumerate(points))


def stairs(points: Points) -> tuple[tuple[float, float], ...]:
    """Hold each value until the next one."""
    found: list[tuple[float, float]] = []
    for x, y in points:
        if found and found[-1][1] != y:
            found.append((x, found[-1][1]))
        found.append((x, y))
    return tuple(found)


def apart(labels: Iterable[Label], frame: Frame, gap: float = 15) -> tuple[Label, ...]:
    """Move labels up or down so that none covers another."""
    rows = tuple(labels)
    heights = spread((label.y for label in rows), gap, frame.top + 4, frame.height - frame.bottom)
    return tuple(replace(label, y=round(y, 2)) for label, y in zip(rows, heights, strict=True))
