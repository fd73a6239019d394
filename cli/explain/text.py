"""What is foreseen, for a terminal."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from cli.explain.advice import advice
from cli.explain.cells import LEGEND, header, rows
from cli.explain.explained import Explained, Page
from cli.explain.trials import sentences
from cli.explain.words import summary
from cli.foresight.outlook import Outlook

_BAR = 16


def text(page: Page) -> RenderableType:
    """Show each endpoint: sentences, a table of the steps, what to mend, where the numbers are from."""
    return Group(*(part for each in page.endpoints for part in _endpoint(page.environment, each)))


def _endpoint(environment: str, explained: Explained) -> Iterator[RenderableType]:
    yield Text(f"{explained.endpoint} in {environment}", "bold")
    outlook = explained.outlook
    if outlook is not None:
        yield from (Text(sentence) for sentence in (*summary(outlook), *sentences(explained.trials)))
        yield Padding(_table(outlook), (1, 0))
        yield from (Text(f"! {sentence}", "yellow") for sentence in advice(outlook))
        if outlook.traffic:
            yield Text(LEGEND, "dim")
    yield from (Text(note, "dim") for note in explained.notes)
    yield Text("")


def _table(outlook: Outlook) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for index, name in enumerate(header(outlook)):
        table.add_column(name, justify="left" if index == 0 else "right")
    table.add_column("")
    longest = max(_stay(outlook))
    for row, seconds in zip(rows(outlook), _stay(outlook), strict=True):
        table.add_row(*row, Text("█" * round(_BAR * seconds / longest), "green"))
    return table


def _stay(outlook: Outlook) -> list[float]:
    """The time that a healthy canary spends in each step; what the plan asks for where that is unknown."""
    if outlook.traffic is None:
        return [float(step.least) for step in outlook.steps]
    return [step.expected or 0.0 for step in outlook.steps]
