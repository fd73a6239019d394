"""Rules on guardrails about groups: their groups are the schema's, and they can be told what is favourable."""

from collections.abc import Iterator

from infra.spec.endpoint import Endpoint
from infra.spec.groups import expanded, pairs
from infra.spec.rollout import Progressive
from infra.spec.rules.finding import Finding, below
from infra.spec.scalars import nearest
from lambdas.rollout.groups import about_groups
from lambdas.rollout.guardrails import DisparateImpact, OfGroups
from lambdas.rollout.quality.schema import Schema

MOST_JUDGED = 100
"""Guardrails that one of the file may stand for. Each look writes all verdicts, some 700 bytes each, into one item of
DynamoDB, which holds 400 KB (developer guide, "Quotas"); and nobody reads more."""
_SCHEMA = (
    "add schema with columns, predicted and groups, such as groups: {race: [black, white]}; docs/metrics.md has one"
)


def groups_are_known(endpoint: Endpoint) -> Iterator[Finding]:
    """Whoever is judged by groups says which there are, and what is good for them."""
    for index, guardrail in _of_groups(endpoint):
        at, schema = ("rollout", "guardrails", index), endpoint.schema
        if schema is None:
            yield Finding((*at, "metric"), "is about groups of people, and the endpoint has no schema", _SCHEMA)
        elif not schema.groups:
            fix = "add groups: {race: [black, white]} to the schema, with a column and groups of your own"
            yield Finding((*at, "metric"), "is about groups of people, and the schema has none", fix)
        else:
            yield from below(_unknown(guardrail, schema), *at)


def groups_are_judged_once(endpoint: Endpoint) -> Iterator[Finding]:
    """Each group has one verdict by each metric, or its part of the error budget would be spent twice."""
    first: dict[str, int] = {}
    for index, guardrail in _of_groups(endpoint) if endpoint.schema else ():
        keys = [each.key for each in expanded(guardrail, endpoint.schema)] if endpoint.schema else []
        for key in dict.fromkeys(keys):
            before = first.setdefault(key, index)
            if before != index or keys.count(key) > 1:
                problem = f"judges {key} twice" if before == index else f"judges {key}, as guardrails[{before}] does"
                fix = "take one of them out" if before == index else "write groups: with those that are left"
                yield Finding(("rollout", "guardrails", index), problem, fix)
                break


def _of_groups(endpoint: Endpoint) -> Iterator[tuple[int, OfGroups]]:
    if isinstance(endpoint.rollout, Progressive):
        for index, guardrail in enumerate(endpoint.rollout.plan.guardrails):
            if about_groups(guardrail):
                yield index, guardrail


def _unknown(guardrail: OfGroups, schema: Schema) -> Iterator[Finding]:
    known, listed = list(schema.each_group), list(enumerate(guardrail.groups))
    unknown: list[tuple[tuple[str | int, ...], str]] = [
        (("groups", place), group) for place, group in listed if group not in known
    ]
    if isinstance(guardrail, DisparateImpact) and guardrail.against and guardrail.against not in known:
        unknown.append((("against",), guardrail.against))
    for at, group in unknown:
        yield Finding(at, "is none of the schema's groups", f"write {nearest(group, known)}")
    if schema.predicted.good is None:
        lacks, key = (
            ("predicts a number", "positive") if schema.predicted.number else ("says of no class", "favourable")
        )
        problem = f"needs an answer that is favourable or not, and the schema {lacks}"
        yield Finding(("metric",), problem, f"add {key}: LABEL to the schema's predicted, or take it out")
    if not unknown:
        yield from _count(guardrail, schema)


def _count(guardrail: OfGroups, schema: Schema) -> Iterator[Finding]:
    if isinstance(guardrail, DisparateImpact):
        judged = {group for group, _ in pairs(guardrail, schema)}
        alone = [place for place, group in enumerate(guardrail.groups) if group not in judged]
        if alone or not judged:
            at = ("groups", alone[0]) if alone else ("metric",)
            fix = "name another group, or another one in against"
            yield Finding(at, "has no other group of its column to be held against", fix)
    if (count := len(expanded(guardrail, schema))) > MOST_JUDGED:
        fix = "name those that matter in groups, or one in against"
        yield Finding((), f"makes {count} comparisons, and {MOST_JUDGED} are the most", fix)
