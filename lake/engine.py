"""DuckDB over captured files: reads them once, within its memory, and answers any number of questions."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import duckdb

from lake import rows, sources, truths
from lake.hours import Interval, scanned
from lake.text import literal
from lambdas.rollout.quality.schema import Schema

Record = dict[str, Any]
_SMALL = 256 * 1024 * 1024
"""Bytes of files whose rows are kept in memory alone, which is a fifth faster; of more DuckDB may find no way out."""

_MISLED = "build_side_probe_side,join_filter_pushdown"
"""DuckDB takes a file of JSON for 42 rows, and would keep the answers, wide and many, to look their truths up.

Of files that are not small it may: to keep the truths while answers are read and written takes the memory of both.
"""


@dataclass(frozen=True, slots=True)
class Resources:
    """What DuckDB may use: memory as it writes it (``512MB``), beyond which it writes to disk; and threads.

    None leaves DuckDB's own: 80 % of the machine's memory, and every core.
    """

    memory: str | None = None
    threads: int | None = None


def steps(schema: Schema, source: Sequence[rows.Step]) -> list[rows.Step]:
    """Build all that makes ``joined`` of a source: each answered row, with what is known of its truth."""
    return [*source, *rows.steps(schema), *truths.steps(schema)]


def query(chain: Sequence[rows.Step], select: str) -> str:
    """Write one query: the steps, and what is asked of them."""
    return f"WITH {', '.join(f'{name} AS ({body})' for name, body in chain)} {select}"


VIEWS: tuple[rows.Step, ...] = (
    ("faulty", "SELECT * FROM joined WHERE fault IS NOT NULL"),
    ("rows", "SELECT * FROM joined WHERE fault IS NULL"),
    ("labelled", "SELECT * FROM joined WHERE fault IS NULL AND truth IS NOT NULL"),
)
"""What questions are asked of; steps too, where nothing is kept between questions."""


class Answered(Protocol):
    """The answered rows of an interval, whoever keeps them: DuckDB here (`Lake`), or Athena."""

    @property
    def schema(self) -> Schema:
        """What the rows mean."""

    def ask(self, select: str) -> list[Record]:
        """Answer a query over ``rows``, ``labelled`` and ``faulty``, written for DuckDB."""


class Lake:
    """The answered rows of an interval, read by DuckDB; `opened` makes it."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, schema: Schema) -> None:
        self.connection = connection
        self.schema = schema

    def ask(self, select: str) -> list[Record]:
        """Answer a query over ``rows``, ``labelled`` and ``faulty``."""
        found = self.connection.execute(select)
        columns = [column[0] for column in found.description or ()]
        return [dict(zip(columns, values, strict=True)) for values in found.fetchall()]

    def write(self, select: str, path: Path) -> None:
        """Write a query's rows to a Parquet file, streaming: they are never all in memory."""
        self.connection.execute(f"COPY ({select}) TO {literal(str(path))} (FORMAT parquet)")


@contextmanager
def opened(
    schema: Schema,
    captures: Sequence[str],
    truth_files: Sequence[str] = (),
    interval: Interval | None = None,
    resources: Resources = Resources(),
) -> Iterator[Lake]:
    """Read files, captures and truths, once; what is beyond the memory goes to a temporary folder, until the end.

    Hours are read whole: ``interval`` leaves rows outside it out, and faulty ones whose time is not known in.
    """
    small = resources.memory is None and scanned([*captures, *truth_files]) < _SMALL
    with (
        TemporaryDirectory(prefix="serinus-lake-") as folder,
        duckdb.connect(":memory:" if small else f"{folder}/rows.db") as connection,
    ):
        _limit(connection, resources, folder)
        captured, told = sources.local(captures, truth_files)
        firsts, joined = truths.steps(schema)
        # One after the other: at once they would need the memory of both.
        _keep(connection, [told, firsts])
        connection.execute(f"SET disabled_optimizers = '{_MISLED if small else ''}'")
        _keep(connection, [captured, *rows.steps(schema), joined], within(interval))
        connection.execute("RESET disabled_optimizers")
        connection.execute("DROP TABLE firsts")
        for name, body in VIEWS:
            connection.execute(f"CREATE VIEW {name} AS {body}")
        yield Lake(connection, schema)


def _keep(connection: duckdb.DuckDBPyConnection, chain: Sequence[rows.Step], where: str = "") -> None:
    """Make a table of the last step, with its name."""
    name, _ = chain[-1]
    connection.execute(f"CREATE TABLE {name} AS {query(chain, f'SELECT * FROM {name}{where}')}")


def within(interval: Interval | None) -> str:
    """SQL that keeps an interval's rows, and faulty ones without a time."""
    if interval is None:
        return ""
    since, until = (f"TIMESTAMP '{moment:%Y-%m-%d %H:%M:%S}'" for moment in interval.utc)
    return f' WHERE "at" IS NULL OR "at" >= {since} AND "at" < {until}'


def _limit(connection: duckdb.DuckDBPyConnection, resources: Resources, folder: str) -> None:
    connection.execute(f"SET temp_directory = {literal(folder)}")
    connection.execute("SET TimeZone = 'UTC'")
    if resources.memory is not None:
        connection.execute(f"SET memory_limit = {literal(resources.memory)}")
    if resources.threads is not None:
        connection.execute(f"SET threads = {resources.threads:d}")
