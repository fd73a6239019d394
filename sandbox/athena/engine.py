"""One query: read by sqlglot as Athena's, run by DuckDB over what it may read.

Source: Amazon Athena user guide, "Considerations and limitations for CTAS queries", "CREATE TABLE AS", "Data usage
controls".
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from sandbox.athena import storage
from sandbox.athena.refusal import FailedError
from sandbox.athena.scan import Scan, loaded, scanned
from sandbox.athena.values import stored, told

_NAME = re.compile(r"[a-z_][a-z0-9_]*")
_PARQUET = {
    "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
    "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
    "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"},
}


@dataclass(frozen=True, slots=True)
class Settings:
    """What a query runs with: its database, the workgroup's place of results and limit (bytes), and enforcement."""

    identity: str
    database: str
    output: str
    enforced: bool
    limit: int | None


@dataclass(slots=True)
class Outcome:
    """What came of a query: columns as (name, type), rows, and the bytes that were read."""

    columns: list[tuple[str, str]] = field(default_factory=list)
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    scanned: int = 0


def run(sql: str, settings: Settings, connection: duckdb.DuckDBPyConnection, outcome: Outcome) -> None:
    """Run a query and fill in what came of it; raises FailedError, and ``scanned`` holds even so."""
    try:
        parsed = sqlglot.parse_one(sql, read="athena")
        if isinstance(parsed, exp.Create) and isinstance(parsed.expression, exp.Query):
            _create(parsed, settings, connection, outcome)
        elif isinstance(parsed, exp.Query):
            _select(parsed, settings, connection, outcome)
        else:
            raise FailedError(f"The sandbox does not emulate {parsed.key.upper()}.")
    except SqlglotError as error:
        raise FailedError(f"SYNTAX_ERROR: {error}") from error
    except duckdb.InterruptException as error:
        raise FailedError("Query cancelled by user", "CANCELLED") from error
    except duckdb.Error as error:
        raise FailedError(f"GENERIC_INTERNAL_ERROR: {error}") from error


def _select(query: exp.Query, settings: Settings, connection: duckdb.DuckDBPyConnection, outcome: Outcome) -> None:
    with TemporaryDirectory(prefix="sandbox-athena-") as folder:
        _load(query, settings, connection, outcome, Path(folder))
        found = connection.execute(query.sql("duckdb"))
        outcome.columns = [(column[0], told(str(column[1]))) for column in found.description or ()]
        outcome.rows = found.fetchall()


def _create(made: exp.Create, settings: Settings, connection: duckdb.DuckDBPyConnection, outcome: Outcome) -> None:
    """Make a table of a query's rows, at the workgroup's place where that is enforced."""
    name, location = _target(made, settings)
    with TemporaryDirectory(prefix="sandbox-athena-") as folder:
        query, path = made.expression, Path(folder) / "made.parquet"
        try:
            _load(query, settings, connection, outcome, Path(folder))
        except FailedError as failed:
            if failed.state == "CANCELLED":  # while it ran: what it had written stays
                storage.put(f"{location}00000_{settings.identity}", b"PAR1")
            raise
        connection.execute(f"CREATE TABLE made AS {query.sql('duckdb')}")
        columns = [
            {"Name": column, "Type": stored(kind)}
            for column, kind, *_ in connection.execute("DESCRIBE made").fetchall()
        ]
        _plainly_named(columns)
        connection.execute(f"COPY made TO '{path}' (FORMAT parquet)")
        if connection.execute("SELECT count(*) FROM made").fetchone() != (0,):
            storage.put(f"{location}00000_{settings.identity}", path.read_bytes())
    descriptor = {"Columns": columns, "Location": location, **_PARQUET}
    storage.create(
        settings.database,
        name,
        {"Name": name, "TableType": "EXTERNAL_TABLE", "StorageDescriptor": descriptor, "Parameters": {}},
    )


def _target(made: exp.Create, settings: Settings) -> tuple[str, str]:
    """Tell a new table's name and place; raises FailedError where it may not be made."""
    asked = {each.name.lower(): each.args.get("value") for each in made.find_all(exp.Property)}
    kind = next(iter(made.find_all(exp.FileFormatProperty)), None)
    if kind is None or kind.name.upper() != "PARQUET":
        raise FailedError("The sandbox emulates tables in Parquet, and no others.")
    location = next((value for key, value in asked.items() if key == "external_location"), None)
    if location is not None and settings.enforced:
        raise FailedError(
            "The Create Table As Select query failed because it was submitted with an 'external_location' property to"
            " an Athena Workgroup that enforces a centralized output location for all queries."
        )
    name = made.this.name
    if storage.table(settings.database, name):
        raise FailedError(f"TABLE_ALREADY_EXISTS: Table '{settings.database}.{name}' already exists")
    place = location.name if location is not None else f"{settings.output}tables/{settings.identity}/"
    if any(storage.listed(place)):
        raise FailedError(f"HIVE_PATH_ALREADY_EXISTS: Target directory for table '{name}' already exists: {place}")
    return name, place.rstrip("/") + "/"


def _plainly_named(columns: list[dict[str, str]]) -> None:
    for column in columns:
        if not _NAME.fullmatch(column["Name"]):
            raise FailedError(f"HIVE_METASTORE_ERROR: column '{column['Name']}' has a special character in its name")


def _load(
    query: exp.Query,
    settings: Settings,
    connection: duckdb.DuckDBPyConnection,
    outcome: Outcome,
    folder: Path,
) -> None:
    """Put every table that a query names before DuckDB, each time that it names it, within the limit."""
    scans = dict(_scans(query, settings.database))
    outcome.scanned = sum(scan.size for scan in scans.values())
    if settings.limit is not None and outcome.scanned > settings.limit:
        outcome.scanned = settings.limit
        raise FailedError("Bytes scanned limit was exceeded", "CANCELLED")
    for name, scan in scans.items():
        loaded(connection, name, scan, folder)


def _scans(query: exp.Query, database: str) -> Iterator[tuple[str, Scan]]:
    """Find what each mention of a table reads, and let the query read DuckDB's table of it."""
    steps = {each.alias for each in query.find_all(exp.CTE)}
    mentioned = [each for each in query.find_all(exp.Table) if each.name and each.name not in steps]
    for i, mention in enumerate(mentioned):
        described = _described(mention, database)
        select = mention.parent_select
        where = select.args.get("where") if select else None
        scan = scanned(described, where.this if where else None)
        name = f"read_{i}"
        mention.replace(exp.to_table(name, alias=mention.alias or mention.name))
        yield name, scan


def _described(mention: exp.Table, database: str) -> Mapping[str, Any]:
    place = mention.db or database
    found = storage.table(place, mention.name)
    if found is None:
        raise FailedError(f"TABLE_NOT_FOUND: Table 'awsdatacatalog.{place}.{mention.name}' does not exist")
    return found
