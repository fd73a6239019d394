"""CloudWatch as a rollout sees it: complete periods after a delay, lost ones never, some first in part."""

from collections.abc import Callable, Sequence

from lambdas.rollout.catalogue import Period, Query
from lambdas.rollout.plan import Plan
from lambdas.rollout.ports import Firing
from lambdas.rollout.recipes import Reading
from simulation.clock import Clock
from simulation.gauges import Gauge, gauges, past
from simulation.scenario import Scenario
from simulation.stream import Drawn, Stream


class SimulatedMetrics:
    """Implements `lambdas.rollout.ports.Metrics` on a stream; ``delay`` is the environment's ``metric_delay``.

    A period that has not changed is the very same object at each look, so that the judge need not weigh it again.
    """

    def __init__(self, clock: Clock, stream: Stream, plan: Plan, scenario: Scenario, delay: float) -> None:
        self._clock, self._stream, self._plan, self._scenario = clock, stream, plan, scenario
        self._delay, self._late = delay, scenario.delayed
        self._queries: Sequence[Query] = ()
        self._gauges: tuple[Gauge, ...] = ()
        self._series: list[Period] = []
        self._index = 0
        self.alarms: Callable[[Sequence[str]], tuple[Firing, ...]] = lambda _: ()

    def read(self, endpoint: str, queries: Sequence[Query], since: float, until: float) -> tuple[Period, ...]:
        """Read the periods that have arrived; they all lie in the rollout."""
        del endpoint, since
        if queries is not self._queries:
            self._queries, self._gauges = queries, gauges(queries, self._plan)
            self._series, self._index = [], 0
        while self._index < self.arrived(until):
            drawn = self._stream[self._index]
            self._index += 1
            period = self._period(drawn)
            if any(value is not None for value in period.values):
                self._series.append(period)
        if not self._scenario.piecemeal:
            return tuple(self._series)
        whole = until - self._delay - self._stream.period - self._scenario.piecemeal
        return tuple([period if period.at <= whole else _in_part(period) for period in self._series])

    def summary(self, endpoint: str, queries: Sequence[Query], since: float, until: float) -> tuple[Reading, ...]:
        """Read stable's past: a quiet time before the rollout, as long as asked for."""
        del endpoint
        if self._scenario.missing == 1.0:
            return (None,) * len(queries)
        usual = self._stream.before
        requests = usual.requests_per_second * (until - since)
        return tuple(past(query.quantity, usual.stable, requests) for query in queries)

    def firing(self, alarms: Sequence[str]) -> tuple[Firing, ...]:
        """Tell which alarms are in ALARM."""
        return self.alarms(alarms)

    def arrival(self, index: int) -> float:
        """Return when a period arrives, counted from 0."""
        return self._stream.start + (index + 1) * self._stream.period + self._delay + self._late

    def arrived(self, now: float) -> int:
        """Count the periods that have arrived by ``now``, or never will."""
        return max(0, int((now - self._delay - self._late - self._stream.start) // self._stream.period))

    def next_news(self) -> float:
        """Return when the next period arrives."""
        return self.arrival(self.arrived(self._clock.now))

    def _period(self, drawn: Drawn) -> Period:
        values: list[Reading] = [None] * len(self._queries)
        for gauge in self._gauges:
            if drawn.canary_lost if gauge.canary else drawn.stable_lost:
                continue
            table, now = drawn.requests, drawn.conditions
            arm, conduct = (table.canary, now.canary) if gauge.canary else (table.stable, now.stable)
            if gauge.copied:
                arm = drawn.copies
            if arm.total:
                for place, value in gauge.read(arm, conduct, self._stream.rng):
                    values[place] = value
        return Period(drawn.requests.at, tuple(values))


def _in_part(period: Period) -> Period:
    """Show half of each count: the rest is still on its way."""
    return Period(period.at, tuple([None if value is None else value // 2 for value in period.values]))
