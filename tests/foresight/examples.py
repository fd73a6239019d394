"""An endpoint whose rollouts are reckoned."""

from cli.foresight.case import Case, cases
from cli.foresight.shape import Shape
from cli.foresight.traffic import Base, Traffic
from lambdas.rollout.guardrails import ErrorRate, Latency
from lambdas.rollout.plan import Plan, Step

PLAN = Plan(
    steps=(Step(500, 600, 2_400), Step(2_500, 600, 2_400), Step(10_000, 600, 2_400)),
    guardrails=(ErrorRate(negligible=0.005), Latency()),
)
SHAPE = Shape.lognormal(80_000.0, 400_000.0)


def traffic(requests_per_second: float = 50.0, error_rate: float = 0.005) -> Traffic:
    bases = {key: Base(error_rate) for key in ("error_rate", "error_rate_at_most")}
    bases |= {"latency_p95_at_most": Base(0.02), "calibration": Base(0.1)}
    return Traffic(requests_per_second, bases, {"latency_p95": SHAPE})


def case(key: str, plan: Plan = PLAN) -> Case:
    return next(each for each in cases(plan, traffic()) if each.guardrail.key == key)
