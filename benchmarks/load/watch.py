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
        silent = variant == CANARY and self._natures[endpoint.name] is Nature.SILENT
        requests = 0 if silent else self._requests(endpoint, variant, at, stat["Period"])
        if not requests:
            return None
        if stat["Metric"]["MetricName"] == "ModelLatency":
            return _latency(stat["Stat"], requests)
        rate = _ERRORS[self._natures[endpoint.name] if variant == CANARY else Nature.HEALTHY]
        counts = {
            "Invocations": requests,
            "Invocation5XXErrors": _between(requests * rate, at),
            "InvocationModelErrors": 0.0,
        }
        return counts[stat["Metric"]["MetricName"]]

    def _requests(self, endpoint: Endpoint, variant: str, at: int, period: int) -> int:
        """Count what a variant got in a period, by the weight in its middle."""
        share = endpoint.weight(at + period / 2) / FULL
        return round(REQUESTS_PER_SECOND * period * (share if variant == CANARY else 1 - share))


def _latency(stat: str, requests: int) -> float:
    if stat == "SampleCount":
        return requests
    if stat.startswith("TC(:"):
        return round(requests * _LATENCY.cdf(math.log(float(stat[4:-1]))))
    return math.exp(_LATENCY.inv_cdf(float(stat.removeprefix("p")) / 100))


def _between(mean: float, at: int) -> float:
    """Round a mean now up and now down, so that it is right over some minutes."""
    return math.floor(mean + (at // MINUTE * 0.618) % 1)
