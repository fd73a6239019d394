"""When to look again: soon while SageMaker is at work, once a period while evidence gathers, and never all at once.

Every rollout of an account shares its API limits, and one deploy may begin hundreds. So a look at evidence has a
second of the period of its own, by the endpoint's name, and waiting grows with what has been waited for: what is
still not there after a minute is not asked for every two seconds.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING
from zlib import crc32

from lambdas.rollout.state import Phase

if TYPE_CHECKING:
    from lambdas.rollout.state import Rollout

SOON = 2
"""Seconds to the first look at what SageMaker was asked for."""
RETURNING = 8
"""Seconds between two looks at a rollback at most, until weight 0 is live."""


def again_in(rollout: Rollout, now: float, period: float) -> int | None:
    """Return the seconds to the next look; None where there is nothing to wait for."""
    whole, served, endpoint = max(1, math.ceil(period)), rollout.serving_since is not None, rollout.release.endpoint
    match rollout.phase:
        case Phase.PROGRESSING if served:
            return _own_second(endpoint, now, whole)
        case Phase.PENDING | Phase.PROGRESSING:
            return _spread(endpoint, _growing(2 * (now - rollout.since), whole))
        case Phase.ROLLING_BACK:
            since = rollout.since if rollout.serving_since is None else rollout.serving_since
            return _spread(endpoint, _growing(now - since, whole if served else min(whole, RETURNING)))
        case _:
            return None


def _growing(waited: float, most: int) -> int:
    """Wait half as long as has been waited."""
    return max(min(SOON, most), min(most, math.floor(waited / 2)))


def _spread(endpoint: str, wait: int) -> int:
    """Add up to half of a wait: what began together parts."""
    return wait + crc32(endpoint.encode()) % (wait // 2 + 1)


def _own_second(endpoint: str, now: float, period: int) -> int:
    """Wait for the endpoint's own second, half a period at the least; from then on that is a whole period."""
    own, least = crc32(endpoint.encode()) % period, period / 2
    return math.ceil(least + (own - now - least) % period)
