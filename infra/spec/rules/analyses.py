"""Rules on what asks Athena.

Sources: Athena API reference, WorkGroupConfiguration (BytesScannedCutoffPerQuery); Terraform's provider, which takes
no less than 10 MiB.
"""

from collections.abc import Iterator

from infra.spec.analysis import Analysis
from infra.spec.endpoint import Endpoint
from infra.spec.rules.finding import Finding

LEAST = 10 * 2**20
"""Bytes."""


def limit_exists(analysis: Analysis) -> Iterator[Finding]:
    """A query's limit has a lower bound."""
    if analysis.limit < LEAST:
        yield Finding(("limit",), "is less than Athena takes", "write 11MB or more, such as 100GB")


def analysis_has_its_data(endpoint: Endpoint) -> Iterator[Finding]:
    """Athena reads what is captured, as the schema says."""
    if endpoint.analysis is None:
        return
    if endpoint.capture is None:
        problem = "asks of captured requests, and nothing is captured"
        yield Finding(("analysis",), problem, "add capture: {to: s3://BUCKET/PREFIX}, or take analysis out")
    if endpoint.schema is None:
        problem = "reads captures by the schema, and the endpoint has none"
        fix = "add schema with its columns and what is predicted, or take analysis out; see docs/lake.md"
        yield Finding(("analysis",), problem, fix)


def results_are_no_data(endpoint: Endpoint) -> Iterator[Finding]:
    """What lies under captures or truths is read as such."""
    if endpoint.analysis is None or endpoint.analysis.results is None:
        return
    results = f"{endpoint.analysis.results.rstrip('/')}/"
    truths = endpoint.schema.ground_truth if endpoint.schema else None
    for what, uri in (("captures", endpoint.capture and endpoint.capture.to), ("truths", truths)):
        if uri and results.startswith(own := f"{uri.rstrip('/')}/{endpoint.name}/"):
            problem = f"puts results among the {what}, {own}*"
            yield Finding(("analysis", "results"), problem, "write another prefix, such as s3://BUCKET/athena")
