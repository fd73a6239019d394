"""Rewards: what a user did after an exposure, joined by the inference id. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from lambdas.rollout.exposure import Exposure, read
from lambdas.rollout.names import CANARY, STABLE

SKEW = 60.0
"""Seconds by which clocks may differ."""
_OLDEST = 14 * 86_400.0
"""Seconds: CloudWatch takes no older data points. Source: CloudWatch API reference, PutMetricData."""


class Metric(StrEnum):
    """What a reward is of; an inference id may earn one of each."""

    CONVERSION = "conversion"
    REVENUE = "revenue"


class Reward(NamedTuple):
    """A report that can be understood; ``at`` is in seconds since the epoch, ``value`` is not negative."""

    endpoint: str
    inference_id: str
    metric: Metric
    value: float
    at: float


class Outcome(StrEnum):
    """What became of a reward."""

    COUNTED = "counted"
    DOUBLED = "doubled"
    """The inference id has had a reward of this metric; the first one counts, whatever this one says."""
    LATE = "late"
    """It came after the window, or too late for CloudWatch."""
    EARLY = "early"
    """It came before its exposure: a clock is wrong, or the id is no router's."""
    UNKNOWN = "unknown"
    """The id tells no exposure: no router made it, or its user took no part."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Which endpoints' rewards are taken, and until how long after the exposure's minute (seconds).

    ``endpoints`` tells the challengers that may be exposed beside stable and canary. Raises ValueError for a window
    that CloudWatch would cut short.
    """

    endpoints: Mapping[str, tuple[str, ...]]
    window: float = 86_400.0

    def __post_init__(self) -> None:
        if not 0 < self.window <= _OLDEST:
            raise ValueError(f"a window of {self.window:g} s: give more than 0 and at most {_OLDEST:g}")


def rewarded(words: str) -> dict[str, tuple[str, ...]]:
    """Read which endpoints are rewarded, with their challengers: ``mortgage:lean:large,documents``."""
    found = (each.split(":") for each in words.split(","))
    return {endpoint: tuple(challengers) for endpoint, *challengers in found}


def join(reward: Reward, terms: Terms, now: float) -> Exposure | Outcome:
    """Find the exposure that a reward belongs to, or say why it belongs to none."""
    exposure = read(reward.inference_id)
    if exposure is None or exposure.variant not in (STABLE, CANARY, *terms.endpoints.get(reward.endpoint, ())):
        return Outcome.UNKNOWN
    if reward.at < exposure.minute - SKEW:
        return Outcome.EARLY
    if reward.at - exposure.minute > terms.window or now - exposure.minute > _OLDEST:
        return Outcome.LATE
    return exposure


def kept_until(exposure: Exposure) -> float:
    """Tell until when it must be known that a reward has been counted: from then on another one is late anyway."""
    return exposure.minute + _OLDEST + 86_400
