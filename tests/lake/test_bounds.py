"""Bounds of shares and means equal scipy's."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from lake.bounds import normal, wilson


@given(st.integers(1, 10**7).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_a_share_has_scipys_wilson_bounds(counts: tuple[int, int]) -> None:
    hits, total = counts
    expected = stats.binomtest(hits, total).proportion_ci(0.95, method="wilson")
    assert wilson(hits, total) == pytest.approx((expected.low, expected.high), rel=1e-9, abs=1e-12)


@given(st.integers(1, 10**7))
def test_none_and_all_are_bounded_by_0_and_1_exactly(total: int) -> None:
    assert wilson(0, total)[0] == 0.0
    assert wilson(total, total)[1] == 1.0


@pytest.mark.parametrize(("hits", "total"), [(0, 0), (2, 1), (-1, 3)])
def test_what_is_no_share_has_no_bounds(hits: int, total: int) -> None:
    with pytest.raises(ValueError, match="is no share"):
        wilson(hits, total)


def test_a_mean_has_scipys_normal_bounds() -> None:
    errors = np.abs(np.random.default_rng(5).normal(0, 3, 200))
    expected = stats.norm.interval(0.95, errors.mean(), errors.std(ddof=1) / math.sqrt(200))
    assert normal(errors.mean(), errors.std(ddof=1), 200) == pytest.approx(expected, rel=1e-12)


def test_a_mean_of_what_is_never_negative_is_bounded_by_0() -> None:
    found = normal(1.0, 50.0, 4)
    assert found is not None
    assert found[0] == 0.0
    assert found[1] == pytest.approx(1 + 1.959963984540054 * 25)


@pytest.mark.parametrize(("deviation", "rows"), [(None, 1), (0.0, 1), (math.inf, 9), (math.nan, 9)])
def test_one_row_or_no_finite_deviation_says_nothing(deviation: float | None, rows: int) -> None:
    assert normal(2.0, deviation, rows) is None
