"""Checks on guardrails about groups of people, and on others that are judged by truths."""

from collections.abc import Iterator

from infra.checks.check import warning
from infra.checks.setting import Setting
from infra.spec.rules.finding import Finding
from lambdas.rollout.guardrails import Fairness
from lambdas.rollout.quality.coverage import is_of_quality


@warning
def nothing_is_captured(setting: Setting) -> Iterator[Finding]:
    """A guardrail that is judged by what Serinus reads of captures never speaks where nothing is captured."""
    endpoint = setting.endpoint
    if endpoint.schema is None or endpoint.capture is not None:
        return
    told = set()
    for at, each in setting.watched():
        if is_of_quality(each.metric) and at not in told:
            told.add(at)
            fix = "add capture: {to: s3://BUCKET/PREFIX} to the endpoint, or publish its counters yourself"
            yield Finding((*at, "metric"), "is counted from captures, and nothing is captured", fix)


_BY_TRUTH = ("equal_opportunity", "predictive_equality")


@warning
def truths_never_come(setting: Setting) -> Iterator[Finding]:
    """A guardrail that needs to know what was right never speaks where no truths come, and holds every rollout."""
    schema = setting.endpoint.schema
    if schema is None or schema.ground_truth is not None:
        return
    told = set()
    for at, each in setting.watched():
        if isinstance(each, Fairness) and each.metric in _BY_TRUTH and at not in told:
            told.add(at)
            fix = "add ground_truth: s3://BUCKET/PREFIX to the schema, or judge by demographic_parity"
            yield Finding((*at, "metric"), "needs truths, and the schema says of none where they come", fix)
