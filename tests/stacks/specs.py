"""Environments that tests start from."""

from dataclasses import replace

from infra.spec import (
    Control,
    Deployment,
    Endpoint,
    Environment,
    Instance,
    ModelVersion,
    Progressive,
    State,
)
from lambdas.rollout.guardrails import Alarm, ErrorRate, Latency
from lambdas.rollout.plan import Plan, Step

V1 = ModelVersion("v1", image="serinus/good:1", environment={"GREETING": "one"})
V2 = ModelVersion("v2", image="serinus/good:1", environment={"GREETING": "two"})
BROKEN = replace(V1, image="serinus/never-answers:1")

_FAST = Alarm(breaches=1, periods=1, min_requests=5)
PLAN = Plan(
    steps=(Step(weight=2_500, bake=3_600, max_bake=7_200), Step(weight=10_000, bake=3_600, max_bake=7_200)),
    guardrails=(ErrorRate(alarm=_FAST), Latency(alarm=_FAST)),
)
ENDPOINT = Endpoint(
    name="mortgage",
    stable=V1,
    rollout=Progressive("progressive", PLAN, Deployment(baking=0, timeout=600)),
    instance=Instance("ml.m5.large", 1),
)


def environment(*endpoints: Endpoint, name: str = "test") -> Environment:
    """Build an environment of these endpoints whose state lies beside the output."""
    control = Control(metric_period=10, metric_delay=2, function_timeout=10, deletion_protection=False)
    return Environment(
        name=name,
        account="123456789012",
        region="eu-west-1",
        state=State(local="state"),
        tags={"team": "tests"},
        control=control,
        endpoints=endpoints,
    )
