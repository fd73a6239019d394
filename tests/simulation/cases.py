"""Plans and traffic that simulations start from: a step or two, quick to run."""

from __future__ import annotations

from dataclasses import replace

from lambdas.rollout.guardrails import ErrorRate, Guardrail, Latency, Quality
from lambdas.rollout.plan import Plan, Step
from simulation.case import Case, Times
from simulation.scenarios import scenario
from simulation.traffic import Traffic

GUARDRAILS: tuple[Guardrail, ...] = (ErrorRate(), Latency(), Quality("accuracy"))
PLAN = Plan(steps=(Step(1_000, 300, 1_200), Step(5_000, 300, 1_200), Step(10_000, 300, 1_200)), guardrails=GUARDRAILS)
BUSY = Traffic(100.0, error_rate=0.01)


def case(words: str, *, plan: Plan = PLAN, traffic: Traffic = BUSY, times: Times | None = None) -> Case:
    return Case(plan, traffic, scenario(words), times or Times())


def judged(plan: Plan = PLAN) -> Plan:
    """The plan without alarms: what the judge alone does."""
    return replace(plan, guardrails=tuple(_unalarmed(guardrail) for guardrail in plan.guardrails))


def _unalarmed(guardrail: Guardrail) -> Guardrail:
    return replace(guardrail, alarm_above=1e9) if isinstance(guardrail, ErrorRate | Latency) else guardrail
