"""Rules on baselines: what requests are compared with must be comparable."""

from collections.abc import Iterator

from infra.spec.endpoint import Endpoint
from infra.spec.rollout import Progressive
from infra.spec.rules.finding import Finding
from infra.spec.rules.schemas import FIT, fits
from lambdas.rollout.quality.bins import ANSWER


def baseline_has_its_data(endpoint: Endpoint) -> Iterator[Finding]:
    """What is asked is read from captures, by the schema, and compared while a rollout goes step by step."""
    if endpoint.baseline is None:
        return
    if endpoint.schema is None:
        fix = "add schema with columns and predicted; docs/quality.md has one"
        yield Finding(("baseline",), "says what requests were like, and the endpoint has no schema to read them", fix)
    if endpoint.capture is None:
        yield Finding(
            ("capture",),
            "is missing, and a baseline is compared with captured requests",
            "add capture: {to: s3://BUCKET/PREFIX}",
        )
    if not isinstance(endpoint.rollout, Progressive):
        problem = "is compared before a canary gets more, and a native rollout has no canary"
        yield Finding(("baseline",), problem, "take it out, or write mode: progressive with steps and guardrails")


def features_have_names(endpoint: Endpoint) -> Iterator[Finding]:
    """A feature that is watched is a dimension of CloudWatch's, and `ANSWER` is what is answered."""
    for column in endpoint.schema.columns if endpoint.baseline and endpoint.schema else ():
        if not fits(column) or column == ANSWER:
            yield Finding(("schema", "columns", column), "is no fit name of a feature that is watched", FIT)
