"""Guardrails on groups: one of an environment file stands for one for each group, or each pair, of the schema."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations
from typing import Literal

from infra.spec.endpoint import Endpoint
from infra.spec.environment import Environment
from infra.spec.rollout import Progressive
from lambdas.rollout.groups import about_groups
from lambdas.rollout.guardrails import DisparateImpact, Guardrail, OfGroups
from lambdas.rollout.quality.schema import Schema


def with_groups(environment: Environment) -> Environment:
    """Put those guardrails in their place; for an environment that the rules have passed."""
    return replace(environment, endpoints=tuple(map(_endpoint, environment.endpoints)))


def _endpoint(endpoint: Endpoint) -> Endpoint:
    rollout, schema = endpoint.rollout, endpoint.schema
    if not isinstance(rollout, Progressive) or schema is None:
        return endpoint
    judged = tuple(each for guardrail in rollout.plan.guardrails for each in expanded(guardrail, schema))
    return replace(endpoint, rollout=replace(rollout, plan=replace(rollout.plan, guardrails=judged)))


def expanded(guardrail: Guardrail, schema: Schema) -> tuple[Guardrail, ...]:
    """Return what one guardrail of the file stands for: itself, where it is not about groups."""
    return tuple(_each(guardrail, schema)) if about_groups(guardrail) else (guardrail,)


def _each(guardrail: OfGroups, schema: Schema) -> Iterator[OfGroups]:
    if isinstance(guardrail, DisparateImpact):
        found = pairs(guardrail, schema)
        for group, other in found:
            yield replace(guardrail, groups=(group,), against=other, among=len(found))
        return
    chosen = guardrail.groups or schema.each_group
    same = schema.predicted.positive in (None, schema.predicted.good)  # of classes it is the favourable one
    worthy: Literal["positive", "negative"] = "positive" if same else "negative"
    for group in chosen:
        yield replace(guardrail, groups=(group,), among=len(chosen), worthy=worthy)


def pairs(guardrail: DisparateImpact, schema: Schema) -> tuple[tuple[str, str], ...]:
    """List the groups that are judged, each with the group of its column that it is held against."""
    columns = ([f"{column}={name}" for name in names] for column, names in schema.groups.items())
    return tuple(
        (group, other)
        for column in columns
        for group, other in permutations(column, 2)
        if group in (guardrail.groups or column) and other == (guardrail.against or other)
    )
