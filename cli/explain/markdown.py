"""What is foreseen, as Markdown for a pull request."""

from collections.abc import Iterator

from cli.explain.advice import advice
from cli.explain.cells import LEGEND, header, rows
from cli.explain.explained import Explained, Page
from cli.explain.trials import sentences
from cli.explain.words import summary


def markdown(page: Page) -> str:
    """Write a heading, a paragraph and a table per endpoint."""
    return "\n".join(line for endpoint in page.endpoints for line in _endpoint(page.environment, endpoint))


def _endpoint(environment: str, explained: Explained) -> Iterator[str]:
    yield f"### {environment}: what a rollout on {explained.endpoint} will do"
    yield ""
    outlook = explained.outlook
    if outlook is not None:
        yield " ".join((*summary(outlook), *sentences(explained.trials)))
        yield ""
        yield from _table(header(outlook), rows(outlook))
        yield ""
        yield from (f"- **{sentence}**" for sentence in advice(outlook))
        if outlook.traffic:
            yield f"- {LEGEND}"
    yield from (f"- {note}" for note in explained.notes)
    yield ""


def _table(names: tuple[str, ...], cells: Iterator[tuple[str, ...]]) -> Iterator[str]:
    yield _row(names)
    yield _row(("---",) * len(names))
    yield from map(_row, cells)


def _row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"
