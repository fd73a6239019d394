"""Gathering what a decision needs to see, and no more."""

from bisect import bisect_left
from dataclasses import replace

from lambdas.control.world import World
from lambdas.rollout import earned
from lambdas.rollout.catalogue import quantile_queries, routed, spread_of
from lambdas.rollout.decision import Rival, Seen, all_pass, concerning, concerns
from lambdas.rollout.guardrails import Guardrail
from lambdas.rollout.judge.bench import Judgement
from lambdas.rollout.judge.ladder import Ladder, ladder
from lambdas.rollout.judge.share import starved
from lambdas.rollout.judge.tables import pooled
from lambdas.rollout.judge.verdict import Outcome
from lambdas.rollout.judge.words import about
from lambdas.rollout.live import Live
from lambdas.rollout.names import CANARY
from lambdas.rollout.plan import FULL, Routing
from lambdas.rollout.release import Challenger
from lambdas.rollout.room import load
from lambdas.rollout.state import Phase, Rollout
from lambdas.rollout.trial import Served, Trial, needs_ladder, queries, trial

MEASURED_OVER = 86_280.0
"""Seconds of stable's past that a ladder is measured on: a day has all that a day brings. CloudWatch's longest period
is a day, and the span is widened to full minutes."""
ROUTERS_LAG = 30.0
"""Seconds until every router has heard of a new share: two of its polls."""
ENOUGH = 100.0
"""Values that the past must hold, for the quantiles to be of use."""


def measure(world: World, rollout: Rollout) -> Rollout:
    """Measure stable for the guardrails that still lack a ladder; the ladders stay as they are from then on."""
    if rollout.phase not in (Phase.PENDING, Phase.PROGRESSING):
        return rollout
    known = {each.guardrail for each in rollout.ladders}
    lacking = [each for each in rollout.plan.guardrails if spread_of(each) and each.key not in known]
    found = tuple(filter(None, [_ladder(world, rollout, guardrail) for guardrail in lacking]))
    if earned.EARNED not in known and any(map(needs_ladder, rollout.plan.steps)):
        now = world.now()
        paid = world.metrics.summary(rollout.release.endpoint, earned.past(), now - MEASURED_OVER, now)
        found += tuple(filter(None, [earned.ladder(now, paid)]))
    return replace(rollout, ladders=(*rollout.ladders, *found)) if found else rollout


def _ladder(world: World, rollout: Rollout, guardrail: Guardrail) -> Ladder | None:
    asked, now = quantile_queries(guardrail), world.now()
    if rollout.plan.routing is Routing.STICKY:
        asked = routed(asked)
    count, *quantiles = world.metrics.summary(rollout.release.endpoint, asked, now - MEASURED_OVER, now)
    known = tuple(quantile for quantile in quantiles if quantile is not None)
    if count is None or count < ENOUGH or len(known) < len(quantiles):
        return None
    return ladder(guardrail.key, now, known)


def observe(world: World, rollout: Rollout, live: Live) -> Seen:
    """Look at alarms and metrics; a rollback looks at neither, so that nothing there can hold it up."""
    now = world.now()
    returning = rollout.phase is Phase.ROLLING_BACK
    judgement = _judge(world, rollout, now) if rollout.phase is Phase.PROGRESSING else Judgement((), ())
    since = heard(rollout, rollout.serving_since)
    canary, stable = pooled([] if since is None else judgement.requests[bisect_left(judgement.requests, (since,)) :])
    tested = _trial(world, rollout, now)
    moving = rollout.phase is Phase.PROGRESSING and bool(rollout.plan.steps[rollout.step].bandit)
    return Seen(
        now=now,
        live=live,
        firing=() if returning else world.metrics.firing(rollout.release.alarms),
        verdicts=judgement.verdicts,
        # A bandit's weight moves within its step, and so does what it promises.
        starved="" if moving else starved(canary.total, stable.total, _promised(rollout)),
        step_requests=canary.total,
        settle=world.settle,
        trial=tested,
        rivals=_rivals(world, rollout, now) if rollout.challengers and not returning else (),
        load=load(judgement.requests, rollout, world.period, now),
    )


def _promised(rollout: Rollout) -> int:
    """Return the canary's weight among those whom stable or the canary answers, in basis points."""
    if not rollout.challengers:
        return rollout.weight
    return rollout.weight * FULL // (FULL - sum([share.weight for share in rollout.challengers]))


def _rivals(world: World, rollout: Rollout, now: float) -> tuple[Rival, ...]:
    """Look at the challengers in the step's test, by their alarms and guardrails."""
    served = {share.variant for share in rollout.challengers}
    return tuple(_rival(world, rollout, now, each) for each in rollout.release.challengers if each.name in served)


def _rival(world: World, rollout: Rollout, now: float, challenger: Challenger) -> Rival:
    said = [alarm.reason for alarm in world.metrics.firing(challenger.alarms) if concerns(rollout, alarm.since)]
    if rollout.phase is not Phase.PROGRESSING:
        return Rival(challenger.name, "; ".join(said), passes=False)
    verdicts = concerning(rollout, _judge(world, rollout, now, challenger.name).verdicts)
    said += [about(challenger.name, each.sentence) for each in verdicts if each.outcome is Outcome.FAIL]
    return Rival(challenger.name, "; ".join(said), all_pass(verdicts))


def heard(rollout: Rollout, since: float | None) -> float | None:
    """Tell from when on a share holds for everybody that is live ``since``: routers hear of it by and by."""
    lag = ROUTERS_LAG if rollout.plan.routing is Routing.STICKY else 0.0
    return None if since is None else since + lag


def _trial(world: World, rollout: Rollout, now: float) -> Trial | None:
    step, began = rollout.current_step, heard(rollout, rollout.tested_since)
    since = heard(rollout, rollout.serving_since)
    if rollout.phase is not Phase.PROGRESSING or step is None or not step.tests or began is None or since is None:
        return None
    ladder = next((each for each in rollout.ladders if each.guardrail == earned.EARNED), None)
    periods = world.metrics.read(rollout.release.endpoint, queries(step, ladder), began, now)
    served = Served(rollout.shares, since, rollout.dropped, ladder)
    return trial(step, served, [period for period in periods if period.at >= began], now - began)


def _judge(world: World, rollout: Rollout, now: float, variant: str = CANARY) -> Judgement:
    sitting = world.bench.sitting(rollout.plan, rollout.ladders, variant)
    return sitting.judge(world.metrics.read(rollout.release.endpoint, sitting.queries, rollout.began, now))
