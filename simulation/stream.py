"""The requests of one rollout, drawn period by period: how many each arm got, and how many failed."""

from typing import NamedTuple

from numpy.random import Generator

from lambdas.rollout.judge.tables import Table
from lambdas.rollout.judge.verdict import Arm
from simulation.course import Conditions, Course
from simulation.endpoints import SimulatedEndpoint
from simulation.scenario import Scenario

_NONE = Arm(0, 0)


class Drawn(NamedTuple):
    """One metric period as it happened, and which arms' metrics of it are lost.

    ``copies`` are those of the canary's requests that it got as a shadow: nobody got its answers to them.
    """

    conditions: Conditions
    requests: Table
    canary_lost: bool
    stable_lost: bool
    copies: Arm = _NONE

    @property
    def shown(self) -> Arm:
        """The canary's answers that people got."""
        canary = self.requests.canary
        return Arm(canary.bad - self.copies.bad, canary.total - self.copies.total)


class Stream:
    """What happened in each metric period, given the weights that were served in it.

    Periods count from 0, the one in which the rollout began; ``start`` is when that one starts. Requests are
    Poisson; each fails or not on its own, or faults cause geometric numbers of errors (``Scenario.burst``).
    """

    def __init__(
        self,
        course: Course,
        scenario: Scenario,
        endpoint: SimulatedEndpoint,
        rng: Generator,
        times: tuple[float, float],
    ) -> None:
        self._course, self._scenario, self._endpoint, self.rng = course, scenario, endpoint, rng
        self.start, self.period = times
        self._drawn: list[Drawn] = []

    def __getitem__(self, index: int) -> Drawn:
        """Return a period, which must be over."""
        while len(self._drawn) <= index:
            self._drawn.append(self._draw(self.start + len(self._drawn) * self.period))
        return self._drawn[index]

    @property
    def before(self) -> Conditions:
        """How it was just before the rollout."""
        return self._course.at(self.start - 1.0)

    def until(self, end: float) -> list[Drawn]:
        """Return all periods up to a time, the last one as far as it got."""
        whole = int((end - self.start) // self.period)
        rest = end - self.start - whole * self.period
        periods = [self[index] for index in range(whole)]
        return [*periods, self._draw(end - rest, rest)] if rest else periods

    def _draw(self, at: float, length: float | None = None) -> Drawn:
        seconds = self.period if length is None else length
        now, rng, scenario = self._course.at(at + seconds / 2), self.rng, self._scenario
        canary_seconds = self._endpoint.canary_seconds(at, at + seconds)
        stable = int(rng.poisson(now.requests_per_second * (seconds - canary_seconds)))
        canary = int(rng.poisson(now.requests_per_second * canary_seconds)) if canary_seconds else 0
        canary = 0 if scenario.dead else canary
        shown = Arm(self._errors(canary, now.canary.error_rate), canary)
        table = Table(at, shown, Arm(self._errors(stable, now.stable.error_rate), stable))
        copies = self._copies(table, now.canary.error_rate, seconds) if self._endpoint.sample else _NONE
        if copies.total:
            table = table._replace(canary=shown.plus(copies))
        lost = bool(scenario.missing) and bool(rng.random() < scenario.missing)
        return Drawn(now, table, canary_lost=lost or scenario.silent, stable_lost=lost, copies=copies)

    def _copies(self, table: Table, error_rate: float, seconds: float) -> Arm:
        """Copy some of stable's requests to the shadow."""
        part = self._endpoint.copied_seconds(table.at, table.at + seconds) / seconds
        copied = 0 if self._scenario.dead else int(self.rng.binomial(table.stable.total, part))
        return Arm(self._errors(copied, error_rate), copied)

    def _errors(self, requests: int, rate: float) -> int:
        burst, rng = self._scenario.burst, self.rng
        if not requests or rate <= 0.0:
            return 0
        if burst == 1.0:
            return int(rng.binomial(requests, rate))
        faults = int(rng.poisson(requests * rate / burst))
        return min(requests, faults + int(rng.negative_binomial(faults, 1 / burst))) if faults else 0
