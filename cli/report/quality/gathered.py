"""What is asked of a rollout's captures: all that `quality` measures, and how it went over the rollout's time."""

import math
from argparse import Namespace
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from cli.exits import Exit, RefusedError
from cli.quality.command import chosen
from cli.quality.fetch import fetched
from cli.quality.measured import Asked, Measured, measure
from cli.quality.reading import asked_of, reading
from cli.report.quality.arms import ordered
from cli.story import Story
from lake.delays import Delays, by_variant, delays
from lake.hours import Interval
from lake.slices import Cut, Slice, cut, per_slice, slices
from lambdas.rollout.quality.schema import Schema


@dataclass(frozen=True, slots=True)
class Gathered:
    """Tables of a rollout: by variant and slice of its time, and by variant the hours that truths took."""

    schema: Schema
    asked: Asked
    measured: Measured
    cut: Cut
    slices: tuple[Slice, ...]
    delays: Mapping[str, Delays]

    @property
    def variants(self) -> tuple[str, ...]:
        """Who answered, in the order in which they are drawn."""
        return ordered(record["variant"] for record in self.measured.coverage)


def gather(story: Story, arguments: Namespace) -> Gathered:
    """Read the captures of a rollout's time; refuses where there are none, or they cannot be read."""
    environment, endpoint, schema = chosen(arguments)
    with fetched(arguments, (environment, endpoint, schema), interval(story)) as copies:
        gathered = _gathered(endpoint.name, schema, copies, interval(story))
    asked, measured = gathered.asked, gathered.measured
    if not measured.coverage and not measured.faults:
        began, until = (f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in asked.interval.utc)
        raise RefusedError(
            Exit.NOTHING,
            f"there is no capture of {endpoint.name} from {began} to {until}, when rollout {story.number} ran",
            "files of those hours are there, with other minutes; copy the hours' files whole",
        )
    return gathered


def _gathered(endpoint: str, schema: Schema, arguments: Namespace, during: Interval) -> Gathered:
    asked, into = asked_of(endpoint, arguments, during), cut(during)
    with reading(schema, asked, arguments) as (lake, files):
        measured = measure(lake, asked, files)
        over_time = slices(lake.ask(per_slice(schema, into)))
        waited = by_variant(lake.ask(delays()))
    return Gathered(schema, asked, measured, into, over_time, waited)


def interval(story: Story) -> Interval:
    """Tell when a rollout ran, as the ledger knows it: captures are to the second, and the last one counts."""
    began, until = math.floor(story.began), math.floor(story.until) + 1
    return Interval(datetime.fromtimestamp(began, UTC), datetime.fromtimestamp(until, UTC))
