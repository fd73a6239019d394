"""Who acts on a rollout, and the moments at which they do."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from lambdas.control.advance import advance
from lambdas.control.begin import begin_rollout
from lambdas.control.grant import grant_wish
from lambdas.control.take_back import take_back
from lambdas.rollout.guardrails import ErrorRate
from lambdas.rollout.names import CANARY, STABLE, back_shape, config_prefix
from lambdas.rollout.operate import NotPossibleError, Wish
from lambdas.rollout.plan import Plan, Step
from lambdas.rollout.ports import EndpointBusyError
from lambdas.rollout.release import BACK, PAIR, Capacity, Release, Stage
from tests.examples import PLAN, RELEASE, live
from tests.explorer.aws import Aws
from tests.explorer.invariants import NAME, needs_nothing_else
from tests.explorer.schedule import DiedError
from tests.fakes import with_weight
from tests.inputs import BASELINE, OTHER, USUAL, InputMetrics, Known

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdas.control.advance import Look
    from lambdas.control.world import World
    from tests.explorer.schedule import Act

RETURN = config_prefix(NAME, RELEASE.pair, back_shape(RELEASE.shape)) + "20261121000000000000000002"
STAGES = (Stage(PAIR, RELEASE.shape, live().config), Stage(BACK, back_shape(RELEASE.shape), RETURN))
UNASKED = Plan(tuple(replace(step, approval=False) for step in PLAN.steps), (ErrorRate(),))
"""The steps of the examples, without anybody's approval, and a guardrail that is soon judged."""
SHORT = Plan((Step(1_000, 60, 300), Step(10_000, 60, 300)), (ErrorRate(),))
"""Two steps of a minute each."""
OTHERS = replace(RELEASE, canary="v3", pair="cccc3333", plan=SHORT)
"""The release of another pair of models."""
RESHAPED = replace(RELEASE, shape="dddd4444", plan=UNASKED)
"""The same pair, on other instances."""


def deployed(release: Release, *, settle: float = 30.0) -> Aws:
    """A release is in service, and nobody has begun."""
    aws = Aws(settle=settle)
    aws.ledger.put(release)
    aws.slow.lives[NAME] = live(release)
    aws.slow.configurations[RETURN] = replace(live(), config=RETURN)
    return aws


def see(aws: Aws) -> None:
    """Let a minute pass, then look."""
    aws.wait(60)
    advance(aws.world, NAME)


def about_to_advance(release: Release = replace(RELEASE, plan=UNASKED, stages=STAGES)) -> Aws:  # noqa: B008 - frozen
    """At 10 %, baked and passed: the next look raises the weight to 50 %."""
    aws = deployed(release)
    begin_rollout(aws.world, NAME)
    aws.slow.in_service = False
    plan = release.plan
    assert plan is not None
    while (since := _serving_since(aws)) is None:
        see(aws)
    while aws.time + 60 < since + plan.steps[0].bake:
        see(aws)
    aws.wait(60)
    aws.slow.in_service = False
    assert aws.served == plan.steps[0].weight
    return aws


def _serving_since(aws: Aws) -> float | None:
    rollout = aws.ledger.load(NAME).rollout
    return rollout.serving_since if rollout else None


def about_to_go_another_way() -> Aws:
    """Rolling back, and SageMaker has taken no weights for a minute, nor will it ever."""
    aws = about_to_advance()
    aws.slow.refuses["weights"] = "AccessDeniedException"
    alarm(aws.world)
    see(aws)
    aws.wait(60)
    assert aws.served == 1_000
    return aws


def about_to_make_room() -> Aws:
    """At 10 %, baked and passed; but stable has two of the three instances that could take everything back."""
    capacity = Capacity(per_instance=1_000.0, most=8)
    return about_to_advance(replace(RELEASE, plan=UNASKED, stages=STAGES, capacity=capacity))


def misdirected() -> Aws:
    """At 10 %, baked and passed; but the canary was asked other things than stable."""
    aws = about_to_advance()
    aws.metrics = InputMetrics(aws.metrics.tables, asked={STABLE: USUAL, CANARY: OTHER})
    aws.baselines = Known(BASELINE)
    aws.wire()
    return aws


def unread() -> Aws:
    """At 10 %, baked and passed; but of what both are asked no capture is read yet."""
    aws = misdirected()
    assert isinstance(aws.metrics, InputMetrics)
    aws.metrics.captured = 0.0
    return aws


def paused() -> Aws:
    """At 10 %, baked and passed, and somebody has paused it: its execution has ended."""
    aws = about_to_advance()
    grant_wish(aws.world, NAME, Wish.PAUSE, who="ann")
    aws.executions.ended.update(aws.executions.running)
    return aws


def unheard() -> Aws:
    """At 10 %, baked, and nobody has ever asked the models anything."""
    aws = about_to_advance()
    aws.metrics.tables.clear()
    aws.traffic = False
    return aws


def deserted() -> Aws:
    """At 50 %, baked, with the PASS of the step before; but since then nobody has asked the models anything."""
    aws = about_to_advance()
    advance(aws.world, NAME)
    aws.traffic = False
    while (since := _serving_since(aws)) is None or aws.time + 60 < since + UNASKED.steps[1].bake:
        see(aws)
    aws.wait(60)
    aws.slow.in_service = False
    assert aws.served == UNASKED.steps[1].weight
    return aws


def look(world: World) -> Look:
    """The workflow's next look."""
    return advance(world, NAME)


def alarm(world: World) -> None:
    """An alarm's event."""
    take_back(needs_nothing_else(world), NAME, cause="alarm a", reason="20 > 5", alarm_since=world.now())


def doubled(act: Act) -> Act:
    """What comes twice."""

    def acts(world: World) -> None:
        act(world)
        act(world)

    return acts


def stale_alarm(world: World) -> None:
    """The event of an alarm that went off before the rollout began, late by hours."""
    take_back(needs_nothing_else(world), NAME, cause="alarm a", reason="20 > 5", alarm_since=0.0)


def operator(world: World) -> None:
    """Somebody aborts."""
    with contextlib.suppress(EndpointBusyError):
        take_back(needs_nothing_else(world), NAME, cause="operator ann", reason="abort")


def wish(asked: Wish) -> Act:
    """Somebody asks for something else."""

    def act(world: World) -> None:
        with contextlib.suppress(NotPossibleError, EndpointBusyError):
            grant_wish(world, NAME, asked, who="ann")

    return act


def event(world: World) -> None:
    """A doubled or late "in service"."""
    with contextlib.suppress(EndpointBusyError):
        begin_rollout(world, NAME)


def scale(world: World) -> None:
    """Application autoscaling takes an instance away from stable."""
    with contextlib.suppress(EndpointBusyError):
        cast("Any", world.fleets).scale(NAME, STABLE, 1)


def deploy(release: Release) -> Act:
    """Terraform: plans with the weights that are live, writes the release, and swaps the fleets."""

    def act(world: World) -> None:
        planned = world.endpoints.live(NAME)
        assert planned is not None
        weight = planned.canary_weight if planned.pair == release.pair else 0
        cast("Any", world.ledger).put(release)
        with contextlib.suppress(EndpointBusyError):
            cast("Any", world.endpoints).deploy(with_weight(live(release), weight))

    return act


def returning(world: World) -> None:
    """An alarm's event, and then the looks that settle its rollback."""
    alarm(world)
    for seconds in (2, 25, 5):
        cast("Any", world.endpoints).wait(seconds)
        advance(world, NAME)


def workflow(world: World) -> None:
    """The state machine of infra/workflow.py: looks and waits; what goes on failing takes back, and is settled."""
    cast("Any", world.workflow).take_up()
    try:
        _looks(world, "advance")
    except Exception:  # noqa: BLE001 - States.ALL
        _retried(lambda: take_back(world, NAME, cause="workflow", reason="it failed"))
        _looks(world, "settle")


def _looks(world: World, state: str) -> None:
    for _ in range(100):
        found = _retried(lambda: advance(world, NAME))
        if found.again_in is None:
            return
        cast("Any", world.endpoints).wait(found.again_in, state)


def _retried(function: Callable[[], Any]) -> Any:
    """Call a function again once if it fails; a dead process is a failure too."""
    try:
        return function()
    except (Exception, DiedError):  # noqa: BLE001 - States.ALL
        return function()
