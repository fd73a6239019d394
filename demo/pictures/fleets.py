"""Both fleets during one of SageMaker's own rollouts: instances in service and their part of the traffic.

Source: SageMaker developer guide, "Blue/green deployments" and "Rolling deployments".
"""

import math
from collections.abc import Iterator
from itertools import accumulate, chain, repeat
from typing import NamedTuple

from cli.quantities import duration, percent
from cli.report.shapes import Chart, Frame
from demo.pictures.slots import Bar, Slot, chart
from infra.spec.rollout import Native, Size, Strategy
from lambdas.rollout.plan import FULL

_FRAME = Frame(960, 200, left=84, right=20, bottom=30)
_STARTS = "minutes to start"


class Stage(NamedTuple):
    """A moment of a rollout: instances of the old and the new fleet, and the new one's share of the traffic."""

    name: str
    lasts: str
    old: int
    new: int
    share: float


def stages(native: Native, count: int) -> Iterator[Stage]:
    """Follow a fleet of ``count`` instances; start-up times, which SageMaker does not bound, are named only."""
    yield Stage("before", "", count, 0, 0)
    if native.strategy is Strategy.ROLLING:
        yield from _batches(native, count)
    else:
        yield from _shifts(native, count)
    yield Stage("after", "", 0, count, 1)


def _shifts(native: Native, count: int) -> Iterator[Stage]:
    """Launch the whole new fleet, and move traffic to so many of its instances at a time."""
    yield Stage("new fleet starts", _STARTS, count, count, 0)
    size = _instances(native.size, count)
    moved = [size] if native.strategy is Strategy.CANARY else list(range(size, count, size))
    for instances in [] if native.strategy is Strategy.ALL_AT_ONCE else moved:
        yield Stage("wait", duration(native.wait), count, count, instances / count)
    yield Stage("baking", duration(native.baking or 0), count, count, 1)


def _batches(native: Native, count: int) -> Iterator[Stage]:
    """Launch a batch, give it its share, wait, and end as many old ones."""
    size = _instances(native.size, count)
    done = accumulate(chain(repeat(size, count // size), [count % size] if count % size else []))
    gone = 0
    for batch, new in enumerate(done, start=1):
        yield Stage(f"batch {batch}", f"starts, then {duration(native.wait)}", count - gone, new, new / count)
        gone = new


def _instances(size: Size | None, count: int) -> int:
    if size is None:
        return count
    return size.instances or math.ceil((size.percent or 0) * count / 100)


def traffic(found: tuple[Stage, ...]) -> Chart:
    """Draw the new fleet's share of the traffic."""
    slots = [
        Slot(
            each.name, percent(round(FULL * each.share)), (Bar("stable", each.share, 1), Bar("canary", 0, each.share))
        )
        for each in found
    ]
    return chart(slots, "The new fleet's share of the traffic.", [(0, "0 %"), (0.5, "50 %"), (1, "100 %")], _FRAME)


def instances(found: tuple[Stage, ...]) -> Chart:
    """Draw how many instances of both fleets run, and are paid for."""
    most = max(each.old + each.new for each in found)
    slots = [
        Slot(
            f"{each.old + each.new} run",
            each.lasts,
            (Bar("canary", 0, each.new / most), Bar("stable", each.new / most, (each.new + each.old) / most)),
        )
        for each in found
    ]
    ticks = [(count / most, str(count)) for count in range(0, most + 1, max(1, most // 4))]
    return chart(slots, "Instances of the old and the new fleet.", ticks, _FRAME)
