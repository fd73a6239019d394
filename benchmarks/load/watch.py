"""CloudWatch: the variants' metrics by the minute, as a steady traffic makes them, and their alarms."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

from lambdas.rollout.names import CANARY
from lambdas.rollout.plan import FULL

if TYPE_CHECKING:
    from benchmarks.load.account import Account, Answer
    from benchmarks.load.fleet import Endpoint, Fleet

MINUTE = 60
REQUESTS_PER_SECOND = 40.0
_LATENCY = NormalDist(math.log(100_000.0), 0.5)
"""Of the logarithm of microseconds."""


class Nature(StrEnum):
    """What a canary is like, and so what should become of its rollout."""

    HEALTHY = "healthy"
    FAILING = "failing"
    """An alarm goes off."""
    WORSE = "worse"
    """No alarm does, and the judge sees it."""
    SILENT = "silent"
    """It publishes nothing: nobody can tell."""
    IDLE = "idle"
    """There is none."""


_ERRORS = {Nature.HEALTHY: 0.01, Nature.FAILING: 0.3, Nature.WORSE: 0.04, Nature.SILENT: 0.01, Nature.IDLE: 0.01}


@dataclass(frozen=True, slots=True)
class Fired:
    """An alarm in ALARM since a time."""

    name: str
    since: float


class Watch:
    """Metrics and alarms; ``asked`` counts the metrics that GetMetricData is paid for."""

    def __init__(self, account: Account, fleet: Fleet, natures: dict[str, Nature]) -> None:
        self._clock, self._fleet, self._natures = account.clock, fleet, natures
        self.fired: dict[str, Fired] = {}
        self.asked: Counter[str] = Counter()
        account.operations["GetMetricData"] = self._data
        account.operations["DescribeAlarms"] = self._alarms

    def _alarms(self, asked: dict[str, Any]) -> Answer:
        return {"MetricAlarms": [self._alarm(name) for name in asked["AlarmNames"]], "CompositeAlarms": []}

    def _alarm(self, name: str) -> Answer:
        fired = self.fired.get(name)
        return {
            "AlarmName": name,
            "StateValue": "ALARM" if fired else "OK",
            "StateUpdatedTimestamp": fired.since if fired else 0.0,
            "StateReason": "Threshold Crossed",
        }

    def _data(self, asked: dict[str, Any]) -> Answer:
        span = (int(asked["StartTime"]), int(asked["EndTime"]))
        results = [self._result(query["Id"], query["MetricStat"], span) for query in asked["MetricDataQueries"]]
        self.asked["metrics"] += len(results)
        return {"MetricDataResults": results}

    def _result(self, key: str, stat: dict[str, Any], span: tuple[int, int]) -> Answer:
        where = {each["Name"]: each["Value"] for each in stat["Metric"]["Dimensions"]}
        endpoint, variant = self._fleet.endpoints[where["EndpointName"]], where["VariantName"]
        times = range(span[0], span[1], stat["Period"])
        found = [(at, self._value(endpoint, variant, stat, at)) for at in times]
        known = [(at, value) for at, value in found if value is not None]
        return {
            "Id": key,
            "Timestamps": [at for at, _ in known],
            "Values": [value for _, value in known],
            "StatusCode": "Complete",
        }

    def _value(self, endpoint: Endpoint, variant: str, stat: dict[str, Any], at: int) -> float | None:
        nature = self._natures[endpoint.name]
        if variant == CANARY and nature is Nature.SILENT:
            return None
        requests = self._requests(endpoint, variant, at, stat["Period"])
        if not requests:
            return None
        rate = _ERRORS[nature] if variant == CANARY else _ERRORS[Nature.HEALTHY]
        match stat["Metric"]["MetricName"], stat["Stat"]:
            case ("Invocations", "Sum") | ("ModelLatency", "SampleCount"):
                return requests
            case "Invocation5XXErrors", "Sum":
                return _between(requests * rate, at)
            case "InvocationModelErrors", "Sum":
                return 0.0
            case "ModelLatency", share if share.startswith("TC(:"):
                return round(requests * _LATENCY.cdf(math.log(float(share[4:-1]))))
            case "ModelLatency", percentile if percentile.startswith("p"):
                return math.exp(_LATENCY.inv_cdf(float(percentile[1:]) / 100))
            case other:
                raise NotImplementedError(other)

    def _requests(self, endpoint: Endpoint, variant: str, at: int, period: int) -> float:
        """Count what a variant got in a period, by the weight in its middle."""
        share = endpoint.weight(at + period / 2) / FULL
        return round(REQUESTS_PER_SECOND * period * (share if variant == CANARY else 1 - share))


def _between(mean: float, at: int) -> float:
    """Round a mean now up and now down, so that it is right over some minutes."""
    return math.floor(mean + (at // MINUTE * 0.618) % 1)
