"""Examples that many tests start from."""

from lambdas.rollout.guardrails import ErrorRate, Latency
from lambdas.rollout.judge.tables import Table
from lambdas.rollout.judge.verdict import Arm
from lambdas.rollout.live import Live, Variant
from lambdas.rollout.names import CANARY, STABLE, config_prefix
from lambdas.rollout.plan import FULL, Plan, Step
from lambdas.rollout.ports import Turn
from lambdas.rollout.release import Release

TURN = Turn(rollout=1, revision=1)
PLAN = Plan(
    steps=(Step(1_000, 120, 600), Step(5_000, 120, 600), Step(10_000, 120, 600, approval=True)),
    guardrails=(ErrorRate(), Latency()),
)
RELEASE = Release(
    endpoint="mortgage",
    stable="v1",
    canary="v2",
    pair="aaaa1111",
    shape="bbbb2222",
    plan=PLAN,
    alarms=("serinus.test.mortgage.canary.error_rate",),
)


def live(
    release: Release = RELEASE, *, weight: int = 0, status: str = "InService", desired: int | None = None
) -> Live:
    """What serves after `release` was deployed, with the canary at `weight` basis points."""
    target = weight if desired is None else desired
    variants = [Variant(STABLE, FULL - weight, FULL - target, 2, 2)]
    if release.canary:
        variants.append(Variant(CANARY, weight, target, 1, 1))
    variants += [Variant(challenger.name, 0, 0, 1, 1) for challenger in release.challengers]
    config = config_prefix(release.endpoint, release.pair, release.shape) + "20261121000000000000000001"
    return Live(release.endpoint, status, config, pending=status != "InService", variants=tuple(variants))


def healthy(at: float, *, requests: int = 3_000, weight: int = 1_000) -> Table:
    """One period without errors, split by weight."""
    canary = requests * weight // FULL
    return Table(at, Arm(0, canary), Arm(0, requests - canary))


def broken(at: float, *, requests: int = 3_000, weight: int = 1_000, bad: int = 60) -> Table:
    """One period in which `bad` of the canary's requests failed, and none of stable's."""
    canary = requests * weight // FULL
    return Table(at, Arm(min(bad, canary), canary), Arm(0, requests - canary))
