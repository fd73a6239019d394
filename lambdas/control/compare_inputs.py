"""Before a decision widens: what both arms were asked in the step that it leaves."""

from lambdas.control.observe import heard
from lambdas.control.world import World
from lambdas.rollout.asked import unseen, weighed, widens
from lambdas.rollout.decision import Decision
from lambdas.rollout.judge.inputs import ALPHA, queries, weigh
from lambdas.rollout.ports import UnansweredError
from lambdas.rollout.state import Rollout


def compare_inputs(world: World, rollout: Rollout, decision: Decision) -> Decision:
    """Return the decision that stands; asks nobody where it does not widen, or there is no baseline.

    CloudWatch is asked at the end of a step alone: two dozen statistics for each feature are too many for every look.
    Each step has its part of the chance of a false alarm, and begins anew: what an operator mended and resumed is not
    held against the rollout again.
    """
    since = heard(rollout, rollout.serving_since)
    if world.baselines is None or since is None or not widens(rollout, decision):
        return decision
    endpoint, now = rollout.release.endpoint, world.now()
    baseline = world.baselines.baseline(endpoint)
    if not baseline.features:
        return decision
    try:
        periods = world.metrics.read(endpoint, queries(baseline), since, now)
    except UnansweredError as error:
        return unseen(rollout, decision, str(error))
    return weighed(rollout, now, decision, weigh(baseline, periods, ALPHA / len(rollout.plan.steps)))
