"""What Athena is given of an endpoint with ``analysis``: its database, tables, workgroup, and where results lie.

The command line composes the same names from the environment file: nothing is looked up.
"""

from dataclasses import dataclass

from infra.spec.endpoint import Endpoint
from lake import tables
from lake.tables import Table

RESULTS = "athena.results"
"""Beside the endpoints' captures: no endpoint's name has a dot."""


@dataclass(frozen=True, slots=True)
class Analysed:
    """Names and places; ``results`` is an S3 URI that ends in a slash, ``limit`` bytes of one query."""

    database: str
    workgroup: str
    tables: dict[str, Table]
    captures: str
    truths: str | None
    results: str
    limit: int
    key: str | None


def database(environment: str) -> str:
    """Name the environment's database; Athena takes underscores alone, and no environment has any."""
    return f"serinus_{environment.replace('-', '_')}"


def analysed(environment: str, endpoint: Endpoint) -> Analysed | None:
    """Tell what Athena is given of an endpoint; None where it has no analysis, or lacks what that needs.

    SageMaker takes endpoints' names for the same whatever their case (API reference, CreateEndpoint), as Glue does
    tables'.
    """
    if endpoint.analysis is None or endpoint.capture is None or endpoint.schema is None:
        return None
    name = endpoint.name.lower().replace("-", "_")
    found = {f"captures_{name}": tables.captures(f"{endpoint.capture.to.rstrip('/')}/{endpoint.name}")}
    if endpoint.schema.ground_truth:
        found[f"truths_{name}"] = tables.truths(f"{endpoint.schema.ground_truth.rstrip('/')}/{endpoint.name}")
    own = f"{endpoint.capture.to.rstrip('/')}/{RESULTS}/{environment}/{endpoint.name}"
    return Analysed(
        database=database(environment),
        workgroup=f"serinus-{environment}-{endpoint.name}",
        tables=found,
        captures=f"captures_{name}",
        truths=f"truths_{name}" if endpoint.schema.ground_truth else None,
        results=f"{(endpoint.analysis.results or own).rstrip('/')}/",
        limit=endpoint.analysis.limit,
        key=endpoint.kms_key,
    )
