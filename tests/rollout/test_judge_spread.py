"""Spreads: valid by enumeration, never blaming a better canary, near the limit for the regressions of practice."""

import math
from collections.abc import Callable, Iterator
from itertools import product
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.random import Generator, default_rng

from lambdas.rollout.guardrails import Latency, Value
from lambdas.rollout.judge.harm import log_sum
from lambdas.rollout.judge.ladder import LEVELS, WORSE, WORSE_PRIOR, Ladder, ladder, learned, ratios
from lambdas.rollout.judge.spread import SpreadTest, after, components
from lambdas.rollout.judge.tables import Histogram
from lambdas.rollout.judge.verdict import Outcome, Verdict

NORMAL = NormalDist()
Bins = tuple[int, ...]
SMALL = Ladder("latency_p95", 0.0, (10.0, 20.0), (0.5, 0.9))
FOUR = [(n, m) for n in range(1, 4) for m in range(1, 4)]


def _multinomial(counts: Bins, chances: tuple[float, ...]) -> float:
    found = float(math.factorial(sum(counts)))
    for count, chance in zip(counts, chances, strict=True):
        found *= chance**count / math.factorial(count)
    return found


def _bins(total: int, size: int) -> Iterator[Bins]:
    for counts in product(range(total + 1), repeat=size):
        if sum(counts) == total:
            yield counts


def _expected(canary: tuple[float, ...], stable: tuple[float, ...], shape: tuple[int, int]) -> float:
    """Return the expected e-value of one period in which the arms' requests fall into bins by these chances."""
    fixed = components(*(ratios(SMALL.shares, part, lift) for part, lift in WORSE))
    given = fixed.plus(components(learned(SMALL.shares, (4, 2, 3), (9, 8, 1))))
    start = tuple(map(math.log, WORSE_PRIOR))
    return sum(
        _multinomial(c, canary) * _multinomial(s, stable) * math.exp(log_sum(after(start, given, c, s)))
        for c in _bins(shape[0], 3)
        for s in _bins(shape[1], 3)
    )


@pytest.mark.parametrize("shape", FOUR)
@pytest.mark.parametrize("today", [(0.5, 0.4, 0.1), (0.1, 0.2, 0.7), (0.98, 0.01, 0.01)])
def test_one_period_is_worth_at_most_one_whatever_the_day_is_like(
    shape: tuple[int, int], today: tuple[float, ...]
) -> None:
    assert _expected(today, today, shape) <= 1 + 1e-12


@pytest.mark.parametrize("shape", FOUR)
def test_a_canary_that_is_better_somewhere_and_worse_nowhere_is_worth_less(shape: tuple[int, int]) -> None:
    stable = (0.5, 0.4, 0.1)
    for better in ((0.6, 0.3, 0.1), (0.5, 0.45, 0.05), (0.7, 0.3, 0.0)):
        assert _expected(better, stable, shape) < _expected(stable, stable, shape)


@given(st.lists(st.floats(0.001, 1.0), min_size=2, max_size=9), st.sampled_from(WORSE))
def test_the_ratios_rise_and_belong_to_a_distribution(parts: list[float], component: tuple[float, float]) -> None:
    shares = tuple(part / sum(parts) for part in parts)
    found = ratios(shares, *component)
    assert list(found) == pytest.approx(sorted(found))
    assert sum(r * share for r, share in zip(found, shares, strict=True)) == pytest.approx(1.0, abs=1e-5)


def _shifted(part: float, times: float, sigma: float) -> list[float]:
    """Chances of a ladder's bins where ``part`` of lognormal latencies are ``times`` as high."""
    edges = [NORMAL.inv_cdf(level) * sigma for level in LEVELS]
    below = [
        (1 - part) * lv + part * NORMAL.cdf((e - math.log(times)) / sigma)
        for lv, e in zip(LEVELS, edges, strict=True)
    ]
    return [after - before for before, after in zip([0.0, *below], [*below, 1.0], strict=True)]


@pytest.mark.parametrize("sigma", [0.2, 0.35, 0.5, 0.8, 1.2])
@pytest.mark.parametrize(
    ("part", "times"), [(1, 1.1), (1, 1.2), (1, 1.5), (1, 3), (0.05, 3), (0.02, 5), (0.01, 10), (0.3, 1.5)]
)
def test_some_component_has_most_of_the_information_that_there_is(part: float, times: float, sigma: float) -> None:
    stable = ladder("x", 0.0, tuple(range(len(LEVELS))))
    assert stable
    chances, share = _shifted(part, times, sigma), 0.05

    def growth(likelihoods: list[float]) -> float:
        tolls = [math.log1p(share * (r - 1)) for r in likelihoods]
        mine = sum(q * (math.log(r) - t) for q, r, t in zip(chances, likelihoods, tolls, strict=True))
        return mine - sum(p * t for p, t in zip(stable.shares, tolls, strict=True)) * (1 - share) / share

    limit = growth([max(q / p, 1e-9) for q, p in zip(chances, stable.shares, strict=True)])
    assert max(growth(list(ratios(stable.shares, *component))) for component in WORSE) > 0.74 * limit


class Traffic:
    """Lognormal latencies about 100 ms; ``canary`` turns stable's values into the canary's."""

    def __init__(self, seed: int, guardrail: Latency, canary: Callable[[float], float] = lambda x: x) -> None:
        self.generator: Generator = default_rng(seed)
        self.guardrail, self.canary = guardrail, canary
        made = ladder(guardrail.key, 0.0, tuple(self._value(NORMAL.inv_cdf(level)) for level in LEVELS))
        assert made
        self.ladder = made

    def _value(self, z: float) -> float:
        return 100_000 * math.exp(0.5 * z)

    def _values(self, count: int) -> list[float]:
        return [self._value(z) for z in self.generator.standard_normal(count)]

    def _counted(self, values: list[float], times: float) -> Bins:
        up_to = [sum(value <= edge * times for value in values) for edge in self.ladder.edges]
        return tuple(b - a for a, b in zip([0, *up_to], [*up_to, len(values)], strict=True))

    def period(self, at: float, canary: int = 150, stable: int = 1_350) -> Histogram:
        mine, theirs = [self.canary(value) for value in self._values(canary)], self._values(stable)
        guard = self.guardrail
        counted = (self._counted(theirs, 1.0), self._counted(mine, guard.margin), self._counted(mine, guard.detect))
        return Histogram(at, *counted)

    def periods_until(self, outcome: Outcome, most: int = 40) -> int:
        test, rows = SpreadTest(self.guardrail, 0.01, 0.05, self.ladder), list[Histogram]()
        for index in range(most):
            rows.append(self.period(60.0 * index))
            if test.verdict(rows).outcome is outcome:
                return index + 1
        return most + 1


def test_a_fifth_slower_is_found_within_a_few_hundred_requests() -> None:
    waits = [Traffic(seed, Latency(margin=1.0), lambda x: 1.2 * x).periods_until(Outcome.FAIL) for seed in range(12)]
    assert 150 * sum(waits) / len(waits) < 400


def test_two_percent_three_times_slower_are_found() -> None:
    for seed in range(4):
        assert Traffic(seed, Latency(margin=1.0), _sometimes_slow(seed)).periods_until(Outcome.FAIL) <= 30


def _sometimes_slow(seed: int) -> Callable[[float], float]:
    dice = default_rng(seed + 100)
    return lambda value: 3 * value if dice.random() < 0.02 else value


def test_a_canary_like_stable_passes_and_one_at_the_margin_is_not_blamed() -> None:
    assert Traffic(1, Latency()).periods_until(Outcome.PASS) <= 5
    assert Traffic(2, Latency(margin=1.1), lambda x: 1.1 * x).periods_until(Outcome.FAIL) == 41
    assert Traffic(3, Latency(detect=1.5, margin=1.4), lambda x: 1.5 * x).periods_until(Outcome.PASS, 20) == 21


def _verdict(rows: list[Histogram], guardrail: Latency | Value | None = None) -> Verdict:
    return SpreadTest(guardrail or Latency(), 0.01, 0.05, SMALL).verdict(rows)


COUNTS = st.tuples(*[st.integers(-1, 10**9)] * 3)


@given(st.lists(st.builds(Histogram, st.just(0.0), COUNTS, COUNTS, COUNTS), max_size=4))
def test_any_counts_get_a_verdict_and_silence_never_passes(rows: list[Histogram]) -> None:
    verdict = _verdict(rows)
    assert verdict.sentence
    assert not math.isnan(verdict.harm)
    assert not math.isnan(verdict.safety)
    if not verdict.canary.total:
        assert verdict.outcome is Outcome.INCONCLUSIVE


def test_one_arm_only_says_nothing() -> None:
    rows = [Histogram(0.0, (0, 0, 0), (5, 4, 90), (5, 4, 90)), Histogram(60.0, (50, 4, 90), (0, 0, 0), (0, 0, 0))]
    assert _verdict(rows).outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize(("loss", "called"), [(Value("log_loss"), "log loss"), (Value("brier"), "brier")])
def test_of_a_loss_the_sentence_says_that_it_is_higher(loss: Value, called: str) -> None:
    worse = [Histogram(0.0, (500, 400, 100), (10, 20, 70), (10, 20, 70))]
    said = _verdict(worse, loss)
    assert said.outcome is Outcome.FAIL
    assert (
        f"the canary's {called} is higher, less than 1 % likely if it were no worse than 1.1 times" in said.sentence
    )


def test_the_sentence_tells_direction_margin_and_tail() -> None:
    slow = [Histogram(0.0, (500, 400, 100), (10, 20, 70), (10, 20, 70))]
    sentence = _verdict(slow).sentence
    assert "latency is higher, less than 1 % likely if it were no worse than 1.1 times stable's" in sentence
    assert (
        "worst 50 % (for the canary 1.1 times stable's): canary 90 of 100 (90.00 %), stable 500 of 1000" in sentence
    )
    less = _verdict(slow, Value("revenue")).sentence
    assert "revenue is lower, less than 1 % likely if it were no worse than stable's divided by 1.1" in less


@pytest.mark.parametrize(
    "quantiles",
    [(5.0,) * 7 + (math.nan,), (5.0,) * 7 + (math.inf,), (-1.0, *range(1, 8)), (1, 2, 3, 2, 5, 6, 7, 8)],
)
def test_what_is_no_series_of_quantiles_makes_no_ladder(quantiles: tuple[float, ...]) -> None:
    assert ladder("x", 0.0, quantiles) is None


def test_equal_quantiles_are_one_edge() -> None:
    made = ladder("x", 0.0, (0.0, 0.0, 0.0, 4.0, 5.0, 6.0, 7.0, 8.0))
    assert made
    assert (made.edges[0], made.levels[0], len(made.edges)) == (0.0, 0.9, 6)
    falling = ladder("x", 0.0, (8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0))
    assert falling
    assert falling.edges[0] == 8.0


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), min_size=3, max_size=3))
def test_what_is_learned_rises_and_belongs_to_a_distribution(counts: list[tuple[int, int]]) -> None:
    canary, stable = zip(*counts, strict=True)
    found = learned(SMALL.shares, canary, stable)
    assert list(found) == pytest.approx(sorted(found))
    theirs = [100 * share + count for share, count in zip(SMALL.shares, stable, strict=True)]
    assert sum(r * s for r, s in zip(found, theirs, strict=True)) == pytest.approx(sum(theirs))


def test_a_slow_canary_on_a_day_unlike_the_past_is_found_by_what_was_learned() -> None:
    noisy_past = Ladder("latency_p95", 0.0, tuple(100.0 * (i + 1) for i in range(8)), LEVELS)
    quiet = Histogram(0.0, (990, 10, *[0] * 7), (970, 30, *[0] * 7), (1_000, *[0] * 8))
    test = SpreadTest(Latency(), 0.01, 0.05, noisy_past)
    assert test.verdict([quiet._replace(at=60.0 * i) for i in range(5)]).outcome is Outcome.FAIL
