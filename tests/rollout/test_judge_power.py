"""What a PASS promises: a canary `detect` times as bad as stable passes with a chance of `false_pass` at most."""

from __future__ import annotations

import pytest
from numpy.random import default_rng

from lambdas.rollout.guardrails import ErrorRate, Fairness, Quality
from lambdas.rollout.judge.rate import RateTest
from lambdas.rollout.judge.tables import Table
from lambdas.rollout.judge.verdict import Arm, Outcome

ALPHA, BETA, ROLLOUTS = 0.005, 0.05, 200
CASES = [
    pytest.param(Quality("accuracy", detect=1.5), 0.198, 200, id="a fifth is wrong"),
    pytest.param(ErrorRate(detect=2.0), 0.03, 400, id="three in a hundred fail"),
    pytest.param(ErrorRate(detect=2.0, negligible=0.0001), 0.005, 3_000, id="one in two hundred fails"),
]


def _ends(guardrail: ErrorRate | Quality, rates: tuple[float, float], share: float, asked: int) -> list[Outcome]:
    """Judge rollouts, period by period, until each has a verdict, or for 200 periods of so many requests."""
    draw, ends = default_rng(1), []
    for _ in range(ROLLOUTS):
        test, rows = RateTest(guardrail, ALPHA, BETA), list[Table]()
        outcome = Outcome.INCONCLUSIVE
        while outcome is Outcome.INCONCLUSIVE and len(rows) < 200:
            canary = int(draw.binomial(asked, share))
            arms = [
                Arm(int(draw.binomial(n, rate)), n) for n, rate in zip((canary, asked - canary), rates, strict=True)
            ]
            rows.append(Table(60.0 * len(rows), *arms))
            outcome = test.verdict(rows).outcome
        ends.append(outcome)
    return ends


@pytest.mark.parametrize("share", [0.05, 0.5])
@pytest.mark.parametrize(("guardrail", "base", "asked"), CASES)
def test_a_canary_that_must_be_detected_does_not_pass(
    guardrail: ErrorRate | Quality, base: float, asked: int, share: float
) -> None:
    """Of 200 at a chance of 5 %, more than 20 come less than once in a thousand times."""
    ends = _ends(guardrail, (base * guardrail.detect, base), share, asked)
    assert ends.count(Outcome.PASS) <= 20
    assert ends.count(Outcome.FAIL) > 0.9 * ROLLOUTS


@pytest.mark.parametrize("share", [0.05, 0.5])
@pytest.mark.parametrize(("guardrail", "base", "asked"), CASES)
def test_a_canary_like_stable_passes(guardrail: ErrorRate | Quality, base: float, asked: int, share: float) -> None:
    ends = _ends(guardrail, (base, base), share, asked)
    assert ends.count(Outcome.PASS) >= 0.97 * ROLLOUTS


def _answers_to_fail(margin: float) -> list[int]:
    """Tell the canary answers until it fails, of 20 rollouts: 68 % unfavourable beside 47 % on stable."""
    draw, needed = default_rng(1), []
    guardrail = Fairness("demographic_parity", groups=("race=black",), margin=margin, detect=1.3)
    for _ in range(20):
        test, rows = RateTest(guardrail, 0.0017, BETA), list[Table]()
        while len(rows) < 60:
            canary = int(draw.binomial(33, 0.5))
            arms = (
                Arm(int(draw.binomial(canary, 0.68)), canary),
                Arm(int(draw.binomial(33 - canary, 0.47)), 33 - canary),
            )
            rows.append(Table(60.0 * len(rows), *arms))
            if (said := test.verdict(rows)).outcome is Outcome.FAIL:
                needed.append(said.canary.total)
                break
    return needed


def test_at_high_rates_a_margin_costs_much() -> None:
    """docs/metrics.md says by how much: there it is best left at 1."""
    without, with_one = _answers_to_fail(1.0), _answers_to_fail(1.1)
    assert len(without) == 20
    assert 200 < sum(without) / 20 < 320
    assert len(with_one) < 20
    assert sum(with_one) / len(with_one) > 600


def test_what_was_proven_holds_where_there_is_nothing_left_to_compare_with() -> None:
    """At 100 % the evidence stands still, also where it has just wandered below its bound."""
    test, row = RateTest(Quality("accuracy", detect=1.5), ALPHA, BETA), Table(0.0, Arm(20, 100), Arm(20, 100))
    rows = [row._replace(at=60.0 * minute) for minute in range(20)]
    proven = next(n for n in range(1, 20) if test.verdict(rows[:n]).outcome is Outcome.PASS)
    worse = Table(60.0 * proven, Arm(26, 100), Arm(20, 100))
    alone = [Table(60.0 * (proven + minute), Arm(20, 100), Arm(0, 0)) for minute in range(1, 10)]

    said = test.verdict([*rows[:proven], worse, *alone])

    assert (said.outcome, said.counted_until) == (Outcome.PASS, alone[-1].at)
    assert said.safety == said.safety_bound


def test_what_was_proven_ends_where_the_evidence_as_a_whole_speaks_against_it() -> None:
    test, row = RateTest(Quality("accuracy", detect=1.5), ALPHA, BETA), Table(0.0, Arm(20, 100), Arm(20, 100))
    rows = [row._replace(at=60.0 * minute) for minute in range(20)]
    proven = next(n for n in range(1, 20) if test.verdict(rows[:n]).outcome is Outcome.PASS)
    worse = [Table(60.0 * (proven + minute), Arm(29, 100), Arm(20, 100)) for minute in range(40)]
    outcomes = [test.verdict([*rows[:proven], *worse[:n]]).outcome for n in range(len(worse))]
    assert outcomes[-1] is Outcome.FAIL
    assert Outcome.INCONCLUSIVE in outcomes
