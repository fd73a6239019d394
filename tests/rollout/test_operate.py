"""What a person may ask, phase by phase."""

from dataclasses import replace

import pytest

from lambdas.rollout.operate import NotPossibleError, Wish, grant
from lambdas.rollout.state import Phase, Rollout
from tests.examples import RELEASE

AT_50 = Rollout(1, RELEASE, began=0.0, phase=Phase.PROGRESSING, step=1, weight=5_000, serving_since=10.0)
PAUSED = replace(AT_50, phase=Phase.PAUSED)
AWAITING = replace(PAUSED, awaits=2)


def test_pausing_keeps_the_weight() -> None:
    paused = grant(AT_50, Wish.PAUSE, 100.0).rollout
    assert (paused.phase, paused.weight, paused.step) == (Phase.PAUSED, 5_000, 1)


def test_resuming_bakes_the_step_anew() -> None:
    resumed = grant(PAUSED, Wish.RESUME, 100.0).rollout
    assert (resumed.phase, resumed.weight, resumed.serving_since) == (Phase.PROGRESSING, 5_000, None)


@pytest.mark.parametrize("wish", [Wish.RESUME, Wish.PROMOTE])
def test_an_approval_enters_the_step_that_awaited_it(wish: Wish) -> None:
    approved = grant(AWAITING, wish, 100.0).rollout
    assert (approved.phase, approved.step, approved.weight, approved.awaits) == (Phase.PROGRESSING, 2, 10_000, None)


@pytest.mark.parametrize(
    ("rollout", "wish"),
    [
        (PAUSED, Wish.PAUSE),
        (AT_50, Wish.RESUME),
        (AT_50, Wish.PROMOTE),
        (PAUSED, Wish.PROMOTE),
        *[(replace(AT_50, phase=phase), wish) for phase in (Phase.ROLLING_BACK, Phase.PENDING) for wish in Wish],
    ],
)
def test_a_wish_that_does_not_fit_says_why(rollout: Rollout, wish: Wish) -> None:
    with pytest.raises(NotPossibleError, match=rollout.phase):
        grant(rollout, wish, 100.0)
