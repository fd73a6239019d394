"""When the workflow looks again."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.rollout.pace import RETURNING, SOON, again_in
from lambdas.rollout.state import Phase, Rollout
from tests.examples import RELEASE

NOW, PERIOD = 1_000_000.0, 60.0
ROLLOUT = Rollout(1, RELEASE, NOW, since=NOW)
BAKING = replace(ROLLOUT, phase=Phase.PROGRESSING, step=0, weight=100, serving_since=NOW)


def _named(rollout: Rollout, name: str) -> Rollout:
    return replace(rollout, release=replace(RELEASE, endpoint=name))


def _looks(rollout: Rollout, until: float) -> list[float]:
    at, found = NOW, []
    while at < NOW + until:
        at += again_in(rollout, at, PERIOD) or 1e9
        found.append(at - NOW)
    return found


@pytest.mark.parametrize("phase", [Phase.PAUSED, Phase.PROMOTED, Phase.ROLLED_BACK, Phase.SUPERSEDED])
def test_nothing_is_looked_at_that_waits_for_a_person_or_has_ended(phase: Phase) -> None:
    assert again_in(replace(BAKING, phase=phase), NOW, PERIOD) is None


@given(st.floats(0, 1e6), st.text(min_size=1, max_size=63), st.sampled_from([1, 10, 30, 60, 300]))
def test_evidence_is_looked_at_once_a_period_from_the_second_look_on(after: float, name: str, period: int) -> None:
    rollout = _named(BAKING, name)
    first = again_in(rollout, NOW + after, period)
    assert first is not None
    assert period / 2 <= first <= 1.5 * period + 1
    second = again_in(rollout, NOW + after + first, period)
    assert second is not None
    assert abs(second - period) <= 1


def test_rollouts_that_began_together_look_at_all_seconds_of_the_period() -> None:
    first = Counter(again_in(_named(BAKING, f"endpoint-{n}"), NOW, PERIOD) for n in range(200))
    assert len(first) > 50
    assert max(first.values()) <= 9  # CloudWatch answers so many questions for alarms a second


@pytest.mark.parametrize("phase", [Phase.PENDING, Phase.PROGRESSING])
def test_waiting_for_sagemaker_begins_soon_and_grows_to_a_period(phase: Phase) -> None:
    waiting = replace(ROLLOUT, phase=phase)
    looks = _looks(waiting, 600)
    assert looks[0] <= 2 * SOON
    assert sum(at <= 60 for at in looks) <= 8
    assert all(later - at <= 1.5 * PERIOD for at, later in itertools.pairwise(looks))


def test_a_way_back_is_looked_at_more_often_until_it_is_done() -> None:
    returning = replace(ROLLOUT, phase=Phase.ROLLING_BACK)
    looks = _looks(returning, 600)
    assert looks[0] <= 2 * SOON
    assert all(later - at <= 1.5 * RETURNING for at, later in itertools.pairwise(looks))
    settling = _looks(replace(returning, serving_since=NOW), 600)
    assert len(settling) < len(looks) / 2


def test_a_period_of_a_second_is_kept() -> None:
    assert again_in(BAKING, NOW, 1.0) in (1, 2)
    assert again_in(replace(ROLLOUT, phase=Phase.ROLLING_BACK), NOW, 1.0) == 1
