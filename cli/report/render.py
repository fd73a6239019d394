"""HTML and SVG out of Jinja templates; everything that is put in is escaped."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from cli.quantities import percent, utc
from cli.report.errors import errors
from cli.report.page import page, wide
from cli.report.shapes import Frame
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


def html(story: Story) -> str:
    """Render the whole page: one file, no script, nothing loaded from anywhere."""
    return _TEMPLATES.get_template("page.html.j2").render(page=page(story), story=story)


def svg(story: Story) -> str:
    """Render weights and errors as one picture that stands by itself."""
    charts = (("Traffic", weights(story, wide(230))), ("Errors", errors(story, wide(200))))
    height = sum(chart.frame.height for _, chart in charts)
    frame = Frame(960, height + 84, left=0, right=0)
    return _TEMPLATES.get_template("picture.svg.j2").render(page=page(story), story=story, charts=charts, frame=frame)
