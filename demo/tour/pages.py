"""The pages of a tour: one per pattern, by the command that a user would use, and one that links them."""

from argparse import Namespace
from dataclasses import dataclass
from pathlib import Path

from cli.connect import connect
from cli.report.render import index
from cli.report.write import NO_CAPTURES, report
from demo.scene import Scene


@dataclass(frozen=True, slots=True)
class Stop:
    """A pattern that was shown: its name, a sentence on it, and its files' names beside the index."""

    pattern: str
    sentence: str
    page: str
    picture: str


def page_of(pattern: str, sentence: str, here: Scene, folder: Path) -> Stop:
    """Write the latest report of the scene's endpoint into `folder`, named by the pattern."""
    asked = Namespace(endpoint=here.endpoint.name, rollout=None, out=folder, svg=True, **NO_CAPTURES)
    written = report(connect(here.name), asked).document
    stem = pattern.lower().replace("/", "-").replace(" ", "-")
    page, picture = folder / f"{stem}.html", folder / f"{stem}.svg"
    Path(str(written["report"])).replace(page)
    Path(str(written["picture"])).replace(picture)
    return Stop(pattern, sentence, page.name, picture.name)


def write_index(stops: list[Stop], folder: Path) -> Path:
    """Link what was shown, with a sentence and a picture each."""
    path = folder / "index.html"
    path.write_text(index("A tour of patterns", stops), encoding="utf-8")
    return path
