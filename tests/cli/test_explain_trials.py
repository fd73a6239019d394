"""What `explain` says of A/B tests: how long they take, from the exposures that come."""

from dataclasses import replace

import pytest

from cli.explain.trials import sentences, trials
from lambdas.rollout.plan import FULL, Experiment, Routing, Step
from tests.examples import PLAN

_DAY = 86_400
_ASKED = Experiment(14 * _DAY, minimum_effect=0.05)
_STEP = Step(FULL // 2, 60_480, 14 * _DAY, experiment=_ASKED)
_PLAN = replace(PLAN, steps=(Step(500, 3_600, 7_200), _STEP, Step(FULL, 3_600, 7_200)), routing=Routing.STICKY)


def test_a_test_is_told_with_the_time_that_it_takes() -> None:
    (told,) = sentences(trials(_PLAN, 0.1, 1.0))
    assert told.startswith("The A/B test in step 2 (canary 50 %): one that wins 5 % more conversions (stable: 10 %)")
    assert told.endswith("It lasts 16 h 48 min at least, 14 d at most.")


def test_ten_times_the_traffic_takes_a_tenth_of_the_time() -> None:
    (slow,), (fast,) = trials(_PLAN, 0.1, 1.0), trials(_PLAN, 0.1, 10.0)
    assert slow.foreseen is not None
    assert fast.foreseen is not None
    assert slow.foreseen.enough_seconds == pytest.approx(10 * fast.foreseen.enough_seconds)


def test_more_arms_take_longer() -> None:
    asked = replace(_ASKED, split=3_333, challengers={"lean": 3_333})
    more = replace(_PLAN, steps=(replace(_STEP, weight=3_333, experiment=asked), _PLAN.steps[2]))
    (two,), (three,) = trials(_PLAN, 0.1, 1.0), trials(more, 0.1, 1.0)
    assert two.foreseen is not None
    assert three.foreseen is not None
    assert three.foreseen.enough_seconds > 1.4 * two.foreseen.enough_seconds


@pytest.mark.parametrize(
    ("step", "base", "rate", "said"),
    [
        (_STEP, None, 1.0, "--base conversion=SHARE"),
        (_STEP, 0.1, None, "depends on the traffic"),
        (replace(_STEP, flag="beta"), 0.1, 1.0, "how many users beta has is not known"),
        (replace(_STEP, experiment=replace(_ASKED, metric="revenue")), 0.1, 1.0, "revenue tells is not reckoned"),
    ],
)
def test_where_too_little_is_known_it_says_what_is_missing(
    step: Step, base: float | None, rate: float | None, said: str
) -> None:
    (told,) = sentences(trials(replace(_PLAN, steps=(step,)), base, rate))
    assert said in told
