"""Rules on the steps of a progressive rollout."""

from collections.abc import Iterator
from itertools import pairwise

from infra.spec.rules.finding import Finding
from infra.spec.units import duration, percentage
from lambdas.rollout.catalogue import spread_of
from lambdas.rollout.plan import FULL, Budget, Plan, Routing, Step


def weight_is_possible(step: Step) -> Iterator[Finding]:
    """A step sends the canary more than nothing and at most everything."""
    if step.weight > FULL:
        yield Finding(("weight",), "is more than all traffic", "write at most 100%")
    if step.weight == 0 and not step.shadow:
        yield Finding(("weight",), "sends the canary no traffic", "write at least 0.01%, or take the step out")


def shadow_is_seen_by_nobody(step: Step) -> Iterator[Finding]:
    """A shadow step shows the canary to nobody, and lasts as long as it says itself."""
    if step.shadow is None:
        return
    if step.weight:
        yield Finding(("weight",), "is a share of people, and a shadow is seen by none", "take weight out")
    if step.bake != step.shadow.for_:
        yield Finding(("bake",), "is given twice, and differs from shadow's `for`", "take bake out")
    if not 0 < step.shadow.sample <= FULL:
        yield Finding(("shadow", "sample"), "copies no requests, or more than there are", "write up to 100%")
    if step.shadow.for_ == 0:
        yield Finding(
            ("shadow", "for"), "lets the step pass before anything was seen", "write a duration, such as 1h"
        )


def step_is_one_thing(step: Step) -> Iterator[Finding]:
    """A step shadows, or it tests both models, or it serves a weight."""
    given = [name for name in ("shadow", "experiment", "bandit") if getattr(step, name)]
    if len(given) > 1:
        yield Finding((given[1],), f"stands beside {given[0]}", "write two steps")
    begins = step.experiment.split if step.experiment else step.bandit.start if step.bandit else step.weight
    if step.tests and step.weight != begins:
        fix = "take weight out"
        yield Finding(("weight",), f"is given twice, and differs from the test's share ({percentage(begins)})", fix)


def test_has_two_arms(step: Step) -> Iterator[Finding]:
    """Both models answer somebody, and for some time."""
    shares = {("experiment", "split"): step.experiment.split} if step.experiment else {}
    shares |= {("bandit", "start"): step.bandit.start} if step.bandit else {}
    for at, share in shares.items():
        if not 0 < share < FULL:
            yield Finding(at, "leaves one of the two models nobody", "write between 1% and 99%, such as 50%")
    if step.tests and step.tests.max_ == 0:
        kind = "experiment" if step.experiment else "bandit"
        yield Finding((kind, "max"), "ends it before it has begun", "write a duration, such as 14d")
    if step.bandit and not 0 < step.bandit.floor <= FULL // 2:
        yield Finding(("bandit", "floor"), "leaves an arm nothing, or both more than there is", "write 1% to 50%")
    if step.bandit and step.bandit.max_change == 0:
        yield Finding(("bandit", "max_change"), "keeps shares where they are", "write more than 0%, such as 20%")


def bake_is_some_time(step: Step) -> Iterator[Finding]:
    """Every step must serve for a while before it may pass."""
    if step.bake == 0 and not step.shadow:
        yield Finding(("bake",), "lets the step pass before anything was seen", "write a duration, such as 10m")


def max_bake_covers_bake(step: Step) -> Iterator[Finding]:
    """The longest wait is no shorter than the shortest."""
    if step.max_bake < step.bake:
        least = duration(step.bake)
        yield Finding(("max_bake",), f"is shorter than bake ({least})", f"write {least} or more, or leave it out")


def min_bake_is_within_bake(step: Step) -> Iterator[Finding]:
    """Where the evidence sets the pace, a step lasts at least some time and need not last longer than its bake."""
    if step.min_bake == 0:
        yield Finding(("min_bake",), "lets the step pass before anything was seen", "write a duration, such as 5m")
    elif step.min_bake is not None and step.min_bake > step.bake:
        longest = duration(step.bake)
        yield Finding(("min_bake",), f"is longer than bake ({longest})", f"write {longest} or less, or leave it out")


def budget_allows_some_time(budget: Budget) -> Iterator[Finding]:
    """Nothing takes no time."""
    for field in ("time_to_rollback_p95", "healthy_duration_p95"):
        if getattr(budget, field) == 0:
            yield Finding((field,), "is broken by every rollout", "write a duration, such as 30m")


def shadow_comes_first(plan: Plan) -> Iterator[Finding]:
    """Once people get the canary's answers there is no way back to a shadow: both variants are production's."""
    for index, step in enumerate(plan.steps):
        if step.shadow and index:
            yield Finding(("steps", index, "shadow"), "comes after another step", "make it the first step")


def there_are_steps(plan: Plan) -> Iterator[Finding]:
    """A rollout has at least one step."""
    if not plan.steps:
        yield Finding(("steps",), "has no steps", "add at least {weight: 100%, bake: 1h}")


def steps_rise(plan: Plan) -> Iterator[Finding]:
    """Each step has a higher weight than the one before, of the same people."""
    for index, (before, step) in enumerate(pairwise(plan.steps), start=1):
        if step.weight <= before.weight and not step.shadow and step.flag == before.flag:
            was = percentage(before.weight)
            how = "repeats" if step.weight == before.weight else "goes down from"
            yield Finding(
                ("steps", index, "weight"), f"{how} the step before ({was})", f"write more than {was}, or drop one"
            )


def last_step_is_everything(plan: Plan) -> Iterator[Finding]:
    """A rollout ends with all traffic on the canary."""
    if plan.steps and plan.steps[-1].weight < FULL:
        at = ("steps", len(plan.steps) - 1, "weight")
        yield Finding(at, "is the last step and not 100%", "add a last step {weight: 100%, bake: 1h}")
    elif plan.steps and plan.steps[-1].flag:
        at = ("steps", len(plan.steps) - 1, "flag")
        yield Finding(at, "leaves everybody else on stable for good", "add a last step {weight: 100%, bake: 1h}")


def flags_need_the_router(plan: Plan) -> Iterator[Finding]:
    """SageMaker splits by request and knows no users; and who has the canary needs somebody to compare with."""
    compared = any(spread_of(guardrail) for guardrail in plan.guardrails)
    for index, step in enumerate(plan.steps):
        if step.tests and plan.routing is not Routing.STICKY:
            fix = "add routing: sticky to the rollout"
            kind = "experiment" if step.experiment else "bandit"
            yield Finding(("steps", index, kind), "rewards users, and SageMaker's weights know none", fix)
        if not step.flag:
            continue
        if plan.routing is not Routing.STICKY:
            fix = "add routing: sticky to the rollout, or take the flag out"
            yield Finding(("steps", index, "flag"), "is for users, and SageMaker's weights know none", fix)
        if step.weight == FULL and compared:
            problem = (
                f"leaves none of {step.flag}'s users on stable, so latency and values have nothing to compare with"
            )
            yield Finding(("steps", index, "weight"), problem, "write 90% or less")
