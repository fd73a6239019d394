"""A part of the page that not every rollout has: a lead, and pictures and tables below it, ready for the template."""

from dataclasses import dataclass

from cli.report.shapes import Chart


@dataclass(frozen=True, slots=True)
class Table:
    """Texts in columns; each row begins with what it is about."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """What a caption tells, and where there is something to show a chart (wide and narrow) and a table."""

    title: str
    caption: str
    charts: tuple[Chart, Chart] | None = None
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """Parts under a heading; ``picture`` is the heading and chart that the rollout's picture has, too."""

    title: str
    lead: str
    parts: tuple[Part, ...] = ()
    picture: tuple[str, Chart] | None = None
