"""Rules on SageMaker's own rollouts, and on the fleet swap before ours.

Bounds: SageMaker API reference, BlueGreenUpdatePolicy, TrafficRoutingConfig and RollingUpdatePolicy; the timeout's
upper one is the Terraform provider's.
"""

import math
from collections.abc import Iterator, Mapping

from infra.spec.rollout import Deployment, Native, Size, Strategy
from infra.spec.rules.finding import Finding
from infra.spec.units import duration

LONGEST_WAIT = 3600
SHORTEST_TIMEOUT, LONGEST_TIMEOUT = 600, 14_400
PROVIDER_PATIENCE = 45 * 60
"""Of the 60 minutes that the Terraform provider waits for an update, what starting instances leaves for waiting."""

PERCENTS: Mapping[Strategy, tuple[int, int]] = {
    Strategy.CANARY: (1, 50),
    Strategy.LINEAR: (10, 50),
    Strategy.ROLLING: (5, 50),
}
"""The least and the most of the fleet that a strategy moves at a time, in percent."""


def one_size(size: Size) -> Iterator[Finding]:
    """A size is a percentage or a number of instances."""
    if (size.percent is None) == (size.instances is None):
        yield Finding((), "needs either percent or instances", "write one of them, such as {percent: 10%}")
    if size.instances is not None and size.instances < 1:
        yield Finding(("instances",), "is less than 1", "write 1 or more")


def size_fits_strategy(native: Native) -> Iterator[Finding]:
    """All at once has no size; the others have one within SageMaker's bounds."""
    if native.strategy is Strategy.ALL_AT_ONCE:
        if native.size:
            yield Finding(("size",), "means nothing for all_at_once", "take it out, or choose another strategy")
        return
    low, high = PERCENTS[native.strategy]
    if not native.size:
        yield Finding(("size",), f"is missing for {native.strategy}", f"add size: {{percent: {max(low, 10)}%}}")
    elif native.size.percent is not None and not low <= native.size.percent <= high:
        problem = f"is out of SageMaker's bounds for {native.strategy}, {low}% to {high}%"
        yield Finding(("size", "percent"), problem, f"write {low}% to {high}%")


def only_rolling_rolls_back_in_batches(native: Native) -> Iterator[Finding]:
    """Rollback batches and termination waits belong to one kind of strategy each."""
    rolling = native.strategy is Strategy.ROLLING
    if native.rollback_size and not rolling:
        problem = f"means nothing for {native.strategy}: blue/green goes back at once"
        yield Finding(("rollback_size",), problem, "take it out")
    if native.baking is not None and rolling:
        yield Finding(("baking",), "means nothing for rolling: no old fleet is left to keep", "use wait instead")


def rollback_size_is_possible(native: Native) -> Iterator[Finding]:
    """A rolling rollback moves 5 to 100 % at a time."""
    percent = native.rollback_size.percent if native.rollback_size else None
    if percent is not None and not 5 <= percent <= 100:
        yield Finding(("rollback_size", "percent"), "is out of SageMaker's bounds", "write 5% to 100%")


def native_waits(native: Native) -> Iterator[Finding]:
    """Each wait is one that SageMaker sits out."""
    yield from _wait("wait", native.wait)
    yield from _wait("baking", native.baking or 0)


def native_time(native: Native, instances: int) -> Iterator[Finding]:
    """All waits of a fleet of so many instances fit the timeout, and Terraform's patience."""
    if any(size_fits_strategy(native)) or any(native_waits(native)):
        return  # the sum would only repeat, in other words, what is wrong with a part
    yield from _timeout(native.timeout, waiting(native, instances))


def deployment_waits(deployment: Deployment) -> Iterator[Finding]:
    """The fleet swap's bake is one that SageMaker and Terraform can sit out."""
    yield from _wait("baking", deployment.baking)
    if deployment.baking <= LONGEST_WAIT:
        yield from _timeout(deployment.timeout, deployment.baking)


def waiting(native: Native, instances: int) -> int:
    """Sum the seconds that a native rollout of so many instances waits and bakes, at the most."""
    return _stages(native, instances) * native.wait + (native.baking or 0)


def _stages(native: Native, instances: int) -> int:
    match native.strategy:
        case Strategy.ALL_AT_ONCE:
            return 0
        case Strategy.CANARY:
            return 1
        case _ if native.size and native.size.percent:
            return math.ceil(100 / native.size.percent)
        case _ if native.size and native.size.instances:
            return math.ceil(instances / native.size.instances)
        case _:
            return 1


def _wait(field: str, seconds: int) -> Iterator[Finding]:
    if seconds > LONGEST_WAIT:
        yield Finding((field,), "is longer than SageMaker waits, 1h", "write at most 1h")


def _timeout(timeout: int, total: int) -> Iterator[Finding]:
    if not SHORTEST_TIMEOUT <= timeout <= LONGEST_TIMEOUT:
        problem = "is out of bounds: SageMaker and Terraform take 10m to 4h"
        yield Finding(("timeout",), problem, "write 10m to 4h", "timeout-beyond-provider")
    elif timeout <= total:
        problem = f"ends the deployment before its waits and bakes are over ({duration(total)})"
        yield Finding(("timeout",), problem, f"write more than {duration(total)}")
    elif total > PROVIDER_PATIENCE:
        problem = (
            f"cannot help: waits and bakes take {duration(total)}, and Terraform gives up after 1h, start-up included"
        )
        fix = f"shorten wait or baking to {duration(PROVIDER_PATIENCE)} in all"
        yield Finding(("timeout",), problem, fix, "provider-gives-up-first")
