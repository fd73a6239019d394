"""`report`: a rollout's page, and its picture, as files."""

from argparse import Namespace
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from rich.text import Text

from cli.answer import Answer
from cli.connect import Site
from cli.deployments import entries_of, find_deployment, is_last
from cli.exits import Exit, RefusedError
from cli.report import fleets
from cli.report.render import html, html_of_fleets, svg, svg_of_fleets
from cli.report.section import Section
from cli.story import Story, find_story
from lambdas.control.world import World
from lambdas.rollout.catalogue import queries, table
from lambdas.rollout.guardrails import ErrorRate
from lambdas.rollout.judge.tables import Table

_Form = Callable[[Story], str]
NO_CAPTURES = {"captures": None, "truths": None, "baseline": None, "fetch": False}
"""The flags of a report that reads no captures, for whoever asks for one in code."""
_LATE = 10
"""Metric periods after the end in which the last counts have surely come in."""


def report(site: Site, arguments: Namespace) -> Answer:
    """Write the page (and with `--svg` the picture) into a folder; tell where.

    Of an endpoint whose fleet SageMaker replaced since by itself it is that deployment's, unless a rollout is asked
    for. With `--captures` or `--fetch` a rollout's page also says how good its answers were.
    """
    endpoint = site.endpoint(arguments.endpoint)
    _check(arguments)
    if arguments.rollout is None and is_last(site, endpoint):
        if _asks_captures(arguments):
            sentence = f"what {endpoint} had last is SageMaker's own deployment, with no canary beside stable"
            raise RefusedError(Exit.USAGE, sentence, "name a rollout: --rollout N")
        deployment = find_deployment(site, endpoint, None)
        story = fleets.story(site.environment, endpoint, deployment, entries_of(deployment))
        return _written(arguments, story, "deployment", (html_of_fleets, svg_of_fleets))
    found = find_story(site.world.ledger, site.environment, endpoint, arguments.rollout)
    section, measured = _measured(found, arguments)
    forms = partial(html, section=section), partial(svg, section=section)
    written = _written(arguments, with_counts(site.world, found), "rollout", forms)
    return replace(written, document={**written.document, **measured})


def _asks_captures(arguments: Namespace) -> bool:
    return arguments.fetch or arguments.captures is not None


def _check(arguments: Namespace) -> None:
    if not _asks_captures(arguments) and (arguments.truths or arguments.baseline):
        fix = "add --captures DIR or --fetch"
        raise RefusedError(Exit.USAGE, "--truths and --baseline tell nothing by themselves", fix)


def _measured(story: Story, arguments: Namespace) -> tuple[Section | None, dict[str, Any]]:
    """Read the captures, if there are any to read: the section of the page, and the same as data."""
    if not _asks_captures(arguments):
        return None, {}
    from cli.report.quality.told import told  # noqa: PLC0415 - DuckDB takes a while, and most reports are without captures

    return told(story, arguments)


def _written(arguments: Namespace, story: Story, subject: str, forms: tuple[_Form, _Form]) -> Answer:
    kind = "" if subject == "rollout" else f"{subject}-"
    stem, (page, picture) = f"{story.environment}-{story.endpoint}-{kind}{story.number}", forms
    files = {"report": _write(arguments.out / f"{stem}.html", page(story))}
    if arguments.svg:
        files["picture"] = _write(arguments.out / f"{stem}.svg", picture(story))
    document = {"environment": story.environment, "endpoint": story.endpoint, subject: story.number}
    return Answer(document | files, Text("\n".join(files.values())))


def with_counts(world: World, story: Story) -> Story:
    """Add CloudWatch's own counts where it still has them; the ledger's are enough where it refuses."""
    until = min(world.now(), story.until + _LATE * world.period)
    try:
        tables = errors(world, story.endpoint, story.began, until)
    except (BotoCoreError, ClientError):
        tables = ()
    during = tuple(table for table in tables if story.began - world.period < table.at < story.until)
    return replace(story, tables=during, period=world.period)


def errors(world: World, endpoint: str, since: float, until: float) -> tuple[Table, ...]:
    """Read how many requests failed per period, whichever guardrails the plan has."""
    guardrail = ErrorRate()
    periods = world.metrics.read(endpoint, queries(guardrail, None), since, until)
    return tuple(row for period in periods if (row := table(guardrail, period)))


def _write(path: Path, text: str) -> str:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise RefusedError(
            Exit.USAGE, f"cannot write {path}: {error.strerror}", "name another folder: --out"
        ) from error
    return str(path)
