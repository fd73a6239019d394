"""How both arms behave in the course of one rollout."""

import math
from dataclasses import dataclass, replace

from infra.spec.agreement import HEALTHY
from simulation.law import Law
from simulation.scenario import Scenario
from simulation.traffic import Moment, Traffic, law

_DAY = 86_400.0
_INCIDENT_FROM, _INCIDENT_UNTIL = 1_200.0, 1_800.0


@dataclass(frozen=True, slots=True)
class Conduct:
    """How an arm answers: its error rate, the bad share of its quality, its latency in microseconds.

    ``value`` is the law of all other values; where ``worse`` is not 1, they are worse by that factor. As a shadow it
    disagrees with stable ``disagreeing`` times as often as it may.
    """

    error_rate: float
    bad_share: float
    latency: Law
    worse: float
    disagreeing: float = HEALTHY


@dataclass(frozen=True, slots=True)
class Conditions:
    """Both arms at a time, and requests per second."""

    requests_per_second: float
    stable: Conduct
    canary: Conduct


class Course:
    """Tells the conditions at any second since the epoch for a rollout that began at ``began``.

    ``offset`` is the second of the day (or of the recording) at which it began.
    """

    def __init__(self, traffic: Traffic, scenario: Scenario, began: float, offset: float) -> None:
        self._traffic, self._scenario, self._began, self._offset = traffic, scenario, began, offset
        self._always = None if traffic.recording or not scenario.steady else self._at(0.0)

    def at(self, now: float) -> Conditions:
        """Tell how it is now; the very same object while nothing changes."""
        return self._always or self._at(now - self._began)

    def _at(self, since: float) -> Conditions:
        moment, scenario = self._traffic.at(self._offset + since), self._scenario
        cycle = 1 + scenario.daily * math.sin(2 * math.pi * (self._offset + since) / _DAY)
        hit = scenario.incident != 1.0 and _INCIDENT_FROM <= since < _INCIDENT_UNTIL
        stable = self._stable(moment, cycle * (scenario.incident if hit else 1.0), 2.0 if hit else 1.0)
        grown = min(max(since / scenario.grows_over, 0.0), 1.0) if scenario.grows_over else 1.0
        return Conditions(
            requests_per_second=moment.requests_per_second * scenario.traffic * cycle,
            stable=stable,
            canary=_canary(stable, scenario, self._traffic.error_times, grown),
        )

    def _stable(self, moment: Moment, error_times: float, slower: float) -> Conduct:
        latency = law(moment)
        return Conduct(
            error_rate=min(moment.error_rate * error_times, 1.0),
            bad_share=self._traffic.bad_share,
            latency=replace(latency, median=latency.median * slower),
            worse=1.0,
        )


def _canary(stable: Conduct, scenario: Scenario, error_times: float, grown: float) -> Conduct:
    """Put the canary's faults on top of stable's conduct, ``grown`` so far from none (0) to all (1)."""
    times = error_times * _grown(scenario.error_times, grown)
    rate = min(stable.error_rate * times, 1.0)
    worse, slower = _grown(scenario.worse, grown), _grown(scenario.slower, grown)
    part = scenario.slow_part if slower != 1.0 else 0.0
    return Conduct(
        error_rate=rate + (1 - rate) * scenario.failing * grown,
        bad_share=min(stable.bad_share * worse, 0.9),
        latency=replace(stable.latency, part=part, times=slower),
        worse=worse,
        disagreeing=scenario.disagreeing,
    )


def _grown(times: float, grown: float) -> float:
    return 1 + (times - 1) * grown


def excess(conditions: Conditions) -> tuple[float, float, float]:
    """Tell how much worse the canary answers: the part of its errors, and its shares slow and wrong, beyond stable's.

    An answer is slow if it takes longer than 95 % of stable's.
    """
    stable, canary = conditions.stable, conditions.canary
    errors = 1 - stable.error_rate / canary.error_rate if canary.error_rate > stable.error_rate else 0.0
    slow = 1 - canary.latency.up_to(stable.latency.quantile(0.95)) - 0.05 if canary.latency.part else 0.0
    return errors, max(slow, 0.0), max(canary.bad_share - stable.bad_share, 0.0)
