"""HTML and SVG out of Jinja templates; everything that is put in is escaped."""

from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from cli.quantities import percent, utc
from cli.report import fleets
from cli.report.earnings import earnings, heading, looks
from cli.report.errors import errors
from cli.report.page import page, wide
from cli.report.section import Section
from cli.report.shapes import Chart, Frame
from cli.report.weights import weights
from cli.story import Story

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters |= {
    "percent": percent,
    "utc": utc,
    "prose": lambda text: text.replace(" %", "\N{NO-BREAK SPACE}%"),
}


def html(story: Story, section: Section | None = None) -> str:
    """Render the whole page: one file, no script, nothing loaded from anywhere."""
    return _TEMPLATES.get_template("page.html.j2").render(page=page(story, section), story=story)


def html_of_fleets(story: Story) -> str:
    """Render the page of a deployment that SageMaker made by itself."""
    return _TEMPLATES.get_template("page.html.j2").render(page=fleets.page(story), story=story)


def svg_of_fleets(story: Story) -> str:
    """Render a deployment's fleets as one picture that stands by itself."""
    shown = fleets.page(story)
    charts = (("Fleets", shown.figures[0].wide),)
    return stacked(shown.headline, f"{story.endpoint} in {story.environment}, {utc(story.began)}", charts)


def index(title: str, stops: Sequence[object]) -> str:
    """Render links to pages: each of `stops` has a `pattern`, a `sentence`, a `page` and a `picture` beside it."""
    return _TEMPLATES.get_template("index.html.j2").render(title=title, stops=stops)


def svg(story: Story, section: Section | None = None) -> str:
    """Render weights, what a test's arms have earned, errors and a section's chart as a picture by itself."""
    earned = ((heading(story), earnings(story, wide(200))),) if looks(story) else ()
    charts = (("Traffic", weights(story, wide(230))), *earned, ("Errors", errors(story, wide(200))))
    if section is not None and section.picture is not None:
        charts = (*charts, section.picture)
    frame = _around(charts)
    return _TEMPLATES.get_template("picture.svg.j2").render(
        page=page(story, section), story=story, charts=charts, frame=frame
    )


def stacked(headline: str, note: str, charts: Sequence[tuple[str, Chart]]) -> str:
    """Render charts with their headings below each other, as one picture that stands by itself."""
    return _TEMPLATES.get_template("stack.svg.j2").render(
        headline=headline, note=note, charts=charts, frame=_around(charts)
    )


def _around(charts: Sequence[tuple[str, Chart]]) -> Frame:
    return Frame(960, sum(chart.frame.height + 16 for _, chart in charts) + 52, left=0, right=0)
