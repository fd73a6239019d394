"""Rules on what the business earns by answers: by those that people get, and told once."""

from collections.abc import Iterator

from infra.spec.endpoint import Endpoint
from infra.spec.rollout import Progressive
from infra.spec.rules.finding import Finding
from lambdas.rollout.quality.coverage import EARNED


def nothing_is_earned_in_a_shadow(endpoint: Endpoint) -> Iterator[Finding]:
    """Nobody gets a shadow's answers: what people do is stable's doing, and says nothing of the canary."""
    if not isinstance(endpoint.rollout, Progressive):
        return
    plan = endpoint.rollout.plan
    counted: list[str] = [each.metric for each in plan.guardrails if each.metric in EARNED]
    if endpoint.schema and endpoint.schema.kpi.told:
        counted.append("the schema's kpi")
    for index, step in enumerate(plan.steps):
        if counted and step.shadow and step.shadow.quality:
            problem = f"has answers that nobody gets, and {counted[0]} counts what people do who got them"
            fix = "add quality: false to the shadow, which leaves that to the steps after it"
            yield Finding(("rollout", "steps", index, "shadow"), problem, fix)


def kpis_are_told_once(endpoint: Endpoint) -> Iterator[Finding]:
    """In a test of both models rewards tell what users did, and a truth would tell it again."""
    if endpoint.schema is None or not endpoint.schema.kpi.told or not isinstance(endpoint.rollout, Progressive):
        return
    if any(step.tests for step in endpoint.rollout.plan.steps):
        problem = "is what rewards tell in an experiment or a bandit, and would count twice"
        yield Finding(("schema", "kpi"), problem, "take it out: the step judges what rewards tell")
