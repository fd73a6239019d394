"""Scores are held against what came true: how often the verdict is wrong, and how soon it comes."""

from __future__ import annotations

import math
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.random import default_rng

from lambdas.rollout.catalogue import Period, observed, queries
from lambdas.rollout.guardrails import Calibration, ErrorRate
from lambdas.rollout.judge.calibration import CalibrationTest
from lambdas.rollout.judge.draws import times_as_likely
from lambdas.rollout.judge.tables import Observed
from lambdas.rollout.judge.verdict import Arm, Outcome
from lambdas.rollout.leap import most
from lambdas.rollout.plan import Plan, Progression, Step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.random import Generator

    from lambdas.rollout.judge.verdict import Verdict

METRICS = Path(__file__).parents[2] / "docs" / "metrics.md"
USUAL = Calibration("calibration")
ALPHA, BETA = 0.01, 0.05


def _test(guardrail: Calibration = USUAL, alpha: float = ALPHA) -> CalibrationTest:
    return CalibrationTest(guardrail, alpha, BETA)


def _rows(
    rng: Generator, times: float, periods: int = 30, labelled: int = 50, middle: float = -2.0
) -> list[Observed]:
    """Truths whose odds are so many times what their scores say; what is asked is another thing in each period."""
    rows = []
    for at in range(periods):
        logits = rng.normal(middle + math.sin(at), 1.5, labelled)
        positive = rng.random(labelled) < 1 / (1 + np.exp(-logits - math.log(times)))
        rows.append(Observed(60.0 * at, int(positive.sum()), labelled, float((1 / (1 + np.exp(-logits))).sum())))
    return rows


def _ever(guardrail: Calibration, rows: Sequence[Observed], alpha: float = ALPHA) -> dict[Outcome, int]:
    """Look after each period; tell of each verdict after how many it first was."""
    test, found = _test(guardrail, alpha), dict[Outcome, int]()
    for count in range(1, len(rows) + 1):
        found.setdefault(test.verdict(rows[:count]).outcome, count)
    return found


def _mirrored(rows: Sequence[Observed]) -> list[Observed]:
    """Call the other label positive."""
    return [row._replace(positive=row.labelled - row.positive, expected=row.labelled - row.expected) for row in rows]


def test_of_healthy_canaries_no_more_are_blamed_than_allowed_at_any_look() -> None:
    rng, tolerant, rollouts, alpha = default_rng(3), Calibration("calibration", margin=1.0), 2_000, 0.1
    blamed = sum(Outcome.FAIL in _ever(tolerant, _rows(rng, 1.0, 12), alpha) for _ in range(rollouts))
    assert 0 < blamed <= rollouts * alpha + 3 * math.sqrt(rollouts * alpha * (1 - alpha))


def test_what_is_off_by_detect_passes_as_rarely_as_allowed() -> None:
    """All scores alike: then odds in the large are those of each answer, and the null is at its edge."""
    rng, rollouts = default_rng(4), 1_000
    chance = times_as_likely(0.2, USUAL.detect)
    passed = 0
    for _ in range(rollouts):
        rows = [Observed(60.0 * at, int(rng.binomial(50, chance)), 50, 10.0) for at in range(30)]
        passed += Outcome.PASS in _ever(USUAL, rows)
    assert passed <= rollouts * BETA + 3 * math.sqrt(rollouts * BETA * (1 - BETA))


CHANCES = st.lists(st.tuples(st.floats(0.01, 0.99), st.floats(0.0, 1.0)), min_size=1, max_size=4)


@given(CHANCES, st.sampled_from([1.0, 1.1, 2.0]))
def test_evidence_is_an_e_value_whatever_the_scores_are(pairs: list[tuple[float, float]], margin: float) -> None:
    """The mean of exp(evidence) over all that may come true is at most 1, for any mixture within the margin."""
    guardrail = Calibration("calibration", margin=margin, detect=3.0)
    scores = [score for score, _ in pairs]
    lows, highs = ([times_as_likely(score, times) for score in scores] for times in (1 / margin, margin))
    truths = [low + part * (high - low) for low, high, (_, part) in zip(lows, highs, pairs, strict=True)]
    mean = 0.0
    for outcome in product((0, 1), repeat=len(pairs)):
        chance = math.prod(p if yes else 1 - p for p, yes in zip(truths, outcome, strict=True))
        rows = [Observed(0.0, sum(outcome), len(outcome), sum(scores))]
        verdict = _test(guardrail, 1e-12).verdict(rows)
        mean += chance * math.exp(verdict.harm)
    assert mean <= 2.0 + 1e-9, "the greater one of two e-values is at most their sum"


def _first(times: float) -> tuple[int, str, float]:
    """Of 200 rollouts tell the usual first verdict: how often it comes, what it is, the mean labels until then."""
    rng, found = default_rng(7), dict[Outcome, list[int]]()
    for _ in range(200):
        verdicts = {outcome: count for outcome, count in _ever(USUAL, _rows(rng, times)).items() if outcome in _SAID}
        for outcome in sorted(verdicts, key=lambda each: verdicts[each])[:1]:
            found.setdefault(outcome, []).append(50 * verdicts[outcome])
    usual, after = max(found.items(), key=lambda each: len(each[1]))
    return len(after), usual, float(np.mean(after))


_SAID = (Outcome.PASS, Outcome.FAIL)


@pytest.mark.parametrize(
    ("times", "told"), [(1.0, "as expected"), (1.1, "1.1 times"), (2.0, "twice"), (0.5, "half"), (3.0, "3 times")]
)
def test_how_soon_it_speaks_is_what_the_page_says(times: float, told: str) -> None:
    often, outcome, labels = _first(times)
    often_said = "all" if often == 200 else f"{often} of 200"
    assert f"| {told} | {outcome} in {often_said} | {labels:.0f} |" in METRICS.read_text(encoding="utf-8")


@pytest.mark.parametrize("times", [3.0, 1 / 3])
@pytest.mark.parametrize("middle", [0.0, 2.0])
def test_scores_that_are_far_off_are_found_out_whatever_share_is_positive(middle: float, times: float) -> None:
    rng = default_rng(5)
    found = [_ever(USUAL, _rows(rng, times, middle=middle)) for _ in range(20)]
    assert all(Outcome.FAIL in each and Outcome.PASS not in each for each in found)


@given(st.integers(0, 2**32), st.sampled_from([0.4, 1.0, 2.5]))
def test_it_is_the_same_whichever_label_is_positive(seed: int, times: float) -> None:
    rows = _rows(default_rng(seed), times, 6)
    one, other = _test().verdict(rows), _test().verdict(_mirrored(rows))
    assert one.outcome is other.outcome
    assert (one.harm, one.safety) == pytest.approx((other.harm, other.safety), abs=1e-6)


ANY = st.integers(1, 10_000).flatmap(
    lambda total: st.builds(
        Observed, st.just(0.0), st.integers(0, total), st.just(total), st.floats(0.0, 1.0).map(lambda s: s * total)
    )
)


@given(st.lists(ANY, max_size=4), st.floats(1.0, 20.0))
def test_whatever_is_counted_there_is_a_verdict(rows: list[Observed], burst: float) -> None:
    verdict = _test(Calibration("calibration", burst=burst)).verdict(rows)
    assert math.isfinite(verdict.harm + verdict.safety)
    assert rows or verdict.outcome is Outcome.INCONCLUSIVE


def test_one_fault_of_many_answers_is_less_evidence() -> None:
    rows = [Observed(0.0, 60, 200, 40.0)]
    assert _test().verdict(rows).harm > _test(Calibration("calibration", burst=5.0)).verdict(rows).harm > 0


def _told(*rows: tuple[int, int, float]) -> Verdict:
    return _test().verdict([Observed(60.0 * at, *row) for at, row in enumerate(rows)])


def test_the_sentence_says_which_way_scores_are_off() -> None:
    assert _told().sentence.startswith("nothing has been counted on the canary yet")
    assert _told((10, 100, 10.0)).sentence == (
        "not enough evidence yet: positives on canary 10 of 100 (10.00 %), by its scores 10.0"
    )
    assert _told((130, 1_000, 100.0), (260, 2_000, 200.9)).sentence == (
        "the canary's scores are too low, less than 0.5 % likely if the odds of a positive were at most 1.1 times"
        " what they expect: positives on canary 390 of 3000 (13.00 %), by its scores 300.9"
    )
    assert _told((60, 1_000, 100.0)).sentence.startswith(
        "the canary's scores are too high, less than 0.5 % likely if"
    )
    found = _told((100, 1_000, 100.4), (100, 1_000, 100.4))
    assert found.sentence.startswith(
        "the odds of a positive are proven to be within 1.5 times those that the canary's scores expect, either way:"
    )
    assert (found.outcome, found.canary, found.stable) == (Outcome.PASS, Arm(200, 2_000), Arm(201, 2_000))
    assert found.counted_until == 60.0


def test_the_canary_alone_is_asked() -> None:
    asked = queries(USUAL, None, "third")
    assert {query.variant for query in asked} == {"third"}
    assert [query.quantity.name for query in asked][-1] == "ExpectedPositives"


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ((8.0, 2.0, 4.0, 86.0, 11.5), Observed(60.0, 12, 100, 11.5)),
        ((8.0, None, None, None, 7.5), Observed(60.0, 8, 8, 7.5)),
        ((8.0, 2.0, 4.0, 86.0, None), None),  # written before scores were added up
        ((8.0, 2.0, 4.0, 86.0, -1.0), None),
        ((None, None, None, None, 1.0), None),
        ((0.0, 0.0, 0.0, 0.0, 0.0), None),
    ],
)
def test_of_a_period_positives_are_counted_as_they_turned_out(
    values: tuple[float | None, ...], found: Observed | None
) -> None:
    assert observed(Period(60.0, values)) == found


def test_a_leap_takes_its_pass_for_a_bound_on_nothing() -> None:
    """What scores promise bounds no share of bad answers: the other guardrails say how far a leap may go."""
    steps = tuple(Step(weight, 60, 120) for weight in (100, 500, 1_000, 10_000))
    plan = Plan(steps, (ErrorRate(), USUAL), progression=Progression.EVIDENCE)
    errors = Arm(0, 100_000)
    of_errors = _told()._replace(guardrail="error_rate", outcome=Outcome.PASS, canary=errors, stable=errors)
    assert most(plan, 0, [of_errors, _told((200, 2_000, 200.0))]) == most(plan, 0, [of_errors])
    assert most(plan, 0, [of_errors, _told((10, 100, 10.0))]) == 100
