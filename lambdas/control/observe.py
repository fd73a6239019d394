"""Gathering what a decision needs to see, and no more."""

from lambdas.control.world import World
from lambdas.rollout.decide import Seen
from lambdas.rollout.judge.bench import judge
from lambdas.rollout.judge.share import starved
from lambdas.rollout.judge.tables import pooled
from lambdas.rollout.live import Live
from lambdas.rollout.state import Phase, Rollout


def observe(world: World, rollout: Rollout, live: Live) -> Seen:
    """Look at alarms and metrics; a rollback looks at neither, so that nothing there can hold it up."""
    now = world.now()
    returning = rollout.phase is Phase.ROLLING_BACK
    judged = rollout.phase is Phase.PROGRESSING
    tables = world.metrics.error_tables(live.endpoint, rollout.began, now) if judged else ()
    in_step = [table for table in tables if rollout.serving_since is not None and table.at >= rollout.serving_since]
    return Seen(
        now=now,
        live=live,
        firing=() if returning else world.metrics.firing(rollout.release.alarms),
        verdicts=judge(rollout.plan, tables) if judged else (),
        starved=starved(in_step, rollout.weight),
        step_requests=pooled(in_step)[0].total,
        settle=world.settle,
    )
