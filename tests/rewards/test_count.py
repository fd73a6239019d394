"""Rewards join their exposures, and each counts once."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.control.count_reward import Counting, count_reward
from lambdas.rollout.exposure import Exposure, mint
from lambdas.rollout.rewards import Metric, Outcome, Reward, Terms, join, kept_until
from tests.rewards.fakes import MemoryClaims, MemoryPublishedRewards
from tests.shadow.fakes import CrashError, Fate

if TYPE_CHECKING:
    import random

DAY = 86_400.0
MINUTE = 1_800_000_000.0 // 60 * 60
ENDPOINTS: dict[str, tuple[str, ...]] = {"mortgage": ("lean",)}
TERMS = Terms(ENDPOINTS, window=3_600)
CANARYS = mint("canary", MINUTE + 17, "a")


def _reward(after: float = 0.0, inference_id: str = CANARYS, metric: Metric = Metric.CONVERSION) -> Reward:
    return Reward("mortgage", inference_id, metric, 1.0, MINUTE + after)


def _counting(fate: Fate | None = None) -> tuple[Counting, MemoryClaims, MemoryPublishedRewards]:
    claims, published = MemoryClaims(fate), MemoryPublishedRewards(fate)
    return Counting(claims, published, TERMS, lambda: MINUTE + 7_200), claims, published


@pytest.mark.parametrize("after", [-60, 0, 1, 3_600])
def test_a_reward_in_the_window_belongs_to_its_exposure(after: float) -> None:
    assert join(_reward(after), TERMS, MINUTE + after) == Exposure("canary", MINUTE)


@pytest.mark.parametrize(
    ("after", "outcome"), [(-61, Outcome.EARLY), (3_601, Outcome.LATE), (10 * DAY, Outcome.LATE)]
)
def test_a_reward_outside_the_window_does_not(after: float, outcome: Outcome) -> None:
    assert join(_reward(after), TERMS, MINUTE + after) is outcome


def test_what_cloudwatch_would_not_take_is_late_whenever_it_happened() -> None:
    assert join(_reward(), TERMS, MINUTE + 14 * DAY) == Exposure("canary", MINUTE)
    assert join(_reward(), TERMS, MINUTE + 14 * DAY + 1) is Outcome.LATE


def test_when_it_is_forgotten_that_a_reward_was_counted_another_is_late() -> None:
    assert join(_reward(), Terms(ENDPOINTS, 14 * DAY), kept_until(Exposure("canary", MINUTE))) is Outcome.LATE


@pytest.mark.parametrize("inference_id", ["i-1", "", mint("other", MINUTE, "a"), "srn1.canary.zz.x"])
def test_ids_that_tell_no_exposure_are_unknown(inference_id: str) -> None:
    assert join(_reward(inference_id=inference_id), TERMS, MINUTE) is Outcome.UNKNOWN


@pytest.mark.parametrize("window", [0.0, -1.0, 14 * DAY + 1, float("nan")])
def test_a_window_that_counts_nothing_or_is_cut_short_is_refused(window: float) -> None:
    with pytest.raises(ValueError, match="give more than 0"):
        Terms(ENDPOINTS, window)


def test_one_of_each_metric_counts_and_the_first_says_what() -> None:
    ports, claims, published = _counting()
    first, second = _reward(metric=Metric.REVENUE), _reward(metric=Metric.REVENUE)._replace(value=9.0)
    assert [count_reward(ports, reward) for reward in (first, second, _reward())] == [
        Outcome.COUNTED,
        Outcome.DOUBLED,
        Outcome.COUNTED,
    ]
    assert published.counted == {
        ("mortgage", "canary", "revenue", MINUTE, 1.0): 1,
        ("mortgage", "canary", "conversion", MINUTE, 1.0): 1,
    }
    assert published.others == {Outcome.DOUBLED: 1}
    assert set(claims.kept.values()) == {kept_until(Exposure("canary", MINUTE))}


_REWARDS = st.lists(
    st.builds(
        lambda variant, minute, unique, metric, after: Reward(
            "mortgage",
            mint(variant, MINUTE + minute * 60, unique) if variant else unique,
            metric,
            1.0,
            MINUTE + minute * 60 + after,
        ),
        st.sampled_from(["", "stable", "canary"]),
        st.integers(0, 3),
        st.sampled_from("abc"),
        st.sampled_from(Metric),
        st.just(1.0),
    ),
    max_size=12,
)


def _truth(rewards: list[Reward]) -> Counter[tuple[str, str, str, float, float]]:
    _, _, published = ports = _counting()
    for reward in set(rewards):
        count_reward(ports[0], reward)
    return published.counted


@given(_REWARDS, st.lists(st.integers(1, 3), min_size=12, max_size=12), st.randoms(use_true_random=False))
def test_in_any_order_however_often_the_counts_are_the_same(
    rewards: list[Reward], times: list[int], chance: random.Random
) -> None:
    reports = [reward for reward, often in zip(rewards, times, strict=False) for _ in range(often)]
    chance.shuffle(reports)
    ports, _, published = _counting()
    outcomes = Counter(count_reward(ports, reward) for reward in reports)
    assert published.counted == _truth(rewards)
    assert outcomes[Outcome.COUNTED] == published.counted.total()
    assert published.others == outcomes - Counter({Outcome.COUNTED: outcomes[Outcome.COUNTED]})


@given(_REWARDS, st.lists(st.sampled_from(["", "crash before", "crash after"]), max_size=30))
def test_crashes_hide_rewards_and_show_none_twice(rewards: list[Reward], fates: list[str]) -> None:
    """A batch that crashed comes again from its beginning, as SQS and Kinesis do, until it is through."""
    ports, _, published = _counting(Fate(iter(fates)))
    for _ in range(len(fates) + 1):
        try:
            for reward in rewards:
                count_reward(ports, reward)
        except CrashError:
            continue
        break
    truth = _truth(rewards)
    assert published.counted <= truth
    if not any(fates):
        assert published.counted == truth
