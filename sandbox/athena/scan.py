"""A table that a query reads: its objects found by the query's own bounds, and put before DuckDB."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from sqlglot import exp

from sandbox.athena import lines, storage
from sandbox.athena.projection import Partition, partitions
from sandbox.athena.refusal import FailedError

_LONGEST = 64 * 1024 * 1024
"""Bytes of a line."""


@dataclass(frozen=True, slots=True)
class Scan:
    """A table's description, and the partitions and objects that are read of it."""

    table: Mapping[str, Any]
    objects: tuple[tuple[Partition, storage.Stored], ...]

    @property
    def size(self) -> int:
        """Bytes that are read: whole objects, though AWS counts of Parquet the columns that are needed."""
        return sum(len(stored.content) for _, stored in self.objects)


def scanned(described: Mapping[str, Any], where: exp.Expr | None) -> Scan:
    """Find what a query with this WHERE reads; raises FailedError where it must name more."""
    properties, location = described.get("Parameters", {}), described["StorageDescriptor"]["Location"]
    columns = [column["Name"] for column in described.get("PartitionKeys", ())]
    if columns and properties.get("projection.enabled", "").lower() != "true":
        raise FailedError("The sandbox emulates partitions that are projected, and no others.")
    found = partitions(columns, properties, location, where) if columns else [Partition({}, location)]
    return Scan(described, tuple((each, stored) for each in found for stored in storage.listed(each.location)))


def loaded(connection: duckdb.DuckDBPyConnection, name: str, scan: Scan, folder: Path) -> None:
    """Make a table of DuckDB's of what is read, with the partitions' columns and ``$path``."""
    types = _types(scan.table["StorageDescriptor"]["Columns"])
    library = scan.table["StorageDescriptor"]["SerdeInfo"]["SerializationLibrary"]
    if library.endswith("ParquetHiveSerDe"):
        _parquet(connection, name, scan, types, folder)
    elif library == "org.openx.data.jsonserde.JsonSerDe":
        _json(connection, name, scan, types, folder)
    else:
        raise FailedError(f"The sandbox does not emulate {library}.")


def _types(columns: list[dict[str, str]]) -> dict[str, exp.DataType]:
    return {column["Name"].lower(): exp.DataType.build(column["Type"], dialect="hive") for column in columns}


def _declared(types: Mapping[str, exp.DataType]) -> str:
    return ", ".join(
        f"{exp.to_identifier(name, quoted=True).sql()} {kind.sql('duckdb')}" for name, kind in types.items()
    )


def _json(
    connection: duckdb.DuckDBPyConnection, name: str, scan: Scan, types: Mapping[str, exp.DataType], folder: Path
) -> None:
    ignore = scan.table["StorageDescriptor"]["SerdeInfo"].get("Parameters", {}).get("ignore.malformed.json") == "true"
    text = exp.DataType.build("string", dialect="hive")
    others = {column["Name"]: text for column in scan.table.get("PartitionKeys", ())} | {"$path": text}
    connection.execute(f"CREATE TABLE {name} ({_declared({**types, **others})})")
    path = folder / f"{name}.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for partition, stored in scan.objects:
            known = {**partition.values, "$path": stored.uri}
            try:
                for row in lines.rows(stored.content, types, ignore=ignore):
                    file.write(json.dumps({**row, **known}) + "\n")
            except lines.MalformedError as error:
                raise FailedError(str(error)) from error
    if path.stat().st_size:
        declared = ", ".join(f"'{each}': '{kind.sql('duckdb')}'" for each, kind in {**types, **others}.items())
        connection.execute(
            f"INSERT INTO {name} SELECT * FROM read_json('{path}', columns = {{{declared}}},"
            f" format = 'newline_delimited', maximum_object_size = {_LONGEST})"
        )


def _parquet(
    connection: duckdb.DuckDBPyConnection, name: str, scan: Scan, types: Mapping[str, exp.DataType], folder: Path
) -> None:
    connection.execute(f"CREATE TABLE {name} ({_declared(types)})")
    for i, (_, stored) in enumerate(scan.objects):
        path = folder / f"{name}-{i}.parquet"
        path.write_bytes(stored.content)
        connection.execute(f"INSERT INTO {name} BY NAME SELECT * FROM read_parquet('{path}')")
