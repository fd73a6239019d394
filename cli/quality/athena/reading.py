"""Captures in S3, read by one query of Athena's into a table that lasts as long as the questions do."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError
from rich.console import Console

from cli.exits import Exit, RefusedError
from cli.quality import objects
from cli.quality.athena.queries import Queries
from cli.quality.measured import Files
from cli.quality.stored import Places, stored
from infra.analysed import Analysed
from infra.spec.units import BYTES, UNITS
from lake.athena import asked, kept
from lake.engine import Record
from lake.hours import Interval
from lake.sources import Tables
from lambdas.rollout.quality.schema import Schema

MOST_DAYS = 1_000
"""Days that a query may name (Amazon Athena user guide, "Supported types for partition projection": injected)."""


@dataclass(frozen=True, slots=True)
class Clients:
    """AWS's clients: Athena's, S3's, Glue's."""

    athena: Any
    s3: Any
    glue: Any


@dataclass(frozen=True, slots=True)
class Athena:
    """The answered rows of an interval, in a table of Athena's."""

    schema: Schema
    table: str
    queries: Queries

    def ask(self, select: str) -> list[Record]:
        """Answer a query over ``rows``, ``labelled`` and ``faulty``, written for DuckDB."""
        return self.queries.records(self.queries.run(asked(self.schema, self.table, select)))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked: an endpoint's place at Athena, what its data means, and when."""

    endpoint: str
    place: Analysed
    schema: Schema
    interval: Interval


@contextmanager
def reading(clients: Clients, wanted: Wanted, console: Console) -> Iterator[tuple[Athena, Files]]:
    """Read the interval's files once, and give them up at the end, whatever happens between.

    Refuses where there is no capture, and where there is more to read than one query may; nothing has run then.
    """
    places = _places(wanted.place)
    variants = objects.variants(clients.s3, places.captures)
    files = stored(clients.s3, places, variants, wanted.interval, wanted.schema.window)
    _affordable(wanted, files)
    console.print(
        f"{len(files.captures) + len(files.truths)} files, {files.size / 1e6:,.1f} MB: Athena reads them once"
    )
    table = f"quality_{uuid.uuid4().hex[:12]}"
    tables = Tables(wanted.endpoint, wanted.place.captures, wanted.place.truths, variants)
    with console.status("reading") as status:  # which a terminal alone shows
        queries = Queries(clients.athena, wanted.place, status.update)
        try:
            queries.run(kept(wanted.schema, tables, wanted.interval, table))
            console.print(f"read {queries.scanned / 1e6:,.1f} MB; asking")
            yield Athena(wanted.schema, table, queries), files
        finally:
            _give_up(clients, queries, table, console)


def _places(place: Analysed) -> Places:
    truths = place.tables[place.truths].location if place.truths else None
    return Places(place.tables[place.captures].location, truths)


def _affordable(wanted: Wanted, files: Files) -> None:
    if files.size > wanted.place.limit:
        limit = UNITS[BYTES].write(wanted.place.limit)
        sentence = f"these hours have {files.size / 1e9:,.1f} GB, and a query may read {limit}: nothing was read"
        raise RefusedError(Exit.USAGE, sentence, "ask for fewer hours, or raise `limit` under `analysis` and deploy")
    days = len({hour.date() for hour in wanted.interval.truths(wanted.schema.window).hours})
    if days > MOST_DAYS:
        sentence = f"truths may lie in {days:,} days, and Athena takes {MOST_DAYS:,} in a query"
        raise RefusedError(Exit.USAGE, sentence, "ask for fewer days at a time")


def _give_up(clients: Clients, queries: Queries, table: str, console: Console) -> None:
    """Drop the table and delete every object that the queries wrote; what could not be is told."""
    results = queries.place.results
    try:
        _drop(clients.glue, queries.place.database, table)
        if queries.begun:
            for below in (f"{results}tables/{queries.begun[0]}", f"{results}{queries.begun[0]}"):
                objects.remove_below(clients.s3, below)
        written = [f"{results}{each}.csv{more}" for each in queries.begun[1:] for more in ("", ".metadata")]
        objects.remove(clients.s3, written)
    except ClientError as error:
        console.print(f"left behind: table {queries.place.database}.{table}, and objects below {results}: {error}")


def _drop(glue: Any, database: str, table: str) -> None:
    try:
        glue.delete_table(DatabaseName=database, Name=table)
    except ClientError as error:
        if error.response["Error"]["Code"] != "EntityNotFoundException":
            raise
