"""A guardrail with what its counts are on stable: how they are drawn, and who judges them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from cli.foresight.draws import Counts, bad, binned
from cli.foresight.shape import Shape, bins
from cli.foresight.traffic import Base, Traffic
from lambdas.rollout.guardrails import Calibration, Guardrail, Latency, Rate, Spread, Value, Values
from lambdas.rollout.judge.bench import split
from lambdas.rollout.judge.calibration import CalibrationTest
from lambdas.rollout.judge.draws import times_as_likely
from lambdas.rollout.judge.rate import RateTest, terms
from lambdas.rollout.judge.spread import SpreadTest
from lambdas.rollout.judge.tables import Histogram, Observed, Table
from lambdas.rollout.judge.verdict import Arm, Verdict
from lambdas.rollout.plan import Plan

SLOWEST = 100.0
"""Spreads are looked at up to this many times stable's values."""


@dataclass(frozen=True, slots=True)
class Chances:
    """The chances of a wrong FAIL (over the whole rollout) and of a wrong PASS."""

    fail: float
    passing: float


class Case(Protocol):
    """One guardrail at one endpoint. ``worse`` is how many times as bad as stable a canary is."""

    @property
    def guardrail(self) -> Guardrail:
        """The guardrail."""
        ...

    @property
    def chances(self) -> Chances:
        """Its share of the plan's chances."""
        ...

    @property
    def range(self) -> tuple[float, float]:
        """The canaries that the judge does not tolerate: from just so bad to as bad as can be."""
        ...

    def hearing(self) -> "Hearing":
        """Let the judge listen anew."""
        ...


class Hearing(Protocol):
    """The judge's own test on one guardrail, told of one period after the other."""

    def hear(self, rng: np.random.Generator, at: float, requests: tuple[int, int], worse: float) -> int:
        """Draw what both arms' requests came to in a period; returns how many of the canary's were bad."""
        ...

    def verdict(self) -> Verdict:
        """Ask for the verdict."""
        ...


@dataclass(frozen=True, slots=True)
class RateCase:
    """A rate: bad of total."""

    guardrail: Rate | Latency
    chances: Chances
    base: Base

    @property
    def range(self) -> tuple[float, float]:
        """From the margin, or the bound, to a canary of which everything is bad."""
        given = terms(self.guardrail)
        least = given.margin if given.at_most is None else max(1.0, given.at_most / self.base.share)
        return least, 1 / self.base.share

    def hearing(self) -> Hearing:
        """Let the judge listen anew."""
        return _RateHearing(self)


class _RateHearing:
    def __init__(self, case: RateCase) -> None:
        self._case, self._tables = case, list[Table]()
        self._test = RateTest(case.guardrail, case.chances.fail, case.chances.passing)

    def hear(self, rng: np.random.Generator, at: float, requests: tuple[int, int], worse: float) -> int:
        base, burst = self._case.base, terms(self._case.guardrail).burst
        total = _counted(rng, requests, base)
        canary, stable = (
            int(bad(rng, count, base.share * times, burst)) for count, times in zip(total, (worse, 1.0), strict=True)
        )
        self._tables.append(Table(at, Arm(canary, int(total[0])), Arm(stable, int(total[1]))))
        return canary

    def verdict(self) -> Verdict:
        return self._test.verdict(self._tables)


@dataclass(frozen=True, slots=True)
class CalibrationCase:
    """Scores against what came true: positives of labelled, where all scores are the base.

    A bad canary has more positives than that, and its scores stay: they are too low.
    """

    guardrail: Calibration
    chances: Chances
    base: Base

    @property
    def range(self) -> tuple[float, float]:
        """From the margin to a canary of which everything is positive."""
        return times_as_likely(self.base.share, self.guardrail.margin) / self.base.share, 1 / self.base.share

    def hearing(self) -> Hearing:
        """Let the judge listen anew."""
        return _CalibrationHearing(self)


class _CalibrationHearing:
    def __init__(self, case: CalibrationCase) -> None:
        self._case, self._rows = case, list[Observed]()
        self._test = CalibrationTest(case.guardrail, case.chances.fail, case.chances.passing)

    def hear(self, rng: np.random.Generator, at: float, requests: tuple[int, int], worse: float) -> int:
        base, burst = self._case.base, self._case.guardrail.burst
        labelled = _counted(rng, requests, base)[0]
        positive = bad(rng, labelled, base.share * worse, burst)
        if labelled:
            self._rows.append(Observed(at, int(positive), int(labelled), float(labelled * base.share)))
        return 0

    def verdict(self) -> Verdict:
        return self._test.verdict(self._rows)


@dataclass(frozen=True, slots=True)
class SpreadCase:
    """A spread: values in bins."""

    guardrail: Spread
    chances: Chances
    shape: Shape

    @property
    def range(self) -> tuple[float, float]:
        """From the margin to 100 times stable's values."""
        return self.guardrail.margin, SLOWEST

    def hearing(self) -> Hearing:
        """Let the judge listen anew."""
        return _SpreadHearing(self)


class _SpreadHearing:
    def __init__(self, case: SpreadCase) -> None:
        self._case, self._rows, ladder = case, list[Histogram](), case.shape.ladder(case.guardrail.key)
        self._test = SpreadTest(case.guardrail, case.chances.fail, case.chances.passing, ladder)
        self._stable = ladder.shares

    def hear(self, rng: np.random.Generator, at: float, requests: tuple[int, int], worse: float) -> int:
        shape, given, (canary, stable) = self._case.shape, self._case.guardrail, requests
        self._rows.append(
            Histogram(
                at,
                stable=_bins(rng, stable, self._stable),
                at_margin=_bins(rng, canary, bins(shape, given.margin, worse)),
                at_detect=_bins(rng, canary, bins(shape, given.detect, worse)),
            )
        )
        return 0

    def verdict(self) -> Verdict:
        return self._test.verdict(self._rows)


def cases(plan: Plan, traffic: Traffic) -> tuple[Case, ...]:
    """Make a case of each guardrail of which enough is known."""
    shares = split(plan)
    return tuple(
        _case(guardrail, Chances(shares[guardrail.key], plan.false_pass), traffic)
        for guardrail in plan.judged
        if traffic.known(guardrail)
    )


def _case(guardrail: Guardrail, chances: Chances, traffic: Traffic) -> Case:
    match guardrail:
        case Value() | Values() | Latency(at_most=None):
            return SpreadCase(guardrail, chances, traffic.shapes[guardrail.key])
        case Calibration():
            return CalibrationCase(guardrail, chances, traffic.bases[guardrail.key])
        case _:
            return RateCase(guardrail, chances, traffic.bases[guardrail.key])


def _counted(rng: np.random.Generator, requests: tuple[int, int], base: Base) -> Counts:
    counts = np.asarray(requests)
    return counts if base.per_request == 1.0 else rng.poisson(counts * base.per_request)


def _bins(rng: np.random.Generator, total: int, shares: Sequence[float]) -> tuple[int, ...]:
    return tuple(binned(rng, np.asarray(total), shares).tolist())
