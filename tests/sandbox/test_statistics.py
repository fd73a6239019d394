from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.cloudwatch.bucket import Bucket, merged
from sandbox.cloudwatch.statistics import UnknownStatisticError, check, statistic

values = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60)


def bucket_of(numbers: list[float]) -> Bucket:
    bucket = Bucket()
    for number in numbers:
        bucket.add(number)
    return bucket


def known(name: str, numbers: list[float]) -> float:
    found = statistic(name, bucket_of(numbers))
    assert found is not None
    return found


@given(values)
def test_simple_statistics_are_those_of_the_values(numbers: list[float]) -> None:
    assert known("SampleCount", numbers) == len(numbers)
    assert known("Sum", numbers) == pytest.approx(math.fsum(numbers), abs=1e-4)
    assert known("Average", numbers) == pytest.approx(math.fsum(numbers) / len(numbers), abs=1e-4)
    assert known("Minimum", numbers) == min(numbers)
    assert known("Maximum", numbers) == max(numbers)


@given(values, st.floats(0.1, 100))
def test_a_percentile_was_observed_and_has_its_share_of_values_at_or_below(numbers: list[float], p: float) -> None:
    found = known(f"p{p:.3f}", numbers)
    assert found in numbers
    assert sum(number <= found for number in numbers) >= len(numbers) * round(p, 3) / 100 - 1e-6


@given(values, st.integers(1, 59))
def test_a_period_is_the_same_however_its_seconds_are_cut(numbers: list[float], cut: int) -> None:
    parts = [bucket_of(numbers[:cut]), bucket_of(numbers[cut:])]
    for name in ("SampleCount", "Maximum", "p50", "p99.9", "PR(:0)"):
        assert statistic(name, merged(parts)) == known(name, numbers)


@given(values, st.floats(-1e6, 1e6))
def test_percentile_rank_and_its_complement_make_the_whole(numbers: list[float], bound: float) -> None:
    below, above = known(f"PR(:{bound:f})", numbers), known(f"PR({bound:f}:)", numbers)
    assert below + above == pytest.approx(100)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("TM(2:4)", 3.5),  # lower bound exclusive, upper inclusive
        ("TC(2:4)", 2.0),
        ("TS(2:4)", 7.0),
        ("PR(2:4)", 40.0),
        ("TM(20%:80%)", 3.0),
        ("tm80", 2.5),
        ("tc80", 4.0),
        ("ts80", 10.0),
        ("IQM", 3.0),
        ("p80", 4.0),
        ("p100", 5.0),
    ],
)
def test_trimmed_statistics_of_one_to_five(name: str, expected: float) -> None:
    assert known(name, [5, 4, 3, 2, 1]) == pytest.approx(expected)


@pytest.mark.parametrize("name", ["p0", "p101", "P99", "median", "PR(1%:2%)", "TM(:)", "sum", ""])
def test_unknown_statistics_are_refused(name: str) -> None:
    with pytest.raises(UnknownStatisticError):
        check(name)


def test_a_statistic_set_hides_percentiles_but_not_sums() -> None:
    bucket = bucket_of([1.0])
    bucket.add_set(10, 55.0, 1.0, 10.0)
    assert statistic("p50", bucket) is None
    assert statistic("Sum", bucket) == 56.0
    assert statistic("Average", bucket) == pytest.approx(56 / 11)


def test_a_statistic_set_of_equal_values_keeps_percentiles() -> None:
    bucket = Bucket()
    bucket.add_set(10, 20.0, 2.0, 2.0)
    assert statistic("p50", bucket) == 2.0


def test_counts_weigh() -> None:
    bucket = Bucket()
    bucket.add(1.0, 99)
    bucket.add(100.0, 1)
    assert statistic("p99", bucket) == 1.0
    assert statistic("p99.1", bucket) == 100.0
    assert statistic("SampleCount", bucket) == 100
